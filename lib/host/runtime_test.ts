import { deepEqual, equal, ok } from "node:assert/strict";
import type { Origin } from "./origin.ts";
import { locateRuntime, RUNTIME_VERSION } from "./runtime.ts";

const SOURCES: Origin = { kind: "sources" };
const EMPTY_BINARY: Origin = { kind: "binary", payload: () => Promise.resolve(undefined) };

/** Programs that say they are some Deno: `bin/2.9.6/deno`. */
async function makeBox(...versions: string[]) {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "runtime_" }));
  for (const version of versions) {
    await Deno.mkdir(`${root}/${version}`);
    const said = `deno ${version} (stable, release, x86_64-unknown-linux-gnu)\nv8 15.0\n`;
    await Deno.writeTextFile(`${root}/${version}/deno`, `#!/bin/sh\nprintf '${said}'\n`, {
      mode: 0o755,
    });
  }
  return { root, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

Deno.test.each([
  { version: "2.9.6", fits: true },
  { version: "2.9.7", fits: true },
  { version: "2.10.0", fits: true },
  { version: "2.9.6+abcdef0", fits: true },
  { version: "2.9.5", fits: false },
  { version: "2.8.9", fits: false },
  { version: "2.9.6-rc.1", fits: false },
  { version: "1.46.3", fits: false },
  { version: "3.0.0", fits: false },
  { version: "29.6", fits: false },
])("locateRuntime() with Deno $version: fits is $fits", async ({ version, fits }) => {
  await using box = await makeBox(version);
  const flag = `${box.root}/${version}/deno`;
  const runtime = await locateRuntime({ flag, env: {}, origin: SOURCES });
  if (fits) {
    deepEqual(runtime, { found: true, value: { path: flag, version } });
  } else {
    ok(!runtime.found);
    equal(runtime.problem.code, "host/runtime-version");
    ok(runtime.problem.message.includes(`it is Deno ${version}`), runtime.problem.message);
    ok(runtime.problem.message.includes(RUNTIME_VERSION));
  }
});

Deno.test("locateRuntime() takes the flag, then the variable, then its own, then PATH", async () => {
  await using box = await makeBox("2.9.6", "2.9.7", "2.9.8", "2.9.9");
  const payload = `${box.root}/2.9.8`;
  await Deno.writeTextFile(`${payload}/deno.version`, "2.9.8");
  const origin: Origin = { kind: "binary", payload: () => Promise.resolve(payload) };
  const flag = `${box.root}/2.9.6/deno`;
  const BULKHEAD_RUNTIME = `${box.root}/2.9.7/deno`;
  const PATH = `relative:/nonexistent:${box.root}/2.9.9`;
  const searches = [
    { search: { flag, env: { BULKHEAD_RUNTIME, PATH }, origin }, version: "2.9.6" },
    { search: { env: { BULKHEAD_RUNTIME, PATH }, origin }, version: "2.9.7" },
    { search: { env: { BULKHEAD_RUNTIME: "", PATH }, origin }, version: "2.9.8" },
    { search: { env: { PATH }, origin: EMPTY_BINARY }, version: "2.9.9" },
    { search: { env: { PATH }, origin: SOURCES }, version: Deno.version.deno },
  ];
  for (const { search, version } of searches) {
    const runtime = await locateRuntime(search);
    equal(runtime.found && runtime.value.version, version, JSON.stringify(runtime));
  }
});

Deno.test.each([
  { name: "is not there", text: undefined, code: "host/runtime-missing" },
  { name: "may not be run", text: "deno 2.9.6", code: "host/runtime-missing" },
  { name: "is no Deno", text: "#!/bin/sh\necho v20.11.0\n", code: "host/runtime-version" },
  { name: "says nothing", text: "#!/bin/sh\nexit 1\n", code: "host/runtime-version" },
])("locateRuntime() tries no other where the chosen one $name", async ({ text, code }) => {
  await using box = await makeBox("2.9.6");
  const flag = `${box.root}/chosen`;
  if (text !== undefined) {
    await Deno.writeTextFile(flag, text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
  }
  const PATH = `${box.root}/2.9.6`;
  const chosen = await locateRuntime({ flag, env: { PATH }, origin: EMPTY_BINARY });
  ok(!chosen.found);
  equal(chosen.problem.code, code);
  ok(chosen.problem.message.includes(`"${flag}" (--runtime)`), chosen.problem.message);
  equal((await locateRuntime({ env: { PATH }, origin: EMPTY_BINARY })).found, true);
});

Deno.test("locateRuntime() says where it looked", async () => {
  const runtime = await locateRuntime({ env: { PATH: "/nonexistent" }, origin: EMPTY_BINARY });
  ok(!runtime.found);
  equal(runtime.problem.code, "host/runtime-missing");
  for (const place of ["--runtime", "BULKHEAD_RUNTIME", "this binary", "PATH"]) {
    ok(runtime.problem.message.includes(place), place);
  }
});

Deno.test("a runtime gets no variable of ours when it is asked for its version", async () => {
  await using box = await makeBox();
  const flag = `${box.root}/deno`;
  await Deno.writeTextFile(flag, '#!/bin/sh\necho "deno 2.9.6$HOME"\n', { mode: 0o755 });
  ok(Deno.env.get("HOME"), "the control: there is a variable to see");
  const runtime = await locateRuntime({ flag, env: Deno.env.toObject(), origin: SOURCES });
  equal(runtime.found && runtime.value.version, "2.9.6");
});
