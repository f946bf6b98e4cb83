import { deepEqual, equal, match, ok } from "node:assert/strict";
import { engineFacts } from "../../../tests/engine_facts.ts";
import {
  type Around,
  containerOf,
  placesOf,
  planRunner,
  planScriptTask,
  RUNNER,
} from "../../../tests/plan_script_task.ts";

const MB = 2 ** 20;
const DIGEST = `sha256:${"a".repeat(64)}`;
const rules = (containers: object, more: object = {}): Around => ({
  // A policy that says nothing of isolation is none.
  bulkhead: { containers, ...more, kernel: "prefer" },
});

/** Each key with what it comes to on the command line, and what stands there without it. */
Deno.test.each([
  {
    keys: { networkMode: "bridge" },
    rule: { networks: ["none", "bridge"] },
    flags: ["--network=bridge"],
  },
  { keys: { networkMode: "none" }, rule: { networks: ["bridge"] }, flags: ["--network=none"] },
  { keys: {}, rule: { networks: ["bridge", "x"] }, flags: ["--network=bridge"] },
  { keys: { user: "1000" }, rule: {}, flags: ["--user=1000:1000"] },
  { keys: { user: "1000:7" }, rule: { users: ["1000:6", "1000:7"] }, flags: ["--user=1000:7"] },
  { keys: { entryPoint: ["/tini", "--"] }, rule: {}, flags: ["--entrypoint=/tini"] },
  { keys: { entryPoint: [""] }, rule: {}, flags: ["--entrypoint="] },
  {
    keys: { extraHosts: ["db:10.0.0.5", "v6:fd00::1"] },
    rule: {},
    flags: ["--add-host=db:10.0.0.5", "--add-host=v6:fd00::1"],
  },
  {
    keys: { networkMode: "bridge", portBindings: ["8080:80", "[::1]:9001:81/udp"] },
    rule: { networks: ["bridge"], ports: [8080, "9000-9010"] },
    flags: ["--publish=0.0.0.0:8080:80/tcp", "--publish=[::1]:9001:81/udp"],
  },
  {
    keys: {
      deviceRequests: [{
        driver: "nvidia",
        count: -1,
        capabilities: [["gpu", "compute"]],
        options: { a: "b" },
      }],
    },
    rule: { devices: ["nvidia"] },
    flags: [`--gpus=driver=nvidia,count=-1,"capabilities=gpu,compute",options=a=b`],
  },
  {
    keys: { deviceRequests: [{ driver: "nvidia", deviceIds: [0, 1] }] },
    rule: { devices: ["nvidia"] },
    flags: [`--gpus=driver=nvidia,"device=0,1"`],
  },
  { keys: { cpu: { cpus: 0.5 } }, rule: {}, flags: ["--cpus=0.5"] },
  { keys: { cpu: { cpus: "3" } }, rule: { cpus: 4 }, flags: ["--cpus=3"] },
  { keys: {}, rule: { cpus: 4 }, flags: ["--cpus=4"] },
  {
    keys: { memory: { memory: "256MB" } },
    rule: {},
    flags: [`--memory=${256 * MB}`, `--memory-swap=${256 * MB}`],
  },
  {
    keys: {
      memory: {
        memory: "1GB",
        memorySwap: "2GB",
        memoryReservation: "512MB",
        memorySwappiness: 10,
        oomKillDisable: false,
      },
    },
    rule: { memory: "2GB" },
    flags: [
      `--memory=${1024 * MB}`,
      `--memory-swap=${2048 * MB}`,
      `--memory-reservation=${512 * MB}`,
      "--memory-swappiness=10",
    ],
  },
  { keys: { shmSize: "32MB" }, rule: {}, flags: [`--shm-size=${32 * MB}`] },
  { keys: {}, rule: { shm: "128MB" }, flags: [`--shm-size=${128 * MB}`] },
  {
    keys: {},
    rule: { tmp: "1GB" },
    flags: [`--tmpfs=/tmp:rw,exec,nosuid,nodev,mode=1777,uid=1000,gid=1000,size=${1024 * MB}`],
  },
  { keys: { privileged: false, delete: true, wait: true }, rule: {}, flags: [] },
  {
    keys: { fileHandlingStrategy: "VOLUME" },
    rule: {},
    flags: ["--mount=type=volume,target=<workspace>"],
  },
  {
    keys: { fileHandlingStrategy: "MOUNT" },
    rule: {},
    flags: ["--mount=type=bind,source=<workspace>,target=<workspace>"],
  },
  { keys: { killGracePeriod: "PT10S" }, rule: {}, flags: ["--init"] },
  { keys: { host: "unix:///socket" }, rule: {}, flags: [] },
  { keys: {}, rule: { capabilities: ["NET_BIND_SERVICE"] }, flags: ["--cap-add=NET_BIND_SERVICE"] },
  { keys: { networkMode: null, user: null, volumes: null }, rule: {}, flags: ["--network=none"] },
])("runner $keys under $rule", async ({ keys, rule, flags }) => {
  const plan = await planRunner(keys, rules(rule));
  equal(plan.verdict, "run", plan.refusal?.message);
  for (const it of flags) ok(plan.argv.includes(it), `${it} in ${plan.argv.join(" ")}`);
});

