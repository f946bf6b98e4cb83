import { type ImageReference, parseImage, splitImage, splitName } from "./image_reference.ts";

/** Which images a pattern means, ready to be asked. */
export interface ImagePattern {
  /** Registry and parts of the path, each with its wildcards; `**` stands for one part or more. */
  readonly parts: readonly string[];
  /** Absent: any. */
  readonly tag?: string;
  /** Absent: any, and none. */
  readonly digest?: string;
}

/** A pattern of images, or the fact that makes a text none. */
export type ParsedImagePattern =
  | { readonly ok: true; readonly pattern: ImagePattern }
  | { readonly ok: false; readonly fact: string; readonly help?: string };

/**
 * Reads a pattern of images: an image with wildcards, read by the same rules.
 *
 * - `*` is any characters, or none, within one part between slashes, a tag or a digest.
 * - `**` is one whole part or more: `ghcr.io/acme/**`. Where the name begins with it, it is any
 *   registry too, and so is a name that is `*` alone: `*:latest` is that tag of any image.
 * - Without a registry Docker Hub is meant, so `ubuntu` is `docker.io/library/ubuntu`.
 * - Without a tag any tag is meant, and any digest; with a tag, images that are written with it. A
 *   tag beside a digest is only what the author says of it: the engine goes by the digest.
 * - With a digest only images that are named by one: `@sha256:*`.
 *
 * @param text At most 512 characters.
 */
export function parseImagePattern(text: string): ParsedImagePattern {
  const { name, tag, digest } = splitImage(text);
  const parsed = parseImage(text.includes("*") ? sample(text) : text);
  if (!parsed.ok) return parsed;
  const parts = partsOf(name);
  const whole = parts.find((it) => it.includes("**") && it !== "**");
  if (whole !== undefined) {
    return {
      ok: false,
      fact: `"**" is only part of "${whole}"`,
      help: 'Write "**" between slashes, or "*" within a part',
    };
  }
  if ([tag, digest].some((it) => it?.includes("**"))) {
    return { ok: false, fact: '"**" is no part of a tag or a digest', help: 'Write "*"' };
  }
  return {
    ok: true,
    pattern: { parts, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) },
  };
}

/** Tells whether a pattern means an image. Its time grows no faster than pattern times image. */
export function matchesImage(pattern: ImagePattern, image: ImageReference): boolean {
  const { registry, path, tag, digest } = image;
  return matchesParts(pattern.parts, [registry, ...path.split("/")]) &&
    (pattern.tag === undefined || tag !== undefined && matchesText(pattern.tag, tag)) &&
    (pattern.digest === undefined || digest !== undefined && matchesText(pattern.digest, digest));
}

/** Any image, wherever it is from. */
const ANY = ["**"];

function partsOf(name: string): readonly string[] {
  if (name === "*") return ANY;
  const written = name.split("/");
  if (written[0] === "**") return written;
  const { registry, path } = splitName(name);
  return [registry, ...path.split("/")];
}

/** What a pattern could mean, so that what is no image without its wildcards is none with them. */
function sample(text: string): string {
  const { name, tag, digest } = splitImage(text);
  // In a port only digits fit, and beside a separator of a name a letter must stand.
  const filled = name.replace(/:[\d*]*\*[\d*]*(?=\/)/, ":1").replaceAll(/\*+/g, "a");
  const tagged = tag === undefined ? "" : `:${tag.replaceAll(/\*+/g, "a")}`;
  return `${filled}${tagged}${digest === undefined ? "" : `@${sampleDigest(digest)}`}`;
}

/** A digest of `*`, or of `sha256:` and digits and `*`, filled up to one. */
function sampleDigest(pattern: string): string {
  const known = pattern === "*" ? DIGEST : pattern.replaceAll("*", "");
  return known.startsWith(DIGEST) ? known.padEnd(DIGEST.length + 64, "0") : known;
}

const DIGEST = "sha256:";

function matchesParts(pattern: readonly string[], parts: readonly string[]): boolean {
  return matchesRuns(
    splitAt(pattern, (it) => it === "**"),
    parts,
    (run, from) => run.every((it, i) => matchesText(it, parts[from + i]!)),
    1,
  );
}

/** Whether a text fits a pattern with `*` as its wildcard. */
function matchesText(pattern: string, text: string): boolean {
  return matchesRuns(
    pattern.split("*"),
    text,
    (run, from) => text.startsWith(run, from),
    0,
  );
}

/**
 * Lays runs without wildcards onto a text, in their order: the first at its beginning, the last at
 * its end, every other as early as it fits, which leaves the most for those that follow.
 *
 * @param fits Whether a run fits at a place where there is room for it.
 * @param least How much a wildcard stands for at least.
 */
function matchesRuns<Run extends { readonly length: number }>(
  runs: readonly Run[],
  { length }: { readonly length: number },
  fits: (run: Run, from: number) => boolean,
  least: number,
): boolean {
  const [first, ...others] = runs;
  const last = others.pop();
  if (last === undefined) return length === first!.length && fits(first!, 0);
  if (first!.length > length || !fits(first!, 0)) return false;
  let from = first!.length;
  for (const run of others) {
    from += least;
    while (from + run.length <= length && !fits(run, from)) from++;
    if (from + run.length > length) return false;
    from += run.length;
  }
  const end = length - last.length;
  return from + least <= end && fits(last, end);
}

function splitAt<T>(list: readonly T[], isSeparator: (it: T) => boolean): readonly T[][] {
  const runs: T[][] = [[]];
  for (const it of list) {
    if (isSeparator(it)) runs.push([]);
    else runs.at(-1)!.push(it);
  }
  return runs;
}
