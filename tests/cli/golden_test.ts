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
  { name: "an unknown command", argv: ["plam"], code: 2 },
  { name: "an unknown flag", argv: ["plan", "flow.yaml", "--jsn"], code: 2 },
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
