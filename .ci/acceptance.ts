// deno-lint-ignore-file camelcase -- flows and tasks are called what Kestra calls them
/**
 * `deno run -A .ci/acceptance.ts DIR`: runs flows with scripts end to end, in real containers.
 *
 * The flows are Kestra's own, of `DIR/sanity-checks`, and one for each language that there is an
 * image for, of `.ci/flows`. What they say themselves is what is asserted: each of their tasks
 * succeeds, Assert tasks among them, and says and leaves what its script writes.
 *
 * Tasks that need the internet cannot run here. A flow that has such tasks is run without them, and
 * each is listed with the reason; a flow with nothing else is listed whole. One line a flow, then
 * `N passed, M failed`; exits with 1 unless nothing failed. The images are those of `.ci/images`;
 * `BULKHEAD_BIN` names a binary to run instead of the sources.
 *
 * @module
 */
import { parseDocument, YAMLMap, YAMLSeq } from "yaml";
import type { Event } from "../lib/model/mod.ts";

/** What a flow is run for. */
interface Case {
  /** Tasks that are left out, each with the reason. */
  readonly without?: Readonly<Record<string, string>>;
  /** Lines that a task must log, each as a whole. */
  readonly says: Readonly<Record<string, readonly string[]>>;
  /** Files that a task leaves, with their contents. */
  readonly leaves?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Tasks that must fail, and the flow with them; all others must succeed. */
  readonly fails?: readonly string[];
}

const PIP = "pip installs the package kestra from PyPI";

/** Kestra's flows, by name; a text is why none of its tasks can run. */
const SANITY: Readonly<Record<string, Case | string>> = {
  all_bun: "both tasks add packages from npm's registry, and Debian packages no bun",
  all_deno: {
    without: { command_deno: "its module imports https://deno.land/std" },
    says: { script_deno: ["First Kestra task ran successfully."] },
  },
  all_dotnet: "Debian packages no dotnet, and dotnet-script comes from NuGet",
  all_go: {
    says: {},
    leaves: {
      script: { "output.csv": "Name,Age\nAlice,25\nBob,30\n" },
      commands: { "output.csv": "Name,Age\nAlice,25\nBob,30\n" },
    },
  },
  all_groovy: "both tasks @Grab info.picocli:picocli from Maven Central",
  all_lua: {
    says: {
      script_lua: [
        "Original: Hello Kestra!",
        "Repeated: Hello Kestra! Hello Kestra! ",
        "Length: 28",
      ],
      command_lua: ["Sum: 125", "Difference: 75"],
    },
  },
  all_nashorn: "its script takes Java's classes, and FileTransform is not implemented",
  all_perl: {
    without: { perl_with_deps: "cpan and cpanm install JSON from CPAN" },
    says: { simple_perl_script: ["First kestra perl task ran successfully.\\n"] },
  },
  all_php: {
    says: { script: ["Hello, World!"], commands: ["Hello, World!"] },
  },
  all_python: {
    without: {
      python_script_logs: PIP,
      python_script_metrics: `${PIP}, and its script downloads from huggingface.co`,
      python_script_outputs: `${PIP}, and its script downloads from huggingface.co`,
      python_commands_etl_outputs: `${PIP}, and its script downloads from huggingface.co`,
    },
    says: {
      python_script: ["Hello, World from a Docker Task Runner"],
      python_script_process: ["Hello, World from a Process Task Runner"],
      python_commands: ["Hello, World from the Commands Task"],
      python_commands_process: ["Hello, World from the Commands Task and Process Task Runner"],
    },
  },
  all_shell: {
    says: { log_files: Array(4).fill("Hello Kestra!") },
    leaves: Object.fromEntries(
      [
        "shell_script",
        "shell_script_process_runner",
        "shell_command",
        "shell_command_process_runner",
      ].map((it) => [it, { "hello.txt": "Hello Kestra!\n" }]),
    ),
  },
};

/** What every flow of `.ci/flows` that is named for a language holds to. */
function caseOf(language: string): Case {
  const [script, commands] = ["a script", "a command"].map((it) => `made by ${it} of ${language}`);
  return {
    says: { read: [script!, commands!] },
    leaves: {
      script: { "made.txt": `${script}\n` },
      commands: { "made.txt": `${commands}\n` },
    },
  };
}

const OWN: Readonly<Record<string, Case>> = {
  ...Object.fromEntries(
    "deno go groovy lua node perl php python r ruby shell".split(" ").map((it) => [it, caseOf(it)]),
  ),
  // The control of all the others: where an Assert does not hold, the flow has failed.
  control: { says: {}, fails: ["assert"] },
};

/** A flow without some of its tasks, and with some that read what it leaves. */
interface Derived {
  readonly text: string;
  /** All that is not run, in words. */
  readonly leftOut: readonly string[];
  readonly tasks: readonly string[];
}

/** What the added task that reads one file is called. */
const reader = (task: string, file: string) => `read_${task}_${file.replaceAll(/\W/g, "_")}`;

