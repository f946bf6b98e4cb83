import { equal, match, ok } from "node:assert/strict";
import { EVAL } from "./attack.ts";
import { makeBox, placeOf } from "./box.ts";
import { finished, runHarness } from "./harness.ts";
import { GRANTED, makeWorld, SECRET } from "./preflight_world.ts";

/** Scripts of Evals, as they stand in a flow; `X` is the path. */
Deno.test.each([
  { name: "an import", script: `return (await import("X")).default;` },
  { name: "an import in TypeScript", script: `const it: any = await import("X");` },
  { name: "one beside an expression", script: `const a = {{ inputs.a }}; await import("X");` },
  { name: "one in other quotes", script: `const a = {{ inputs.a }}; await import('X');` },
  {
    name: "one behind what is a comment in scripts alone",
    script: `a<!--b/*
      await import("X") //*/`,
  },
  { name: "one that is a type in TypeScript alone", script: `const f = 1; f < import("X") > (0);` },
  { name: "one with letters as escapes", script: `{{ a }} await import("\\u002fX");` },
])("boundary: pre-flight stops $name in an Eval", async ({ script }) => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  const flowOf = (path: string) =>
    `id: f\nnamespace: n\ntasks:\n  - id: it\n    type: ${EVAL}\n    script: |\n      // first\n      ${
      script.replace("\\u002fX", `\\u002f${path.slice(1)}`).replace("X", path)
    }\n`;
  const run = async (path: string) => {
    const flow = await box.write("flow.yaml", flowOf(path));
    return {
      flow,
      said: await runHarness(["plan", flow, "-p", world.policy, "--workspace", `${box.root}/ws`]),
    };
  };
  const { flow, said } = await run(`${world.secret.path}/secret.mjs`);
  equal(said.code, 4, said.stderr);
  match(said.stderr, /^error\[preflight\/forbidden-import\]/m);
  const at = placeOf(await Deno.readTextFile(flow), "import(");
  const place = `  at ${flow}:${at.line}:${at.column + "import(".length}\n`;
  ok(said.stderr.includes(place), said.stderr);
  const control = await run(`${world.granted.path}/secret.mjs`);
  ok(!control.said.stderr.includes("preflight/"), control.said.stderr);
});

/** Where an import stands is told as exactly as YAML lets us. */
Deno.test.each([
  { name: "a literal block", script: '|\n      1;\n        await import("X");', at: '"' },
  { name: "a folded block", script: '>\n      1;\n      await import("X");', at: ">" },
  { name: "double quotes", script: `"await import('X')"`, at: "'" },
  { name: "double quotes with escapes", script: `"1;\\n await import('X')"`, at: '"' },
  { name: "single quotes", script: `'await import("X")'`, at: '"' },
  { name: "no quotes", script: `await import("X")`, at: '"' },
])("boundary: pre-flight shows an import of an Eval in $name", async ({ script, at }) => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  const written = script.replace("X", `${world.secret.path}/secret.mjs`);
  for (
    const text of [
      `id: f\nnamespace: n\ntasks:\n  - id: it\n    type: ${EVAL}\n    script: ${written}\n`,
      `id: f\nnamespace: n\ntasks: [{id: it, type: ${EVAL}, script: ${written}}]\n`,
    ]
  ) {
    if (/: [|>]/.test(text) && text.includes("[{")) continue; // there are no blocks in flow style
    const flow = await box.write("flow.yaml", text);
    const said = await runHarness(["run", flow, "-p", world.policy, "--workspace", box.root]);
    equal(said.code, 4, said.stderr);
    const from = text.indexOf("script: ") + "script: ".length;
    const offset = text.slice(from).indexOf(at);
    const before = text.slice(0, from + offset).split("\n");
    const place = `  at ${flow}:${before.length}:${before.at(-1)!.length + 1}\n`;
    ok(said.stderr.includes(place), `${place}${said.stderr}`);
    match(said.stderr, /\n \s*\d+ \| .*script|\n \s*\d+ \| .*import/);
  }
});

Deno.test("boundary: a name of an Eval that is rendered is Deno's to check", async () => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  const run = async (path: string) => {
    const flow = await box.write(
      "flow.yaml",
      `id: f
namespace: n
inputs: [{id: path, type: STRING}]
tasks:
  - id: it
    type: ${EVAL}
    script: |
      const { default: found } = await import("{{ inputs.path }}");
      found
`,
    );
    const args = ["-p", world.policy, "--workspace", box.root, "-i", `path=${path}`];
    return await runHarness(["run", flow, "--json", ...args]);
  };
  const control = await run(`${world.granted.path}/secret.mjs`);
  equal(finished(control, "it").outputs.result, GRANTED, control.stderr);
  const attack = await run(`${world.secret.path}/secret.mjs`);
  equal(attack.code, 1, attack.stderr);
  match(finished(attack, "it").error ?? "", /Requires read access/);
  ok(!attack.stdout.includes(SECRET));
});
