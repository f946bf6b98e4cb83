import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import project from "../../deno.json" with { type: "json" };
import { npmInventory, type NpmPackage } from "./npm_inventory.ts";
import { npmPackage } from "./npm_package.ts";
import { type Bill, renderSbom } from "./sbom.ts";
import { TARGETS } from "./targets.ts";

const BILL: Bill = {
  version: "1.2.3",
  license: "Apache-2.0",
  commit: "c".repeat(40),
  time: new Date("2026-11-30T12:00:00Z"),
  target: TARGETS[1]!,
  binary: { name: "bulkhead-1.2.3-linux-arm64", bytes: 1, sha256: "a".repeat(64) },
  base: { name: "base runtime", bytes: 1, sha256: "b".repeat(64) },
  baseVersion: "2.4.2",
  packages: [],
};

/** The published schema of CycloneDX 1.6, with those that it refers to. */
async function makeValidator() {
  const [, version] = /npm:(?:@[^@]+)@(.+)$/.exec(project.imports["@cyclonedx/cyclonedx-library"])!;
  const directory = await npmPackage("@cyclonedx/cyclonedx-library", version!);
  const read = async (name: string) =>
    JSON.parse(await Deno.readTextFile(`${directory}/res/schema/${name}.SNAPSHOT.schema.json`));
  const ajv = new Ajv({ strict: false });
  (addFormats as unknown as (it: Ajv) => void)(ajv);
  // Not in ajv-formats. What is written here is ASCII, where they are the same as these.
  ajv.addFormat("iri-reference", ajv.formats["uri-reference"]!);
  ajv.addFormat("idn-email", ajv.formats.email!);
  for (const it of ["spdx", "jsf-0.82"]) {
    ajv.addSchema(await read(it), `http://cyclonedx.org/schema/${it}.SNAPSHOT.schema.json`);
  }
  return ajv.compile(await read("bom-1.6"));
}

Deno.test("the bill of materials of all that is here fits the schema of CycloneDX", async () => {
  const validate = await makeValidator();
  const packages = await npmInventory();
  const bom: object = JSON.parse(await renderSbom({ ...BILL, packages }));
  const fits: boolean = validate(bom);
  ok(fits, JSON.stringify(validate.errors));
  // The control: that schema does refuse.
  for (
    const spoil of [{ bomFormat: "SPDX" }, { components: [{ name: "a" }] }, { serialNumber: "1" }, {
      more: 1,
    }]
  ) {
    const isValid: boolean = validate(Object.assign({}, bom, spoil));
    equal(isValid, false, JSON.stringify(spoil));
  }
});

Deno.test("the bill names every package of deno.lock, and which of them are in the binary", async () => {
  const packages = await npmInventory();
  const lock = JSON.parse(await Deno.readTextFile(new URL("../../deno.lock", import.meta.url)));
  equal(packages.length, Object.keys(lock.npm).length);
  const where = new Map(packages.map((it) => [it.name, it.inBinary]));
  for (const it of ["zod", "yaml", "re2js", "acorn", "dax"]) equal(where.get(it), true, it);
  for (const it of ["fast-check", "pure-rand", "ajv", "@cyclonedx/cyclonedx-library"]) {
    equal(where.get(it), false, it);
  }
  for (const { license, integrity } of packages) {
    match(license, /^[\w.()+ -]+$/);
    match(integrity, /^sha512-[\w+/]{86}==$/);
  }
});

Deno.test("a bill says licence, digest and address of every part", async () => {
  const zod: NpmPackage = {
    name: "@a/zod",
    version: "4.0.0",
    integrity: `sha512-${new Uint8Array(64).fill(1).toBase64()}`,
    license: "MIT OR Apache-2.0",
    dependencies: ["fast@1.0.0"],
    inBinary: true,
  };
  const fast = { ...zod, name: "fast", version: "1.0.0", dependencies: [], inBinary: false };
  const bom = JSON.parse(await renderSbom({ ...BILL, packages: [zod, fast] }));
  const byRef = new Map<string, Record<string, unknown>>(
    bom.components.map((it: { "bom-ref": string }) => [it["bom-ref"], it]),
  );
  deepEqual([...byRef.keys()].toSorted(), [
    "denort@2.4.2",
    "pkg:npm/%40a/zod@4.0.0",
    "pkg:npm/%40deno/linux-arm64-glibc@2.9.6",
    "pkg:npm/fast@1.0.0",
  ]);
  const said = byRef.get("pkg:npm/%40a/zod@4.0.0")!;
  deepEqual([said.scope, said.licenses, said.group], [
    "required",
    [{ expression: "MIT OR Apache-2.0" }],
    "@a",
  ]);
  deepEqual(said.externalReferences, [{
    url: "https://registry.npmjs.org/@a/zod/-/zod-4.0.0.tgz",
    type: "distribution",
    hashes: [{ alg: "SHA-512", content: "01".repeat(64) }],
  }]);
  equal(byRef.get("pkg:npm/fast@1.0.0")!.scope, "excluded");
  deepEqual(byRef.get("pkg:npm/%40deno/linux-arm64-glibc@2.9.6")!.hashes, [
    { alg: "SHA-256", content: TARGETS[1]!.runtime.sha256 },
  ]);
  const depends = new Map(
    bom.dependencies.map((it: { ref: string; dependsOn?: string[] }) => [it.ref, it.dependsOn]),
  );
  deepEqual(depends.get("bulkhead@1.2.3"), [
    "denort@2.4.2",
    "pkg:npm/%40a/zod@4.0.0",
    "pkg:npm/%40deno/linux-arm64-glibc@2.9.6",
  ]);
  deepEqual(depends.get("pkg:npm/%40a/zod@4.0.0"), ["pkg:npm/fast@1.0.0"]);
});

Deno.test("the same bill gives the same bytes, another one another serial number", async () => {
  const serial = (text: string) => JSON.parse(text).serialNumber;
  const [one, same, other] = await Promise.all([
    renderSbom(BILL),
    renderSbom({ ...BILL }),
    renderSbom({ ...BILL, commit: "d".repeat(40) }),
  ]);
  equal(same, one);
  notEqual(serial(other), serial(one));
  match(
    serial(one),
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  equal(JSON.parse(one).metadata.timestamp, "2026-11-30T12:00:00.000Z");
});
