import { createTwoFilesPatch } from "diff";
import { writeWhole } from "../bundle/mod.ts";
import { applyFixes } from "../check/lint/apply_fixes.ts";
import { type Fix, StageError } from "../model/mod.ts";
import { parseYaml } from "../source/mod.ts";
import type { CheckedFile } from "./check_paths.ts";
import type { CommandIo } from "./command.ts";
import { unwritableFact } from "./unwritable_fact.ts";

/** What became of files that could be mended. */
export interface FixedFiles {
  /** What is changed, as one patch for `patch -p0`. */
  readonly patch: string;
  /** Whether a file was written. */
  readonly wrote: boolean;
}

/**
 * Mends what can be mended in files; of what, it says a line each.
 *
 * A file is written whole or not at all, with its mode and its owner, and through links to it. One that could not be
 * read as YAML afterwards is left as it is, and so is standard input.
 *
 * @param dryRun Writes nothing.
 * @throws {StageError} `host`, when a file cannot be written.
 */
export async function fixFiles(
  io: CommandIo,
  files: readonly CheckedFile[],
  dryRun: boolean,
): Promise<FixedFiles> {
  const fixes = files.flatMap((it) => it.diagnostics.flatMap(({ fix }) => fix ?? []));
  const byFile = Map.groupBy(
    // A change of several files at once is nobody's yet, and would be half-made by one of them.
    fixes.filter(({ edits }) => edits.every((it) => it.at.file === edits[0]!.at.file)),
    (it) => it.edits[0]!.at.file,
  );
  let patch = "";
  let wrote = false;
  for (const [file, found] of byFile) {
    const text = io.texts.get(file);
    if (text === undefined || file === "-") continue;
    const { text: fixed, applied } = applyFixes(text, unique(found));
    if (fixed === text || !isYaml(fixed, file)) continue;
    patch += createTwoFilesPatch(file, file, text, fixed, "", "", { context: 3 })
      .replace(/^Index:.*\n=+\n/, "");
    if (dryRun) continue;
    await write(file, text, fixed);
    wrote = true;
    for (const { title } of applied) io.log.note("check/fixed", `${file}: ${title}`);
  }
  return { patch, wrote };
}

/** Two findings may have one way out. */
function unique(fixes: readonly Fix[]): readonly Fix[] {
  return [...new Map(fixes.map((it) => [JSON.stringify(it.edits), it])).values()];
}

function isYaml(text: string, file: string): boolean {
  try {
    parseYaml(text, file);
    return true;
  } catch (error) {
    if (error instanceof StageError) return false;
    throw error;
  }
}

async function write(file: string, old: string, fixed: string): Promise<void> {
  try {
    const real = await Deno.realPath(file);
    const { mode, uid, gid } = await Deno.stat(real);
    const before = await Deno.readFile(real);
    const bom = before[0] === 0xef && before[1] === 0xbb && before[2] === 0xbf;
    const now = new TextDecoder().decode(before);
    // What somebody wrote meanwhile is not lost.
    if (now !== old.replace(/^\ufeff/, "")) {
      throw new StageError([{
        code: "check/changed",
        severity: "error",
        message: `Cannot mend "${file}": it was changed while it was checked`,
      }], "host");
    }
    const text = fixed.replace(/^\ufeff/, "");
    const bytes = new TextEncoder().encode(bom ? `\ufeff${text}` : text);
    await writeWhole(real, bytes, (mode ?? 0o644) & 0o7777);
    // Whoever may give files away mends those of others.
    if (Deno.uid() === 0) await Deno.chown(real, uid, gid);
  } catch (cause) {
    if (cause instanceof StageError) throw cause;
    throw new StageError(
      [{
        code: "check/unwritable",
        severity: "error",
        message: `Cannot mend "${file}": ${unwritableFact(cause)}`,
      }],
      "host",
      { cause },
    );
  }
}
