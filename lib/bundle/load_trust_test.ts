import { deepEqual, equal } from "node:assert/strict";
import { generateKeys } from "./keys.ts";
import { loadSigningKey } from "./load_signing_key.ts";
import { loadTrust } from "./load_trust.ts";
import { codesOf, sampleDirectory } from "./sample_bundle.ts";

const IS_ROOT = Deno.uid() === 0;
const [a, b] = [await generateKeys(), await generateKeys()];

async function makeKeys() {
  const box = await sampleDirectory();
  const { path } = box;
  await Deno.mkdir(`${path}/keys`);
  await Deno.writeTextFile(`${path}/keys/a.pub`, a.publicPem);
  await Deno.writeTextFile(`${path}/keys/b.pub`, b.publicPem);
  await Deno.writeTextFile(`${path}/keys/readme.txt`, "no key");
  await Deno.writeTextFile(`${path}/a.key`, a.privatePem, { mode: 0o600 });
  return { path, [Symbol.asyncDispose]: () => box[Symbol.asyncDispose]() };
}

Deno.test("loadTrust() takes files and directories, and each key once", async () => {
  await using box = await makeKeys();
  const ids = async (...paths: string[]) =>
    (await loadTrust(paths.map((it) => `${box.path}/${it}`))).map((it) => it.id);
  deepEqual(await ids("keys"), [a.id, b.id]);
  deepEqual(await ids("keys/b.pub", "keys/", "keys/b.pub"), [b.id, a.id]);
});

Deno.test("loadTrust() takes no key that is not one, or that others may write", async () => {
  await using box = await makeKeys();
  const codes = (...paths: string[]) => codesOf(loadTrust(paths.map((it) => `${box.path}/${it}`)));
  deepEqual(await codesOf(loadTrust([])), ["usage", "bundle/no-trust"]);
  deepEqual(await codes("nope.pub", "a.key", "keys/readme.txt"), [
    "input",
    "bundle/unreadable",
    "bundle/trust-unusable",
    "bundle/trust-unusable",
  ]);
  await Deno.mkdir(`${box.path}/empty`);
  deepEqual(await codes("empty"), ["input", "bundle/trust-unusable"]);
  await Deno.writeFile(`${box.path}/large.pub`, new Uint8Array(5_000));
  deepEqual(await codes("large.pub"), ["input", "bundle/too-large"]);
  for (const path of ["keys", "keys/a.pub"]) {
    const { mode } = await Deno.stat(`${box.path}/${path}`);
    equal((await codes("keys"))[0], "nothing", "the control");
    for (const more of [0o020, 0o002]) {
      await Deno.chmod(`${box.path}/${path}`, mode! & 0o777 | more);
      deepEqual(await codes("keys"), ["input", "bundle/trust-unusable"]);
    }
    await Deno.chmod(`${box.path}/${path}`, mode! & 0o777);
  }
});

Deno.test({
  name: `loadTrust() takes no key of another user${IS_ROOT ? "" : " [ignored: not root]"}`,
  ignore: !IS_ROOT,
  async fn() {
    await using box = await makeKeys();
    equal((await loadTrust([`${box.path}/keys/a.pub`])).length, 1, "the control");
    await Deno.chown(`${box.path}/keys/a.pub`, 12345, 12345);
    deepEqual(await codesOf(loadTrust([`${box.path}/keys/a.pub`])), [
      "input",
      "bundle/trust-unusable",
    ]);
  },
});

Deno.test("loadSigningKey() takes a key that nobody else may read", async () => {
  await using box = await makeKeys();
  const path = `${box.path}/a.key`;
  equal((await loadSigningKey(path)).id, a.id);
  for (const mode of [0o640, 0o604, 0o620, 0o602]) {
    await Deno.chmod(path, mode);
    deepEqual(await codesOf(loadSigningKey(path)), ["input", "bundle/key-unusable"]);
  }
  await Deno.chmod(path, 0o400);
  equal((await loadSigningKey(path)).id, a.id);
});
