/**
 * `deno run -A .ci/corpus.ts DIR`: plans the flows that other people wrote.
 *
 * Every flow of `DIR/valids` and `DIR/sanity-checks` is planned (exit 0, 4 or 125, and JSON with
 * tasks), the schema for editors takes it, and nothing that a flow itself says is refused: a class may be, one that nobody here knows or
 * that this machine cannot run. Every flow of `DIR/invalids` is rejected (exit 3 or 4), for the reason for which Kestra
 * rejects it. One line a file, then `N passed, M failed`; exits with 1 unless nothing failed.
 *
 * @module
 */
import { Ajv } from "ajv";
import { parse } from "yaml";
import { flowSchema } from "../lib/flow/flow_schema.ts";
import { pluginDefaultSchema } from "../lib/policy/policy_schema.ts";
import type { Io } from "../lib/cli/command.ts";
import { main } from "../lib/cli/main.ts";

/** What `plan` said of one flow. */
interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What was wrong with an answer, or nothing. */
type Fault = string | undefined;

/**
 * Why Kestra rejects each of its invalid flows, as our diagnostics say it. The first ones are
 * those of 0.21, the others came later.
 */
const CAUSES: Readonly<Record<string, RegExp>> = {
  "dag-cyclicdependency": /\[flow\/cyclic-dependency\]/,
  "dag-notexist-task": /\[flow\/unknown-dependency\]/,
  "duplicate": /\[flow\/duplicate-(task|trigger|input|output)\]/,
  "duplicate-inputs": /\[flow\/duplicate-input\]/,
  "duplicate-key": /\[yaml\/duplicate-key\]/,
  "duplicate-parallel": /\[flow\/duplicate-task\]/,
  "empty": /\[flow\/(missing-key|no-tasks)\]: .*tasks/,
  "inputs": /\[flow\/missing-key\]: .*"type"/,
  "inputs-bad-type": /\[flow\/unknown-input-type\]: .*"FOO"/,
  "inputs-bad-validator-syntax": /\[flow\/bad-validator\]/,
  "inputs-validation": /^(?=[^]*\[flow\/file-default\])(?=[^]*\[flow\/item-type\])/,
  "invalid":
    /\[flow\/wrong-value\]: .*"id"[^]*\[flow\/wrong-value\]: .*"namespace"[^]*\[flow\/missing-key\]/,
  "invalid-parallel": /\[flow\/(no-tasks|missing-key|wrong-value)\]: .*tasks/,
  "invalid-property": /\[(plan\/unsupported-property|flow\/unknown-key)\]/,
  "invalid-task": /\[plan\/unknown-class\]|\[flow\/(wrong-value|missing-key)\]/,
  "listener": /listeners/,
  "recursive-flow": /\[flow\/recursive-subflow\]/,
  "switch-invalid": /\[flow\/(no-tasks|missing-key)\]/,
  "system-labels": /\[flow\/system-label\]/,
  "worker-group": /"workerGroup"/,
  "workingdirectory-invalid": /\[flow\/flowable-in-working-directory\]/,
  "workingdirectory-no-tasks": /\[flow\/(no-tasks|missing-key)\]: .*tasks/,

  "dag-invalid-subtask": /\[flow\/(missing-key|wrong-value)\]/,
  "duplicate-preconditions": /\[flow\/duplicate-precondition\]/,
  "if-without-condition": /\[flow\/missing-key\]: .*"condition"/,
  "inputs-key-with-subtraction-symbol": /\[flow\/dashed-name\]/,
  "outputs-key-with-subtraction-symbol": /\[flow\/dashed-name\]/,
  "secret-element-type": /\[flow\/item-type\]/,
  "secret-input-as-item-type": /\[flow\/item-type\]/,
  "switch-empty-case-invalid": /\[flow\/no-tasks\]/,
  "switch-empty-defaults-invalid": /\[flow\/no-tasks\]/,
};

/** Calls `plan` in this process, with the machine's own files and nothing on a terminal. */
async function plan(file: string): Promise<Answer> {
  let [out, err] = ["", ""];
  const io: Io = {
    readFile: (path) => Deno.readFile(path),
    listDirectory: () => Promise.resolve(undefined),
    env: Deno.env.toObject(),
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    colour: { out: false, err: false },
    signal: AbortSignal.timeout(60_000),
    texts: new Map(),
  };
  return { code: await main(["plan", file, "--json"], io), out, err };
}

function faultOfValid({ code, out, err }: Answer): Fault {
  if (![0, 4, 125].includes(code)) return `exit code ${code}\n${err}`;
  // What we could not do on our own account ends with 125 as well.
  if (err.includes("[run/harness]")) return err;
  const own = err.split("\n").filter((it) => it.startsWith("error[flow/"));
  if (own.length > 0) return own.join("\n");
  const { flows } = JSON.parse(out) as { flows: { tasks: unknown[] }[] };
  return flows.length === 1 && flows[0]!.tasks.length > 0 ? undefined : "a flow without tasks";
}

function faultOfInvalid(name: string, { code, err }: Answer): Fault {
  if (![3, 4].includes(code)) return `exit code ${code}, and it is invalid\n${err}`;
  const cause = Object.hasOwn(CAUSES, name) ? CAUSES[name] : undefined;
  return cause === undefined || cause.test(err) ? undefined : `not for ${cause}\n${err}`;
}

const isFlow = new Ajv({ strict: false, allErrors: true })
  .compile(flowSchema(pluginDefaultSchema()));

/** What an editor would complain of in a flow that is valid. */
async function faultOfSchema(file: string): Promise<Fault> {
  if (isFlow(parse(await Deno.readTextFile(file), { version: "1.2" }))) return undefined;
  return isFlow.errors?.map((it) => `schema: ${it.instancePath} ${it.message}`).join("\n");
}

async function check(root: string, folder: string, file: string): Promise<Fault> {
  try {
    const answer = await plan(`${root}/${folder}/${file}`);
    if (folder === "invalids") return faultOfInvalid(file.replace(/\.ya?ml$/, ""), answer);
    return faultOfValid(answer) ?? await faultOfSchema(`${root}/${folder}/${file}`);
  } catch (error) {
    return error instanceof Error ? error.stack : String(error);
  }
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

const [root] = Deno.args;
if (root === undefined) {
  say("Usage: deno run -A .ci/corpus.ts DIR");
  Deno.exit(2);
}
let [passed, failed] = [0, 0];
for (const folder of ["valids", "sanity-checks", "invalids"]) {
  const names = (await Array.fromAsync(Deno.readDir(`${root}/${folder}`))).map((it) => it.name)
    .filter((it) => /\.ya?ml$/.test(it)).toSorted();
  if (names.length === 0) throw new Error(`no flows in ${root}/${folder}`);
  for (const name of names) {
    const fault = await check(root, folder, name);
    if (fault === undefined) passed++;
    else failed++;
    say(`${fault === undefined ? "ok" : "FAILED"} ${folder}/${name}`);
    if (fault !== undefined) say(fault.replace(/^/gm, "  "));
  }
}
say(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
