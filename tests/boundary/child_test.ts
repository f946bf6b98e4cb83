import { deepEqual, equal, ok } from "node:assert/strict";
import { type ReadRecord, readRecord } from "../../lib/execute/read_record.ts";
import { locateChildCode } from "../../lib/host/child_code.ts";
import { denoArgv } from "../../lib/plan/deno_argv.ts";
import type { Job, Preparation } from "../../lib/model/mod.ts";
import { type Box, lazily, makeBox } from "./box.ts";

/** What a child said, and how it ended. */
interface Answer {
  readonly records: readonly ReadRecord[];
  readonly text: string;
  readonly code: number;
}

const boxes: Box[] = [];
Deno.test.afterAll(async () => {
  for (const it of boxes) await it[Symbol.asyncDispose]();
});

/** A workspace that may be read and written, and a file beside it that may not. */
const prepared = lazily(async () => {
  const box = await makeBox();
  boxes.push(box);
  const secret = await box.write("closed/secret.txt", "secret");
  const mine = await box.write("open/mine.txt", "mine");
  const code = await locateChildCode({
    env: { BULKHEAD_CACHE: `${box.root}/cache` },
    origin: { kind: "sources" },
  });
  ok(code.found, JSON.stringify(code));
  return { box, secret, mine, code: code.value };
});

/** The end of the job, and what it has nothing to do with. */
const FOLLOWING = "\nwhat follows\n";

