import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Event } from "../../lib/model/mod.ts";
import { bulkhead, command, makeFiles } from "../cli/bulkhead.ts";
import { testWith } from "../must.ts";
import { runFlow } from "./events.ts";

/** A task that leaves a line in a file outside of its workspace: once for each time it is run. */
const effect = (id: string, directory: string, indent = "  ") =>
  `${indent}- id: ${id}
${indent}  type: io.kestra.plugin.graalvm.js.Eval
${indent}  script: |
${indent}    await Deno.writeTextFile("${directory}/effects", taskrun.value === undefined
${indent}      ? "${id}\\n" : "${id}@" + taskrun.value + "\\n", { append: true });
${indent}    "of ${id}"
`;

interface World extends AsyncDisposable {
  readonly cwd: string;
  readonly flow: (text: string) => Promise<void>;
  /** Lines that tasks have left, in order. */
  readonly effects: () => Promise<readonly string[]>;
  readonly executions: () => Promise<readonly string[]>;
  /** Keys of the task runs that the journals have as finished well, each as often as it is there. */
  readonly finished: (execution: string) => Promise<readonly string[]>;
}

async function makeWorld(): Promise<World> {
  const files = await makeFiles({ "out/effects": "" });
  const out = `${files.path}/out`;
  await Deno.writeTextFile(
    `${files.path}/policy.yaml`,
    `bulkhead:\n  filesystem: closed\n  writable: ["${out}"]\n`,
  );
  const records = async (execution: string) => {
    const text = await Deno.readTextFile(
      `${files.path}/state/executions/${execution}/journal.jsonl`,
    );
    return text.slice(0, text.lastIndexOf("\n")).split("\n").map((it) => JSON.parse(it));
  };
  return {
    cwd: files.path,
    flow: (tasks) =>
      Deno.writeTextFile(`${files.path}/flow.yaml`, `id: f\nnamespace: a.b\n${tasks}`),
    effects: async () =>
      (await Deno.readTextFile(`${out}/effects`)).split("\n").filter((it) => it !== ""),
    executions: async () => {
      try {
        return (await Array.fromAsync(Deno.readDir(`${files.path}/state/executions`)))
          .map((it) => it.name);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return [];
        throw error;
      }
    },
    finished: async (execution) =>
      (await records(execution)).filter((it) => it.is === "finished" && it.run.state === "SUCCESS")
        .map((it) => it.run.key),
    [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
  };
}

const RUN = ["flow.yaml", "-p", "policy.yaml"];
const resumed = (events: readonly Event[]) =>
  events.flatMap((it) => it.type === "task.finished" && it.resumed ? [it.task] : []);

Deno.test("resume: a failed execution goes on once the task is mended, with its inputs and outputs", async () => {
  await using world = await makeWorld();
  const out = `${world.cwd}/out`;
  const flow = (format: string) =>
    world.flow(`inputs:
  - {id: name, type: STRING}
tasks:
${effect("first", out)}  - id: second
    type: io.kestra.plugin.core.debug.Return
    format: "${format}"
${effect("third", out)}`);
  await flow("{{ outputs.nothing.value }}");
  const first = await runFlow([...RUN, "-i", "name=ada"], { cwd: world.cwd });
  equal(first.code, 1, first.stderr);
  const [execution] = await world.executions();
  match(first.stderr, new RegExp(`go on with --resume ${execution}$`, "m"));
  await flow("{{ inputs.name }} {{ outputs.first.result }} {{ execution.startDate }}");
  const second = await runFlow(["--resume", execution!, "-p", "policy.yaml"], { cwd: world.cwd });
  equal(second.code, 0, second.stderr);
  deepEqual(second.states, {
    first: "SUCCESS",
    second: "SUCCESS",
    third: "SUCCESS",
    execution: "SUCCESS",
  });
  deepEqual(resumed(second.events), ["first"]);
  const began = second.events.find((it) => it.type === "execution.started");
  equal(began?.resumed, true);
  deepEqual([...new Set(second.events.map((it) => it.execution))], [execution]);
  const startDate = first.events.find((it) => it.type === "execution.started")!.at;
  const [, said, of, at] = /^(\S+) (of first) (\S+)$/.exec(
    (second.outputs.second as { value: string }).value,
  )!;
  deepEqual([said, of], ["ada", "of first"]);
  ok(Math.abs(Date.parse(at!) - Date.parse(startDate)) < 5000, "it is the first harness's date");
  ok(at! < second.events[0]!.at);
  deepEqual(await world.effects(), ["first", "third"], "what had finished is not done again");
  deepEqual(await world.executions(), [], "what ended well leaves nothing");
});

Deno.test("resume: a task that changed after it had finished is an error that names it", async () => {
  await using world = await makeWorld();
  const flow = (first: string, second = "execution.Fail") =>
    world.flow(`tasks:
  - {id: one, type: io.kestra.plugin.core.debug.Return, format: "${first}"}
  - {id: two, type: io.kestra.plugin.core.${second}}
`);
  await flow("a");
  equal((await runFlow(RUN, { cwd: world.cwd })).code, 1);
  const [execution] = await world.executions();
  const argv = ["run", ...RUN, "--resume", execution!];
  const call = () => bulkhead(argv, { cwd: world.cwd });
  await flow("b");
  const changed = await call();
  equal(changed.code, 4, changed.stderr);
  match(changed.stderr, /error\[run\/resume-changed\]: .*task "one" was changed .*"tasks\[0\]"/);
  match(changed.stderr, /at flow\.yaml:4:/);
  await world.flow("tasks:\n  - {id: two, type: io.kestra.plugin.core.execution.Fail}\n");
  match((await call()).stderr, /task "two" was changed after the one at "tasks\[0\]"/);
  await Deno.writeTextFile(
    `${world.cwd}/flow.yaml`,
    "id: other\nnamespace: a.b\ntasks:\n  - {id: one, type: io.kestra.plugin.core.execution.Fail}\n",
  );
  const other = await call();
  equal(other.code, 2);
  match(other.stderr, /error\[run\/resume-other-flow\]: .*a\.b\/other.*one of a\.b\/f/);
  await flow("a", 'log.Log, message: "now"');
  const mended = await call();
  equal(mended.code, 0, `the control: what had not finished may change: ${mended.stderr}`);
});

Deno.test("resume: a command line that asks for more than it can is an error with a way out", async () => {
  await using world = await makeWorld();
  await world.flow("tasks:\n  - {id: one, type: io.kestra.plugin.core.execution.Fail}\n");
  equal((await runFlow(RUN, { cwd: world.cwd })).code, 1);
  const [execution] = await world.executions();
  const rows = [
    { argv: ["--resume", "no-such"], code: 2, says: new RegExp(`can be resumed: ${execution} `) },
    { argv: ["--resume", execution!, "-i", "a=1"], code: 2, says: /Cannot give inputs/ },
    {
      argv: ["--resume", execution!],
      env: { BULKHEAD_STATE: "", HOME: "", XDG_STATE_HOME: "" },
      code: 125,
      says: /error\[host\/no-state\]: Cannot resume an execution: .*neither BULKHEAD_STATE/,
    },
  ];
  for (const { argv, env, code, says } of rows) {
    const call = await bulkhead(["run", ...argv], { cwd: world.cwd, ...(env && { env }) });
    equal(call.code, code, call.stderr);
    match(call.stderr, says);
  }
  const read = await Deno.readTextFile(`${world.cwd}/flow.yaml`);
  const piped = await bulkhead(["run", "-"], { cwd: world.cwd, stdin: read });
  const id = /--resume (\S+)/.exec(piped.stderr)![1]!;
  match(
    (await bulkhead(["run", "--resume", id], { cwd: world.cwd })).stderr,
    /its flow came from a bundle or from standard input/,
  );
});

Deno.test("resume: without a place for it a run goes on, says so once, and leaves nothing", async () => {
  await using world = await makeWorld();
  await world.flow(
    `tasks:\n  - {id: one, type: io.kestra.plugin.core.debug.Return, format: "a"}\n`,
  );
  await Deno.writeTextFile(`${world.cwd}/occupied`, "a file");
  for (
    const env of [
      { BULKHEAD_STATE: "", HOME: "", XDG_STATE_HOME: "" },
      { BULKHEAD_STATE: `${world.cwd}/occupied/below` },
    ]
  ) {
    const { code, stderr } = await runFlow(RUN, { cwd: world.cwd, env });
    equal(code, 0, stderr);
    equal(stderr.match(/this execution cannot be resumed: /g)?.length, 1, stderr);
  }
  const { stderr } = await runFlow(RUN, { cwd: world.cwd });
  equal(/cannot be resumed/.test(stderr), false, "the control");
  deepEqual(await world.executions(), []);
});

/** Lets scripts run on the host. */
const SCRIPTS = `kestra:
  ee:
    java-security:
      enabled: true
      authorized-class-prefix: [io.kestra.plugin.scripts]
`;

testWith(
  "landlock",
  "resume: stored files of finished tasks are there for those that follow",
  async () => {
    await using world = await makeWorld();
    await Deno.writeTextFile(`${world.cwd}/policy.yaml`, SCRIPTS);
    const env = { PATH: Deno.env.get("PATH") ?? "" };
    const flow = (fails: boolean) =>
      world.flow(`tasks:
  - id: make
    type: io.kestra.plugin.scripts.shell.Script
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    outputFiles: [made.txt]
    script: printf "what was made" > made.txt
  - {id: fail, type: io.kestra.plugin.core.${
        fails ? "execution.Fail" : 'log.Log, message: "no more"'
      }}
  - id: read
    type: io.kestra.plugin.core.debug.Return
    format: "{{ read(outputs.make.outputFiles['made.txt']) }}"
`);
    await flow(true);
    const first = await runFlow(RUN, { cwd: world.cwd, env });
    equal(first.states.make, "SUCCESS", JSON.stringify(first.events.slice(-4)));
    const [execution] = await world.executions();
    await flow(false);
    const second = await runFlow([...RUN, "--resume", execution!], { cwd: world.cwd, env });
    equal(second.code, 0, second.stderr);
    deepEqual(second.outputs.read, { value: "what was made" });
  },
);

Deno.test("resume: no task reads the record of an execution, its own or another's", async () => {
  await using world = await makeWorld();
  await Deno.writeTextFile(
    `${world.cwd}/policy.yaml`,
    "bulkhead:\n  filesystem: open\n  kernel: off\n",
  );
  await world.flow(
    `inputs:\n  - {id: p, type: STRING, defaults: "a secret"}\ntasks:\n` +
      `  - {id: one, type: io.kestra.plugin.core.execution.Fail}\n`,
  );
  equal((await runFlow(RUN, { cwd: world.cwd })).code, 1);
  const [execution] = await world.executions();
  const journal = (id: string) => `${world.cwd}/state/executions/${id}/journal.jsonl`;
  match(await Deno.readTextFile(journal(execution!)), /a secret/, "it is there for who may look");
  await Deno.writeTextFile(`${world.cwd}/beside`, "beside");
  const read = (id: string, path: string) =>
    `  - id: ${id}\n    type: io.kestra.plugin.graalvm.js.Eval\n    allowFailure: true\n` +
    `    script: Deno.readTextFileSync(\`${path}\`)\n`;
  await world.flow(
    `tasks:\n${read("control", `${world.cwd}/beside`)}${read("other", journal(execution!))}` +
      read("own", journal("${runContext.variables.execution.id}")) +
      read("list", journal("../x").replace("/../x/journal.jsonl", "")),
  );
  const { outputs, states, events } = await runFlow(RUN, { cwd: world.cwd });
  deepEqual(outputs.control, { result: "beside", outputs: {} });
  deepEqual(
    [states.other, states.own, states.list],
    ["WARNING", "WARNING", "WARNING"],
    JSON.stringify(outputs),
  );
  const denied = events.flatMap((it) => it.type === "task.denied" ? [it] : []);
  deepEqual(denied.map((it) => it.task), ["other", "own", "list"]);
  deepEqual([...new Set(denied.map((it) => it.because.rule))], ["what the harness remembers"]);
  equal(denied[1]?.value, journal(events[0]!.execution), "it was its own that it asked for");
});

testWith(
  "mount",
  "resume: a disk that fills up stops the run with a reason; one that is full is a note",
  async () => {
    await using world = await makeWorld();
    const small = `${world.cwd}/small`;
    await Deno.mkdir(small);
    const mount = await new Deno.Command("mount", {
      args: ["-t", "tmpfs", "-o", "size=128k,mode=700", "tmpfs", small],
    }).output();
    equal(mount.success, true, new TextDecoder().decode(mount.stderr));
    try {
      const flow = (times: number) =>
        world.flow(`tasks:
  - id: talk
    type: io.kestra.plugin.graalvm.js.Eval
    script: for (let i = 0; i < ${times}; i++) console.log("x".repeat(1000))
  - {id: next, type: io.kestra.plugin.core.execution.Fail}
`);
      const given = { cwd: world.cwd, env: { BULKHEAD_STATE: small } };
      await flow(10);
      const control = await runFlow(RUN, given);
      deepEqual(control.states, { talk: "SUCCESS", next: "FAILED", execution: "FAILED" });
      await flow(500);
      // Lines are kept where they are asked for.
      const filled = await runFlow([...RUN, "--keep"], given);
      equal(filled.code, 125, filled.stderr);
      match(filled.stderr, /error\[host\/state-full\]: .*journal\.jsonl": no space left/);
      equal(filled.states.next, undefined, "nothing is begun that could not be remembered");
      equal(/\n\s+at file:/.test(filled.stderr), false);
      using file = await Deno.open(`${small}/filler`, { create: true, write: true });
      const block = new Uint8Array(4096);
      await (async () => {
        for (;;) await file.write(block);
      })().catch(() => {});
      await flow(1);
      const full = await runFlow(RUN, given);
      equal(full.states.talk, "SUCCESS", full.stderr);
      match(full.stderr, /this execution cannot be resumed: .*no space left/);
      equal(
        (await Array.fromAsync(Deno.readDir(`${small}/executions`))).length,
        2,
        "nothing half-made stays",
      );
    } finally {
      await new Deno.Command("umount", { args: [small] }).output();
    }
  },
);

Deno.test("resume: whatever moment a harness is killed at, what a task run had finished is not lost", async () => {
  await using world = await makeWorld();
  const out = `${world.cwd}/out`;
  const ids = Array.from({ length: 10 }, (_, i) => `task${i}`);
  await world.flow(`tasks:\n${ids.map((it) => effect(it, out)).join("")}`);
  const runs = ids.map((it, i): [string, string] => [`tasks[${i}]`, it]);
  await killOften(world, { runs: new Map(runs), kills: 20, seed: 7 });
});

Deno.test("resume: so it is in loops in loops, and side by side", async () => {
  await using world = await makeWorld();
  const out = `${world.cwd}/out`;
  await world.flow(`tasks:
${effect("first", out)}  - id: outer
    type: io.kestra.plugin.core.flow.ForEach
    values: [a, b]
    tasks:
${effect("head", out, "      ")}      - id: inner
        type: io.kestra.plugin.core.flow.ForEach
        values: [x, y]
        concurrencyLimit: 2
        tasks:
${effect("leaf", out, "          ")}  - id: together
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
${effect("left", out, "      ")}${effect("right", out, "      ")}finally:
${effect("last", out)}`);
  const runs = [
    ["tasks[0]", "first"],
    ...["a", "b"].flatMap((value, i) => [
      [`tasks[1].tasks[0]@${i}`, `head@${value}`],
      ...["x", "y"].map((it, j) => [`tasks[1].tasks[1].tasks[0]@${i},${j}`, `leaf@${it}`]),
    ]),
    ["tasks[2].tasks[0]", "left"],
    ["tasks[2].tasks[1]", "right"],
    ["finally[0]", "last"],
  ] as [string, string][];
  await killOften(world, {
    runs: new Map(runs),
    kills: 12,
    seed: 11,
    argv: ["--concurrency", "2"],
  });
});

Deno.test("resume: a failed round of a loop is done again, and no other", async () => {
  await using world = await makeWorld();
  const out = `${world.cwd}/out`;
  const flow = (fails: string) =>
    world.flow(`tasks:
  - id: outer
    type: io.kestra.plugin.core.flow.ForEach
    values: [a, b, c]
    tasks:
${effect("before", out, "      ")}      - id: check
        type: io.kestra.plugin.core.debug.Return
        format: "{{ taskrun.value == 'b' ? ${fails} : taskrun.value }}"
    errors:
${effect("handler", out, "      ")}  - id: after
    type: io.kestra.plugin.core.debug.Return
    format: "{{ outputs.check['a'].value }}{{ outputs.check['b'].value }}"
`);
  await flow("outputs.nothing");
  equal((await runFlow(RUN, { cwd: world.cwd })).code, 1);
  deepEqual(await world.effects(), ["before@a", "before@b", "handler"]);
  const [execution] = await world.executions();
  await flow("'mended'");
  const changed = await runFlow(["--resume", execution!, "-p", "policy.yaml"], { cwd: world.cwd });
  equal(changed.code, 4, "of check the first round had finished, so that its text may not change");
  await flow("outputs.nothing");
  const again = await runFlow(["--resume", execution!, "-p", "policy.yaml"], { cwd: world.cwd });
  equal(again.code, 1, "what fails again fails again");
  deepEqual(resumed(again.events), ["before", "check", "before"]);
  deepEqual(
    await world.effects(),
    ["before@a", "before@b", "handler", "handler"],
    "errors are for each failure",
  );
});

Deno.test("resume: in a WorkingDirectory that had not ended all is done again, in one that had nothing", async () => {
  await using world = await makeWorld();
  const write = (id: string, script: string) =>
    `      - id: ${id}\n        type: io.kestra.plugin.graalvm.js.Eval\n        script: ${script}\n`;
  const flow = (early: string, late: string) =>
    world.flow(`tasks:
  - id: dir
    type: io.kestra.plugin.core.flow.WorkingDirectory
    outputFiles: [made.txt]
    tasks:
${write("make", 'Deno.writeTextFileSync("made.txt", "made"); taskrun.id')}${
      write("use", 'Deno.readTextFileSync("made.txt")')
    }      - {id: early, type: io.kestra.plugin.core.${early}}
  - {id: late, type: io.kestra.plugin.core.${late}}
  - id: end
    type: io.kestra.plugin.core.debug.Return
    format: "{{ outputs.use.result }} {{ read(outputs.dir.outputFiles['made.txt']) }}"
`);
  const FAIL = "execution.Fail";
  const LOG = 'log.Log, message: "well"';
  await flow(FAIL, FAIL);
  const first = await runFlow(RUN, { cwd: world.cwd });
  equal(first.states.early, "FAILED", JSON.stringify(first.events.slice(-4)) + first.stderr);
  const [execution] = await world.executions();
  const argv = ["--resume", execution!, "-p", "policy.yaml"];
  await flow(LOG, FAIL);
  const second = await runFlow(argv, { cwd: world.cwd });
  deepEqual(second.states, {
    make: "SUCCESS",
    use: "SUCCESS",
    early: "SUCCESS",
    dir: "SUCCESS",
    late: "FAILED",
    execution: "FAILED",
  });
  deepEqual(resumed(second.events), [], "its workspace was gone");
  await flow(LOG, LOG);
  const third = await runFlow(argv, { cwd: world.cwd });
  equal(third.code, 0, third.stderr);
  deepEqual(resumed(third.events), ["make", "use", "early", "dir"]);
  deepEqual(third.outputs.make, second.outputs.make, "it was not run again");
  deepEqual(third.outputs.end, { value: "made made" });
});

Deno.test("resume: labels that tasks have set and lines that they have logged are there afterwards", async () => {
  await using world = await makeWorld();
  const flow = (fails: string) =>
    world.flow(`tasks:
  - {id: set, type: io.kestra.plugin.core.execution.Labels, labels: {stage: second}}
  - {id: say, type: io.kestra.plugin.core.log.Log, message: "said before"}
  - {id: fail, type: io.kestra.plugin.core.${fails}}
  - {id: fetch, type: io.kestra.plugin.core.log.Fetch}
  - id: end
    type: io.kestra.plugin.core.debug.Return
    format: "{{ labels.stage }} {{ outputs.fetch.size }} {{ read(outputs.fetch.uri) }}"
`);
  await flow("execution.Fail");
  equal((await runFlow(RUN, { cwd: world.cwd })).code, 1);
  const [execution] = await world.executions();
  await flow('debug.Return, format: "well"');
  const argv = ["--resume", execution!, "-p", "policy.yaml"];
  const { code, outputs, events, stderr } = await runFlow(argv, { cwd: world.cwd });
  equal(code, 0, stderr + JSON.stringify(events.slice(-3)));
  deepEqual(resumed(events), ["set", "say"]);
  match((outputs.end as { value: string }).value, /^second \d+ .*said before/s);
});

Deno.test("resume: a flow that was started and had ended is not started again, and its files stay", async () => {
  await using world = await makeWorld();
  await Deno.mkdir(`${world.cwd}/flows`);
  await Deno.writeTextFile(
    `${world.cwd}/flows/inner.yaml`,
    `id: inner
namespace: a.b
tasks:
${
      effect("inside", `${world.cwd}/out`)
    }  - {id: store, type: io.kestra.plugin.core.storage.Write, content: kept, extension: .txt}
outputs:
  - {id: uri, type: STRING, value: "{{ outputs.store.uri }}"}
`,
  );
  const flow = (fails: string) =>
    world.flow(`tasks:
  - {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: a.b, flowId: inner, wait: true}
  - {id: fail, type: io.kestra.plugin.core.${fails}}
  - id: end
    type: io.kestra.plugin.core.debug.Return
    format: "{{ read(outputs.call.outputs.uri) }}"
`);
  await flow("execution.Fail");
  const first = await runFlow([...RUN, "--flows", "flows"], { cwd: world.cwd });
  equal(first.states.call, "SUCCESS", first.stderr);
  const [execution] = await world.executions();
  await flow('debug.Return, format: "well"');
  const argv = ["--resume", execution!, "-p", "policy.yaml", "--flows", "flows"];
  const { code, outputs, events, stderr } = await runFlow(argv, { cwd: world.cwd });
  equal(code, 0, stderr + JSON.stringify(events.slice(-3)));
  deepEqual(resumed(events), ["call"]);
  deepEqual(outputs.end, { value: "kept" });
  deepEqual(await world.effects(), ["inside"]);
});

/**
 * Runs a flow and kills its harness again and again, until it was killed `kills` times and has come
 * to its end each time it was begun.
 */
async function killOften(
  world: World,
  { runs, kills, seed, argv: more = [] }: {
    /** What each task run leaves, by its key. */
    readonly runs: ReadonlyMap<string, string>;
    readonly kills: number;
    readonly seed: number;
    readonly argv?: readonly string[];
  },
): Promise<void> {
  const countOf = (lines: Iterable<string>) => {
    const counts = new Map<string, number>();
    for (const it of lines) counts.set(it, (counts.get(it) ?? 0) + 1);
    return counts;
  };
  const random = seeded(seed);
  let killed = 0;
  while (killed < kills) {
    await Deno.writeTextFile(`${world.cwd}/out/effects`, "");
    let execution: string | undefined;
    for (;;) {
      const known = execution === undefined ? [] : await world.finished(execution);
      const before = await world.effects();
      const argv = [...RUN, ...more, ...execution === undefined ? [] : ["--resume", execution]];
      const after = killed < kills ? 1 + Math.floor(random() * 16) : Infinity;
      const { done, text } = await runAndKill(argv, world.cwd, after, random() * 25);
      [execution] = await world.executions();
      const said = (key: string) => `${key} after ${killed} kills (seed ${seed}):\n${text}`;
      const effects = await world.effects();
      // Two task runs may leave the same line: then one of them at most may have done it again.
      const [were, are] = [countOf(before), countOf(effects)];
      const left = countOf([...runs].filter(([key]) => !known.includes(key)).map(([, it]) => it));
      for (const name of new Set(known.map((it) => runs.get(it)!))) {
        const most = (were.get(name) ?? 0) + (left.get(name) ?? 0);
        ok((are.get(name) ?? 0) <= most, said(name));
      }
      if (done) {
        equal(execution, undefined, said("end"));
        const ended = text.trim().split("\n").map((it): Event => JSON.parse(it))
          .filter((it) => it.type === "task.finished");
        equal(ended.every((it) => it.state === "SUCCESS"), true, text);
        const told = countOf([...runs.values()]);
        for (const [name, count] of told) ok((are.get(name) ?? 0) >= count, said(name));
        deepEqual([...are.keys()].toSorted(), [...told.keys()].toSorted(), "each task was run");
        break;
      }
      killed++;
      if (execution === undefined) break; // before there was a journal
      const now = await world.finished(execution);
      deepEqual(now.toSorted(), [...new Set(now)].toSorted(), said("finished once"));
      deepEqual(known.filter((it) => !now.includes(it)), [], said("nothing is forgotten"));
      deepEqual(now.filter((it) => !runs.has(it)), [], said("nothing else is there"));
    }
  }
}

/** Ends the harness with SIGKILL some milliseconds after it has said so many lines. */
async function runAndKill(argv: readonly string[], cwd: string, lines: number, afterMs: number) {
  const [file, ...rest] = command();
  const env = Object.fromEntries(
    ["HOME", "BULKHEAD_CACHE", "XDG_CACHE_HOME", "DENO_DIR"].flatMap((it) => {
      const value = Deno.env.get(it);
      return value === undefined ? [] : [[it, value]];
    }),
  );
  const child = new Deno.Command(file, {
    args: [...rest, "run", ...argv, "--json", "--quiet"],
    cwd,
    clearEnv: true,
    env: { ...env, PATH: "/nonexistent", TMPDIR: cwd, BULKHEAD_STATE: `${cwd}/state` },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  let text = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (timer === undefined && text.split("\n").length > lines) {
      timer = setTimeout(() => {
        try {
          child.kill("SIGKILL");
        } catch {
          // It has ended.
        }
      }, afterMs);
    }
  }
  const { code, signal } = await child.status;
  clearTimeout(timer);
  const done = signal === null;
  if (done) equal(code, 0, `${await stderr}\n${text}`);
  return { done, text };
}

/** Numbers that look random, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