Deno.test("what never stands on a command line that nobody asked for", async () => {
  const { argv } = await planRunner({});
  for (const it of ["--init", "--network=bridge"]) ok(!argv.includes(it), it);
  const unsaid = [
    "--shm-size",
    "--publish",
    "--add-host",
    "--gpus",
    "--cap-add",
    "--memory-swappiness",
  ];
  deepEqual(argv.filter((it) => unsaid.some((name) => it.startsWith(name))), []);
  ok(argv.includes("--read-only") && argv.includes("--cap-drop=ALL"));
  const { argv: open } = await planRunner({}, rules({ "read-only": false }));
  ok(!open.includes("--read-only") && open.includes("--cap-drop=ALL"));
});

Deno.test("what is no flag is in the program", async () => {
  const program = containerOf(
    await planRunner({
      pullPolicy: "ALWAYS",
      killGracePeriod: "PT1M",
      resume: true,
      credentials: { username: "{{ secret('A') }}", password: "p", registry: null },
      config: { auths: {} },
    }),
  );
  equal(program.pull, "ALWAYS");
  equal(program.killGraceMs, 60_000);
  equal(program.resume, true);
  deepEqual(program.credentials, {
    login: { username: "{{ secret('A') }}", password: "p" },
    config: { auths: {} },
  });
  const { pull, killGraceMs, resume, credentials, files } = containerOf(await planRunner({}));
  deepEqual({ pull, killGraceMs, resume, credentials, files }, {
    pull: "IF_NOT_PRESENT",
    killGraceMs: 0,
    resume: false,
    credentials: undefined,
    files: "MOUNT",
  });
});

const RULED = { networks: ["none", "bridge"] };

/**
 * Each beside the twin that is planned. `at`: the lines that are named, the policy's first; the
 * author's keys stand on line 13 of the flow, unless they are in a list or map there.
 */
