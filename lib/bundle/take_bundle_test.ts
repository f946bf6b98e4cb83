import { deepEqual, equal } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { openNodeState } from "./node_state.ts";
import { type BundleQuestion, takeBundle } from "./take_bundle.ts";
import {
  codesOf,
  SAMPLE_GUARD,
  SAMPLE_NOW,
  sampleBundle,
  sampleDirectory,
  sampleKey,
} from "./sample_bundle.ts";

async function makeNode() {
  const box = await sampleDirectory();
  const key = await sampleKey();
  const file = `${box.path}/node.tar`;
  const question: BundleQuestion<number> = {
    file,
    trusted: [key.publicKey],
    state: openNodeState(`${box.path}/state`, SAMPLE_GUARD),
    now: () => SAMPLE_NOW,
    load: ({ manifest }) => Promise.resolve(manifest.sequence),
    remember: true,
  };
  return {
    key,
    file,
    take: (changed: Partial<BundleQuestion<number>> = {}) =>
      takeBundle({ ...question, ...changed }),
    bring: async (sequence: number) =>
      await Deno.writeFile(file, await sampleBundle(key, { sequence })),
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

const unreadable = () =>
  Promise.reject(
    new StageError([{ code: "flow/not-a-map", severity: "error", message: "Cannot read" }]),
  );

Deno.test("takeBundle() takes what is given, and the last good one when that is refused", async () => {
  await using node = await makeNode();
  await node.bring(1);
  const first = await node.take();
  deepEqual([first.loaded, first.file, first.refused], [1, node.file, []]);
  await Deno.writeTextFile(node.file, "broken");
  const last = await node.take();
  deepEqual([last.loaded, last.refused.map((it) => it.code)], [1, ["bundle/not-a-bundle"]]);
  equal(last.file === node.file, false);
});

Deno.test("takeBundle() judges the last good one by the clock as it is now", async () => {
  await using node = await makeNode();
  await node.bring(1);
  await node.take();
  await Deno.writeTextFile(node.file, "broken");
  equal((await node.take()).loaded, 1);
  for (
    const [at, code] of [
      ["2027-01-01T00:00:00Z", "bundle/expired"],
      ["2020-01-01T00:00:00Z", "bundle/from-the-future"],
    ] as const
  ) {
    deepEqual(
      await codesOf(node.take({ now: () => new Date(at) })),
      ["refused", "bundle/not-a-bundle", code],
    );
  }
});

Deno.test("takeBundle() accepts nothing that cannot be loaded", async () => {
  await using node = await makeNode();
  await node.bring(1);
  deepEqual(await codesOf(node.take({ load: unreadable })), ["input", "flow/not-a-map"]);
  await node.take();
  await node.bring(2);
  let calls = 0;
  const it = await node.take({
    load: async (bundle) => calls++ === 0 ? await unreadable() : bundle.manifest.sequence,
  });
  deepEqual([it.loaded, it.refused.map((it) => it.code)], [1, ["flow/not-a-map"]]);
  await node.bring(1);
  deepEqual((await node.take()).refused, [], "2 was not accepted");
});

Deno.test("takeBundle() that does not remember leaves the way back open, and judges all the same", async () => {
  await using node = await makeNode();
  await node.bring(2);
  equal((await node.take({ remember: false })).loaded, 2);
  await node.bring(1);
  equal((await node.take()).loaded, 1);
  await node.bring(0);
  const older = await node.take({ remember: false });
  deepEqual([older.loaded, older.refused.map((it) => it.code)], [1, ["bundle/older"]]);
});

Deno.test("takeBundle() puts nothing in the place of what this machine cannot do", async () => {
  await using node = await makeNode();
  await node.bring(1);
  await node.take();
  await node.bring(2);
  for (const fault of ["host", "usage"] as const) {
    const load = () =>
      Promise.reject(
        new StageError([{ code: "host/x", severity: "error", message: "Cannot" }], fault),
      );
    deepEqual(await codesOf(node.take({ load })), [fault, "host/x"]);
  }
  equal((await node.take()).loaded, 2, "the control");
});

Deno.test("takeBundle() uses the bytes that it verified, whatever becomes of the file", async () => {
  await using node = await makeNode();
  await node.bring(1);
  const { bundle } = await node.take({
    load: async ({ manifest }) => {
      await Deno.writeTextFile(node.file, "another file by now");
      return manifest.sequence;
    },
  });
  deepEqual(bundle.bytes, await sampleBundle(node.key, { sequence: 1 }));
  deepEqual((await node.take()).bundle.bytes, bundle.bytes, "and keeps them");
});
