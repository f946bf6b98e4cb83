import type { ImageRules, Source, Sourced } from "../model/mod.ts";
import { matchesImage, parseImagePattern } from "./image_pattern.ts";
import { imageName, type ImageReference, parseImage } from "./image_reference.ts";

/** Whether a container may be made of an image. */
export type ImageVerdict =
  | {
    readonly allowed: true;
    readonly image: ImageReference;
    /** What the engine is to be told, and nothing else: every engine reads it alike. */
    readonly name: string;
  }
  | {
    readonly allowed: false;
    /** For a message that ends in it: `Cannot use image "x": …`. */
    readonly fact: string;
    readonly help?: string;
    /** What forbids it; absent where the text is no image at all. */
    readonly by?: { readonly rule: string; readonly source: Source };
  };

/**
 * Decides whether the policy lets a container be made of an image.
 *
 * What a pattern of `deny` means is refused whatever else is said; then the image must match a
 * pattern of every list of `allow`; then it must be named by its digest where that is required. A
 * list that is not there restricts nothing.
 *
 * @param text As it stands in the task, rendered.
 * @throws {TypeError} When a pattern is none, which the policy's parser does not let through.
 */
export function judgeImage(text: string, rules: ImageRules): ImageVerdict {
  const parsed = parseImage(text);
  if (!parsed.ok) {
    const { fact, help } = parsed;
    return { allowed: false, fact, ...(help !== undefined && { help }) };
  }
  const { image } = parsed;
  const means = ({ value }: Sourced<string>) => {
    const parsed = parseImagePattern(value);
    if (!parsed.ok) throw new TypeError(`"${value}" is no pattern of images: ${parsed.fact}`);
    return matchesImage(parsed.pattern, image);
  };
  const denied = rules.deny.find(means);
  if (denied !== undefined) {
    return {
      allowed: false,
      fact: `the policy denies "${denied.value}"`,
      by: { rule: `${IMAGES}.deny`, source: denied.source },
    };
  }
  const closed = rules.allow.find((list) => !list.some(means));
  if (closed !== undefined) {
    const [first] = closed;
    if (first === undefined) throw new TypeError("A list of allowed images is empty");
    return {
      allowed: false,
      fact: `the policy allows only ${inWords(closed)}`,
      by: { rule: `${IMAGES}.allow`, source: first.source },
    };
  }
  if (rules.digestRequired !== undefined && image.digest === undefined) {
    return {
      allowed: false,
      fact: "the policy wants it named by its digest",
      help: `Write it as ${text}@sha256:… with the digest that "docker images --digests" shows`,
      by: { rule: `${IMAGES}.require-digest`, source: rules.digestRequired },
    };
  }
  return { allowed: true, image, name: imageName(image) };
}

const IMAGES = "bulkhead.containers.images";

/** Of a longer list, how many are shown. */
const SHOWN = 5;

function inWords(list: readonly Sourced<string>[]): string {
  const shown = list.slice(0, SHOWN).map((it) => `"${it.value}"`).join(", ");
  return list.length > SHOWN ? `${shown} and ${list.length - SHOWN} more` : shown;
}
