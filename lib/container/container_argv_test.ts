import { deepEqual, equal } from "node:assert/strict";
import type { ContainerSpec } from "../model/mod.ts";
import { containerArgv, type EngineFlavour } from "./container_argv.ts";
import { fillSpec } from "./fill_spec.ts";

const SPEC: ContainerSpec = {
  name: "<container>",
  image: "docker.io/library/ubuntu:latest",
  entrypoint: [],
  command: ["/bin/sh", "-c", "echo a\necho b"],
  env: {},
  labels: {},
  workdir: "<workspace>",
  user: { uid: 5, gid: 6 },
  network: "none",
  extraHosts: [],
  ports: [],
  mounts: [],
  deviceRequests: [],
  capabilities: [],
  writableRoot: false,
  resources: { memory: 10, memorySwap: 20, cpus: 1.5, processes: 7, tmp: 8 },
};

const argv = (own: Partial<ContainerSpec>) =>
  containerArgv({ ...SPEC, ...own }, { client: "/docker", command: "run", envFile: "/env" });

Deno.test("containerArgv() closes what nobody names, and ends with image and command", () => {
  deepEqual(argv({}), [
    "/docker",
    "run",
    "--rm",
    "--name=<container>",
    "--pull=never",
    "--network=none",
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--pids-limit=7",
    "--memory=10",
    "--memory-swap=20",
    "--cpus=1.5",
    "--ulimit=core=0:0",
    "--user=5:6",
    "--tmpfs=/tmp:rw,exec,nosuid,nodev,mode=1777,uid=5,gid=6,size=8",
    "--workdir=<workspace>",
    "--env-file=/env",
    "--entrypoint=",
    "docker.io/library/ubuntu:latest",
    "/bin/sh",
    "-c",
    "echo a\necho b",
  ]);
});

/** Each field with what it adds to the command line of a container without it. */
Deno.test.each(
  [
    { own: { labels: { a: "b=c", d: "" } }, adds: ["--label=a=b=c", "--label=d="] },
    { own: { extraHosts: ["db:10.0.0.1"] }, adds: ["--add-host=db:10.0.0.1"] },
    {
      own: { ports: [{ address: "127.0.0.1", hostPort: 1, containerPort: 2, protocol: "tcp" }] },
      adds: ["--publish=127.0.0.1:1:2/tcp"],
    },
    {
      own: { ports: [{ address: "::1", hostPort: 1, containerPort: 2, protocol: "udp" }] },
      adds: ["--publish=[::1]:1:2/udp"],
    },
    { own: { init: true }, adds: ["--init"] },
    { own: { capabilities: ["CHOWN"] }, adds: ["--cap-add=CHOWN"] },
    {
      own: { mounts: [{ type: "bind", source: '/a,b"c', target: "/t", readOnly: true }] },
      adds: ['--mount=type=bind,"source=/a,b""c",target=/t,readonly'],
    },
    {
      own: { mounts: [{ type: "volume", target: "/t" }] },
      adds: ["--mount=type=volume,target=/t"],
    },
    { own: { deviceRequests: [{ driver: "d" }] }, adds: ["--gpus=driver=d"] },
    {
      own: { resources: { ...SPEC.resources, memoryReservation: 3, memorySwappiness: 0, shm: 4 } },
      adds: ["--memory-reservation=3", "--memory-swappiness=0", "--shm-size=4"],
    },
    {
      own: { resources: { ...SPEC.resources, files: 3, file: 4 } },
      adds: ["--ulimit=nofile=3:3", "--ulimit=fsize=4:4"],
    },
  ] satisfies { own: Partial<ContainerSpec>; adds: string[] }[],
)(
  "containerArgv() of $own adds $adds",
  ({ own, adds }) => {
    const plain = argv({});
    deepEqual(argv(own).filter((it) => !plain.includes(it)), adds);
  },
);

Deno.test("containerArgv() gives the words after an entrypoint to the container", () => {
  const words = argv({ entrypoint: ["/tini", "-s", "--"] });
  deepEqual(words.slice(words.indexOf("--entrypoint=/tini") + 1), [
    "docker.io/library/ubuntu:latest",
    "-s",
    "--",
    ...SPEC.command,
  ]);
});

