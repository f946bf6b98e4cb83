import { deepEqual } from "node:assert/strict";
import { findCgroups } from "./cgroups.ts";

const V1 = `tmpfs /sys/fs/cgroup tmpfs rw 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
cgroup /sys/fs/cgroup/pids cgroup rw,relatime,pids 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
`;
const V2 = "cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n";

interface Row {
  readonly name: string;
  readonly mounts: string;
  readonly own: string;
  readonly divides?: readonly string[];
  readonly readOnly?: readonly string[];
  readonly found: ReturnType<typeof findCgroups>;
}

const rows: readonly Row[] = [
  {
    name: "a tree for each controller",
    mounts: V1,
    own: "8:pids:/\n4:memory:/a/b\n0::/\n",
    found: {
      pids: { directory: "/sys/fs/cgroup/pids", version: 1 },
      memory: { directory: "/sys/fs/cgroup/memory/a/b", version: 1 },
    },
  },
  {
    name: "one tree, beside the own group",
    mounts: V2,
    own: "0::/user.slice/app.slice/shell.scope\n",
    divides: ["/sys/fs/cgroup/user.slice/app.slice"],
    found: {
      pids: { directory: "/sys/fs/cgroup/user.slice/app.slice", version: 2 },
      memory: { directory: "/sys/fs/cgroup/user.slice/app.slice", version: 2 },
    },
  },
  { name: "one tree that hands nothing down", mounts: V2, own: "0::/a/b\n", found: {} },
  {
    name: "a tree that cannot be written",
    mounts: V1,
    own: "8:pids:/\n4:memory:/a/b\n0::/\n",
    readOnly: ["/sys/fs/cgroup/memory/a/b"],
    found: { pids: { directory: "/sys/fs/cgroup/pids", version: 1 } },
  },
  { name: "a machine without any", mounts: "proc /proc proc rw 0 0\n", own: "", found: {} },
];

Deno.test.each(rows)("findCgroups() finds $name", ({ mounts, own, divides, readOnly, found }) => {
  const writable = (it: string) => readOnly?.includes(it) !== true;
  const handed = (it: string) => divides?.includes(it) ? ["cpu", "memory", "pids"] : ["cpu"];
  deepEqual(findCgroups(mounts, own, writable, handed), found);
});
