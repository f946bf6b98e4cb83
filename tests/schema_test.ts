import { deepEqual, equal, ok } from "node:assert/strict";
import { Ajv, type ValidateFunction } from "ajv";
import { stringify } from "yaml";
import { ownTestsSchema, testSchema } from "../lib/check/test_schema.ts";
import { flowSchema } from "../lib/flow/flow_schema.ts";
import { parseFlow, readFlow } from "../lib/flow/mod.ts";
import { StageError } from "../lib/model/mod.ts";
import { makePlan } from "../lib/plan/mod.ts";
import { applyDefaults, applyRules, loadPolicy } from "../lib/policy/mod.ts";
import { camelCase } from "../lib/policy/keys.ts";
import { kebabCase } from "../lib/policy/both_spellings.ts";
import { parsePolicy } from "../lib/policy/parse_policy.ts";
import { checkPattern } from "../lib/policy/rules/safe_pattern.ts";
import { pluginDefaultSchema, policySchema } from "../lib/policy/policy_schema.ts";
import { parseYaml, toPlain } from "../lib/source/mod.ts";
import { hostFacts } from "./host_facts.ts";
import { FILES } from "./cli/files.ts";

const ajv = new Ajv({ strict: false, allErrors: true });
const POLICY = ajv.compile(policySchema(ownTestsSchema()));
const TESTS = ajv.compile(testSchema());
const FLOW = ajv.compile(flowSchema(pluginDefaultSchema()));

/** Codes of complaints about keys and types; what else is wrong is no matter of a schema. */
const ABOUT_SHAPE =
  /\/(unknown-key|unknown-rule|unknown-(input|output)-type|missing-key|no-tasks|wrong-value|two-spellings|flat-key|not-a-map)$/;

const ROOT = new URL("../", import.meta.url);
const BASE = await loadPolicy([{ file: "p.yaml", text: "bulkhead: {filesystem: closed}" }]);

/** What the parser says of a policy: the codes of its complaints. */
function complaintsOfPolicy(text: string): readonly string[] {
  return codesOf(() => {
    parsePolicy(text, "policy.yaml", checkPattern);
    return [];
  });
}

/** The same of a flow, with what the plan says of keys. */
function complaintsOfFlow(text: string): readonly string[] {
  return codesOf(() => {
    const root = readFlow(text, "flow.yaml");
    const ruled = applyRules(applyDefaults(root, BASE), BASE.rules, (it) => it);
    const { flow, warnings } = parseFlow(ruled.flow);
    const [plan] = makePlan(BASE, [{ flow, warnings }], hostFacts()).flows;
    return [
      ...flow.refusals.map((it) =>
        /"\w+" of input "\w+" is not supported yet/.test(it.message) ? "flow/unknown-key" : it.code
      ),
      ...plan!.tasks.flatMap(({ refusal }) =>
        refusal?.code === "plan/unsupported-property" ? ["plan/unknown-key"] : []
      ),
    ];
  });
}

function codesOf(parse: () => readonly string[]): readonly string[] {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return error.diagnostics.map((it) => it.code);
  }
}

async function textsBelow(...directories: string[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const directory of directories) {
    for await (const { name, isFile } of Deno.readDir(new URL(directory, ROOT))) {
      if (!isFile || !/\.ya?ml$/.test(name)) continue;
      texts.set(`${directory}${name}`, await Deno.readTextFile(new URL(directory + name, ROOT)));
    }
  }
  return texts;
}

const isValid = (validate: ValidateFunction, text: string) =>
  validate(toPlain(parseYaml(text, "it.yaml")!));

Deno.test("schema: every policy and every flow that is here is valid", async () => {
  const found = [...await textsBelow("policies/", "tests/fixtures/spec/")];
  const isOfTests = ([name]: readonly [string, string]) => name.endsWith(".test.yaml");
  const tests = new Map(found.filter(isOfTests));
  const policies = new Map(found.filter((it) => !isOfTests(it)));
  ok(policies.size >= 6 && tests.size >= 4);
  for (const [name, text] of tests) {
    equal(isValid(TESTS, text), true, `${name}: ${ajv.errorsText(TESTS.errors)}`);
    equal(isValid(POLICY, text), false);
  }
  for (const [name, text] of policies) {
    equal(isValid(POLICY, text), true, `${name}: ${ajv.errorsText(POLICY.errors)}`);
  }
  const flows = await textsBelow("examples/");
  ok(flows.size >= 5);
  for (const [name, text] of flows) {
    equal(isValid(FLOW, text), true, `${name}: ${ajv.errorsText(FLOW.errors)}`);
  }
  // The controls: neither takes the other's.
  for (const text of policies.values()) {
    equal(isValid(FLOW, text), false);
    equal(isValid(TESTS, text), false);
  }
  for (const text of flows.values()) equal(isValid(POLICY, text), false);
});

