import { deepEqual } from "node:assert/strict";
import { cgroupsOf } from "./read_cgroups.ts";

const OPTIONS = "rw,nosuid,nodev,noexec,relatime";

Deno.test("cgroupsOf() finds the group of version 2", () => {
  deepEqual(
    cgroupsOf(
      "0::/user.slice/user-1000.slice/session-2.scope\n",
      `30 23 0:26 / /sys/fs/cgroup ${OPTIONS} shared:9 - cgroup2 cgroup2 rw,nsdelegate\n`,
    ),
    [{
      version: 2,
      names: [],
      path: "/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope",
    }],
  );
});

Deno.test("cgroupsOf() finds groups of version 1, and none of a named hierarchy", () => {
  deepEqual(
    cgroupsOf(
      "9:name=systemd:/\n4:cpu,cpuacct:/a\n3:pids:/\n2:rdma:/\n0::/\n",
      `31 23 0:28 / /sys/fs/cgroup ${OPTIONS} - tmpfs tmpfs ro,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct ${OPTIONS} - cgroup cgroup rw,cpuacct,cpu
33 31 0:30 / /sys/fs/cgroup/pids ${OPTIONS} shared:3 master:2 - cgroup cgroup rw,pids
34 31 0:31 / /sys/fs/cgroup/systemd ${OPTIONS} - cgroup cgroup rw,name=systemd
35 31 0:32 / /sys/fs/cgroup/unified ${OPTIONS} - cgroup2 cgroup2 rw
`,
    ),
    [
      { version: 1, names: ["cpu", "cpuacct"], path: "/sys/fs/cgroup/cpu,cpuacct/a" },
      { version: 1, names: ["pids"], path: "/sys/fs/cgroup/pids" },
      { version: 2, names: [], path: "/sys/fs/cgroup/unified" },
    ],
  );
});

Deno.test("cgroupsOf() takes a container's own part of the tree off the path", () => {
  deepEqual(
    cgroupsOf(
      "3:pids:/docker/abc/below\n",
      `33 31 0:30 /docker/abc /sys/fs/cgroup/pids ${OPTIONS} - cgroup cgroup rw,pids\n`,
    ),
    [{ version: 1, names: ["pids"], path: "/sys/fs/cgroup/pids/below" }],
  );
});

Deno.test("cgroupsOf() finds nothing where nothing is mounted", () => {
  deepEqual(cgroupsOf("3:pids:/\n0::/\n", ""), []);
  deepEqual(cgroupsOf("", ""), []);
});
