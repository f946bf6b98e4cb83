import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { makeFiles } from "../cli/bulkhead.ts";
import { onTerminal, type Turn } from "../cli/on_terminal.ts";
import { testWith } from "../must.ts";
import { runFlow } from "./events.ts";

const LOG = "io.kestra.plugin.core.log.Log";
const POLICY = "bulkhead:\n  filesystem: closed\n";

interface Given {
  readonly policy?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

const flowOf = (inputs: readonly object[], message: string | readonly string[]) =>
  JSON.stringify({
    id: "f",
    namespace: "a.b",
    variables: { word: "from variables" },
    inputs,
    tasks: [{ id: "log", type: LOG, message }],
  });

async function run(
  inputs: readonly object[],
  message: string | readonly string[],
  argv: readonly string[],
  { policy = POLICY, files = {}, env = {} }: Given = {},
) {
  await using made = await makeFiles({
    "flow.yaml": flowOf(inputs, message),
    "policy.yaml": policy,
    ...files,
  });
  return await runFlow(["flow.yaml", "-p", "policy.yaml", ...argv], { cwd: made.path, env });
}

/** A value of every type, as text, and what a task sees of it. */
const EVERY_TYPE: readonly {
  readonly input: { readonly id: string; readonly [key: string]: unknown };
  readonly text: string;
  readonly seen: unknown;
}[] = [
  { input: { id: "string", type: "STRING" }, text: "@text", seen: "@text" },
  { input: { id: "enum", type: "ENUM", values: ["A", "B"] }, text: "B", seen: "B" },
  { input: { id: "select", type: "SELECT", values: ["a", "b"] }, text: "b", seen: "b" },
  { input: { id: "several", type: "MULTISELECT", values: ["a", "b"] }, text: '["b"]', seen: ["b"] },
  { input: { id: "int", type: "INT", min: 42, max: 42 }, text: "42", seen: 42 },
  { input: { id: "float", type: "FLOAT" }, text: "42.42", seen: 42.42 },
  { input: { id: "bool", type: "BOOL" }, text: "false", seen: false },
  {
    input: { id: "instant", type: "DATETIME", after: "2019-01-01T00:00:00Z" },
    text: "2019-10-06T20:27:49+02:00",
    seen: "2019-10-06T18:27:49Z",
  },
  { input: { id: "date", type: "DATE" }, text: "2019-10-06", seen: "2019-10-06" },
  { input: { id: "time", type: "TIME" }, text: "18:27", seen: "18:27:00" },
  { input: { id: "duration", type: "DURATION" }, text: "PT5M6S", seen: "PT5M6S" },
  { input: { id: "email", type: "EMAIL" }, text: "a@b.c", seen: "a@b.c" },
  { input: { id: "uri", type: "URI" }, text: "https://a.b", seen: "https://a.b" },
  { input: { id: "json", type: "JSON" }, text: '{"a": [1]}', seen: { a: [1] } },
  { input: { id: "yaml", type: "YAML" }, text: "a:\n- b", seen: { a: ["b"] } },
  { input: { id: "array", type: "ARRAY", itemType: "INT" }, text: "[1, 2]", seen: [1, 2] },
  { input: { id: "nested.more.int", type: "INT" }, text: "7", seen: undefined },
  {
    input: { id: "form", type: "FORM", inputs: [{ id: "a", type: "INT", defaults: 3 }] },
    text: "",
    seen: { a: 3 },
  },
  { input: { id: "optional", type: "INT", required: false }, text: "", seen: null },
  { input: { id: "empty", type: "STRING", defaults: "" }, text: "", seen: "" },
];

Deno.test("inputs: a task sees a value of every type", async () => {
  const given = EVERY_TYPE.filter((it) => it.text !== "");
  const { code, events, logs, stderr } = await run(
    EVERY_TYPE.map((it) => it.input),
    "{{ inputs.nested.more.int + 1 }}, {{ inputs.array }}, {{ inputs.yaml.a[0] }}, {{ inputs.form.a }}",
    given.flatMap(({ input, text }) => ["-i", `${input.id}=${text}`]),
  );
  equal(code, 0, stderr);
  deepEqual(logs, ["INFO 8, [1,2], b, 3"]);
  const [started] = events;
  ok(started?.type === "execution.started");
  const seen = started.inputs as Record<string, unknown>;
  for (const it of EVERY_TYPE) if (it.seen !== undefined) deepEqual(seen[it.input.id], it.seen);
  deepEqual(seen.nested, { more: { int: 7 } });
});

Deno.test("inputs: a file of values is typed as YAML has it, and -i goes before it", async () => {
  const inputs = [
    { id: "a", type: "STRING" },
    { id: "b", type: "ARRAY", itemType: "INT" },
    { id: "c.d", type: "INT" },
  ];
  const { code, logs, stderr } = await run(
    inputs,
    "{{ inputs.a }} {{ inputs.b }} {{ inputs.c.d }}",
    ["--inputs", "values.yaml", "-i", "a=mine"],
    { files: { "values.yaml": "a: theirs\nb: [1, 2]\nc: {d: 3}\n" } },
  );
  equal(code, 0, stderr);
  deepEqual(logs, ["INFO mine [1,2] 3"]);
});

Deno.test("inputs: expressions of the author's give defaults, choices and conditions", async () => {
  const inputs = [
    { id: "a", type: "SELECT", expression: "{{ ['x', 'y'] }}", autoSelectFirst: true },
    {
      id: "b",
      type: "STRING",
      defaults: "{{ inputs.a | upper }} {{ vars.word }} {{ flow.id }} {{ secret('KEY') }}",
      dependsOn: { inputs: ["a"] },
    },
    { id: "c", type: "INT", dependsOn: { inputs: ["a"], condition: "{{ inputs.a == 'y' }}" } },
  ];
  const env = { SECRET_KEY: btoa("hush-hush") };
  const message = "{{ inputs.a }} {{ inputs.b }} {{ inputs.c ?? 'none' }}";
  const first = await run(inputs, message, [], { env });
  equal(first.code, 0, first.stderr);
  deepEqual(first.logs, ["INFO x X from variables f ****** none"]);
  ok(!JSON.stringify(first.events).includes("hush-hush"));
  const second = await run(inputs, message, ["-i", "a=y", "-i", "c=5", "-i", "b=-"], { env });
  deepEqual(second.logs, ["INFO y - 5"]);
  const bad = await run(inputs, message, ["-i", "a=z"], { env });
  equal(bad.code, 2);
  match(bad.stderr, /Cannot use "z" for input "a": it is none of x, y/);
  const missing = await run(inputs, message, ["-i", "a=y"], { env });
  equal(missing.code, 2);
  match(missing.stderr, /Cannot run: input "c" \(INT\) has no value/);
});

Deno.test("inputs: an expression that cannot be rendered is told with its place and what there is", async () => {
  const { code, stderr, events } = await run(
    [{ id: "a", type: "STRING", defaults: "{{ vars.wrd }}" }],
    "x",
    [],
  );
  equal(code, 2);
  deepEqual(events, []);
  match(stderr, /Cannot render the default of input "a": .*wrd/);
  match(stderr, /at flow\.yaml:1:\d+/);
  match(stderr, /Did you mean "word"/);
});

/** An expression runs where there is nothing: what would end the harness's own process ends that one. */
Deno.test("inputs: an expression without an end fails, and the harness goes on to say so", async () => {
  const { code, stderr } = await run(
    [{ id: "a", type: "STRING", defaults: "{% for i in 1..100000000 %}{{ i }}{% endfor %}" }],
    "x",
    [],
  );
  equal(code, 2);
  match(stderr, /Cannot render the default of input "a"/);
});

Deno.test("inputs: a file that is named with @ is stored, and read by its URI", async () => {
  const inputs = [
    { id: "file", type: "FILE", allowedFileExtensions: [".csv"] },
    { id: "other", type: "FILE", required: false },
  ];
  const message = ["{{ inputs.file }}", "{{ read(inputs.file) }}", "{{ fileSize(inputs.file) }}"];
  const files = { "data/a b.csv": "1,2", "a.txt": "text" };
  const { code, logs, stderr, events } = await run(inputs, message, ["-i", "file=@data/a b.csv"], {
    files,
  });
  equal(code, 0, stderr);
  const { execution } = events[0]!;
  deepEqual(logs, [
    `INFO kestra:///a/b/f/executions/${execution}/inputs/file/a_b.csv`,
    "INFO 1,2",
    "INFO 3",
  ]);
  for (
    const { text, says } of [
      { text: "@a.txt", says: /Cannot use ".*" for input "file": its name ends in none of \.csv/ },
      {
        text: "@none.csv",
        says: /Cannot read "none\.csv" for input "file": there is no such file/,
      },
      { text: "@.csv/", says: /there is no such file/ },
      { text: "@@a.csv", says: /Cannot use "@a\.csv" for input "file": expected a file/ },
      { text: "data/a b.csv", says: /Give it with -i file=@path/ },
      { text: "kestra:///x.csv", says: /this execution has stored no such file/ },
    ]
  ) {
    const refused = await run(inputs, message, ["-i", `file=${text}`], { files });
    equal(refused.code, 2, text);
    match(refused.stderr, says);
    deepEqual(refused.events, []);
  }
});

Deno.test("inputs: a file of 64 MiB is copied, not held", async () => {
  await using made = await makeFiles({
    "flow.yaml": flowOf([{ id: "file", type: "FILE" }], "{{ fileSize(inputs.file) }}"),
    "policy.yaml": POLICY,
  });
  using file = await Deno.open(`${made.path}/big`, { create: true, write: true });
  await file.truncate(64 * 1024 * 1024);
  const { code, logs } = await runFlow(["flow.yaml", "-p", "policy.yaml", "-i", "file=@big"], {
    cwd: made.path,
  });
  equal(code, 0);
  deepEqual(logs, ["INFO 67108864"]);
});

Deno.test("inputs: a default names files of the namespace, and of the host where the policy lets it", async () => {
  await using made = await makeFiles({
    "ns/a.b/in.txt": "of the namespace",
    "open/in.txt": "of the host",
    "closed/in.txt": "not for flows",
    "policy.yaml": POLICY,
  });
  const allowing = `kestra: {local-files: {allowed-paths: ["${made.path}/open"]}}\n${POLICY}`;
  await Deno.writeTextFile(`${made.path}/allowing.yaml`, allowing);
  await Deno.symlink(`${made.path}/closed/in.txt`, `${made.path}/open/link.txt`);
  const give = async (defaults: string, policy: string, argv: readonly string[] = []) => {
    const flow = flowOf([{ id: "file", type: "FILE", defaults }], "{{ read(inputs.file) }}");
    await Deno.writeTextFile(`${made.path}/flow.yaml`, flow);
    return await runFlow(["flow.yaml", "-p", policy, ...argv], { cwd: made.path });
  };
  const namespace = ["--namespace-files", "ns"];
  deepEqual((await give("nsfile:///in.txt", "policy.yaml", namespace)).logs, [
    "INFO of the namespace",
  ]);
  deepEqual((await give(`file://${made.path}/open/in.txt`, "allowing.yaml")).logs, [
    "INFO of the host",
  ]);
  for (
    const { defaults, policy, says } of [
      { defaults: "nsfile:///in.txt", policy: "policy.yaml", says: /no --namespace-files/ },
      {
        defaults: `file://${made.path}/open/in.txt`,
        policy: "policy.yaml",
        says: /no allowed-paths/,
      },
      { defaults: `file://${made.path}/closed/in.txt`, policy: "allowing.yaml", says: /below the/ },
      { defaults: `file://${made.path}/open/link.txt`, policy: "allowing.yaml", says: /below the/ },
      {
        defaults: `file://${made.path}/open/../closed/in.txt`,
        policy: "allowing.yaml",
        says: /below the/,
      },
    ]
  ) {
    const refused = await give(defaults, policy);
    equal(refused.code, 4, `${defaults}: ${refused.stderr}`);
    match(refused.stderr, says);
    deepEqual(refused.events, []);
  }
});

Deno.test("inputs: the value of a SECRET is hidden in everything that is said", async () => {
  const inputs = [{ id: "a.token", type: "SECRET" }];
  const { code, logs, events, stderr } = await run(
    inputs,
    ["{{ inputs.a.token }}", "{{ inputs.a.token | length }}"],
    ["-i", "a.token=correct horse"],
  );
  equal(code, 0);
  deepEqual(logs, ["INFO ******", "INFO 13"]);
  ok(!`${JSON.stringify(events)}${stderr}`.includes("correct horse"));
});

/** One flow that asks for everything. */
const ASKING = [
  {
    id: "name",
    type: "STRING",
    displayName: "Your name",
    description: "Who is greeted",
    validator: "[a-z]+",
    prefill: "ada",
  },
  { id: "colour", type: "SELECT", values: [{ value: "red", label: "Red" }, "2"] },
  { id: "many", type: "MULTISELECT", values: ["x", "y", "z"] },
  { id: "token", type: "SECRET" },
  { id: "file", type: "FILE" },
  { id: "given", type: "INT", defaults: 1 },
];
const SAYS = "{{ inputs.name }}, {{ inputs.colour }}, {{ inputs.many }}, {{ read(inputs.file) }}";

async function answer(turns: readonly Turn[], argv: readonly string[] = []) {
  await using made = await makeFiles({
    "flow.yaml": flowOf(ASKING, SAYS),
    "policy.yaml": POLICY,
    "a.txt": "text",
  });
  return await onTerminal(["run", "flow.yaml", "-p", "policy.yaml", ...argv], turns, {
    cwd: made.path,
  });
}

testWith(
  "terminal",
  "inputs: what is missing is asked for on a terminal, until it fits",
  async () => {
    const { code, screen } = await answer([
      { when: "name [ada]: ", keys: "Bob\r" },
      { when: "name [ada]: ", keys: "\r" },
      { when: "colour: ", keys: "3\r" },
      { when: "colour: ", keys: "1\r" },
      { when: "many: ", keys: "3, x\r" },
      { when: "token: ", keys: "hush-hux\x7fsh\r" },
      { when: "file, a path: ", keys: "none\r" },
      { when: "file, a path: ", keys: "a.txt\r" },
    ]);
    equal(code, 0, screen);
    match(screen, /Your name \(name, STRING\)\n {2}Who is greeted\n/);
    match(screen, /Cannot use that: it does not match "\[a-z\]\+"/);
    match(screen, /colour \(SELECT\)\n {2}1\) red: Red\n {2}2\) 2\n/);
    match(screen, /Cannot use that: it is none of red, 2/);
    match(screen, /Cannot use that: there is no such file/);
    match(screen, /ada, red, \["z","x"\], text/);
    doesNotMatch(screen, /hush/);
    doesNotMatch(screen, /given \(INT\)/);
  },
);