Deno.test("schema: the files of the golden tests are taken and refused as the parsers do", () => {
  let refused = 0;
  for (const [name, content] of Object.entries(FILES)) {
    if (typeof content !== "string" || !/\.ya?ml$/.test(name)) continue;
    let root: unknown;
    try {
      root = toPlain(parseYaml(content, name)!);
    } catch {
      continue; // No YAML, so nothing that a schema sees.
    }
    const isFlow = typeof root === "object" && root !== null && "id" in root;
    const said = isFlow ? complaintsOfFlow(content) : complaintsOfPolicy(content);
    const valid = isValid(isFlow ? FLOW : POLICY, content);
    if (said.some((it) => ABOUT_SHAPE.test(it))) refused++;
    if (said.length === 0) equal(valid, true, name);
    else if (said.some((it) => ABOUT_SHAPE.test(it))) equal(valid, false, `${name}: ${said}`);
  }
  ok(refused > 3);
});

/** A policy that says all that one can say, in kebab-case. */
const EVERYTHING = {
  kestra: {
    ee: {
      "java-security": {
        enabled: true,
        "forbidden-paths": ["/etc/"],
        "authorized-class-prefix": ["io.kestra.plugin.core"],
        "forbidden-class-prefix": ["io.kestra.plugin.scripts"],
      },
    },
    plugins: {
      defaults: [{ type: "io.a.B", ref: "r", forced: true, values: { "some-key": 1 } }],
      security: { includes: ["io.a.B"], excludes: ["io.a.C"] },
    },
    tasks: { defaults: [{ type: "io.a.D", values: { x: [1] } }] },
    "local-files": { "allowed-paths": ["/srv"] },
    policies: [
      {
        id: "p",
        "display-name": "P",
        description: "d",
        enforcement: "ACTIVE",
        target: { tenants: ["t"], namespaces: ["a.b"] },
        rules: [
          { type: "io.kestra.plugin.ee.rules.Add", on: "FLOW", values: { a: 1 }, override: true },
          { type: "io.kestra.plugin.ee.rules.Delete", on: "PLUGIN", properties: ["a.b"] },
          {
            type: "io.kestra.plugin.ee.rules.Deny",
            on: "PLUGIN",
            where: [{ field: "type", operator: "EQUAL_TO", value: "io.a.B" }],
            action: "warn",
            "error-message": "no",
          },
          {
            type: "io.kestra.plugin.ee.rules.Restrict",
            on: "PLUGIN",
            property: "x",
            min: 1,
            max: 2,
            enum: [1, 2],
            equals: 1,
            regex: "a.*",
          },
          { type: "io.kestra.plugin.ee.rules.Require", on: "PLUGIN", properties: ["a"] },
        ],
      },
    ],
  },
  bulkhead: {
    "forced-precedence": "admin",
    filesystem: "open",
    spawn: "by-class",
    writable: ["/data"],
    kernel: "prefer",
    network: { allow: ["a.b:443"], deny: ["c.d"] },
    env: { allow: ["LANG"] },
    limits: {
      timeout: "PT1H",
      memory: "512MB",
      processes: 64,
      files: 64,
      output: 1048576,
      workspace: "1GB",
    },
    containers: {
      engine: "docker",
      networks: ["none"],
      transport: "auto",
      images: { allow: ["ubuntu"], deny: ["*:latest"], "require-digest": true },
      users: ["1000:1000"],
      capabilities: ["CHOWN"],
      privileged: false,
      volumes: ["/data/in:ro"],
      devices: ["nvidia"],
      ports: ["8080", 9000],
      "read-only": true,
      cpus: 2,
      memory: "2GB",
      shm: "64MB",
      tmp: "64MB",
    },
    scripts: { "in-process": ["deno"] },
  },
};

