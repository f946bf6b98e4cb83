import { equal } from "node:assert/strict";
import { bulkhead, makeFiles, steady } from "./bulkhead.ts";
import { FILES } from "./files.ts";

interface Row {
  readonly name: string;
  readonly argv: readonly string[];
  readonly code: number;
  readonly stdin?: string;
}

const CLOSED = ["-p", "open.yaml"] as const;

/** argv → exit code, stdout, stderr: the words are in `__snapshots__`, the codes here. */
const ROWS: readonly Row[] = [
  { name: "no command", argv: [], code: 2 },
  { name: "help", argv: ["--help"], code: 0 },
  { name: "help of run", argv: ["run", "--help"], code: 0 },
  { name: "help of plan", argv: ["plan", "-h"], code: 0 },
  { name: "help of doctor", argv: ["help", "doctor"], code: 0 },
  { name: "an unknown command", argv: ["plam"], code: 2 },
  { name: "an unknown flag", argv: ["plan", "flow.yaml", "--jsn"], code: 2 },
  { name: "a flag that is near none", argv: ["plan", "--zebra"], code: 2 },
  { name: "an option without its value", argv: ["plan", "-p"], code: 2 },
  { name: "a value that is no choice", argv: ["plan", "--log-format", "jsn"], code: 2 },
  { name: "plan without a flow", argv: ["plan"], code: 2 },
  { name: "run without a flow", argv: ["run"], code: 2 },
  { name: "run with two flows", argv: ["run", "flow.yaml", "slow.yaml"], code: 2 },
  { name: "an input without a value", argv: ["run", "flow.yaml", "-i", "name"], code: 2 },
  { name: "an unknown input", argv: ["run", "flow.yaml", "-i", "nmae=x"], code: 2 },
  { name: "a missing input", argv: ["run", "required.yaml", ...CLOSED], code: 2 },
  {
    name: "an input of another type",
    argv: ["run", "required.yaml", "-i", "count=many", ...CLOSED],
    code: 2,
  },
  {
    name: "inputs that are no map",
    argv: ["run", "flow.yaml", "--inputs", "bad/inputs.yaml"],
    code: 2,
  },

  { name: "help of check", argv: ["check", "--help"], code: 0 },
  { name: "check of nothing", argv: ["check"], code: 2 },
  { name: "check of what is fine", argv: ["check", "flow.yaml", "policy.yaml", "chain"], code: 0 },
  { name: "check of what cannot run here", argv: ["check", "unknown.yaml"], code: 1 },
  { name: "check of a warning", argv: ["check", "hinted.yaml"], code: 0 },
  {
    name: "check that warnings fail",
    argv: ["check", "hinted.yaml", "--fail-on=warning"],
    code: 1,
  },
  { name: "check of faults of every kind", argv: ["check", "bad"], code: 1 },
  { name: "check of a task before its policy", argv: ["check", "privileged.yaml"], code: 0 },
  {
    name: "check of a task that a policy refuses",
    argv: ["check", "privileged.yaml", "-p", "spec.yaml"],
    code: 1,
  },
  {
    name: "check of the same as JSON",
    argv: ["check", "privileged.yaml", "-p", "spec.yaml", "--format", "json"],
    code: 1,
  },
  {
    name: "check under a chain that is wrong",
    argv: ["check", "flow.yaml", "-p", "policy.yaml", "-p", "open.yaml"],
    code: 1,
  },
  { name: "check of a path that is not there", argv: ["check", "nope", "flow.yaml"], code: 3 },
  { name: "check of a directory without YAML", argv: ["check", "empty"], code: 3 },
  {
    name: "check from standard input",
    argv: ["check", "-"],
    code: 1,
    stdin: "id: a\nnamespace: b\ntask: []\n",
  },
  { name: "help of test", argv: ["test", "--help"], code: 0 },
  { name: "test of nothing", argv: ["test"], code: 2 },
  { name: "help of schema", argv: ["schema", "--help"], code: 0 },
  { name: "a schema of nothing", argv: ["schema"], code: 2 },
  { name: "a schema that is none", argv: ["schema", "polcy"], code: 2 },
  { name: "two schemas", argv: ["schema", "flow", "policy"], code: 2 },
  { name: "help of completions", argv: ["completions", "--help"], code: 0 },
  { name: "completions for no shell", argv: ["completions"], code: 2 },
  { name: "completions for a shell that is none", argv: ["completions", "fsh"], code: 2 },
  { name: "completions for two shells", argv: ["completions", "bash", "zsh"], code: 2 },
  { name: "help of man", argv: ["man", "-h"], code: 0 },
  { name: "a manual page of one command", argv: ["man", "run"], code: 2 },
  { name: "JSON of an unknown command", argv: ["plam", "--log-format=json"], code: 2 },
  { name: "JSON of wrong usage", argv: ["plan", "--log-format", "json", "--jsn"], code: 2 },
  {
    name: "JSON of a fault with two places",
    argv: ["plan", "flow.yaml", "-p", "bad/spellings.yaml", "--log-format", "json"],
    code: 3,
  },
  {
    name: "JSON of a note and a refusal",
    argv: ["run", "unknown.yaml", "--log-format=json"],
    code: 4,
  },
  { name: "notes that are not said", argv: ["run", "unknown.yaml", "--quiet"], code: 4 },

  { name: "a policy that is not there", argv: ["plan", "flow.yaml", "-p", "nope.yaml"], code: 3 },
  { name: "a directory without policies", argv: ["plan", "flow.yaml", "-p", "empty"], code: 3 },
  ...[
    "duplicate",
    "unknown",
    "spellings",
    "path",
    "syntax",
    "documents",
    "nothing",
    "flow_as_policy",
    "list",
    "binary",
    "nul",
    "large",
    "bomb",
  ].map((it) => ({
    name: `a policy with a fault: ${it}`,
    argv: ["plan", "flow.yaml", "-p", `bad/${it}.yaml`],
    code: 3,
  })),
  {
    name: "a chain that widens",
    argv: ["plan", "flow.yaml", "-p", "policy.yaml", "-p", "open.yaml"],
    code: 3,
  },
  {
    name: "a chain whose block is switched off",
    argv: ["plan", "flow.yaml", "-p", "policy.yaml", "-p", "off.yaml"],
    code: 3,
  },
  {
    name: "two faulty policies at once",
    argv: ["plan", "flow.yaml", "-p", "bad/unknown.yaml", "-p", "nope.yaml"],
    code: 3,
  },

  { name: "a flow that is not there", argv: ["run", "nope.yaml", ...CLOSED], code: 3 },
  { name: "a flow that is a directory", argv: ["run", "empty", ...CLOSED], code: 3 },
  ...["twins", "flow", "list", "binary", "bomb", "syntax"].map((it) => ({
    name: `a flow with a fault: ${it}`,
    argv: ["run", `bad/${it}.yaml`, ...CLOSED],
    code: 3,
  })),

  { name: "plan as text", argv: ["plan", "flow.yaml", "-p", "policy.yaml"], code: 0 },
  { name: "plan as JSON", argv: ["plan", "flow.yaml", "-p", "policy.yaml", "--json"], code: 0 },
  {
    name: "plan from standard input",
    argv: ["plan", "-", "-p", "chain"],
    code: 0,
    stdin: FILES["flow.yaml"] as string,
  },
  {
    name: "plan under a policy that opens what stays closed",
    argv: ["plan", "slow.yaml", "-p", "tmp.yaml"],
    code: 0,
  },
  {
    name: "standard input for two files",
    argv: ["plan", "-", "-p", "-"],
    code: 3,
    stdin: "bulkhead: {filesystem: closed}",
  },
  {
    name: "plan of a script without an engine",
    argv: ["plan", "script.yaml", "-p", "spec.yaml"],
    code: 125,
  },
  { name: "plan of what cannot run", argv: ["plan", "unknown.yaml", ...CLOSED], code: 4 },
  {
    name: "plan of a key that a forced runner closes",
    argv: ["plan", "privileged.yaml", "-p", "spec.yaml"],
    code: 4,
  },
  {
    name: "plan under a block that is switched off",
    argv: ["plan", "slow.yaml", "-p", "off.yaml"],
    code: 0,
  },

  { name: "run", argv: ["run", "flow.yaml", "-p", "policy.yaml", "-i", "name=you"], code: 0 },
  { name: "run quietly", argv: ["run", "flow.yaml", "-p", "policy.yaml", "-q"], code: 0 },
  { name: "run as JSON", argv: ["run", "flow.yaml", "-p", "policy.yaml", "--json"], code: 0 },
  {
    name: "run of a task that is denied",
    argv: ["run", "denied.yaml", "-p", "policy.yaml"],
    code: 1,
  },
  { name: "run of a task that is too slow", argv: ["run", "slow.yaml", ...CLOSED], code: 124 },
  { name: "run of what cannot run", argv: ["run", "unknown.yaml", ...CLOSED], code: 4 },
  {
    name: "run of a script without an engine",
    argv: ["run", "script.yaml", "-p", "spec.yaml"],
    code: 125,
  },
  {
    name: "run of an unknown name in an expression",
    argv: ["run", "expression.yaml", ...CLOSED],
    code: 1,
  },
  {
    name: "run of a text that would drive the terminal",
    argv: ["run", "control.yaml", ...CLOSED],
    code: 0,
  },
  {
    name: "run with a runtime that is none",
    argv: ["run", "flow.yaml", ...CLOSED, "--runtime", "flow.yaml"],
    code: 125,
  },
  {
    name: "run with workspaces in a forbidden path",
    argv: ["run", "flow.yaml", "-p", "policy.yaml", "--workspace", "/etc/x"],
    code: 125,
  },
  {
    name: "run with plugins that are not there",
    argv: ["run", "flow.yaml", ...CLOSED, "--plugins", "nope"],
    code: 3,
  },
];

for (const { name, argv, code, stdin } of ROWS) {
  Deno.test(`cli: ${name}`, async (t) => {
    await using files = await makeFiles(FILES);
    const call = await bulkhead(argv, { cwd: files.path, ...(stdin !== undefined && { stdin }) });
    equal(call.code, code, call.stderr);
    equal(/\n\s+at (file|async|ext):/.test(call.stderr), false, "a stack trace");
    await t.assertSnapshot(
      `${steady(call.stdout, files.path)}--- stderr ---\n${steady(call.stderr, files.path)}`,
    );
  });
}