Deno.test("containerArgv() makes one that is only created keep what it leaves, and names variables", () => {
  const words = containerArgv(SPEC, {
    client: "/docker",
    command: "create",
    envFile: "/env",
    envNames: ["LONG"],
  });
  equal(words[1], "create");
  equal(words.includes("--rm"), false);
  equal(words.includes("--env=LONG"), true);
  equal(words.includes("--env-file=/env"), true);
});

Deno.test("fillSpec() fills its own texts, and none of the author's", () => {
  const spec = fillSpec(
    {
      ...SPEC,
      env: { HOME: "<workspace>", GOPATH: "<workspace>/.go" },
      labels: { run: "<run>" },
      mounts: [
        { type: "bind", source: "<workspace>", target: "<workspace>", readOnly: false },
        { type: "volume", target: "<workspace>" },
      ],
    },
    { "<workspace>": "/w", "<container>": "c", "<run>": "r" },
    { image: "i", command: ["<workspace>"], env: { A: "<workspace>", HOME: "/mine" } },
  );
  equal(spec.name, "c");
  equal(spec.workdir, "/w");
  deepEqual(spec.labels, { run: "r" });
  deepEqual(spec.mounts, [
    { type: "bind", source: "/w", target: "/w", readOnly: false },
    { type: "volume", target: "/w" },
  ]);
  deepEqual(spec.command, ["<workspace>"]);
  deepEqual(spec.env, { HOME: "/mine", GOPATH: "/w/.go", A: "<workspace>" });
});

Deno.test("containerArgv() tells podman what docker does by itself", () => {
  const told = (engine: EngineFlavour, own: Partial<ContainerSpec> = {}) =>
    containerArgv(
      { ...SPEC, ...own },
      { client: "/podman", command: "run", envFile: "/env", engine },
    );
  const docker = told({ kind: "docker" });
  const changes = (other: readonly string[]) => ({
    adds: other.filter((it) => !docker.includes(it)),
    leaves: docker.filter((it) => !other.includes(it)),
  });
  const leaves = ["--tmpfs=/tmp:rw,exec,nosuid,nodev,mode=1777,uid=5,gid=6,size=8"];
  const tmpfs = "--tmpfs=/tmp:rw,exec,nosuid,nodev,mode=1777,notmpcopyup,size=8";
  const always = ["--http-proxy=false", "--stop-timeout=0"];
  deepEqual(changes(told({ kind: "podman" })), {
    adds: ["--read-only-tmpfs=false", ...always, tmpfs],
    leaves,
  });
  deepEqual(changes(told({ kind: "podman" }, { writableRoot: true })), {
    adds: [...always, tmpfs],
    leaves: ["--read-only", ...leaves],
  });
  deepEqual(changes(told({ kind: "podman", rootless: true })), {
    adds: ["--read-only-tmpfs=false", ...always, "--userns=keep-id", tmpfs],
    leaves,
  });
  deepEqual(changes(told({ kind: "docker", rootless: true })), { adds: [], leaves: [] });
});

Deno.test("containerArgv() asks for no limit that the engine has not, and for no ulimit above its own", () => {
  const told = (engine: EngineFlavour, files?: number) =>
    containerArgv(
      { ...SPEC, resources: { ...SPEC.resources, ...(files !== undefined && { files }) } },
      { client: "/podman", command: "run", envFile: "/env", engine },
    ).filter((it) => /^--(pids|memory|cpus|ulimit)/.test(it));
  const core = "--ulimit=core=0:0";
  deepEqual(told({ kind: "podman", unlimited: ["memory", "processes", "cpus"] }), [core]);
  deepEqual(told({ kind: "podman", unlimited: ["memory"] }), [
    "--pids-limit=7",
    "--cpus=1.5",
    core,
  ]);
  const ulimits = { nofile: 100, nproc: 50 };
  const capped = (files?: number) =>
    told({ kind: "podman", ulimits }, files).filter((it) => it.startsWith("--ulimit"));
  deepEqual(capped(), [core, "--ulimit=nofile=100:100", "--ulimit=nproc=50:50"]);
  deepEqual(capped(9), [core, "--ulimit=nofile=9:9", "--ulimit=nproc=50:50"]);
});
