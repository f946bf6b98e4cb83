import { deepEqual, equal, match, ok } from "node:assert/strict";
import { SCRIPT_LANGUAGES } from "../../catalog/script_languages.ts";
import { type Around, containerOf, planScriptTask } from "../../../tests/plan_script_task.ts";

const work = async (task: Parameters<typeof planScriptTask>[0], around?: Around) =>
  containerOf(await planScriptTask(task, around)).work;

/** The last word of a command: what the interpreter reads. */
const text = async (task: Parameters<typeof planScriptTask>[0], around?: Around) =>
  (await work(task, around)).command.at(-1);

for (const [language, { image, file }] of Object.entries(SCRIPT_LANGUAGES)) {
  Deno.test(`${language}: Commands and Script are planned in its image`, async () => {
    for (const name of ["Commands", "Script"]) {
      const plan = await planScriptTask({ type: `${language}.${name}` });
      equal(plan.verdict, "run", plan.refusal?.message);
      const { spec, work } = containerOf(plan);
      match(spec.image, new RegExp(`(^|/)${image.split(":")[0]}:`));
      equal(work.scriptFile?.name, name === "Script" ? file : undefined);
      // A glob of all files takes no hidden one.
      ok(file === undefined || file.startsWith("."));
    }
  });
}

Deno.test.each([
  { type: "shell", lines: ["set -e", "echo 1"] },
  { type: "python", lines: ["set -e", 'python "$WORKING_DIR/.bulkhead-script.py"'] },
  { type: "node", lines: ["set -e", 'node "$WORKING_DIR/.bulkhead-script.js"'] },
  { type: "bun", lines: ["set -e", 'bun run "$WORKING_DIR/.bulkhead-script.ts"'] },
  { type: "go", lines: ["set -e", 'go run "$WORKING_DIR/.bulkhead/script.go"'] },
  { type: "groovy", lines: ["set -e", 'groovy "$WORKING_DIR/.bulkhead/script.groovy"'] },
  { type: "r", lines: ["set -e", 'Rscript "$WORKING_DIR/.bulkhead-script.R"'] },
  { type: "ruby", lines: ["set -e", 'ruby "$WORKING_DIR/.bulkhead-script.rb"'] },
  { type: "perl", lines: ["set -e", 'perl "$WORKING_DIR/.bulkhead-script.pl"'] },
  { type: "php", lines: ["set -e", 'php "$WORKING_DIR/.bulkhead-script.php"'] },
  { type: "lua", lines: ["set -e", 'lua "$WORKING_DIR/.bulkhead-script.lua"'] },
  { type: "julia", lines: ["set -e", 'julia "$WORKING_DIR/.bulkhead-script.jl"'] },
  { type: "jbang", lines: ["set -e", 'jbang --quiet "$WORKING_DIR/.bulkhead/script.java"'] },
  {
    type: "deno",
    lines: [
      "set -e",
      'deno run --allow-env --allow-read --allow-write "$WORKING_DIR/.bulkhead-script.ts"',
    ],
  },
  {
    type: "powershell",
    lines: ["$ErrorActionPreference = 'Stop'", '& "$env:WORKING_DIR/.bulkhead-script.ps1"'],
  },
  {
    type: "dotnet",
    lines: [
      "set -e",
      ...SCRIPT_LANGUAGES.dotnet!.prepare!,
      'dotnet-script "$WORKING_DIR/.bulkhead-script.csx"',
    ],
  },
])("the text of $type.Script is run from its file", async ({ type, lines }) => {
  const { command, scriptFile } = await work({ type: `${type}.Script`, script: "echo 1" });
  deepEqual(command.at(-1)!.split("\n"), lines);
  equal(scriptFile?.text, type === "shell" ? undefined : "echo 1");
  deepEqual(
    command.slice(0, -1),
    type === "powershell"
      ? ["pwsh", "-NoProfile", "-NonInteractive", "-Command"]
      : ["/bin/sh", "-c"],
  );
});