Deno.test.each([
  {
    key: "networkMode",
    bad: "host",
    good: "bridge",
    rule: RULED,
    says: /asks for "host", which is never given/,
    at: ["policy.yaml:5", "flow.yaml:13"],
  },
  {
    key: "networkMode",
    bad: "container:x",
    good: "bridge",
    rule: RULED,
    says: /is never given/,
    at: ["policy.yaml:5", "flow.yaml:13"],
  },
  {
    key: "networkMode",
    bad: "other",
    good: "none",
    rule: RULED,
    says: /asks for "other", and the policy gives none, bridge/,
    at: ["policy.yaml:5", "flow.yaml:13"],
  },
  {
    key: "networkMode",
    bad: "bridge",
    good: "none",
    rule: {},
    says: /the policy gives none/,
    at: ["flow.yaml:13"],
  },
  {
    key: "networkMode",
    bad: "{{ x }}",
    good: "none",
    rule: {},
    says: /holds "{{ x }}", and an expression cannot be decided/,
    at: ["flow.yaml:13"],
  },
  {
    key: "privileged",
    bad: true,
    good: false,
    rule: {},
    says: /a container is never privileged/,
    at: ["flow.yaml:13"],
  },
  {
    key: "privileged",
    bad: "{{ x }}",
    good: "false",
    rule: {},
    says: /cannot be decided/,
    at: ["flow.yaml:13"],
  },
  {
    key: "user",
    bad: "root",
    good: "1000:1000",
    rule: {},
    says: /asks for "root", and containers run as 1000:1000/,
    at: ["flow.yaml:13"],
  },
  {
    key: "user",
    bad: "0",
    good: "1000",
    rule: { users: ["1000:5"] },
    says: /asks for "0", and the policy gives 1000:5/,
    at: ["policy.yaml:5", "flow.yaml:13"],
  },
  {
    key: "user",
    bad: "node",
    good: "1000",
    rule: {},
    says: /asks for "node"/,
    at: ["flow.yaml:13"],
  },
  {
    key: "host",
    bad: "tcp://evil:2375",
    good: "unix:///socket",
    rule: {},
    says: /the engine at "tcp:\/\/evil:2375", which is not in use/,
    at: ["flow.yaml:13"],
  },
  {
    key: "extraHosts",
    bad: ["host:host-gateway"],
    good: ["host:10.0.0.1"],
    rule: {},
    says: /leads to the host/,
    at: ["flow.yaml:13"],
  },
  {
    key: "extraHosts",
    bad: ["a:b"],
    good: ["a:1.2.3.4"],
    rule: {},
    says: /is not a name, ":" and an address/,
    at: ["flow.yaml:13"],
  },
  {
    key: "extraHosts",
    bad: ["-v:1.2.3.4"],
    good: ["v:1.2.3.4"],
    rule: {},
    says: /is not a name/,
    at: ["flow.yaml:13"],
  },
  {
    key: "portBindings",
    bad: ["81:80"],
    good: ["80:80"],
    rule: { networks: ["bridge"], ports: ["80"] },
    says: /of the host's ports the policy gives 80/,
    at: ["policy.yaml:8", "flow.yaml:13"],
  },
  {
    key: "portBindings",
    bad: ["80"],
    good: ["80:80"],
    rule: { networks: ["bridge"], ports: ["80"] },
    says: /which is no port of the host/,
    at: ["flow.yaml:13"],
  },
  {
    key: "portBindings",
    bad: ["80-81:80-81"],
    good: ["80:80"],
    rule: { networks: ["bridge"], ports: ["80-81"] },
    says: /which is no port of the host/,
    at: ["flow.yaml:13"],
  },
  {
    key: "portBindings",
    bad: ["80:80"],
    good: [],
    rule: { ports: ["80"] },
    says: /has no network to be reached by/,
    at: ["flow.yaml:13"],
  },
  {
    key: "deviceRequests",
    bad: [{ driver: "cdi" }],
    good: [{ driver: "nvidia" }],
    rule: { devices: ["nvidia"] },
    says: /asks for driver "cdi", and the policy gives nvidia/,
    at: ["policy.yaml:5", "flow.yaml:13"],
  },
  {
    key: "deviceRequests",
    bad: [{ count: -1 }],
    good: [],
    rule: {},
    says: /names no driver, and the policy gives none/,
    at: ["flow.yaml:13"],
  },
  {
    key: "deviceRequests",
    bad: [{ driver: "nvidia", capabilities: [["a"], ["b"]] }],
    good: [{ driver: "nvidia", capabilities: ["a"] }],
    rule: { devices: ["nvidia"] },
    says: /is not one list of capabilities/,
    at: ["flow.yaml:16"],
  },
  {
    key: "cpu",
    bad: { cpus: 2 },
    good: { cpus: 1 },
    rule: {},
    says: /"cpu.cpus" .* asks for 2, and containers have at most 1/,
    at: ["flow.yaml:14"],
  },
  {
    key: "cpu",
    bad: { cpus: 3 },
    good: { cpus: 2 },
    rule: { cpus: 2 },
    says: /asks for 3, and the policy gives at most 2/,
    at: ["policy.yaml:4", "flow.yaml:14"],
  },
  {
    key: "cpu",
    bad: { cpus: -1 },
    good: { cpus: 0.01 },
    rule: {},
    says: /is not a number of at least 0.01/,
    at: ["flow.yaml:14"],
  },
  {
    key: "cpu",
    bad: { shares: 1 },
    good: {},
    rule: {},
    says: /"cpu.shares" .* is not known/,
    at: ["flow.yaml:14"],
  },
  {
    key: "memory",
    bad: { memory: "1GB" },
    good: { memory: "512MB" },
    rule: {},
    says: /which is 1073741824 bytes, and containers have at most 536870912/,
    at: ["flow.yaml:14"],
  },
  {
    key: "memory",
    bad: { memory: "2GB" },
    good: { memory: "1GB" },
    rule: { memory: "1GB" },
    says: /the policy gives at most 1073741824/,
    at: ["policy.yaml:4", "flow.yaml:14"],
  },
  {
    key: "memory",
    bad: { memorySwap: "-1" },
    good: { memorySwap: "512MB" },
    rule: {},
    says: /is not a size/,
    at: ["flow.yaml:14"],
  },
  {
    key: "memory",
    bad: { memory: "256MB", memorySwap: "128MB" },
    good: { memory: "256MB", memorySwap: "256MB" },
    rule: {},
    says: /it counts the memory with it/,
    at: ["flow.yaml:15"],
  },
  {
    key: "memory",
    bad: { memory: "64MB", memoryReservation: "128MB" },
    good: { memory: "64MB", memoryReservation: "64MB" },
    rule: {},
    says: /"memory.memoryReservation"/,
    at: ["flow.yaml:15"],
  },
  {
    key: "memory",
    bad: { memorySwappiness: 101 },
    good: { memorySwappiness: 100 },
    rule: {},
    says: /a whole number from 0 to 100/,
    at: ["flow.yaml:14"],
  },
  {
    key: "memory",
    bad: { kernelMemory: "64MB" },
    good: { memory: "64MB" },
    rule: {},
    says: /engines no longer take/,
    at: ["flow.yaml:14"],
  },
  {
    key: "memory",
    bad: { oomKillDisable: true },
    good: { oomKillDisable: false },
    rule: {},
    says: /can stop the machine/,
    at: ["flow.yaml:14"],
  },
  {
    key: "shmSize",
    bad: "128MB",
    good: "64MB",
    rule: {},
    says: /containers have at most 67108864/,
    at: ["flow.yaml:13"],
  },
  {
    key: "shmSize",
    bad: "2MB",
    good: "1MB",
    rule: { shm: "1MB" },
    says: /the policy gives at most 1048576/,
    at: ["policy.yaml:4", "flow.yaml:13"],
  },
  {
    key: "pullPolicy",
    bad: "SOMETIMES",
    good: "NEVER",
    rule: {},
    says: /is not one of IF_NOT_PRESENT, ALWAYS, NEVER/,
    at: ["flow.yaml:13"],
  },
  {
    key: "delete",
    bad: false,
    good: true,
    rule: {},
    says: /no container is left behind/,
    at: ["flow.yaml:13"],
  },
  {
    key: "wait",
    bad: false,
    good: true,
    rule: {},
    says: /a task ends when its container does/,
    at: ["flow.yaml:13"],
  },
  {
    key: "killGracePeriod",
    bad: "10s",
    good: "PT10S",
    rule: {},
    says: /is not a duration/,
    at: ["flow.yaml:13"],
  },
  {
    key: "resume",
    bad: "perhaps",
    good: true,
    rule: {},
    says: /is not true or false/,
    at: ["flow.yaml:13"],
  },
  {
    key: "fileHandlingStrategy",
    bad: "COPY",
    good: "VOLUME",
    rule: {},
    says: /is not one of MOUNT, VOLUME/,
    at: ["flow.yaml:13"],
  },
  {
    key: "image",
    bad: "ubuntu",
    good: null,
    rule: {},
    says: /is one of old versions/,
    at: ["flow.yaml:13"],
  },
  {
    key: "credentials",
    bad: { user: "x" },
    good: { username: "x" },
    rule: {},
    says: /"credentials.user" .* is not known/,
    at: ["flow.yaml:14"],
  },
  { key: "config", bad: [1], good: "{}", rule: {}, says: /is not a map/, at: ["flow.yaml:13"] },
  {
    key: "entryPoint",
    bad: "sh",
    good: ["sh"],
    rule: {},
    says: /is not a list of texts/,
    at: ["flow.yaml:13"],
  },
  { key: "pidMode", bad: "host", good: null, rule: {}, says: /is not known/, at: ["flow.yaml:13"] },
  {
    key: "volume",
    bad: ["/a:/a"],
    good: null,
    rule: {},
    says: /is not known/,
    at: ["flow.yaml:13"],
  },
])(
  "runner key $key: $bad is refused under $rule, $good is planned",
  async ({ key, bad, good, rule, says, at }) => {
    const around = rules(rule);
    const refused = await planRunner({ [key]: bad }, around);
    match(refused.refusal?.message ?? "", says);
    deepEqual(placesOf(refused), at);
    equal(refused.refusal?.by === "policy", at[0]!.startsWith("policy"));
    // A key that nobody knows has its twin in the runner without it.
    const twin = ["pidMode", "volume"].includes(key) ? {} : { [key]: good };
    const planned = await planRunner(twin, around);
    equal(planned.verdict, "run", planned.refusal?.message);
  },
);

