import { deepEqual, equal, notDeepEqual, rejects } from "node:assert/strict";
import { openBundle } from "./open_bundle.ts";
import { SAMPLE_FILES, sampleBundle, sampleFile, sampleKey } from "./sample_bundle.ts";
import { pathFault, type Role } from "./manifest.ts";

Deno.test("writeBundle() makes the same bytes of the same content, times and key", async () => {
  const key = await sampleKey();
  const bytes = await sampleBundle(key);
  deepEqual(await sampleBundle(key), bytes);
  notDeepEqual(await sampleBundle(key, { sequence: 11 }), bytes);
  notDeepEqual(await sampleBundle(await sampleKey()), bytes);
});

const flow = sampleFile("flows/a.yaml", "flow", "");
const policy = sampleFile("policies/a.yaml", "policy", "");

Deno.test.each([
  { name: "no policy", files: [flow], says: /names no policy/ },
  { name: "no flow", files: [policy], says: /names no flow/ },
  { name: "a file twice", files: [policy, flow, flow], says: /names a file twice/ },
  {
    name: "a file below a file",
    files: [policy, flow, sampleFile("flows/a.yaml/b.yaml", "flow", "")],
    says: /it lies below a file/,
  },
  {
    name: "too many files",
    files: [
      policy,
      ...Array.from({ length: 4_096 }, (_, i) => sampleFile(`flows/${i}`, "flow", "")),
    ],
    says: /4097 files, the limit is 4096/,
  },
  {
    name: "too much",
    files: [policy, flow, { ...flow, path: "flows/b", content: new Uint8Array(64 * 1024 * 1024) }],
    says: /the limit is 67108864/,
  },
])("writeBundle() makes no bundle of $name", async ({ files, says }) => {
  const key = await sampleKey();
  await rejects(sampleBundle(key, { files }), says);
  const control = await sampleBundle(key, { files: [policy, flow] });
  equal((await openBundle(control, "node.tar", [key.publicKey])).contents.size, 2);
});

Deno.test("writeBundle() makes none that expires before it was made", async () => {
  const key = await sampleKey();
  const createdAt = new Date("2027-01-01T00:00:00Z");
  await rejects(sampleBundle(key, { createdAt }), /expires before it was made/);
});

Deno.test("what pathFault() lets pass is what the sample has", () => {
  for (const { path, role } of SAMPLE_FILES) equal(pathFault(path, role), undefined, path);
  equal(pathFault("flows/etl/daily ä.yaml", "flow"), undefined);
});

Deno.test.each(
  [
    { path: "/flows/a.yaml", role: "flow" },
    { path: "policies/a.yaml", role: "flow" },
    { path: "flows", role: "flow" },
    { path: "flows/", role: "flow" },
    { path: "flows/../a.yaml", role: "flow" },
    { path: "flows/./a.yaml", role: "flow" },
    { path: "flows//a.yaml", role: "flow" },
    { path: "flows/a\0.yaml", role: "flow" },
    { path: "flows/a\n.yaml", role: "flow" },
    { path: "flows/\u202egalf.yaml", role: "flow" },
    { path: "flows/a,b.yaml", role: "flow" },
    { path: "flows/<x>.yaml", role: "flow" },
    { path: "flows/a:1.yaml", role: "flow" },
    { path: "flows\\a.yaml", role: "flow" },
    { path: "plugins/a.ts", role: "plugin" },
    { path: `flows/${"a".repeat(200)}`, role: "flow" },
    { path: "bulkhead-bundle.json", role: "policy" },
  ] as { path: string; role: Role }[],
)("pathFault() lets no $role be %j", ({ path, role }) => {
  equal(typeof pathFault(path, role), "string", path);
});