Deno.test.each([
  { name: "failFast", task: { failFast: false }, says: "true" },
  { name: "beforeCommands", task: { beforeCommands: ["a", "b"] }, says: "set -e\na\nb\ntrue" },
  { name: "commands", task: { commands: ["a", 1] }, says: "set -e\na\n1" },
  {
    name: "an interpreter that is no shell",
    task: { interpreter: ["python3", "-c"], commands: ["print(1)"] },
    says: "print(1)",
  },
  { name: "another shell", task: { interpreter: ["/bin/bash", "-ec"] }, says: "set -e\ntrue" },
  { name: "targetOS", task: { targetOS: "LINUX" }, says: "set -e\ntrue" },
  { name: "warningOnStdErr", task: { warningOnStdErr: false }, says: "set -e\ntrue" },
  {
    name: "JBang's extension and noise",
    task: { type: "jbang.Script", script: "x", extension: ".kt", quiet: false },
    says: 'set -e\njbang "$WORKING_DIR/.bulkhead/script.kt"',
  },
  {
    name: "Deno's permissions",
    task: { type: "deno.Script", script: "x", permissions: ["--allow-net=a.b", "--deny-run=it's"] },
    says:
      `set -e\ndeno run '--allow-net=a.b' '--deny-run=it'\\''s' "$WORKING_DIR/.bulkhead-script.ts"`,
  },
  {
    name: "no permission for Deno",
    task: { type: "deno.Script", script: "x", permissions: [] },
    says: 'set -e\ndeno run "$WORKING_DIR/.bulkhead-script.ts"',
  },
])("$name is in what the interpreter reads", async ({ task, says }) => {
  equal(await text(task), says);
});

Deno.test("variables are the class's and the task's, and the container's own lie under them", async () => {
  const plan = await planScriptTask({
    type: "python.Script",
    env: { PYTHONUNBUFFERED: "0", EMPTY: null, N: 1 },
  });
  const { work, spec } = containerOf(plan);
  deepEqual(work.env, {
    PYTHONUNBUFFERED: "0",
    PIP_ROOT_USER_ACTION: "ignore",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    EMPTY: "",
    N: "1",
  });
  deepEqual(spec.env, { HOME: "<workspace>" });
  const { spec: ofGo } = containerOf(await planScriptTask({ type: "go.Script" }));
  deepEqual(ofGo.env, { HOME: "<workspace>", GOPATH: "<workspace>/.go" });
});

Deno.test("files in and out are read as they are written", async () => {
  const files = { "a/b.txt": "{{ inputs.x }}", "empty": null };
  deepEqual((await work({ inputFiles: files })).inputFiles, files);
  deepEqual((await work({ inputFiles: JSON.stringify({ a: "1", b: null }) })).inputFiles, {
    a: "1",
    b: null,
  });
  equal((await work({ inputFiles: "{{ inputs.files }}" })).inputFiles, "{{ inputs.files }}");
  const { outputFiles, outputDirectory } = await work({
    outputFiles: ["*.csv", "regex:a..b"],
    outputDirectory: true,
  });
  deepEqual(outputFiles, ["*.csv", "regex:a..b"]);
  equal(outputDirectory, true);
});

Deno.test("namespace files are asked for in whole or in part", async () => {
  const host = { namespaceFiles: "/namespaces" };
  const whole = {
    namespaces: ["company.team"],
    include: [],
    exclude: [],
    ifExists: "OVERWRITE",
    folderPerNamespace: false,
  };
  const of = async (namespaceFiles: unknown) =>
    (await work({ namespaceFiles }, { host })).namespaceFiles;
  deepEqual(await of(true), whole);
  deepEqual(await of({ enabled: true }), whole);
  equal(await of(false), undefined);
  equal(await of({ enabled: false, include: ["x"] }), undefined);
  deepEqual(
    await of({
      include: "*.py",
      exclude: ["a", "b"],
      namespaces: ["x", "{{ flow.namespace }}"],
      ifExists: "FAIL",
      folderPerNamespace: true,
    }),
    {
      include: ["*.py"],
      exclude: ["a", "b"],
      namespaces: ["x", "{{ flow.namespace }}"],
      ifExists: "FAIL",
      folderPerNamespace: true,
    },
  );
  equal((await planScriptTask({ namespaceFiles: false })).verdict, "run");
});

