import { type Policy, StageError } from "../model/mod.ts";
import { type ParsedFile, parseFile } from "./check_file.ts";
import type { Io } from "./command.ts";
import { makeHaste } from "./make_haste.ts";
import { listYamlFiles } from "./list_yaml_files.ts";
import { readText } from "./read_text.ts";
import type { TextOfFile } from "./yaml_protocol.ts";
import { readableTexts } from "./yaml_threads.ts";

/** How many files are looked at together. */
const BATCH = 100;
/** How many files are read at a time. */
const AT_ONCE = 16;

/** So many files make more garbage than the program is built for. */
const MANY = 50;

/**
 * Reads files, and those below directories, and says what the parsers say of each.
 *
 * @param policy Puts its defaults and rules into flows.
 * @param look Looks at files that follow each other, while others are being read: at each file once, in
 * their order.
 * @returns In the order of the paths; what cannot be read is told there too.
 */
export async function parseFiles(
  io: Io,
  paths: readonly string[],
  policy: Policy | undefined,
  look: (files: readonly ParsedFile[]) => void,
): Promise<readonly ParsedFile[]> {
  const files: (string | ParsedFile)[] = [];
  for (const path of paths) files.push(...await filesOf(path));
  if (files.length >= MANY) await makeHaste();
  const read: (TextOfFile | ParsedFile)[] = [];
  for (let i = 0; i < files.length; i += AT_ONCE) {
    read.push(...await Promise.all(files.slice(i, i + AT_ONCE).map((it) => readOne(io, it))));
  }
  const texts = read.filter((it): it is TextOfFile => "text" in it);
  const known = new Map<TextOfFile, ParsedFile>();
  const parsed: ParsedFile[] = [];
  let looked = 0;
  for await (const { of, root } of readableTexts(texts)) {
    known.set(of, await parseFile(of, root, policy));
    // They come in no order, and are told in theirs.
    for (let next = read[parsed.length]; next !== undefined; next = read[parsed.length]) {
      const it = "text" in next ? known.get(next) : next;
      if (it === undefined) break;
      parsed.push(it);
    }
    for (; parsed.length >= looked + BATCH; looked += BATCH) {
      look(parsed.slice(looked, looked + BATCH));
    }
  }
  parsed.push(...read.slice(parsed.length).map((it) => "text" in it ? known.get(it)! : it));
  for (; looked < parsed.length; looked += BATCH) look(parsed.slice(looked, looked + BATCH));
  return parsed;
}

async function filesOf(path: string): Promise<readonly (string | ParsedFile)[]> {
  const problem = (fact: string): readonly ParsedFile[] => [{
    file: path,
    kind: "unknown",
    diagnostics: [{
      code: "check/unreadable",
      severity: "error",
      message: `Cannot check "${path}": ${fact}`,
    }],
  }];
  try {
    const files = await listYamlFiles(path);
    return files.length > 0 ? files : problem("it holds no .yaml or .yml file");
  } catch (error) {
    return problem(
      error instanceof Deno.errors.PermissionDenied
        ? "permission denied"
        : (error as Error).message.replace(/ \(os error \d+\).*$/, ""),
    );
  }
}

async function readOne(
  io: Io,
  file: string | ParsedFile,
): Promise<TextOfFile | ParsedFile> {
  if (typeof file !== "string") return file;
  try {
    return { file, text: await readText(io, file, "file") };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return { file, kind: "unknown", diagnostics: error.diagnostics };
  }
}
