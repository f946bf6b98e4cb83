import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { PODMAN_IMAGE, testWith } from "../must.ts";
import { type Box, lazily, makeBox, makeWord } from "./box.ts";
import { attackScript, GRANTED, rows, SECRET } from "./container_attacks.ts";
import { finished, logged, runHarness, type Said, startHarness } from "./harness.ts";

const IMAGE = PODMAN_IMAGE;
const POLICY = "bulkhead: { filesystem: closed, containers: { engine: podman } }\n";

function podman(...args: string[]): string {
  const { stdout } = new Deno.Command("podman", { args, stdin: "null", stderr: "null" })
    .outputSync();
  return new TextDecoder().decode(stdout);
}

function test(name: string, fn: () => Promise<void>): void {
  testWith("podman", `boundary: podman, ${name}`, fn);
}

/** Other harnesses may run at the same time. */
const FLOW = makeWord("podman");

function flowOf(tasks: readonly object[]): string {
  const typed = tasks.map((it) => (
    { type: "io.kestra.plugin.scripts.shell.Script", containerImage: IMAGE, ...it }
  ));
  return JSON.stringify({ id: FLOW, namespace: "boundary", tasks: typed });
}

async function run(
  box: Box,
  tasks: readonly object[],
  env: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const args = [
    ...["run", await box.write("flow.yaml", flowOf(tasks)), "--json"],
    ...["-p", await box.write("policy.yaml", POLICY), "--workspace", `${box.root}/ws`],
  ];
  return await runHarness(args, { env });
}

function containersOf({ events }: Said): string {
  const label = `label=bulkhead.execution=${events[0]!.execution}`;
  return podman("ps", "--all", "--quiet", "--filter", label).trim();
}

test("a container's outputs and exit code are the task's", async () => {
  await using box = await makeBox();
  const said = await run(box, [
    { id: "fine", env: { GIVEN: GRANTED }, script: `echo '::{"outputs":{"a":1}}::'; echo $GIVEN` },
    { id: "fails", allowFailure: true, script: "echo kept > kept; cat kept; exit 3" },
    // A code that podman's client has for itself, too.
    { id: "as_client", allowFailure: true, script: "exit 126" },
  ]);
  deepEqual(finished(said, "fine").outputs, { vars: { a: 1 }, exitCode: 0, outputFiles: {} });
  equal(logged(said, "fine"), GRANTED);
  deepEqual(finished(said, "fails").ending, { kind: "exited", code: 3 });
  equal(logged(said, "fails"), "kept");
  deepEqual(finished(said, "as_client").ending, { kind: "exited", code: 126 });
  equal(containersOf(said), "");
});

test("files are laid and taken, mounted and copied alike", async () => {
  await using box = await makeBox();
  const task = (id: string, fileHandlingStrategy: string) => ({
    id,
    taskRunner: { type: "io.kestra.plugin.scripts.runner.docker.Docker", fileHandlingStrategy },
    inputFiles: { "deep/given.txt": GRANTED },
    outputFiles: ["made/*.txt"],
    script: "mkdir made && cp deep/given.txt made/taken.txt",
  });
  const read = (id: string) => ({
    id: `read_${id}`,
    type: "io.kestra.plugin.core.log.Log",
    containerImage: undefined,
    message: `{{ read(outputs.${id}.outputFiles['made/taken.txt']) }}`,
  });
  const said = await run(box, [
    task("mounted", "MOUNT"),
    read("mounted"),
    task("copied", "VOLUME"),
    read("copied"),
  ]);
  equal(said.code, 0, said.stderr);
  equal(logged(said, "read_mounted"), GRANTED);
  equal(logged(said, "read_copied"), GRANTED);
  equal(containersOf(said), "");
});

test("what a killed harness left is removed by the next one", async () => {
  await using box = await makeBox();
  const flow = (script: string) =>
    box.write("flow.yaml", flowOf([{ id: "it", script: `echo started\n${script}` }]));
  const args = [
    ...["run", await flow("sleep 600"), "--json"],
    ...["-p", await box.write("policy.yaml", POLICY), "--workspace", `${box.root}/ws`],
  ];
  const harness = startHarness(args);
  const running = () => podman("ps", "--quiet", "--filter", `label=kestra.io/flow-id=${FLOW}`);
  for (let i = 0; i < 600 && running() === ""; i++) await new Promise((it) => setTimeout(it, 100));
  notEqual(running(), "", "the container never ran");
  harness.kill("SIGKILL");
  await harness.said;
  await flow("true");
  const next = await runHarness(args);
  equal(next.code, 0, next.stderr);
  equal(running(), "");
});

test("a container is gone after its deadline", async () => {
  await using box = await makeBox();
  const said = await run(box, [{ id: "it", timeout: "PT2S", script: "sleep 60" }]);
  equal(said.code, 124, said.stderr);
  deepEqual(finished(said, "it").ending, { kind: "timed-out", afterMs: 2000 });
  equal(containersOf(said), "");
});

test("the plan says which engine, and what it is asked for", async () => {
  await using box = await makeBox();
  const said = await run(box, [{ id: "it", script: "true" }]);
  const planned = said.events.find((it) => it.type === "task.planned")!;
  match(planned.argv[0]!, /\/podman$/);
  const engine = planned.because.find((it) => it.effect.startsWith("use engine podman "));
  equal(engine?.rule, "the policy names it");
  // What podman would add to a read-only root by itself.
  ok(planned.argv.includes("--read-only-tmpfs=false"));
});

test("nothing but the workspace and /tmp can be written, and /tmp has its size", async () => {
  await using box = await makeBox();
  const places = "/run /var/tmp /etc / /dev";
  const tries = (where: string) => `for it in ${where}; do touch $it/new && echo wrote $it; done`;
  const said = await run(box, [
    { id: "attack", allowFailure: true, script: `${tries(places)}\ntrue` },
    { id: "control", script: tries(". /tmp") },
    { id: "size", script: "df -k /tmp | tail -n 1 | tr -s ' ' | cut -d ' ' -f 2" },
  ]);
  ok(!/^wrote /m.test(logged(said, "attack")), logged(said, "attack"));
  equal(logged(said, "control"), "wrote .\nwrote /tmp");
  equal(logged(said, "size"), String(64 * 1024));
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
  const task = (id: string, script: string) => (
    { id, allowFailure: true, script: attackScript(file, script) }
  );
  const said = await run(
    box,
    rows.flatMap(({ script, control }, i) => [
      task(`attack_${i}`, script),
      task(`control_${i}`, control),
    ]),
    { BOX_WORD: SECRET },
  );
  const plain = rows.map(({ script }) =>
    podman(
      ...["run", "--rm", "--network=none", `--volume=${box.root}/in:${box.root}/in`],
      ...[`--env=BOX_WORD=${SECRET}`, IMAGE, "sh", "-c", attackScript(file, script)],
    )
  );
  return { said, plain };
});

const isRoot = Deno.uid() === 0;
for (const [i, { name, reached, granted = reached, takesRoot }] of rows.entries()) {
  if (takesRoot && !isRoot) continue;
  test(`a script in a container does not get ${name}`, async () => {
    const { said, plain } = await contained();
    match(plain[i]!, reached, "the attack is broken");
    match(logged(said, `control_${i}`), granted, "the control is broken");
    equal(finished(said, `control_${i}`).state, "SUCCESS");
    ok(!reached.test(logged(said, `attack_${i}`)), logged(said, `attack_${i}`));
  });
}