/** A flow with a key of every kind. */
const FULL_FLOW = {
  id: "full",
  namespace: "a.b",
  description: "d",
  labels: { a: "b" },
  inputs: [
    { id: "i", type: "STRING", required: false, defaults: "x", description: "d" },
    { id: "n", type: "INT", displayName: "N" },
  ],
  variables: { v: 1 },
  tasks: [
    {
      id: "log",
      type: "io.kestra.plugin.core.log.Log",
      message: "m",
      level: "INFO",
      timeout: "PT1S",
      allowFailure: true,
      disabled: false,
      runIf: "true",
    },
    { id: "old", type: "io.kestra.core.tasks.log.Log", message: "m", when: "true" },
    { id: "eval", type: "io.kestra.plugin.graalvm.js.Eval", script: "1", outputs: ["a"] },
    {
      id: "sh",
      type: "io.kestra.plugin.scripts.shell.Commands",
      commands: ["true"],
      containerImage: "ubuntu",
    },
    {
      id: "if",
      type: "io.kestra.plugin.core.flow.If",
      condition: "true",
      then: [{ id: "a", type: "io.a.B", anything: 1 }],
      else: [{ id: "b", type: "io.a.B" }],
    },
    {
      id: "switch",
      type: "io.kestra.plugin.core.flow.Switch",
      value: "x",
      cases: { x: [{ id: "c", type: "io.a.B" }] },
    },
    {
      id: "dag",
      type: "io.kestra.plugin.core.flow.Dag",
      tasks: [{ task: { id: "d", type: "io.a.B" } }, {
        task: { id: "e", type: "io.a.B" },
        dependsOn: ["d"],
      }],
    },
    {
      id: "each",
      type: "io.kestra.plugin.core.flow.ForEach",
      values: [1],
      concurrencyLimit: 2,
      tasks: [{ id: "f", type: "io.a.B", logLevel: "WARN" }],
    },
    {
      id: "until",
      type: "io.kestra.plugin.core.flow.LoopUntil",
      condition: "x",
      failOnMaxReached: true,
      checkFrequency: { interval: "PT1S", maxIterations: 3, maxDuration: "PT1M" },
      tasks: [{
        id: "g",
        type: "io.a.B",
        retry: {
          type: "exponential",
          interval: "PT1S",
          maxInterval: "PT2S",
          delayFactor: 2,
          maxAttempts: 3,
          maxDuration: "PT1M",
          warningOnRetry: true,
          behavior: "RETRY_FAILED_TASK",
        },
      }],
    },
    {
      id: "pause",
      type: "io.kestra.plugin.core.flow.Pause",
      pauseDuration: "PT1S",
      behavior: "WARN",
      onResume: [{ id: "r", type: "STRING" }],
    },
    {
      id: "sub",
      type: "io.kestra.plugin.core.flow.Subflow",
      namespace: "a.b",
      flowId: "other",
      inputs: { a: "b" },
      labels: { a: "b" },
      wait: true,
      transmitFailed: false,
      inheritLabels: true,
      outputs: { a: "b" },
    },
    {
      id: "items",
      type: "io.kestra.plugin.core.flow.ForEachItem",
      items: "x",
      namespace: "a.b",
      flowId: "other",
      batch: { rows: 1, bytes: "1MB", partitions: 2, separator: ";", regexPattern: "x" },
    },
    {
      id: "wd",
      type: "io.kestra.plugin.core.flow.WorkingDirectory",
      inputFiles: { "a.txt": "x" },
      outputFiles: ["*.txt"],
      tasks: [{ id: "h", type: "io.a.B" }],
    },
  ],
  finally: [{ id: "end", type: "io.a.B" }],
  afterExecution: [{ id: "after", type: "io.a.B" }],
  outputs: [{ id: "o", type: "STRING", value: "x", required: true }],
  retry: { type: "constant", interval: "PT1S", maxAttempt: 2 },
  concurrency: { limit: 1, behavior: "QUEUE" },
  sla: [
    { id: "s", type: "MAX_DURATION", duration: "PT1S", behavior: "FAIL", labels: { a: "b" } },
    { id: "t", type: "EXECUTION_ASSERTION", assert: "x", behavior: "NONE" },
  ],
  errors: [{ id: "alarm", type: "io.kestra.plugin.core.log.Log", message: "m" }],
  pluginDefaults: [{ type: "io.a.B", values: { z: 1 } }],
  triggers: [{ id: "t", type: "io.a.Trigger" }],
};

type Path = readonly (string | number)[];

/** Every place in a value, the root left out. */
function* placesIn(value: unknown, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof value !== "object" || value === null) return;
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  for (const key of keys) {
    yield* placesIn((value as Record<string | number, unknown>)[key], [...path, key]);
  }
}

/** The value with another one at a place, or with another key for it. */
function changed(root: object, path: Path, change: { key: string } | { value: unknown }): object {
  const copy = structuredClone(root);
  const owner = path.slice(0, -1).reduce(
    (at, step) => at[step] as Record<string | number, unknown>,
    copy as Record<string | number, unknown>,
  );
  const last = path.at(-1)!;
  if ("value" in change) owner[last] = change.value;
  else {
    owner[change.key] = owner[last];
    delete owner[last];
  }
  return copy;
}