Deno.test("an engine elsewhere gets copies of files, and mounts nothing", async () => {
  const engine = engineFacts({ host: "ssh://there", isLocal: false });
  delete (engine as { api?: string }).api;
  const around: Around = {
    ...rules({ volumes: ["/data:ro"] }),
    host: { engine: { found: true, value: engine } },
  };
  const program = containerOf(await planRunner({}, around));
  equal(program.files, "VOLUME");
  equal(program.transport, "cli");
  const mounted = await planRunner({ fileHandlingStrategy: "MOUNT" }, around);
  match(mounted.refusal?.message ?? "", /the engine is on another host/);
  const volume = await planRunner({ volumes: ["/data:/data:ro"] }, around);
  match(volume.refusal?.message ?? "", /nobody here can say what it leads to/);
});

Deno.test("the engine is spoken to as the policy says", async () => {
  const transport = async (containers: object, api?: string) => {
    const { api: _, ...engine } = engineFacts();
    const value = { ...engine, ...(api !== undefined && { api }) };
    const plan = await planRunner({}, {
      ...rules(containers),
      host: { engine: { found: true, value } },
    });
    return plan.program?.kind === "container" ? plan.program.transport : plan.refusal?.code;
  };
  equal(await transport({}, "/socket"), "api");
  equal(await transport({}), "cli");
  equal(await transport({ transport: "auto" }, "/socket"), "api");
  equal(await transport({ transport: "cli" }, "/socket"), "cli");
  equal(await transport({ transport: "api" }, "/socket"), "api");
  equal(await transport({ transport: "api" }), "plan/container-transport");
});

