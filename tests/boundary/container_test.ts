import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { need } from "../must.ts";
import { type Box, lazily, makeBox, makeWord, placeOf } from "./box.ts";
import { attackScript, GRANTED, rows, SECRET } from "./container_attacks.ts";
import { finished, logged, runHarness, type Said, startHarness } from "./harness.ts";

const IMAGE = "busybox:latest";
const SCRIPT = "io.kestra.plugin.scripts.shell.Script";
const RUNNER = "io.kestra.plugin.scripts.runner.docker.Docker";

const { ignore, reason } = needContainers();

/** A machine with an engine that lacks the image is as good as one without an engine. */
function needContainers(): { readonly ignore: boolean; readonly reason: string } {
  const engine = need("engine");
  if (engine.reason !== "") return engine;
  const { success } = docker("image", "inspect", IMAGE);
  const demanded = (Deno.env.get("BULKHEAD_MUST") ?? "").split(",").includes("engine");
  return success
    ? { ignore: false, reason: "" }
    : { ignore: !demanded, reason: `the engine has no image ${IMAGE}` };
}

function docker(...args: string[]) {
  const { success, stdout } = new Deno.Command("docker", {
    args,
    stdin: "null",
    stderr: "null",
  }).outputSync();
  return { success, stdout: new TextDecoder().decode(stdout) };
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: ignore ? `boundary: ${name} [ignored: ${reason}]` : `boundary: ${name}`,
    ignore,
    async fn() {
      if (reason !== "") throw new Error(`BULKHEAD_MUST=engine: ${reason}`);
      await fn();
    },
  });
}

/** The flow of some tasks, all of them scripts in a container. */
function flowOf(tasks: readonly object[], id = "containers"): string {
  const typed = tasks.map((it) => ({ type: SCRIPT, containerImage: IMAGE, ...it }));
  return JSON.stringify({ id, namespace: "boundary", tasks: typed }, null, 1);
}

interface Run extends Said {
  readonly box: Box;
  readonly flow: string;
  readonly policy: string;
}