function derive(text: string, { without = {}, leaves = {} }: Case): Derived {
  const flow = parseDocument(text);
  const tasks = flow.get("tasks");
  if (!(tasks instanceof YAMLSeq)) throw new Error("it has no tasks");
  const idOf = (it: unknown) => it instanceof YAMLMap ? String(it.get("id")) : "";
  const leftOut = Object.entries(without).map(([task, reason]) => `${task}: ${reason}`);
  for (const task of Object.keys(without)) {
    if (!tasks.items.some((it) => idOf(it) === task)) throw new Error(`it has no task ${task}`);
  }
  tasks.items = tasks.items.filter((it) => !Object.hasOwn(without, idOf(it)));
  // What is asserted of a task that does not run cannot hold.
  for (const task of tasks.items) {
    const conditions = task instanceof YAMLMap ? task.get("conditions") : undefined;
    if (!(conditions instanceof YAMLSeq)) continue;
    conditions.items = conditions.items.filter((it) => {
      const gone = Object.keys(without).find((name) => String(it).includes(`outputs.${name}.`));
      if (gone !== undefined) leftOut.push(`${idOf(task)}: ${it}, for ${gone} does not run`);
      return gone === undefined;
    });
  }
  const ids = tasks.items.map(idOf);
  for (const [task, files] of Object.entries(leaves)) {
    for (const file of Object.keys(files)) {
      tasks.items.push(flow.createNode({
        id: reader(task, file),
        type: "io.kestra.plugin.core.log.Log",
        message: `{{ read(outputs.${task}.outputFiles['${file}']) }}`,
      }));
    }
  }
  return { text: flow.toString({ lineWidth: 0 }), leftOut, tasks: ids };
}

/** What a run came to. */
interface Run {
  readonly code: number;
  readonly events: readonly Event[];
  readonly err: string;
}

const ROOT = new URL("../", import.meta.url).pathname;
const POLICY = `${ROOT}.ci/acceptance.policy.yaml`;

async function run(text: string, directory: string): Promise<Run> {
  await Deno.writeTextFile(`${directory}/flow.yaml`, text);
  const binary = Deno.env.get("BULKHEAD_BIN");
  const { code, stdout, stderr } = await new Deno.Command(binary ?? Deno.execPath(), {
    args: [
      ...(binary === undefined ? ["run", "-A", `${ROOT}main.ts`] : []),
      ...["run", `${directory}/flow.yaml`, "--json", "-p", POLICY, "--workspace", directory],
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stdout);
  return {
    code,
    events: said.split("\n").filter((it) => it !== "").map((it) => JSON.parse(it)),
    err: new TextDecoder().decode(stderr),
  };
}

/** What is wrong with a run, a line each; nothing where all is as the flow says. */
function faultsOf(
  { code, events, err }: Run,
  { says, leaves = {}, fails = [] }: Case,
  { tasks }: Derived,
): readonly string[] {
  const faults: string[] = [];
  const state = fails.length === 0 ? "SUCCESS" : "FAILED";
  const end = events.find((it) => it.type === "execution.finished");
  if (end?.state !== state || (code === 0) !== (state === "SUCCESS")) {
    faults.push(`it ends with ${end?.state ?? "nothing"}, code ${code}`);
  }
  const logOf = (task: string) =>
    events.flatMap((it) => it.type === "task.log" && it.task === task ? [it.message] : []);
  for (const task of tasks) {
    const it = events.find((event) => event.type === "task.finished" && event.task === task);
    const came = it?.type === "task.finished" ? it.state : "nothing";
    if (came !== (fails.includes(task) ? "FAILED" : "SUCCESS")) {
      faults.push(`task ${task} comes to ${came}`, ...logOf(task).map((line) => `| ${line}`));
    }
  }
  for (const [task, lines] of Object.entries(says)) {
    const left = logOf(task).flatMap((it) => it.split("\n"));
    for (const line of lines) {
      const at = left.indexOf(line);
      if (at < 0) faults.push(`task ${task} does not say ${JSON.stringify(line)}`);
      else left.splice(at, 1);
    }
  }
  for (const [task, files] of Object.entries(leaves)) {
    for (const [file, content] of Object.entries(files)) {
      const read = logOf(reader(task, file)).join("\n");
      if (read.trimEnd() !== content.trimEnd()) {
        faults.push(`${file} of task ${task} holds ${JSON.stringify(read)}`);
      }
    }
  }
  return faults.length > 0 && err !== "" ? [...faults, ...err.trimEnd().split("\n")] : faults;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

async function namesIn(directory: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  return entries.flatMap(({ name }) => /^(.*)\.ya?ml$/.exec(name)?.[1] ?? []).toSorted();
}

/** Runs one flow, and says what came of it. */
async function attempt(name: string, file: string, it: Case): Promise<boolean> {
  const directory = await Deno.makeTempDir({ prefix: "bulkhead_acceptance_" });
  try {
    const derived = derive(await Deno.readTextFile(file), it);
    for (const line of derived.leftOut) say(`without ${name}#${line}`);
    const faults = faultsOf(await run(derived.text, directory), it, derived);
    say(`${faults.length === 0 ? "ok" : "FAILED"} ${name}`);
    for (const fault of faults) say(`  ${fault}`);
    return faults.length === 0;
  } catch (error) {
    say(`FAILED ${name}\n  ${error instanceof Error ? error.message : error}`);
    return false;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const [root, only] = Deno.args;
if (root === undefined) {
  say("Usage: deno run -A .ci/acceptance.ts DIR [NAME]");
  Deno.exit(2);
}
let [passed, failed] = [0, 0];
for (
  const [folder, directory, cases] of [
    ["sanity-checks", `${root}/sanity-checks`, SANITY],
    ["flows", `${ROOT}.ci/flows`, OWN],
  ] as const
) {
  // A flow that nobody thought of is no flow that passes, and neither is one that is gone.
  for (const it of new Set([...await namesIn(directory), ...Object.keys(cases)])) {
    if (only !== undefined && it !== only) continue;
    const known = Object.hasOwn(cases, it) ? cases[it] : undefined;
    if (typeof known === "string") {
      say(`not run ${folder}/${it}: ${known}`);
      continue;
    }
    const fine = known === undefined
      ? (say(`FAILED ${folder}/${it}\n  nothing is known of this flow`), false)
      : await attempt(`${folder}/${it}`, `${directory}/${it}.yaml`, known);
    if (fine) passed++;
    else failed++;
  }
}
say(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
