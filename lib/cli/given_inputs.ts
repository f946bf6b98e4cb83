import { parseYaml, toPlain } from "../source/mod.ts";
import { type Io, UsageError } from "./command.ts";
import { readText } from "./read_text.ts";

/** What a command line gives for inputs, before anybody knows what the flow asks for. */
export interface GivenInputs {
  /** `--inputs FILE`, typed as YAML has it. */
  readonly typed: Readonly<Record<string, unknown>>;
  /** `-i NAME=TEXT`, the last of each name. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Reads `--inputs FILE` and the pairs of `-i`.
 *
 * @throws {UsageError} For what is no map, or no pair.
 */
export async function readGivenInputs(
  io: Io,
  file: string | undefined,
  pairs: readonly string[],
): Promise<GivenInputs> {
  let typed: Record<string, unknown> = {};
  if (file !== undefined) {
    const root = parseYaml(await readText(io, file, "flow"), file);
    if (root?.kind !== "map") {
      throw new UsageError(`Cannot use inputs of "${file}": expected a map of names and values`);
    }
    typed = toPlain(root);
  }
  const texts = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw new UsageError(`Cannot use input "${pair}": expected name=value`);
    texts.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return { typed, texts };
}
