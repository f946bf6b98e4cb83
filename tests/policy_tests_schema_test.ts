import { equal } from "node:assert/strict";
import { Ajv } from "ajv";
import { parsePolicyTests } from "../lib/check/mod.ts";
import { testSchema } from "../lib/check/test_schema.ts";
import { StageError } from "../lib/model/mod.ts";

const SCHEMA = new Ajv({ strict: false }).compile(testSchema());
const TASK = { type: "com.example.Task" };

const suite = (own: object) => ({
  policy: "p.yaml",
  tests: [{ name: "one", task: TASK, expect: { spawn: "denied" }, ...own }],
});

const ROWS: readonly (readonly [string, object, boolean])[] = [
  ["a test", suite({}), true],
  [
    "one with everything",
    {
      ...suite({
        description: "d",
        disabled: true,
        namespace: "a.b",
        host: { kernel: true, engine: "none", plugins: false },
        expect: {
          verdict: "run",
          refusal: "plan/image",
          kind: "script",
          spawn: "allowed",
          argv: { includes: ["a"], excludes: ["b"] },
          permissions: {
            read: { allow: { includes: ["/a"] }, deny: "none" },
            ffi: { deny: "all" },
          },
          layers: { kernel: true },
          values: { "a.b": [1, { c: null }] },
          limits: { timeout: "PT1H", memory: "512MB", files: null },
          container: { image: "a", "read-only": true, mounts: { excludes: ["/a:/b"] } },
          access: { read: { "/a": "denied" }, spawn: "denied" },
          because: ["p.yaml:1"],
        },
      }),
      policy: ["a.yaml", "b.yaml"],
      host: { kernel: false },
    },
    true,
  ],
  ["a flow in a file", suite({ flow: "f.yaml", task: "load" }), true],
  ["a table", {
    ...suite({
      table: { columns: ["may"], rows: [["allowed"], ["denied"]] },
      expect: { spawn: "${may}" },
    }),
  }, true],
  ["a placeholder without a table", suite({ expect: { spawn: "${may}" } }), false],
  ["no policy", { tests: suite({}).tests }, false],
  ["no tests", { ...suite({}), tests: [] }, false],
  ["no name", suite({ name: undefined }), false],
  ["nothing expected", suite({ expect: undefined }), false],
  ["an unknown key", suite({ expects: {} }), false],
  ["an unknown expectation", suite({ expect: { spwan: "denied" } }), false],
  ["an unknown verdict", suite({ expect: { verdict: "maybe" } }), false],
  ["an unknown permission", suite({ expect: { permissions: { files: {} } } }), false],
  ["an unknown layer", suite({ expect: { layers: { vm: true } } }), false],
  ["an access that is neither", suite({ expect: { access: { read: { "/a": true } } } }), false],
  ["an unknown engine", suite({ host: { engine: "lxc" } }), false],
  ["a table without rows", suite({ table: { columns: ["a"] } }), false],
  ["a column that is no name", suite({ table: { columns: ["a b"], rows: [[1]] } }), false],
];

for (const [name, value, isTaken] of ROWS) {
  Deno.test(`schema of policy tests: it takes what the parser takes: ${name}`, () => {
    const text = JSON.stringify(value);
    equal(SCHEMA(JSON.parse(text)), isTaken);
    let problems = 0;
    try {
      parsePolicyTests(text, "t.yaml");
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      problems = error.diagnostics.length;
    }
    equal(problems === 0, isTaken);
  });
}
