import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import type { DigestedPart } from "../host/payload.ts";
import { RUNTIME_VERSION } from "../host/runtime.ts";
import { sha256 } from "../source/sha256.ts";
import type { NpmPackage } from "./npm_inventory.ts";
import type { Target } from "./targets.ts";

/** Of what a binary was made. */
export interface Bill {
  readonly version: string;
  readonly license: string;
  /** Of the commit it was built from, in hex. */
  readonly commit: string;
  /** When that was made; the document's own time. */
  readonly time: Date;
  readonly target: Target;
  readonly binary: DigestedPart;
  /** The base runtime, and the version of Deno it belongs to. */
  readonly base: DigestedPart;
  readonly baseVersion: string;
  readonly packages: readonly NpmPackage[];
}

/**
 * Writes the bill of materials of one binary, as CycloneDX 1.6 in JSON.
 *
 * The same bill gives the same bytes: its serial number comes from its own digest.
 * What Deno itself is built from is not listed.
 */
export async function renderSbom(bill: Bill): Promise<string> {
  const bom = new Models.Bom({ metadata: metadataOf(bill) });
  const root = bom.metadata.component!;
  const base = baseOf(bill);
  const runtime = runtimeOf(bill.target);
  const npm = new Map(bill.packages.map((it) => [`${it.name}@${it.version}`, npmOf(it)]));
  for (const { name, version, dependencies, inBinary } of bill.packages) {
    const component = npm.get(`${name}@${version}`)!;
    for (const it of dependencies) component.dependencies.add(npm.get(it)!.bomRef);
    if (inBinary) root.dependencies.add(component.bomRef);
  }
  for (const it of [base, runtime]) root.dependencies.add(it.bomRef);
  for (const it of [base, runtime, ...npm.values()]) bom.components.add(it);
  const digest = await sha256(new TextEncoder().encode(serialize(bom)));
  bom.serialNumber = `urn:uuid:${uuidOf(digest)}`;
  return `${serialize(bom)}\n`;
}

function serialize(bom: Models.Bom): string {
  const factory = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return new Serialize.JsonSerializer(factory).serialize(bom, { sortLists: true, space: 2 });
}

function metadataOf({ version, license, commit, time, target, binary }: Bill): Models.Metadata {
  return new Models.Metadata({
    timestamp: time,
    component: new Models.Component(Enums.ComponentType.Application, "bulkhead", {
      version,
      bomRef: `bulkhead@${version}`,
      purl: `pkg:generic/bulkhead@${version}?checksum=sha256:${binary.sha256}`,
      hashes: hash("SHA-256", binary.sha256),
      licenses: licensed(license),
      properties: new Models.PropertyRepository([
        new Models.Property("bulkhead:commit", commit),
        new Models.Property("bulkhead:file", binary.name),
        new Models.Property("bulkhead:target", target.triple),
      ]),
    }),
  });
}

/** What runs the harness. Deno is under MIT, as its packages on npm say. */
function baseOf({ base, baseVersion }: Bill): Models.Component {
  return new Models.Component(Enums.ComponentType.Platform, "denort", {
    version: baseVersion,
    bomRef: `denort@${baseVersion}`,
    description: base.name,
    purl: `pkg:generic/denort@${baseVersion}?checksum=sha256:${base.sha256}`,
    hashes: hash("SHA-256", base.sha256),
    licenses: licensed("MIT"),
    scope: Enums.ComponentScope.Required,
  });
}

/** What runs the tasks. */
function runtimeOf({ runtime }: Target): Models.Component {
  return fromNpm({
    type: Enums.ComponentType.Platform,
    name: runtime.package,
    version: RUNTIME_VERSION,
    integrity: runtime.integrity,
    license: "MIT",
    hashes: hash("SHA-256", runtime.sha256),
    scope: Enums.ComponentScope.Required,
  });
}

function npmOf({ name, version, integrity, license, inBinary }: NpmPackage): Models.Component {
  return fromNpm({
    type: Enums.ComponentType.Library,
    name,
    version,
    integrity,
    license,
    scope: inBinary ? Enums.ComponentScope.Required : Enums.ComponentScope.Excluded,
  });
}

function fromNpm({ type, name, version, integrity, license, hashes, scope }: {
  readonly type: Enums.ComponentType;
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  readonly license: string;
  readonly hashes?: Models.HashDictionary;
  readonly scope: Enums.ComponentScope;
}): Models.Component {
  const [plain, group] = name.split("/").toReversed() as [string, string?];
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const tarball = `https://registry.npmjs.org/${name}/-/${plain}-${version}.tgz`;
  return new Models.Component(type, plain, {
    ...(group !== undefined && { group }),
    ...(hashes !== undefined && { hashes }),
    version,
    bomRef: purl,
    purl,
    scope,
    licenses: licensed(license),
    externalReferences: new Models.ExternalReferenceRepository([
      new Models.ExternalReference(tarball, Enums.ExternalReferenceType.Distribution, {
        hashes: hash("SHA-512", hexOf(integrity)),
      }),
    ]),
    // CycloneDX's own word for what only builds and tests.
    ...(scope === Enums.ComponentScope.Excluded && {
      properties: new Models.PropertyRepository([
        new Models.Property("cdx:npm:package:development", "true"),
      ]),
    }),
  });
}

function licensed(expression: string): Models.LicenseRepository {
  return new Models.LicenseRepository([new Models.LicenseExpression(expression)]);
}

function hash(algorithm: "SHA-256" | "SHA-512", hex: string): Models.HashDictionary {
  return new Models.HashDictionary([[Enums.HashAlgorithm[algorithm], hex]]);
}

/** `sha512-<base64>`, as registries write it, in hex. */
function hexOf(integrity: string): string {
  return Uint8Array.fromBase64(integrity.replace(/^sha512-/, "")).toHex();
}

/** A UUID of version 8, whose bits are for the one who makes it to choose: RFC 9562, 5.8. */
function uuidOf(digest: string): string {
  const variant = ((parseInt(digest[16]!, 16) & 3) | 8).toString(16);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join("-");
}
