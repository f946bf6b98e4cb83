import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { testWith } from "../../tests/must.ts";
import { StageError } from "../model/mod.ts";
import { RUNTIME_VERSION } from "../host/runtime.ts";
import { buildBinary } from "./compile.ts";

/** A small project whose main tells what it finds in its own binary. */
async function makeBox() {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "compile_" }));
  const host = new URL("../host/", import.meta.url);
  const files = {
    "deno.json": "{}",
    "main.ts": `
      import { locateChildCode } from "${host}child_code.ts";
      import { originOf } from "${host}origin.ts";
      import { locateRuntime } from "${host}runtime.ts";
      const env = Deno.env.toObject();
      const origin = originOf(env);
      if (Deno.args[0] === "locate") {
        const [runtime, code] = await Promise.all([
          locateRuntime({ env, origin }),
          locateChildCode({ env, origin }),
        ]);
        console.log(JSON.stringify({ kind: origin.kind, runtime, code }));
      } else console.log("main", Deno.args);`,
    "lib/child/main_built_in.ts": "console.log(Deno.version.deno);",
    "lib/child/main_eval.ts": "",
    "lib/child/main_plugin.ts": "",
    "lib/child/part_expression.ts": "",
    "lib/child/main_script.ts": "",
    "lib/child/part_script.ts": "",
    "lib/child/zod.ts": "export {};",
    "lib/child/bulkhead.ts": "export {};",
    "lib/kernel/thread.ts": "",
    "lib/cli/yaml_thread.ts": "",
  };
  for (const it of ["child", "kernel", "cli"]) {
    await Deno.mkdir(`${root}/lib/${it}`, { recursive: true });
  }
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${root}/${name}`, text);
  }
  return {
    root,
    project: new URL(`file://${root}/`),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

async function run(path: string, args: string[], env: Record<string, string>): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(path, { args, env, clearEnv: true }).output();
  return new TextDecoder().decode(stdout).trim() || new TextDecoder().decode(stderr);
}

testWith(
  "compile",
  "a binary carries its runtime and the children's code, the same in every build",
  async () => {
    await using box = await makeBox();
    const target = `${box.root}/dist/bulkhead`;
    const parts = await buildBinary(target, box.project);
    const whole = parts.at(-1)!;
    equal(whole.name, target);
    const { size, mode } = await Deno.stat(target);
    deepEqual([size, mode! & 0o777], [whole.bytes, 0o755]);
    deepEqual(await Array.fromAsync(Deno.readDir(`${box.root}/dist`), (it) => it.name), [
      "bulkhead",
    ]);

    const env = { BULKHEAD_CACHE: `${box.root}/cache` };
    equal(await run(target, ["a"], env), 'main [ "a" ]');
    await rejects(Deno.stat(env.BULKHEAD_CACHE), Deno.errors.NotFound, "nothing is extracted yet");

    const { kind, runtime, code } = JSON.parse(await run(target, ["locate"], env));
    equal(kind, "binary");
    equal(runtime.value.version, RUNTIME_VERSION);
    ok(runtime.value.path.startsWith(`${env.BULKHEAD_CACHE}/`));
    equal(await run(runtime.value.path, ["run", code.value.builtIn], {}), RUNTIME_VERSION);

    const again = await buildBinary(`${box.root}/another/bulkhead`, box.project);
    deepEqual(
      again.map((it) => it.sha256),
      parts.map((it) => it.sha256),
      "builds are reproducible",
    );

    // One byte of the runtime, in the middle of what it takes: nothing may be run then.
    const file = await Deno.open(target, { read: true, write: true });
    const at = size - Math.floor(parts.find((it) => it.name === "payload")!.bytes / 2);
    const byte = new Uint8Array(1);
    await file.seek(at, Deno.SeekMode.Start);
    await file.read(byte);
    byte[0]! ^= 1;
    await file.seek(at, Deno.SeekMode.Start);
    await file.write(byte);
    file.close();
    const spoiled = JSON.parse(
      await run(target, ["locate"], { BULKHEAD_CACHE: `${box.root}/other` }),
    );
    for (const it of [spoiled.runtime, spoiled.code]) {
      deepEqual([it.found, it.problem?.code], [false, "host/payload-corrupt"]);
    }
  },
);

testWith("compile", "a build that fails leaves the last binary as it was", async () => {
  await using box = await makeBox();
  const target = `${box.root}/dist/bulkhead`;
  await Deno.mkdir(`${box.root}/dist`);
  await Deno.writeTextFile(target, "the last one");
  await Deno.writeTextFile(`${box.root}/main.ts`, 'import "./gone.ts";');
  await rejects(buildBinary(target, box.project), (error) => {
    ok(error instanceof StageError);
    return error.diagnostics[0]!.code === "host/bundle-failed";
  });
  equal(await Deno.readTextFile(target), "the last one");
  deepEqual(await Array.fromAsync(Deno.readDir(`${box.root}/dist`), (it) => it.name), ["bulkhead"]);
});
