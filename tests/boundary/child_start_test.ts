import { deepEqual, equal, ok } from "node:assert/strict";
import { confined } from "./attack.ts";
import { makeBox, makeWord } from "./box.ts";
import { finished } from "./harness.ts";

const SECRET = makeWord("secret");

/** What a child is started with, seen from outside. */
Deno.test("boundary: a child has nothing of the harness's environment", async () => {
  await using box = await makeBox();
  const { root } = box;
  await Deno.mkdir(`${root}/in/out`, { recursive: true });
  const policy = await box.write("policy.yaml", `bulkhead: { writable: [${root}/in/out] }\n`);
  const code = `Deno.writeTextFileSync(out + "/pid", String(Deno.pid));
    for (let i = 0; i < 500; i++) {
      try { return Deno.readTextFileSync(out + "/go"); } catch {}
      await new Promise((resolve) => setTimeout(resolve, 20));
    }`;
  const running = confined(
    [{ id: "waits", code, given: { out: `${root}/in/out` } }],
    `${root}/flow.yaml`,
    ["-p", policy, "--workspace", `${root}/ws`],
    { env: { BOX_HIDDEN: SECRET, DENO_AUTH_TOKENS: `${SECRET}@example.com` } },
  );
  let pid = "";
  for (let i = 0; i < 500 && pid === ""; i++) {
    pid = await Deno.readTextFile(`${root}/in/out/pid`).catch(() => "");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const environ = await Deno.readTextFile(`/proc/${pid}/environ`);
  const argv = (await Deno.readTextFile(`/proc/${pid}/cmdline`)).split("\0");
  await box.write("in/out/go", "go");
  equal(finished(await running, "waits").outputs.result, "go");
  // What time it is here is told, where the machine has a name for that.
  const names = environ.split("\0").filter((it) => it !== "").map((it) => it.split("=")[0])
    .filter((it) => it !== "TZ");
  deepEqual(names.toSorted(), [
    "BULKHEAD_TASK_RUN",
    "DENO_DIR",
    "DENO_EMIT_CACHE_MODE",
    "DENO_NO_PACKAGE_JSON",
    "DENO_NO_UPDATE_CHECK",
    "HOME",
    "NO_COLOR",
    "PATH",
    "TMPDIR",
  ]);
  ok(!environ.includes(SECRET));
  for (const it of ["--no-remote", "--no-npm", "--no-prompt", "--no-config", "--no-lock"]) {
    equal(argv.filter((flag) => flag === it).length, 1, it);
  }
});
