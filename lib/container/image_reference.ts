/** An image, named in full. */
export interface ImageReference {
  /** Host, with a port where it is not the one of HTTPS: `docker.io`, `localhost:5000`. */
  readonly registry: string;
  /** The name there: `library/ubuntu`. */
  readonly path: string;
  /** `latest` where neither a tag nor a digest is written; absent where a digest stands alone. */
  readonly tag?: string;
  /** `sha256:…` */
  readonly digest?: string;
}

/** An image reference, or the fact that makes a text none. */
export type ParsedImage =
  | { readonly ok: true; readonly image: ImageReference }
  | { readonly ok: false; readonly fact: string; readonly help?: string };

/**
 * Reads the name of an image as docker does: `registry/path:tag@digest`, all but the path optional.
 *
 * The first part is a registry when it has a `.` or a `:`, or is `localhost`; without a registry it
 * is Docker Hub's `docker.io`, and a name of one part lies in `library/` there. Other names of Docker
 * Hub and the port of HTTPS are left out, so that one image is not two.
 *
 * Stricter than docker in three things. An image is never named by its ID, by which docker finds
 * what came from any registry. A registry is written in lower case: `ACME/app` is a registry to some
 * engines and a path to others. And a digest is one of SHA-256, which is what registries give.
 *
 * @param text At most 512 characters.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { parseImage } from "./image_reference.ts";
 *
 * deepEqual(parseImage("ubuntu"), {
 *   ok: true,
 *   image: { registry: "docker.io", path: "library/ubuntu", tag: "latest" },
 * });
 * ```
 */
export function parseImage(text: string): ParsedImage {
  if (text === "") return unfit("it is empty");
  if (text.length > LONGEST) return unfit(`it is longer than ${LONGEST} characters`);
  const odd = /[^\w./:@+[\]-]/u.exec(text);
  if (odd !== null) return unfit(`"${odd[0]}" is in no name of an image`);
  const { name, tag, digest } = splitImage(text);
  const fact = tagProblem(tag) ?? digestProblem(digest);
  if (fact !== undefined) return unfit(fact);
  if (isId(name, text)) {
    return unfit("it is the ID of an image, not its name", "Name it as name:tag or name@sha256:…");
  }
  const { registry, path } = splitName(name);
  if (!REGISTRY.test(registry)) {
    return /[A-Z]/.test(registry)
      ? unfit(`its registry "${registry}" is not in lower case`)
      : unfit(`"${registry}" is no registry`);
  }
  if (!PATH.test(path)) return unfit(pathProblem(path));
  if (`${registry}/${path}`.length > LONGEST_NAME) {
    return unfit(`its name is longer than ${LONGEST_NAME} characters`);
  }
  return {
    ok: true,
    image: {
      registry,
      path,
      ...(tag !== undefined ? { tag } : digest === undefined && { tag: "latest" }),
      ...(digest !== undefined && { digest }),
    },
  };
}

/**
 * The image in the one form that every engine reads alike, and that none takes for an ID:
 * `docker.io/library/ubuntu:latest`.
 *
 * A tag beside a digest is left out: engines go by the digest, and some refuse both.
 */
export function imageName({ registry, path, tag, digest }: ImageReference): string {
  return `${registry}/${path}${digest === undefined ? `:${tag}` : `@${digest}`}`;
}

/** `name:tag@digest` in its three parts, none of them checked. */
export function splitImage(
  text: string,
): { readonly name: string; readonly tag?: string; readonly digest?: string } {
  const at = text.indexOf("@");
  const before = at < 0 ? text : text.slice(0, at);
  // A colon before a slash is one of a port.
  const colon = before.indexOf(":", before.lastIndexOf("/") + 1);
  return {
    name: colon < 0 ? before : before.slice(0, colon),
    ...(colon >= 0 && { tag: before.slice(colon + 1) }),
    ...(at >= 0 && { digest: text.slice(at + 1) }),
  };
}

/** A name without tag and digest as registry and path, the defaults filled in; not checked. */
export function splitName(
  name: string,
): Pick<ImageReference, "registry" | "path"> {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const isRegistry = /[.:A-Z]/.test(first) || first === "localhost";
  const written = isRegistry ? first.replace(/:443$/, "") : HUB;
  const registry = HUB_NAMES.includes(written) ? HUB : written;
  const path = isRegistry ? name.slice(slash + 1) : name;
  return { registry, path: registry === HUB && !path.includes("/") ? `library/${path}` : path };
}

const HUB = "docker.io";
/** The first is docker's own; pulls from the others lead to the same images. */
const HUB_NAMES: readonly string[] = [
  "index.docker.io",
  "registry-1.docker.io",
  "registry.hub.docker.com",
];

const LONGEST = 512;
/** Docker's. */
const LONGEST_NAME = 255;

const REGISTRY =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(?::\d{1,5})?$/;
const PART = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const PATH = new RegExp(`${PART.source.slice(0, -1)}(?:/${PART.source.slice(1, -1)})*$`);

function tagProblem(tag: string | undefined): string | undefined {
  if (tag === undefined || /^\w[\w.-]{0,127}$/.test(tag)) return undefined;
  return tag === "" ? "its tag is empty" : `"${tag}" is no tag`;
}

function digestProblem(digest: string | undefined): string | undefined {
  if (digest === undefined || /^sha256:[0-9a-f]{64}$/.test(digest)) return undefined;
  if (digest.startsWith("sha256:")) {
    return `its digest is not "sha256:" and 64 digits of 0-9 and a-f`;
  }
  return digest === "" ? "its digest is empty" : `"${digest}" is no digest of SHA-256`;
}

/** What docker takes for an ID: 64 digits, and `sha256:` with the beginning of one. */
function isId(name: string, text: string): boolean {
  return /^[0-9a-f]{64}$/.test(name) || text.startsWith("sha256:");
}

function pathProblem(path: string): string {
  const part = path.split("/").find((it) => !PART.test(it))!;
  if (part === "") return "a part of its name is empty";
  if (/[A-Z]/.test(part)) return `"${part}" is not in lower case`;
  return `"${part}" is no part of a name`;
}

function unfit(fact: string, help?: string): ParsedImage {
  return { ok: false, fact, ...(help !== undefined && { help }) };
}
