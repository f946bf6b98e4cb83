import { deepEqual, equal } from "node:assert/strict";
import { layPlugins } from "./lay_plugins.ts";
import { type Bundle, openBundle } from "./open_bundle.ts";
import {
  codesOf,
  SAMPLE_FILES,
  SAMPLE_GUARD,
  sampleBundle,
  sampleDirectory,
  sampleFile,
  sampleKey,
} from "./sample_bundle.ts";

const key = await sampleKey();
const bundleOf = async (files = SAMPLE_FILES): Promise<Bundle> =>
  await openBundle(await sampleBundle(key, { files }), "b", [key.publicKey]);

Deno.test("layPlugins() lays what the bundle holds, once for each content", async () => {
  await using box = await sampleDirectory();
  const root = `${box.path}/bundles`;
  const other = sampleFile("plugins/other/a.ts", "plugin", "");
  const [own, more] = await layPlugins(
    await bundleOf([...SAMPLE_FILES, other]),
    box.path,
    SAMPLE_GUARD,
  );
  equal(own?.endsWith("/own"), true);
  equal(more?.endsWith("/other"), true);
  equal(await Deno.readTextFile(`${own}/lib/helper.ts`), "export const x = 1;\n");
  equal((await Deno.stat(`${own}/task.ts`)).mode! & 0o777, 0o400);
  const again = await layPlugins(await bundleOf(), box.path, SAMPLE_GUARD);
  deepEqual(await layPlugins(await bundleOf(), box.path, SAMPLE_GUARD), again);
  equal((await Array.fromAsync(Deno.readDir(root))).length, 2);
});

Deno.test("layPlugins() of a bundle without plugins touches nothing", async () => {
  await using box = await sampleDirectory();
  const bundle = await bundleOf(SAMPLE_FILES.filter((it) => it.role !== "plugin"));
  deepEqual(await layPlugins(bundle, box.path, SAMPLE_GUARD), []);
  deepEqual(await Array.fromAsync(Deno.readDir(box.path)), []);
});

Deno.test("layPlugins() at once in many places ends with one whole directory", async () => {
  await using box = await sampleDirectory();
  const root = `${box.path}/bundles`;
  const bundle = await bundleOf();
  const all = await Promise.all(
    Array.from({ length: 10 }, () => layPlugins(bundle, box.path, SAMPLE_GUARD)),
  );
  equal(new Set(all.flat()).size, 1);
  equal((await Array.fromAsync(Deno.readDir(root))).length, 1);
  equal(await Deno.readTextFile(`${all[0]![0]}/lib/helper.ts`), "export const x = 1;\n");
});

Deno.test("layPlugins() lays again what differs, and refuses what others may write", async () => {
  await using box = await sampleDirectory();
  const root = `${box.path}/bundles`;
  const bundle = await bundleOf();
  const lay = async () => (await layPlugins(bundle, box.path, SAMPLE_GUARD))[0]!;
  const own = await lay();
  const changes: readonly (() => Promise<void>)[] = [
    () => Deno.remove(`${own}/task.ts`),
    () => Deno.writeTextFile(`${own}/lib/helper.ts`, "export const x = 2;\n"),
    () => Deno.writeTextFile(`${own}/lib/more.ts`, ""),
    () => Deno.symlink("/etc", `${own}/etc`),
    () => Deno.mkdir(`${own}/../else`),
  ];
  for (const change of changes) {
    if (await Deno.stat(`${own}/lib/helper.ts`).catch(() => undefined)) {
      await Deno.chmod(`${own}/lib/helper.ts`, 0o600);
    }
    await change();
    equal(await lay(), own);
    deepEqual((await Array.fromAsync(Deno.readDir(own))).map((it) => it.name).toSorted(), [
      "lib",
      "task.ts",
    ]);
    equal(await Deno.readTextFile(`${own}/lib/helper.ts`), "export const x = 1;\n");
  }
  for (const path of [`${own}/task.ts`, own, root, box.path]) {
    const mode = (await Deno.stat(path)).mode! & 0o777;
    await Deno.chmod(path, 0o777);
    deepEqual(await codesOf(lay()), ["host", "host/state-untrusted"], path);
    await Deno.chmod(path, mode);
    equal(await lay(), own, "the control");
  }
});

Deno.test("layPlugins() removes what no run has used for a month", async () => {
  await using box = await sampleDirectory();
  const root = `${box.path}/bundles`;
  const ago = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000);
  for (const [name, days] of [["old", 31], ["young", 29]] as const) {
    await Deno.mkdir(`${root}/${name}`, { recursive: true });
    await Deno.utime(`${root}/${name}`, ago(days), ago(days));
  }
  await layPlugins(await bundleOf(), box.path, SAMPLE_GUARD);
  const names = (await Array.fromAsync(Deno.readDir(root))).map((it) => it.name);
  deepEqual([names.includes("old"), names.includes("young"), names.length], [false, true, 2]);
});
