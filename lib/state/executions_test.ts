import { deepEqual, equal, match, throws } from "node:assert/strict";
import { type Begun, type Event, type FinishedRun, StageError } from "../model/mod.ts";
import { type Executions, KEPT_EXECUTIONS, KEPT_MS, openExecutions } from "./executions.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

async function withRoot(body: (root: string, executions: Executions) => void | Promise<void>) {
  const root = await Deno.makeTempDir();
  try {
    await body(root, openExecutions(root));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const begun = (execution: string): Begun => ({
  execution,
  namespace: "a.b",
  flowId: "f",
  inputs: { password: "raw" },
  labels: { a: "1" },
  startDate: "2026-01-01T00:00:00.000Z",
  policy: "sha256:p",
});
const needs = (more: { keep?: boolean; onBroken?: () => void } = {}) => ({
  keep: false,
  now: () => new Date("2026-01-01T00:00:00Z"),
  cannotWrite: (path: string, cause: unknown) => new Error(`cannot write ${path}`, { cause }),
  onBroken: () => {},
  ...more,
});
const run = (key: string, state: FinishedRun["state"] = "SUCCESS"): FinishedRun => ({
  key,
  taskRun: `run-of-${key}`,
  digest: "d",
  state,
  outputs: { value: `of ${key}`, line: "a\nb", "ü": 1 },
});
const log = (message: string, level: "INFO" | "ERROR", execution = "one"): Event => ({
  v: 1,
  at: "2026-01-01T00:00:01.000Z",
  execution,
  flow: "a.b/f",
  type: "task.log",
  task: "t",
  taskRun: "r",
  attempt: 1,
  level,
  message,
});
const fails = (code: string, message: RegExp) => (error: unknown) => {
  if (!(error instanceof StageError)) throw error;
  equal(error.diagnostics[0]?.code, code);
  match(`${error.diagnostics[0]?.message}; ${error.diagnostics[0]?.help}`, message);
  return true;
};

Deno.test("journal: a killed harness's execution goes on with all that it had finished", async () => {
  await withRoot((root, executions) => {
    {
      // Let go without a word of its end, as by SIGKILL.
      using journal = executions.begin(begun("one"), needs());
      equal(journal.resumed, false);
      journal.finish(run("tasks[0]"));
      journal.event(log("first", "INFO"));
      journal.label({ b: "2" });
      journal.keep({ uri: "kestra:///x", name: "x", size: 1 });
      journal.keep({ uri: "kestra:///y", name: "y", size: 1 });
      journal.keep({ uri: "kestra:///x", name: "x", size: 2 });
      journal.forget("kestra:///y");
      journal.finish(run("tasks[1]", "FAILED"));
    }
    const held = executions.hold("one");
    deepEqual(held.begun, { ...begun("one"), labels: { a: "1", b: "2" } });
    const journal = held.resume(needs());
    equal(journal.resumed, true);
    deepEqual([...journal.finished.values()], [run("tasks[0]")]);
    deepEqual(journal.files, [{ uri: "kestra:///x", name: "x", size: 2 }]);
    equal(journal.filesDirectory, `${root}/executions/one/files`);
    journal.event(log("of another", "ERROR", "two"));
    journal.event(log("second", "ERROR"));
    deepEqual([...journal.logs("INFO")].map((it) => it.message), ["first", "second"]);
    deepEqual([...journal.logs("WARN")].map((it) => it.message), ["second"]);
    journal.close("SUCCESS");
    deepEqual([...Deno.readDirSync(`${root}/executions`)], [], "what ended well leaves nothing");
  });
});

Deno.test("journal: the directories and files of an execution are this user's alone", async () => {
  await withRoot((root, executions) => {
    using _journal = executions.begin(begun("one"), needs());
    for (const name of ["", "/one", "/one/journal.jsonl", "/one/lock"]) {
      const { mode } = Deno.lstatSync(`${root}/executions${name}`);
      equal(mode! & 0o077, 0, name);
    }
  });
});

Deno.test("journal: a line that was not written to its end is ignored, and cut off before the next", async () => {
  await withRoot((root, executions) => {
    const file = `${root}/executions/one/journal.jsonl`;
    {
      using journal = executions.begin(begun("one"), needs());
      for (const key of ["tasks[0]", "tasks[1]", "tasks[2]"]) journal.finish(run(key));
    }
    const whole = Deno.readFileSync(file);
    const lines = new TextDecoder().decode(whole).split("\n").length - 1;
    // At each byte the harness may have been ended: as many runs stand as lines are whole.
    for (let length = whole.length; length >= 0; length -= 7) {
      Deno.writeFileSync(file, whole.subarray(0, length));
      const left = new TextDecoder().decode(whole.subarray(0, length)).split("\n").length - 1;
      if (left === 0) {
        throws(() => executions.hold("one"), fails("run/resume-unknown", /none is kept/));
        continue;
      }
      {
        using journal = executions.hold("one").resume(needs());
        equal(journal.finished.size, left - 1, `${length} bytes`);
        journal.finish(run("tasks[9]"));
      }
      using journal = executions.hold("one").resume(needs());
      equal(journal.finished.size, left, "what is added after the cut is read again");
    }
    equal(lines, 4);
  });
});

Deno.test("journal: a damaged line in the middle is an error that names file and line", async () => {
  await withRoot((root, executions) => {
    const file = `${root}/executions/one/journal.jsonl`;
    {
      using journal = executions.begin(begun("one"), needs());
      journal.finish(run("tasks[0]"));
      journal.finish(run("tasks[1]"));
    }
    const whole = Deno.readTextFileSync(file);
    for (
      const [damage, line] of [
        [whole.replace('{"is":"finished"', '{"is":"finis'), 2],
        [whole.replace('"is":"finished"', '"is":"other"'), 2],
        [whole.replace('"state":"SUCCESS"', '"state":"GOOD"'), 2],
        [whole.slice(whole.indexOf("\n") + 1), 1],
        [`${whole}${whole}`, 4],
      ] as const
    ) {
      Deno.writeTextFileSync(file, damage);
      throws(
        () => executions.hold("one"),
        fails("host/journal-damaged", new RegExp(`one/journal.jsonl" at line ${line}: `)),
      );
    }
    const bytes = new TextEncoder().encode(whole);
    bytes[bytes.indexOf(0x0a) + 20] = 0xff;
    Deno.writeFileSync(file, bytes);
    throws(() => executions.hold("one"), fails("host/journal-damaged", /at line 2/));
    Deno.writeTextFileSync(file, whole);
    using held = executions.hold("one");
    equal(held.begun.flowId, "f", "the control: without damage it can be read");
  });
});

Deno.test("executions: what is not there, is running or ended well cannot be resumed", async () => {
  await withRoot((_root, executions) => {
    throws(() => executions.hold("one"), fails("run/resume-unknown", /none is kept/));
    executions.begin(begun("0123456789abcdefghij"), needs()).close("FAILED");
    executions.begin(begun("done"), needs({ keep: true })).close("WARNING");
    using _running = executions.begin(begun("running"), needs());
    throws(
      () => executions.hold("one"),
      fails(
        "run/resume-unknown",
        /can be resumed: 0123456789abcdefghij \(a\.b\/f, FAILED\)$/,
      ),
    );
    throws(
      () => executions.hold("0123456789abcdefghix"),
      fails("run/resume-unknown", /Did you mean "0123456789abcdefghij"\?/),
    );
    throws(() => executions.hold("../executions"), fails("run/resume-unknown", /no such/));
    throws(() => executions.hold("running"), fails("run/resume-running", /another harness/));
    throws(() => executions.hold("done"), fails("run/resume-done", /WARNING/));
    executions.hold("0123456789abcdefghij")[Symbol.dispose]();
    using held = executions.hold("0123456789abcdefghij");
    equal(held.begun.namespace, "a.b", "the control: one that failed can");
  });
});

Deno.test("executions: too old or too many are forgotten, but not what runs or is to be kept", async () => {
  await withRoot((root, executions) => {
    const now = new Date();
    const age = (name: string, ms: number) => {
      const at = new Date(now.getTime() - ms);
      for (const it of [`${name}/journal.jsonl`, name]) {
        Deno.utimeSync(`${root}/executions/${it}`, at, at);
      }
    };
    using _running = executions.begin(begun("running"), needs());
    executions.begin(begun("kept"), needs({ keep: true })).close("FAILED");
    executions.begin(begun("old"), needs()).close("FAILED");
    executions.begin(begun("young"), needs()).close("FAILED");
    Deno.mkdirSync(`${root}/executions/half`);
    Deno.mkdirSync(`${root}/executions/half-old`);
    Deno.mkdirSync(`${root}/executions/other.gone`);
    for (const it of ["running", "kept", "old"]) age(it, KEPT_MS + DAY_MS);
    const long = new Date(now.getTime() - KEPT_MS - DAY_MS);
    Deno.utimeSync(`${root}/executions/half-old`, long, long);
    age("young", KEPT_MS - DAY_MS);
    const names = () => [...Deno.readDirSync(`${root}/executions`)].map((it) => it.name).toSorted();
    equal(executions.clear(now), 2);
    deepEqual(names(), ["half", "kept", "running", "young"]);
    for (let i = 0; i < KEPT_EXECUTIONS; i++) {
      executions.begin(begun(`more-${i}`), needs()).close("KILLED");
    }
    executions.clear(now);
    // The newest; and what stays whatever its age, because somebody may be just making it.
    equal(names().filter((it) => it.startsWith("more-")).length, KEPT_EXECUTIONS);
    deepEqual(names().filter((it) => !it.startsWith("more-")), ["half", "kept", "running"]);
  });
});

Deno.test("journal: a disk that is full asks the run to stop, and close() says why", async () => {
  await withRoot((root, executions) => {
    let broken = 0;
    const journal = executions.begin(begun("one"), needs({ onBroken: () => void broken++ }));
    journal.finish(run("tasks[0]"));
    // What the kernel says of a full disk, for this process: no descriptor may write any more.
    const file = `${root}/executions/one/journal.jsonl`;
    const before = Deno.readTextFileSync(file);
    const write = Deno.FsFile.prototype.writeSync;
    Deno.FsFile.prototype.writeSync = function (bytes) {
      write.call(this, bytes.subarray(0, 10));
      throw new Error("No space left on device (os error 28)");
    };
    try {
      journal.finish(run("tasks[1]"));
    } finally {
      Deno.FsFile.prototype.writeSync = write;
    }
    equal(broken, 1);
    equal(Deno.readTextFileSync(file), before, "no half line stays");
    journal.finish(run("tasks[2]"));
    equal(broken, 1, "told once");
    throws(() => journal.close("KILLED"), /cannot write .*journal\.jsonl/);
    using held = executions.hold("one");
    deepEqual([...held.resume(needs()).finished.keys()], ["tasks[0]"]);
  });
});
