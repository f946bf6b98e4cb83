import { deepEqual, equal, match } from "node:assert/strict";

const NEEDS = `
  import { testWith } from ${JSON.stringify(new URL("./must.ts", import.meta.url))};
  testWith("engine", "with an engine", () => {});
  testWith("compile", "compiles", () => {});
  Deno.test("needs nothing", () => {});`;

/** Runs the three tests above on a machine that has nothing; tells what became of them. */
async function outcome(env: Record<string, string>) {
  const file = await Deno.makeTempFile({ suffix: "_test.ts" });
  await Deno.writeTextFile(file, NEEDS);
  const HOME = Deno.env.get("HOME") ?? "/";
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", "--no-config", "--no-lock", "--no-check", file],
    env: { NO_COLOR: "1", HOME, DOCKER_HOST: "unix:///nonexistent/docker.sock", ...env },
    clearEnv: true,
  }).output();
  await Deno.remove(file);
  const said = new TextDecoder().decode(stdout);
  const [passed, failed, ignored] = ["passed", "failed", "ignored"].map((it) =>
    Number(new RegExp(`(\\d+) ${it}`).exec(said)?.[1] ?? 0)
  );
  return { code, said, counts: { passed, failed, ignored } };
}

Deno.test("what a machine lacks is ignored, and the name says why", async () => {
  const { code, said, counts } = await outcome({});
  equal(code, 0);
  deepEqual(counts, { passed: 1, failed: 0, ignored: 2 });
  match(said, /with an engine \[ignored: (there is no docker client|no container engine answers)/);
  match(said, /compiles \[ignored: BULKHEAD_COMPILE_DENO and DENORT_BIN not set\]/);
});

Deno.test("what BULKHEAD_MUST lists is not ignored: it runs, and fails without an engine", async () => {
  const { code, said, counts } = await outcome({ BULKHEAD_MUST: "engine, compile" });
  equal(code, 1);
  deepEqual(counts, { passed: 2, failed: 1, ignored: 0 });
  match(said, /BULKHEAD_MUST=engine: /);
});