Deno.test("an image is judged by the policy's patterns, and named in full", async () => {
  const images = { allow: ["docker.io/library/*"], "require-digest": true };
  const of = (containerImage: string, containers: object = {}) =>
    planScriptTask({ containerImage }, rules(containers));
  const named = await of("ubuntu");
  ok(named.argv.includes("docker.io/library/ubuntu:latest"));
  ok(
    named.because.some((it) =>
      it.effect === "image by its name, which its registry may give to another"
    ),
  );
  const pinned = await of(`ubuntu:24.04@${DIGEST}`, { images });
  ok(pinned.argv.includes(`docker.io/library/ubuntu@${DIGEST}`), pinned.refusal?.message);
  ok(pinned.because.some((it) => it.effect === "image pinned by its digest"));
  const loose = await of("ubuntu:24.04", { images });
  equal(loose.refusal?.code, "plan/image");
  deepEqual(placesOf(loose), ["policy.yaml:8", "flow.yaml:11"]);
  const other = await of(`ghcr.io/a/b@${DIGEST}`, { images });
  match(other.refusal?.message ?? "", /the policy allows only/);
  deepEqual(placesOf(other), ["policy.yaml:6", "flow.yaml:11"]);
  const ofClass = await planScriptTask({}, rules({ images }));
  equal(ofClass.refusal?.code, "plan/image");
  deepEqual(placesOf(ofClass), ["policy.yaml:8", "flow.yaml:7"]);
  match((await of("--privileged")).refusal?.message ?? "", /in image "--privileged"/);
  const later = await of("{{ inputs.image }}", { images });
  equal(containerOf(later).spec.image, "{{ inputs.image }}");
  deepEqual(containerOf(later).images.digestRequired?.line, 8);
});