testWith("terminal", "inputs: a choice that looks like a number stands for itself", async () => {
  const { screen } = await answer(
    [{ when: "colour: ", keys: "2\r" }],
    ["-i", "name=a", "-i", 'many=["x"]', "-i", "token=t", "-i", "file=@a.txt"],
  );
  match(screen, /a, 2, \["x"\], \*+ex\*+/);
});

for (const { name, keys } of [{ name: "Ctrl-C", keys: "\x03" }, { name: "Ctrl-D", keys: "\x04" }]) {
  for (
    const { when, argv } of [
      { when: "name [ada]: ", argv: [] },
      { when: "token: ", argv: ["-i", "name=a", "-i", "colour=red", "-i", 'many=["x"]'] },
    ]
  ) {
    testWith(
      "terminal",
      `inputs: ${name} at "${when}" ends with the error of what is missing`,
      async () => {
        const { code, screen } = await answer([{ when, keys }], argv);
        equal(code, 2, screen);
        match(screen, /Cannot run: input "token" \(SECRET\) has no value/);
        match(screen, /Cannot run: input "file" \(FILE\) has no value/);
        doesNotMatch(screen, /file, a path/);
      },
    );
  }
}

for (const option of ["--json", "--quiet", "--log-format=json"]) {
  testWith("terminal", `inputs: nobody is asked with ${option}`, async () => {
    const { code, screen } = await answer([], [option]);
    equal(code, 2, screen);
    match(screen, /input \\?"name\\?" \(STRING\) has no value/);
    doesNotMatch(screen, /\[ada\]/);
  });
}
