import { equal } from "node:assert/strict";
import { judgeSequence, judgeTime } from "./judge.ts";
import { openBundle } from "./open_bundle.ts";
import { sampleBundle, sampleKey } from "./sample_bundle.ts";

const key = await sampleKey();
const bundle = await openBundle(await sampleBundle(key), "node.tar", [key.publicKey]);

Deno.test.each([
  { at: "2026-07-01T00:00:00.000Z", code: undefined },
  { at: "2026-12-31T23:59:59.999Z", code: undefined },
  { at: "2027-01-01T00:00:00.000Z", code: "bundle/expired" },
  { at: "2030-01-01T00:00:00.000Z", code: "bundle/expired" },
  { at: "2025-12-31T23:50:00.000Z", code: undefined },
  { at: "2025-12-31T23:49:59.999Z", code: "bundle/from-the-future" },
  { at: "1970-01-01T00:00:00.000Z", code: "bundle/from-the-future" },
])("judgeTime() at $at: $code", ({ at, code }) => {
  equal(judgeTime(bundle, "node.tar", new Date(at))?.code, code);
});

Deno.test.each([
  { name: "none", last: undefined, code: undefined },
  { name: "an older one", last: { sequence: 9, digest: "x" }, code: undefined },
  { name: "the same", last: { sequence: 10, digest: bundle.digest }, code: undefined },
  {
    name: "another of its sequence",
    last: { sequence: 10, digest: "x" },
    code: "bundle/same-sequence",
  },
  { name: "a later one", last: { sequence: 11, digest: "x" }, code: "bundle/older" },
])("judgeSequence() of a node that accepted $name: $code", ({ last, code }) => {
  equal(judgeSequence(bundle, "node.tar", last)?.code, code);
});
