import { type ImageVerdict, judgeImage } from "../../container/mod.ts";
import type { ContainerProgram } from "../../model/mod.ts";

/**
 * Looks again at what a plan could not know, or what may have changed since it was made: the image
 * that an expression came to, and where the paths lead that are mounted.
 *
 * An engine follows links in the source of a mount, so a source that is no real path any more would
 * be another than the one that was judged.
 *
 * @returns The image as engines are told it, or why there is no container.
 */
export async function judgeRendered(
  { images, spec }: Pick<ContainerProgram, "images" | "spec">,
  image: string,
): Promise<{ readonly image: string } | { readonly fact: string }> {
  const verdict = judgeImage(image, images);
  if (!verdict.allowed) {
    return { fact: `Cannot use image ${JSON.stringify(image)}: ${whyNot(verdict)}` };
  }
  for (const it of spec.mounts) {
    if (it.type !== "bind" || !it.source.startsWith("/")) continue;
    const real = await Deno.realPath(it.source).catch(() => undefined);
    if (real === it.source) continue;
    return {
      fact: `Cannot mount "${it.source}": ${
        real === undefined ? "it is not there" : `it leads to "${real}" now`
      }`,
    };
  }
  return { image: verdict.name };
}

/** The fact, and where the policy says so. */
function whyNot({ fact, by }: Extract<ImageVerdict, { readonly allowed: false }>): string {
  if (by === undefined) return fact;
  const { file, line, column } = by.source;
  return `${fact} (${by.rule}, ${file}:${line}:${column})`;
}