/** What depends on a value, or on two of them: the parser says it, a schema does not. */
const BEYOND_A_SCHEMA = {
  policy: [
    "kestra.policies.0.rules.2.where.0.value = null",
    "kestra.policies.0.rules.3.min = 7",
    'bulkhead.limits.timeout = "x"',
    "bulkhead.limits.memory = 7",
    'bulkhead.limits.memory = "x"',
    "bulkhead.limits.output = 7",
    'bulkhead.limits.output = "x"',
    "bulkhead.limits.workspace = 7",
    'bulkhead.limits.workspace = "x"',
    "bulkhead.containers.memory = 7",
    'bulkhead.containers.memory = "x"',
    "bulkhead.containers.shm = 7",
    'bulkhead.containers.shm = "x"',
    "bulkhead.containers.tmp = 7",
    'bulkhead.containers.tmp = "x"',
  ],
  flow: [
    "inputs.0.defaults = []",
    "inputs.0.defaults = {}",
    "inputs.0.defaults = [[]]",
    "inputs.0.defaults = [{}]",
    'inputs.0.defaults = {"x":[{}]}',
    // It has cases, or defaults, or both.
    "tasks.5.cases = null",
    "tasks.5.cases = {}",
  ],
} as const;

const OTHER_VALUES: readonly unknown[] = [7, "x", true, null, [], {}, [[]], [{}], { x: [{}] }];

/** Changes one place after the other and compares what the parser and the schema say. */
function compare(
  root: object,
  validate: ValidateFunction,
  complaints: (text: string) => readonly string[],
): { readonly tried: number; readonly refused: number; readonly differ: readonly string[] } {
  const differ: string[] = [];
  let [tried, refused] = [0, 0];
  const look = (what: string, value: object) => {
    const said = complaints(stringify(value));
    const valid = validate(value);
    const expected = said.some((it) => ABOUT_SHAPE.test(it));
    tried++;
    if (expected) refused++;
    if (valid !== expected) return;
    // What it refuses the parser must refuse: nobody wants an editor that cries wolf.
    equal(valid, true, `${what}: the schema refuses what the parser takes: ${said}`);
    differ.push(what);
  };
  for (const path of placesIn(root)) {
    const last = path.at(-1)!;
    if (typeof last === "string") {
      look(`${path.join(".")} misspelt`, changed(root, path, { key: `${last}x` }));
    }
    for (const value of OTHER_VALUES) {
      look(`${path.join(".")} = ${JSON.stringify(value)}`, changed(root, path, { value }));
    }
  }
  return { tried, refused, differ };
}

/** The same with every key in camelCase, but for what a default sets. */
function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map((
      [key, it],
    ) => [camelCase(key), key === "values" ? it : inCamelCase(it)]),
  );
}

Deno.test("schema: a changed policy is refused where the parser refuses it, and only there", () => {
  for (const root of [EVERYTHING, inCamelCase(EVERYTHING) as object]) {
    deepEqual(complaintsOfPolicy(stringify(root)), []);
    equal(POLICY(root), true, ajv.errorsText(POLICY.errors));
    const { tried, refused, differ } = compare(root, POLICY, complaintsOfPolicy);
    deepEqual(differ, BEYOND_A_SCHEMA.policy);
    ok(tried > 500 && refused > 300 && refused < tried, `${refused} of ${tried}`);
  }
});

Deno.test("schema: a changed flow is refused where the parser refuses it, and only there", () => {
  equal(complaintsOfFlow(stringify(FULL_FLOW)).some((it) => ABOUT_SHAPE.test(it)), false);
  equal(FLOW(FULL_FLOW), true, ajv.errorsText(FLOW.errors));
  const { tried, refused, differ } = compare(FULL_FLOW, FLOW, complaintsOfFlow);
  deepEqual(differ, BEYOND_A_SCHEMA.flow);
  ok(tried > 500 && refused > 200 && refused < tried, `${refused} of ${tried}`);
});

Deno.test("schema: two spellings of one key are refused, either alone is not", () => {
  const block = (keys: object) => ({
    kestra: { ee: { "java-security": { enabled: true, ...keys } } },
  });
  const [kebab, camel, mixed] = [
    { "forbidden-class-prefix": ["a"] },
    { forbiddenClassPrefix: ["a"] },
    { "forbidden-classPrefix": ["a"] },
  ];
  for (const it of [kebab, camel, mixed]) {
    equal(POLICY(block(it)), true);
    deepEqual(complaintsOfPolicy(stringify(block(it))), []);
  }
  equal(POLICY(block({ ...kebab, ...camel })), false);
  deepEqual(complaintsOfPolicy(stringify(block({ ...kebab, ...camel }))), [
    "policy/two-spellings",
  ]);
  equal(kebabCase("forbiddenClassPrefix"), "forbidden-class-prefix");
});
