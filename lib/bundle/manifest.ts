import * as z from "zod/mini";
import "../source/say_in_english.ts";
import { MAX_BUNDLE_BYTES, MAX_FILES } from "./limits.ts";
import { fitsUstar } from "./ustar.ts";

/** What a file of a bundle is for; also the directory of the bundle that it lies in. */
export const ROLES = { policy: "policies", flow: "flows", plugin: "plugins" } as const;

/** See {@linkcode ROLES}. */
export type Role = keyof typeof ROLES;

/** The first entry of a bundle: what the others are, in their order. It is what is signed. */
export interface Manifest {
  readonly v: 1;
  /** Which of two bundles is the later one. */
  readonly sequence: number;
  /** When it was made and from when on it may not be used any more: ISO 8601, UTC. */
  readonly createdAt: string;
  readonly expiresAt: string;
  /** Which key signed it, see `keyIdOf()`. */
  readonly keyId: string;
  /** In the order of the entries. The policies among them are a chain, outermost first. */
  readonly files: readonly ManifestFile[];
}

/** One file of a bundle. */
export interface ManifestFile {
  /** Where it lies in the bundle: `policies/edge.yaml`. */
  readonly path: string;
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
  readonly role: Role;
}

const Time = z.string("expected a time").check(
  z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, "expected a time in UTC"),
  z.refine((it) => !Number.isNaN(Date.parse(it)), { error: "there is no such time" }),
);

const File = z.strictObject({
  path: z.string("expected a path"),
  bytes: z.int("expected a number of bytes").check(
    z.gte(0, "expected a number of bytes"),
    z.lte(MAX_BUNDLE_BYTES, "larger than a bundle may be"),
  ),
  sha256: z.string("expected a digest").check(z.regex(/^[0-9a-f]{64}$/, "expected SHA-256 in hex")),
  role: z.enum(["policy", "flow", "plugin"], "expected policy, flow or plugin"),
}, "expected path, bytes, sha256 and role");

const Shape = z.strictObject({
  v: z.literal(1, "expected 1"),
  sequence: z.int("expected a whole number").check(z.gte(0, "expected a whole number")),
  createdAt: Time,
  expiresAt: Time,
  keyId: z.string("expected a key's id").check(z.regex(/^[0-9a-f]{16}$/, "expected a key's id")),
  files: z.array(File, "expected a list of files").check(
    z.maxLength(MAX_FILES, `expected at most ${MAX_FILES} files`),
  ),
}, "expected v, sequence, createdAt, expiresAt, keyId and files");

/** A manifest, or the fact that makes it none. */
export type ParsedManifest =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly fact: string; readonly isNewer: boolean };

/**
 * Reads a manifest, whose signature holds already.
 *
 * @param bytes The whole entry.
 */
export function parseManifest(bytes: Uint8Array): ParsedManifest {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return { ok: false, fact: "its manifest is no JSON text", isNewer: false };
  }
  const result = Shape.safeParse(value);
  if (!result.success) {
    const { path, message } = result.error.issues[0]!;
    const at = path.length === 0 ? "" : ` at "${path.join(".")}"`;
    return {
      ok: false,
      fact: `its manifest is unknown${at}: ${message}`,
      isNewer: at === ' at "v"',
    };
  }
  const fact = faultOf(result.data);
  return fact === undefined
    ? { ok: true, manifest: result.data }
    : { ok: false, fact: `its manifest ${fact}`, isNewer: false };
}

/** What makes a manifest of the right shape unusable, or `undefined`. */
export function faultOf({ files, createdAt, expiresAt }: Manifest): string | undefined {
  if (Date.parse(expiresAt) <= Date.parse(createdAt)) return "expires before it was made";
  for (const role of ["policy", "flow"] as const) {
    if (!files.some((it) => it.role === role)) return `names no ${role}`;
  }
  const paths = new Set(files.map((it) => it.path));
  if (paths.size < files.length) return "names a file twice";
  for (const { path, role } of files) {
    const fact = pathFault(path, role);
    if (fact !== undefined) return `names "${path}": ${fact}`;
    const segments = path.split("/");
    if (segments.some((_, i) => i > 0 && paths.has(segments.slice(0, i).join("/")))) {
      return `names "${path}": it lies below a file`;
    }
  }
  return undefined;
}

/** What makes a path unfit to be a file's of this role in a bundle, or `undefined`. */
export function pathFault(path: string, role: Role): string | undefined {
  const [top, ...rest] = path.split("/");
  const least = role === "plugin" ? 2 : 1;
  if (top !== ROLES[role] || rest.length < least) return `a ${role} lies in ${ROLES[role]}/`;
  if (rest.some((it) => it === "" || it === "." || it === "..")) return "it is not normalized";
  // What a flag, a terminal or a place in a file could misread.
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffd\\,:<>]/u.test(path)) {
    return "it holds a character that no path of a bundle may have";
  }
  return fitsUstar(path) ? undefined : "it is too long";
}