/** Runs an Eval; standard input stays open until it has ended, unless it is said otherwise. */
async function evaluate(
  script: string,
  change: Partial<Job> = {},
  input = "open",
): Promise<Answer> {
  const { box, code } = await prepared();
  const job: Job = {
    v: 1,
    work: { kind: "eval" },
    task: { script },
    variables: {},
    secrets: {},
    workspace: `${box.root}/open`,
    ...change,
  };
  const preparation: Preparation = { v: 1, spawn: false, expressions: false };
  const none = { allow: [], deny: [] } as const;
  const closed = { allow: [], deny: "all" } as const;
  const [file, ...args] = denoArgv(
    { runtime: Deno.execPath(), main: code.eval, importMap: code.guardedImportMap },
    {
      read: { allow: [`${box.root}/open`], deny: [] },
      write: { allow: [`${box.root}/open`], deny: [] },
      net: none,
      env: none,
      run: closed,
      ffi: closed,
      sys: none,
      import: closed,
    },
  );
  const child = new Deno.Command(file!, {
    args,
    clearEnv: true,
    env: { DENO_DIR: "/dev/null/none", DENO_EMIT_CACHE_MODE: "disable", NO_COLOR: "1" },
    cwd: `${box.root}/open`,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(
    new TextEncoder().encode(`${JSON.stringify(preparation)}\n${JSON.stringify(job)}`),
  );
  if (input !== "closed") await writer.write(new TextEncoder().encode(FOLLOWING));
  if (input !== "open") await writer.close();
  const [text, { code: exit }] = await Promise.all([
    new Response(child.stdout).text(),
    child.status,
  ]);
  await writer.abort().catch(() => {});
  const lines = text.split("\n").filter((it) => it.startsWith("\x1e"));
  const records = lines.map((it) => readRecord(it.slice(1))).filter((it) => it !== undefined);
  return { records, text, code: exit };
}

const denials = (records: readonly ReadRecord[]) =>
  records.flatMap((it) => it.type === "denied" ? [it.denial] : []);
const resultOf = ({ records }: Answer) => records.find((it) => it.type === "result");
const outputsOf = (answer: Answer) => {
  const result = resultOf(answer);
  return result?.state === "success" ? result.outputs as { result: unknown } : undefined;
};

Deno.test.each([
  { name: "from a line, with standard input open", input: "open" },
  { name: "from all there is, with standard input closed", input: "closed" },
])("a child reads its job $name", async ({ input }) => {
  deepEqual(outputsOf(await evaluate("1 + 1", {}, input)), { result: 2, outputs: {} });
});

Deno.test.each(["closed", "followed"])(
  "what a task reads from standard input is never its job, when that is %s",
  async (input) => {
    const answer = await evaluate(
      `let all = ""; const it = new Uint8Array(99);
      for (let n; (n = Deno.stdin.readSync(it)) !== null;) {
        all += new TextDecoder().decode(it.subarray(0, n));
      }
      all`,
      {},
      input,
    );
    const { result } = outputsOf(answer) as { result: string };
    ok(result === "" || FOLLOWING.endsWith(result), result);
  },
);

const TRIES = [
  { name: "caught", wrap: (it: string) => `try { ${it} } catch { "went on" }` },
  { name: "caught twice", wrap: (it: string) => `try { ${it} } catch {} try { ${it} } catch {} 1` },
];

Deno.test.each(TRIES)("a denial that is $name is told, once", async ({ wrap }) => {
  const { secret, mine } = await prepared();
  const read = (path: string) => wrap(`Deno.readTextFileSync(${JSON.stringify(path)})`);
  const attack = await evaluate(read(secret));
  deepEqual(denials(attack.records), [{ permission: "read", value: secret, layer: "deno" }]);
  equal(resultOf(attack)?.state, "success");
  const control = await evaluate(read(mine));
  deepEqual(denials(control.records), []);
  equal(resultOf(control)?.state, "success");
});

Deno.test.each([
  { script: 'Deno.env.get("HOME")', permission: "env" },
  { script: 'new Deno.Command("/bin/true").outputSync()', permission: "run" },
  { script: 'new Worker("data:text/javascript,", { type: "module" })', permission: "run" },
  { script: "Deno.hostname()", permission: "sys" },
  { script: 'await fetch("http://127.0.0.1:9999/")', permission: "net" },
  { script: 'Deno.writeTextFileSync("/closed", "")', permission: "write" },
])(
  "a denial of $permission is told though it is caught: $script",
  async ({ script, permission }) => {
    const { records } = await evaluate(`try { ${script} } catch {}`);
    equal(denials(records)[0]?.permission, permission);
  },
);

Deno.test("a denial that is not caught is in the result as well", async () => {
  const { secret } = await prepared();
  const answer = await evaluate(`Deno.readTextFileSync(${JSON.stringify(secret)})`);
  const result = resultOf(answer);
  ok(result?.state === "failed");
  equal(result.denial?.value, secret);
  equal(denials(answer.records).length, 1);
});

Deno.test("a task that tries without end is told of a hundred times", async () => {
  const { records } = await evaluate(
    'for (let i = 0; i < 500; i++) try { Deno.readTextFileSync("/closed/" + i) } catch {} 1',
  );
  equal(denials(records).length, 100);
});

Deno.test("what the task does to the classes of errors silences nothing", async () => {
  const { secret } = await prepared();
  const read = `try { Deno.readTextFileSync(${JSON.stringify(secret)}) } catch {}`;
  const { records } = await evaluate(
    `try { Object.setPrototypeOf(Deno.errors.NotCapable, Error) } catch {}
    try { Object.getPrototypeOf(Deno.errors.NotCapable).prototype.constructor = null } catch {}
    try { Deno.errors.NotCapable = Error } catch {} ${read} 1`,
  );
  equal(denials(records).length, 1);
});

Deno.test("a task that exits, closes its output or forges records ends as an outcome", async () => {
  const exits = await evaluate("Deno.exit(7)");
  deepEqual([exits.code, resultOf(exits)], [7, undefined]);
  const closes = await evaluate("Deno.stdout.close(); 1");
  deepEqual([closes.code, resultOf(closes)], [1, undefined]);
  const forges = await evaluate(`console.log('\\x1e{"type":"denied","denial":{"permission":1}}');
    console.log('\\x1e{"type":"nothing"}'); 1`);
  deepEqual(outputsOf(forges)?.result, 1);
  deepEqual(denials(forges.records), []);
});
