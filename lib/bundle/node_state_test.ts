import { deepEqual, equal } from "node:assert/strict";
import { openNodeState } from "./node_state.ts";
import { type Bundle, openBundle } from "./open_bundle.ts";
import {
  codesOf,
  SAMPLE_GUARD,
  sampleBundle,
  sampleDirectory,
  sampleFile,
  sampleKey,
} from "./sample_bundle.ts";

const key = await sampleKey();
const bundleOf = async (sequence: number, more = ""): Promise<Bundle> => {
  const files = [
    sampleFile("policies/a.yaml", "policy", more),
    sampleFile("flows/a.yaml", "flow", ""),
  ];
  return await openBundle(await sampleBundle(key, { sequence, files }), "b", [key.publicKey]);
};
const names = async (path: string) =>
  (await Array.fromAsync(Deno.readDir(path))).map((it) => it.name).toSorted();

Deno.test("openNodeState() remembers what was accepted, and keeps its copy alone", async () => {
  await using box = await sampleDirectory();
  const root = `${box.path}/state`;
  const state = openNodeState(root, SAMPLE_GUARD);
  equal(await state.accepted(), undefined);
  equal(await state.kept(), undefined);
  deepEqual(await names(box.path), [], "to look is not to make");
  for (const sequence of [1, 2, 7]) {
    const bundle = await bundleOf(sequence);
    await state.accept(bundle, "b");
    deepEqual(await state.accepted(), { v: 1, sequence, digest: bundle.digest });
    deepEqual((await state.kept())?.bytes, bundle.bytes);
    deepEqual(await names(root), [`${bundle.digest}.tar`, "accepted.json", "lock"].toSorted());
  }
});

Deno.test("openNodeState() goes back for nobody", async () => {
  await using box = await sampleDirectory();
  const state = openNodeState(`${box.path}/state`, SAMPLE_GUARD);
  const last = await bundleOf(5);
  await state.accept(last, "b");
  deepEqual(await codesOf(state.accept(await bundleOf(4), "b")), ["refused", "bundle/older"]);
  deepEqual(
    await codesOf(state.accept(await bundleOf(5, "# x\n"), "b")),
    ["refused", "bundle/same-sequence"],
  );
  await state.accept(last, "b");
  equal((await state.accepted())?.digest, last.digest);
});

Deno.test("openNodeState() of many at once ends with the latest, whoever is first", async () => {
  await using box = await sampleDirectory();
  const root = `${box.path}/state`;
  const bundles = await Promise.all([3, 1, 4, 1, 5, 9, 2, 6].map((it) => bundleOf(it)));
  const ended = await Promise.all(
    bundles.map((it) => codesOf(openNodeState(root, SAMPLE_GUARD).accept(it, "b"))),
  );
  deepEqual(ended[5], ["nothing"], "the latest is refused by no order");
  const codes = new Set(ended.flat());
  codes.delete("nothing");
  deepEqual([...codes].filter((it) => !["refused", "bundle/older"].includes(it)), []);
  const state = openNodeState(root, SAMPLE_GUARD);
  equal((await state.accepted())?.sequence, 9);
  deepEqual((await state.kept())?.bytes, bundles[5]!.bytes);
  equal((await names(root)).length, 3);
});

Deno.test("openNodeState() mends a copy that is gone or another one, when the bundle comes again", async () => {
  await using box = await sampleDirectory();
  const root = `${box.path}/state`;
  const state = openNodeState(root, SAMPLE_GUARD);
  const bundle = await bundleOf(1);
  await state.accept(bundle, "b");
  const copy = `${root}/${bundle.digest}.tar`;
  const damage: readonly (() => Promise<void>)[] = [
    () => Deno.remove(copy),
    () => Deno.writeTextFile(copy, "other"),
  ];
  for (const it of damage) {
    await it();
    await state.accept(bundle, "b");
    deepEqual((await state.kept())?.bytes, bundle.bytes);
  }
  await Deno.remove(copy);
  deepEqual(await codesOf(state.kept()), ["input", "bundle/unreadable"]);
});

Deno.test("openNodeState() writes nothing for what was accepted already", async () => {
  await using box = await sampleDirectory();
  const root = `${box.path}/state`;
  const state = openNodeState(root, SAMPLE_GUARD);
  const bundle = await bundleOf(1);
  await state.accept(bundle, "b");
  const times = async () =>
    await Promise.all(
      (await names(root)).map(async (it) => (await Deno.stat(`${root}/${it}`)).ctime?.getTime()),
    );
  const before = await times();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await state.accept(bundle, "b");
  deepEqual(await times(), before);
});

Deno.test("openNodeState() clears what a killed process left, and nothing else", async () => {
  await using box = await sampleDirectory();
  const root = `${box.path}/state`;
  await Deno.mkdir(root);
  const left = [
    `.accepted.json-${crypto.randomUUID()}`,
    `.${"0".repeat(64)}.tar-${crypto.randomUUID()}`,
    `${"0".repeat(64)}.tar`,
  ];
  for (const it of [...left, "notes.txt"]) await Deno.writeTextFile(`${root}/${it}`, "x");
  const bundle = await bundleOf(1);
  await openNodeState(root, SAMPLE_GUARD).accept(bundle, "b");
  deepEqual(
    await names(root),
    [`${bundle.digest}.tar`, "accepted.json", "lock", "notes.txt"].toSorted(),
  );
});

Deno.test("openNodeState() gives up on a record that it cannot believe", async () => {
  await using box = await sampleDirectory();
  const root = `${box.path}/state`;
  const state = openNodeState(root, SAMPLE_GUARD);
  await state.accept(await bundleOf(5), "b");
  const record = await Deno.readTextFile(`${root}/accepted.json`);
  for (const text of ["", "null", record.replace("5", "-5"), record.replace("{", '{"x":1,')]) {
    await Deno.writeTextFile(`${root}/accepted.json`, text);
    deepEqual(await codesOf(state.accepted()), ["host", "bundle/state-damaged"], text);
    deepEqual(await codesOf(state.accept(await bundleOf(1), "b")), [
      "host",
      "bundle/state-damaged",
    ]);
  }
  await Deno.writeTextFile(`${root}/accepted.json`, record);
  equal((await state.accepted())?.sequence, 5);
  await Deno.chmod(`${root}/accepted.json`, 0o666);
  deepEqual(await codesOf(state.accepted()), ["host", "host/state-untrusted"]);
});