Deno.test("the old name of the runner is the runner", async () => {
  const type = `${RUNNER}TaskRunner`;
  equal((await planScriptTask({ taskRunner: { type } })).verdict, "run");
  const { refusal } = await planScriptTask({ taskRunner: { type, privileged: true } });
  equal(refusal?.code, "plan/runner-key");
});

/** Forces the runner on shell scripts, with a key of its own. */
const FORCED: Around = {
  kestra: {
    plugins: {
      defaults: [{
        type: "io.kestra.plugin.scripts.shell",
        forced: true,
        values: { taskRunner: { type: RUNNER, extraHosts: ["db:10.0.0.5"] } },
      }],
    },
  },
};

Deno.test.each([
  { keys: { privileged: true } },
  { keys: { networkMode: "host" } },
  { keys: { networkMode: "bridge" } },
  { keys: { host: "unix:///socket" } },
  { keys: { user: "root" } },
  { keys: { config: "{}" } },
  { keys: { credentials: { username: "a" } } },
  { keys: { volumes: ["/:/host"] } },
  { keys: { portBindings: ["80:80"] } },
  { keys: { deviceRequests: [{ count: -1 }] } },
  { keys: { entryPoint: ["sh"] } },
  { keys: { extraHosts: ["registry:10.0.0.6"] } },
  { keys: { memory: { memory: "64GB" } } },
  { keys: { cpu: { cpus: 64 } } },
  { keys: { shmSize: "1GB" } },
  { keys: { delete: false } },
  { keys: { wait: false } },
  { keys: { image: "ubuntu" } },
  { keys: { pidMode: "host" } },
])("a forced runner is closed to the author's $keys", async ({ keys }) => {
  const plan = await planRunner(keys, FORCED);
  equal(plan.refusal?.code, "plan/runner-key");
  equal(plan.refusal.by, "policy");
  const [policy, flow] = placesOf(plan);
  match(policy!, /^policy\.yaml:/);
  match(flow!, /^flow\.yaml:/);
});

Deno.test("a forced runner keeps its own keys, and the author's that ask for no more than all have", async () => {
  const plan = await planRunner({
    privileged: false,
    networkMode: "none",
    pullPolicy: "NEVER",
    memory: { memory: "64MB" },
    cpu: { cpus: 0.5 },
    fileHandlingStrategy: "VOLUME",
    killGracePeriod: "PT1S",
    resume: true,
    delete: true,
    wait: true,
  }, FORCED);
  equal(plan.verdict, "run", plan.refusal?.message);
  ok(plan.argv.includes("--add-host=db:10.0.0.5"));
  ok(plan.argv.includes(`--memory=${64 * MB}`));
});