/** Each beside the twin that is planned. */
Deno.test.each([
  {
    name: "targetOS",
    bad: "WINDOWS",
    good: "AUTO",
    says: /"targetOS" is WINDOWS, and scripts run on Linux/,
  },
  { name: "targetOS", bad: "{{ x }}", good: "LINUX", says: /cannot be decided before the run/ },
  { name: "failFast", bad: "{{ x }}", good: true, says: /cannot be decided before the run/ },
  { name: "warningOnStdErr", bad: "maybe", good: true, says: /is not true or false/ },
  { name: "beforeCommands", bad: "echo", good: ["echo"], says: /is not a list of texts/ },
  { name: "interpreter", bad: { a: 1 }, good: ["sh", "-c"], says: /is not a list of texts/ },
  {
    name: "env",
    bad: { "A B": "x" },
    good: { A_B: "x" },
    says: /"A B", which is no name of a variable/,
  },
  { name: "env", bad: { A: ["x"] }, good: { A: "x" }, says: /is not a map of texts/ },
  {
    name: "inputFiles",
    bad: { "../x": "" },
    good: { "x..": "" },
    says: /"\.\.\/x": its name leads out/,
  },
  { name: "inputFiles", bad: { "/etc/x": "" }, good: { "etc/x": "" }, says: /begins at the root/ },
  {
    name: "inputFiles",
    bad: { "{{ x }}": "" },
    good: { x: "{{ x }}" },
    says: /cannot name a file/,
  },
  { name: "inputFiles", bad: { "a//b": "" }, good: { "a/b": "" }, says: /an empty step/ },
  { name: "inputFiles", bad: "[]", good: "{}", says: /is not a map of texts, nor the JSON of one/ },
  { name: "outputFiles", bad: ["a/../../b"], good: ["a/..b"], says: /leads out of the workspace/ },
  { name: "outputFiles", bad: "{{ x }}", good: ["{{ x }}"], says: /is not a list of texts/ },
  { name: "outputDirectory", bad: 1, good: true, says: /is not true or false/ },
  { name: "namespaceFiles", bad: true, good: false, says: /nobody said where they lie/ },
  {
    name: "namespaceFiles",
    bad: { includes: [], enabled: false },
    good: { include: [], enabled: false },
    says: /has a key "includes", which is not known/,
  },
  {
    name: "logToFile",
    bad: true,
    good: undefined,
    says: /property "logToFile" .* is not supported/,
  },
])("$name: $bad is refused, $good is planned", async ({ name, bad, good, says }) => {
  const refused = await planScriptTask({ [name]: bad });
  match(refused.refusal?.message ?? "", says);
  notBuiltIn(refused);
  const planned = await planScriptTask(good === undefined ? {} : { [name]: good });
  equal(planned.verdict, "run", planned.refusal?.message);
});

Deno.test.each([
  { name: "an interpreter that does not stop", bad: { failFast: true }, good: { failFast: false } },
].map((it) => ({ ...it, interpreter: ["python3", "-c"] })))(
  "failFast is not promised of $name",
  async ({ bad, good, interpreter }) => {
    const { refusal } = await planScriptTask({ ...bad, interpreter });
    match(refusal?.message ?? "", /no shell that is known to stop at a failure/);
    equal((await planScriptTask({ ...good, interpreter })).verdict, "run");
  },
);

Deno.test("a script cannot take the place of its own file", async () => {
  const task = { type: "python.Script", script: "x" };
  const { refusal } = await planScriptTask({
    ...task,
    inputFiles: { ".bulkhead-script.py": "" },
  });
  match(refusal?.message ?? "", /the script itself has that name/);
  equal((await planScriptTask({ ...task, inputFiles: { "script.py": "" } })).verdict, "run");
});

Deno.test.each([
  { bad: ["allow-net"], says: /is no flag/ },
  { bad: ["--allow-net $(id)"], says: /is no flag/ },
  { bad: ["{{ x }}"], says: /cannot be decided/ },
])("Deno's permissions $bad are refused", async ({ bad, says }) => {
  const task = { type: "deno.Script", script: "x" };
  match((await planScriptTask({ ...task, permissions: bad })).refusal?.message ?? "", says);
  equal((await planScriptTask({ ...task, permissions: ["--allow-net"] })).verdict, "run");
});

function notBuiltIn({ refusal }: Awaited<ReturnType<typeof planScriptTask>>): void {
  ok(refusal !== undefined && refusal.source !== "built-in", "it names its place");
}
