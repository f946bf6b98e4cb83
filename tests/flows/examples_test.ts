import { deepEqual, equal, match, ok } from "node:assert/strict";
import { bulkhead, makeFiles } from "../cli/bulkhead.ts";
import { testWith } from "../must.ts";
import { runFlow } from "./events.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const SPEC = ["-p", `${ROOT}/policies/worker-isolation.yaml`];

/** Every example, with what its own comment promises. */
const ROWS = [
  {
    file: "demo.yaml",
    argv: SPEC,
    states: {
      hello: "SUCCESS",
      read_allowed: "SUCCESS",
      read_forbidden: "WARNING",
      spawn: "WARNING",
      thread: "WARNING",
      use_output: "SUCCESS",
      execution: "WARNING",
    },
  },
  {
    file: "inputs.yaml",
    argv: ["-i", "express=false"],
    states: {
      price: "SUCCESS",
      summary: "SUCCESS",
      express_only: "SKIPPED",
      slow_only: "SUCCESS",
      execution: "SUCCESS",
    },
  },
  {
    file: "failures.yaml",
    argv: [],
    states: {
      may_fail: "WARNING",
      too_slow: "WARNING",
      switched_off: "SKIPPED",
      must_not_fail: "SUCCESS",
      reached: "SUCCESS",
      execution: "WARNING",
    },
  },
  {
    file: "plugin.yaml",
    argv: ["--plugins", `${ROOT}/examples/plugins`],
    states: { count: "SUCCESS", tell: "SUCCESS", execution: "SUCCESS" },
  },
] as const;

Deno.test.each([...ROWS])("examples/$file runs", async ({ file, argv, states }) => {
  await using box = await makeFiles({});
  const run = await runFlow([`${ROOT}/examples/${file}`, ...argv], {
    cwd: box.path,
  });
  deepEqual(run.states, states, run.stderr);
  equal(run.code, 0);
});

testWith("engine", "examples/script.yaml runs in a container", async () => {
  await using box = await makeFiles({});
  const run = await runFlow([`${ROOT}/examples/script.yaml`, ...SPEC], {
    cwd: box.path,
    env: engineEnv(),
  });
  deepEqual(run.states, { in_container: "SUCCESS", use_output: "SUCCESS", execution: "SUCCESS" });
  ok(run.logs.includes("INFO the container said 42"), run.logs.join("\n"));
});

Deno.test("no example is left out of the tests", async () => {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(`${ROOT}/examples`)) {
    if (name.endsWith(".yaml")) files.push(name);
  }
  deepEqual(files.toSorted(), [...ROWS.map((it) => it.file), "script.yaml"].toSorted());
});

Deno.test("examples/failures.yaml runs its errors when something fails that must not", async () => {
  await using box = await makeFiles({});
  const run = await runFlow([`${ROOT}/examples/failures.yaml`, "-i", "strict=true"], {
    cwd: box.path,
  });
  equal(run.code, 1);
  equal(run.states.must_not_fail, "FAILED");
  equal(run.states.reached, undefined);
  equal(run.states.alarm, "SUCCESS");
  equal(run.states.execution, "FAILED");
});

Deno.test("every ready-made policy can be read, and says what it does", async () => {
  let seen = 0;
  for await (const { name } of Deno.readDir(`${ROOT}/policies`)) {
    if (name.endsWith(".test.yaml")) continue;
    seen++;
    await using box = await makeFiles({});
    const call = await bulkhead(
      ["plan", `${ROOT}/examples/inputs.yaml`, "-p", `${ROOT}/policies/${name}`],
      { cwd: box.path },
    );
    equal(call.code, 0, call.stderr);
    match(call.stdout, /because deny spawn/);
  }
  ok(seen >= 3);
});

Deno.test("examples/demo.yaml names the policy's lines", async () => {
  await using box = await makeFiles({});
  const call = await bulkhead(
    ["run", "examples/demo.yaml", "-p", "policies/worker-isolation.yaml"],
    {
      cwd: ROOT,
      env: { TMPDIR: box.path },
    },
  );
  match(
    call.stdout,
    /denied read "\/etc\/os-release" by layer deno: kestra\.ee\.java-security\.forbidden-paths\n\s+at policies\/worker-isolation\.yaml:14:11\n/,
  );
  match(
    call.stdout,
    /denied run "\/usr\/bin\/id" by layer deno: .*authorized-class-prefix.*\n\s+at policies\/worker-isolation\.yaml:18:11\n/,
  );
  match(
    call.stdout,
    /denied run "Worker" by layer deno: .*forbidden-class-prefix\n\s+at policies\/worker-isolation\.yaml:23:11\n/,
  );
});

function engineEnv(): Record<string, string> {
  return Object.fromEntries(
    ["PATH", "DOCKER_HOST"].flatMap((it) =>
      Deno.env.get(it) === undefined ? [] : [[it, Deno.env.get(it)!]]
    ),
  );
}
