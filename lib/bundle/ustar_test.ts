import { deepEqual, equal, match, throws } from "node:assert/strict";
import { sampleBundle, sampleDirectory, sampleKey } from "./sample_bundle.ts";
import { claimedSize, fitsUstar, spaceOf, ustarHeader } from "./ustar.ts";

const LONG = `plugins/${"d".repeat(120)}/${"f".repeat(100)}`;

Deno.test("a bundle is a tar file that tar(1) lists and unpacks", async () => {
  await using box = await sampleDirectory();
  const files = [
    { path: "policies/a.yaml", role: "policy", content: new TextEncoder().encode("a: 1\n") },
    { path: "flows/ä.yaml", role: "flow", content: new Uint8Array(512) },
    { path: LONG, role: "plugin", content: new Uint8Array(513) },
  ] as const;
  await Deno.writeFile(`${box.path}/node.tar`, await sampleBundle(await sampleKey(), { files }));
  const tar = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command("tar", {
      args,
      cwd: box.path,
      env: { LC_ALL: "C.UTF-8" },
    }).output();
    deepEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
    return new TextDecoder().decode(stdout);
  };
  deepEqual((await tar("tf", "node.tar")).trim().split("\n"), [
    "bulkhead-bundle.json",
    "bulkhead-bundle.sig",
    ...files.map((it) => it.path),
  ]);
  await tar("xf", "node.tar");
  for (const { path, content } of files) {
    deepEqual(await Deno.readFile(`${box.path}/${path}`), Uint8Array.from(content));
  }
  match(await Deno.readTextFile(`${box.path}/bulkhead-bundle.json`), /"sequence": 10/);
});

Deno.test.each([
  { path: "a", fits: true },
  { path: "a".repeat(100), fits: true },
  { path: "a".repeat(101), fits: false },
  { path: `${"a".repeat(155)}/${"b".repeat(100)}`, fits: true },
  { path: `${"a".repeat(156)}/${"b".repeat(100)}`, fits: false },
  { path: `${"a".repeat(155)}/${"b".repeat(101)}`, fits: false },
  { path: `${"a".repeat(120)}/`, fits: false },
  { path: "ä".repeat(51), fits: false },
  { path: LONG, fits: true },
  { path: "", fits: false },
])('fitsUstar("$path"): $fits', ({ path, fits }) => {
  equal(fitsUstar(path), fits);
  if (fits) equal(claimedSize(ustarHeader(path, 1234)), 1234);
  else throws(() => ustarHeader(path, 1), RangeError);
});

Deno.test("claimedSize() takes eleven octal digits and nothing else", () => {
  const header = ustarHeader("a", 8 ** 11 - 1);
  equal(claimedSize(header), 8 ** 11 - 1);
  for (const field of ["0000000 123\0", "-0000000012\0", "00000000019\0", "000000000012"]) {
    const other = header.slice();
    other.set(new TextEncoder().encode(field), 124);
    equal(claimedSize(other), undefined, field);
  }
  equal(claimedSize(new Uint8Array(512)), undefined);
  equal(claimedSize(new Uint8Array()), undefined);
  throws(() => ustarHeader("a", 8 ** 11), RangeError);
});

Deno.test("spaceOf() counts the header and whole blocks", () => {
  deepEqual([0, 1, 512, 513].map(spaceOf), [512, 1024, 1024, 1536]);
});