async function run(
  box: Box,
  tasks: readonly object[],
  { policyText = "bulkhead: { filesystem: closed }\n", env = {} }: {
    readonly policyText?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<Run> {
  const flow = await box.write("flow.yaml", flowOf(tasks));
  const policy = await box.write("policy.yaml", policyText);
  const args = ["run", flow, "--json", "-p", policy, "--workspace", `${box.root}/ws`];
  return { box, flow, policy, ...await runHarness(args, { env }) };
}

/** What is left of an execution: containers by its label, and directories. */
async function leftovers({ events }: Said, { root }: Box): Promise<readonly string[]> {
  const execution = events[0]!.execution;
  const filter = `label=bulkhead.execution=${execution}`;
  const containers = docker("ps", "--all", "--quiet", "--filter", filter).stdout.trim();
  const left = containers === "" ? [] : containers.split("\n");
  const walk = async (path: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(path)) {
      if (name === execution) left.push(`${path}/${name}`);
      if (isDirectory) await walk(`${path}/${name}`);
    }
  };
  await walk(`${root}/ws`);
  return left;
}

test("a container succeeds, and its outputs come by both pipes", async () => {
  await using box = await makeBox();
  const said = await run(box, [{
    id: "it",
    env: { GIVEN: GRANTED },
    script: [
      `echo '::{"outputs": {"a": 1}}::'`,
      `echo '::{"outputs": {"b": "two"}}::' >&2`,
      'echo "said $GIVEN"',
      "echo '<workspace> <env-file>'",
    ],
  }]);
  equal(said.code, 0, said.stderr);
  const { state, outputs } = finished(said, "it");
  equal(state, "SUCCESS");
  deepEqual(outputs, { vars: { a: 1, b: "two" }, exitCode: 0, outputFiles: {} });
  equal(logged(said, "it"), `said ${GRANTED}\n<workspace> <env-file>`);
  deepEqual(await leftovers(said, box), []);
});

test("a container that fails keeps what it said before", async () => {
  await using box = await makeBox();
  const said = await run(box, [{
    id: "it",
    script: [`echo '::{"outputs": {"a": 1}}::'`, "exit 3"],
  }]);
  equal(said.code, 1);
  const { state, ending, outputs } = finished(said, "it");
  equal(state, "FAILED");
  deepEqual(ending, { kind: "exited", code: 3 });
  deepEqual(outputs, { vars: { a: 1 }, exitCode: 3, outputFiles: {} });
  deepEqual(await leftovers(said, box), []);
});

test("a container is gone after its deadline", async () => {
  await using box = await makeBox();
  const said = await run(box, [{ id: "it", timeout: "PT1S", script: "sleep 60" }]);
  equal(said.code, 124, said.stderr);
  const { state, ending } = finished(said, "it");
  equal(state, "FAILED");
  deepEqual(ending, { kind: "timed-out", afterMs: 1000 });
  deepEqual(await leftovers(said, box), []);
});

test("a container is gone when the harness is interrupted", async () => {
  await using box = await makeBox();
  const id = makeWord("flow");
  const flow = await box.write("flow.yaml", flowOf([{ id: "it", script: "sleep 60" }], id));
  const policy = await box.write("policy.yaml", "bulkhead: { filesystem: closed }\n");
  const args = ["run", flow, "--json", "-p", policy, "--workspace", `${box.root}/ws`];
  const harness = startHarness(args);
  const running = () =>
    docker("ps", "--quiet", "--filter", `label=kestra.io/flow-id=${id}`).stdout.trim();
  for (let i = 0; i < 200 && running() === ""; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  notEqual(running(), "", "the container never ran");
  harness.kill("SIGINT");
  const said = await harness.said;
  equal(said.code, 130);
  const { state, ending } = finished(said, "it");
  equal(state, "KILLED");
  deepEqual(ending, { kind: "interrupted" });
  deepEqual(await leftovers(said, box), []);
});

const boxes: Box[] = [];
Deno.test.afterAll(async () => {
  for (const it of boxes) await it[Symbol.asyncDispose]();
});

const contained = lazily(async () => {
  const box = await makeBox();
  boxes.push(box);
  const file = await box.write("in/secret.txt", SECRET);
  await Deno.chmod(box.root, 0o755);
  const set = (script: string) => attackScript(file, script);
  const task = (id: string, script: string) => ({ id, allowFailure: true, script: set(script) });
  const said = await run(
    box,
    [
      ...rows.flatMap(({ script, control }, i) => [
        task(`attack_${i}`, script),
        task(`control_${i}`, control),
      ]),
      task("network", "cat /proc/net/dev"),
    ],
    { env: { BOX_WORD: SECRET } },
  );
  const plain = rows.map(({ script }) =>
    docker(
      ...["run", "--rm", "--network=none", `--volume=${box.root}/in:${box.root}/in`],
      ...[`--env=BOX_WORD=${SECRET}`, IMAGE, "sh", "-c", set(script)],
    ).stdout
  );
  return { said, plain };
});

for (const [i, { name, reached, granted = reached }] of rows.entries()) {
  test(`a script in a container does not get ${name}`, async () => {
    const { said, plain } = await contained();
    match(plain[i]!, reached, "the attack is broken");
    match(logged(said, `control_${i}`), granted, "the control is broken");
    equal(finished(said, `control_${i}`).state, "SUCCESS");
    ok(!reached.test(logged(said, `attack_${i}`)), logged(said, `attack_${i}`));
  });
}

test("a container has no network interface but its own loop", async () => {
  const { said } = await contained();
  const names = logged(said, "network").split("\n").flatMap((it) =>
    /^\s*(\S+):/.exec(it)?.[1] ?? []
  );
  deepEqual(names, ["lo"]);
});

const FORCED = `kestra:
  plugins:
    defaults:
      - type: ${SCRIPT}
        forced: true
        values:
          containerImage: ${IMAGE}
          taskRunner:
            type: ${RUNNER}
`;

test("the forced image and runner win over the task's own", async () => {
  await using box = await makeBox();
  const tasks = [{
    id: "it",
    containerImage: "registry.invalid/evil:1",
    taskRunner: { type: "io.kestra.plugin.core.runner.Process" },
    script: "echo ran",
  }];
  const said = await run(box, tasks, { policyText: FORCED });
  equal(said.code, 0, said.stderr);
  equal(logged(said, "it"), "ran");
  const planned = said.events.find((it) => it.type === "task.planned");
  const image = `docker.io/library/${IMAGE}`;
  ok(planned?.argv.includes(image) && !planned.argv.join().includes("evil"), said.stdout);
  const by = planned?.because.find((it) => it.effect.includes("containerImage"));
  deepEqual(by?.source, {
    file: said.policy,
    ...placeOf(FORCED, IMAGE),
  });
  // Without the policy the task's own runner is what stops it.
  const free = await run(box, tasks);
  equal(free.code, 4);
});

for (
  const [key, value] of Object.entries({
    privileged: true,
    volumes: ["/:/host"],
    networkMode: "host",
    user: "0",
    pidMode: "host",
    host: "tcp://localhost:2375",
  })
) {
  test(`a forced runner is closed to the author's key "${key}"`, async () => {
    await using box = await makeBox();
    const said = await run(
      box,
      [{ id: "it", taskRunner: { type: RUNNER, [key]: value }, script: "echo ran" }],
      { policyText: FORCED },
    );
    equal(said.code, 4);
    deepEqual(said.events, []);
    const place = ({ line, column }: { line: number; column: number }) => `${line}:${column}`;
    const flowText = await Deno.readTextFile(said.flow);
    ok(said.stderr.includes(`${said.policy}:${place(placeOf(FORCED, RUNNER))}`), said.stderr);
    ok(said.stderr.includes(`${said.flow}:${place(placeOf(flowText, `"${key}"`))}`), said.stderr);
    match(said.stderr, /nothing was run/);
  });
}

for (
  const image of ["--privileged", "{{ '--volume=/:/host' }}", "-v", "{{ 'busybox --privileged' }}"]
) {
  test(`an image cannot be an option: ${image}`, async () => {
    await using box = await makeBox();
    const said = await run(box, [{ id: "it", containerImage: image, script: "echo ran" }]);
    notEqual(said.code, 0);
    const end = said.events.find((it) => it.type === "task.finished");
    ok(end === undefined || end.ending?.kind === "not-started", said.stdout);
    ok(!said.stdout.includes('"message":"ran"'));
  });
}

test("a volume is what the policy gives by its real path, and a link in it is no way out", async () => {
  await using box = await makeBox();
  await box.write("given/word.txt", GRANTED);
  await box.write("forbidden/word.txt", SECRET);
  const { root } = box;
  for (const it of ["given", "forbidden"]) await Deno.chmod(`${root}/${it}`, 0o755);
  await Deno.chmod(root, 0o755);
  await Deno.symlink(`${root}/forbidden`, `${root}/given/link`);
  const policyText = JSON.stringify({
    kestra: {
      ee: { "java-security": { enabled: true, "forbidden-paths": [`${root}/forbidden`] } },
    },
    bulkhead: { containers: { volumes: [`${root}/given`] } },
  });
  const mounted = (path: string) => {
    const runner = { type: RUNNER, volumes: [`${root}/${path}:/in`] };
    const script = "cat /in/word.txt /in/link/word.txt; touch /in/new";
    const task = { id: "it", allowFailure: true, failFast: false, taskRunner: runner, script };
    return run(box, [task], { policyText });
  };
  const given = await mounted("given");
  match(logged(given, "it"), new RegExp(GRANTED));
  ok(!given.stdout.includes(SECRET), "a link leads to what is in the container");
  match(logged(given, "it"), /Read-only file system/);
  for (const path of ["given/link", "forbidden", "."]) {
    const refused = await mounted(path);
    equal(refused.code, 4, refused.stdout);
    ok(refused.stderr.includes(`${refused.policy}:1:`), refused.stderr);
    ok(refused.stderr.includes(`${refused.flow}:`), refused.stderr);
  }
  // Docker itself follows the link.
  const plain = docker(
    ...["run", "--rm", "--network=none", `--volume=${root}/given/link:/in`, IMAGE],
    ...["cat", "/in/word.txt"],
  );
  match(plain.stdout, new RegExp(SECRET));
});

test("an image that an expression comes to is judged as one that is written", async () => {
  await using box = await makeBox();
  const policyText = "bulkhead: { containers: { images: { deny: [busybox] } } }\n";
  const of = (containerImage: string, text?: string) =>
    run(box, [{ id: "it", containerImage, script: "echo ran" }], text ? { policyText: text } : {});
  const rendered = await of("{{ 'busybox' }}:latest", policyText);
  equal(finished(rendered, "it").ending?.kind, "not-started");
  ok(!rendered.stdout.includes('"message":"ran"'));
  equal((await of(IMAGE, policyText)).code, 4);
  equal(logged(await of("{{ 'busybox' }}:latest"), "it"), "ran");
});

Deno.test("boundary: without an engine nothing runs, not even what needs none", async () => {
  await using box = await makeBox();
  const said = await run(box, [
    {
      id: "log",
      type: "io.kestra.plugin.core.log.Log",
      message: GRANTED,
      containerImage: undefined,
    },
    { id: "it", script: "echo ran" },
  ], { env: { DOCKER_HOST: "unix:///nonexistent" } });
  equal(said.code, 125, said.stderr);
  deepEqual(said.events, []);
  ok(!said.stdout.includes(GRANTED));
});
