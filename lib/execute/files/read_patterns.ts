import { checkFileName } from "./check_file_name.ts";
import { FileRefusal } from "./file_refusal.ts";
import { readGlob } from "./read_glob.ts";

/** Which files of a directory are meant. */
export interface FilePatterns {
  /** Names without wildcards, relative to the directory. */
  readonly names: readonly string[];
  /** Whether the directory has to be looked through. */
  readonly isOpen: boolean;
  /** Whether a pattern names anything with a dot in front. */
  readonly namesHidden: boolean;
  /** Whether a pattern matches a relative path; a name is not looked at here. */
  matches(path: string): boolean;
}

/** A dot that a regular expression writes where a name begins. */
const WRITES_DOT = /(?:^|[/(|]|\(\?:|\/\)[?*+]?)(?:\\\.|\[\.\])/;

/** How one pattern sees a path. */
interface Pattern {
  readonly namesHidden: boolean;
  readonly matches: (path: string) => boolean;
}

/** The largest program that a regular expression may come to. */
const LARGEST = 10_000;

/**
 * Reads the `outputFiles` of a task: globs as Java's, `regex:…`, and plain names, relative to the
 * working directory.
 *
 * What begins with a dot, at any depth, is matched only where the pattern itself writes that dot:
 * `*` sweeps up no credentials (kestra#18958), which is stricter than Kestra. A regular expression
 * may also match the absolute path, as it does in Kestra.
 *
 * Everything is matched by RE2, in linear time: the pattern is the flow author's, and the names are
 * the script's.
 *
 * @param directory The working directory: an absolute path.
 * @throws {FileRefusal} When one cannot be read.
 */
export async function readPatterns(
  patterns: readonly string[],
  directory: string,
): Promise<FilePatterns> {
  const names: string[] = [];
  const open: Pattern[] = [];
  for (const text of patterns) {
    if (isGlob(text)) {
      open.push(await readPattern(text, directory));
      continue;
    }
    const checked = checkFileName(relativeTo(directory, text));
    if (!checked.ok) throw new FileRefusal(`Cannot use output file "${text}": ${checked.fact}`);
    names.push(checked.name);
  }
  return {
    names,
    isOpen: open.length > 0,
    namesHidden: open.some((it) => it.namesHidden),
    matches: (path) => open.some((it) => it.matches(path)),
  };
}

/** Whether a text is more than the name of a file. */
export function isGlob(text: string): boolean {
  return /[*?[{\\]|^(?:regex|glob):/.test(text);
}

function relativeTo(directory: string, text: string): string {
  if (text.startsWith(`${directory}/`)) return text.slice(directory.length + 1);
  // Kestra puts the working directory in front of what is absolute, too.
  return text.replace(/^\/+/, "");
}

async function readPattern(text: string, directory: string): Promise<Pattern> {
  const compile = await loadCompiler(text);
  if (text.startsWith("regex:")) {
    const source = text.slice("regex:".length);
    const matches = compile(source);
    const namesHidden = WRITES_DOT.test(source);
    return {
      namesHidden,
      matches: (path) =>
        (namesHidden || hiddenIn(path).length === 0) &&
        (matches(path) || matches(`${directory}/${path}`)),
    };
  }
  const relative = relativeTo(directory, text.replace(/^glob:/, "")).replace(/^(?:\.\/+)+/, "");
  const glob = readGlob(relative);
  if (!glob.ok) throw cannotUse(text, glob.fact);
  const ways = glob.alternatives.map((it) => ({
    matches: compile(it.path),
    hidden: it.hidden.map(compile),
  }));
  return {
    namesHidden: ways.some((it) => it.hidden.length > 0),
    matches: (path) =>
      ways.some((way) =>
        way.matches(path) &&
        hiddenIn(path).every((segment) => way.hidden.some((matches) => matches(segment)))
      ),
  };
}

/** The segments that begin with a dot. */
export function hiddenIn(path: string): readonly string[] {
  return path.split("/").filter((it) => it.startsWith("."));
}

/** Makes functions of regular expressions; whole texts must match, and `.` is any letter. */
async function loadCompiler(text: string): Promise<(source: string) => (path: string) => boolean> {
  const { RE2JS } = await import("re2js");
  return (source) => {
    try {
      const compiled = RE2JS.compile(source, RE2JS.DOTALL);
      if (compiled.programSize() > LARGEST) throw new Error("its repetitions come to too much");
      return (path) => compiled.testExact(path);
    } catch (error) {
      throw cannotUse(text, (error as Error).message);
    }
  };
}

function cannotUse(text: string, fact: string): FileRefusal {
  return new FileRefusal(`Cannot use pattern "${text}": ${fact}`);
}

/** Which files of a namespace are meant, as Kestra reads `include` and `exclude`. */
export interface NamespacePatterns {
  matches(path: string): boolean;
}

/**
 * Reads the `include` and `exclude` of namespace files. A pattern that begins with a letter or digit
 * matches at any depth, as in Kestra; no `include` is everything.
 *
 * @throws {FileRefusal} When one cannot be read.
 */
export async function readNamespacePatterns(
  include: readonly string[],
  exclude: readonly string[],
): Promise<NamespacePatterns> {
  const [included, excluded] = await Promise.all([include, exclude].map(readAll));
  return {
    matches: (path) =>
      (include.length === 0 || included!.some((it) => it(path))) &&
      !excluded!.some((it) => it(path)),
  };
}

async function readAll(
  patterns: readonly string[],
): Promise<readonly ((path: string) => boolean)[]> {
  const read: ((path: string) => boolean)[] = [];
  for (const text of patterns) {
    const compile = await loadCompiler(text);
    const sources = sourcesOf(text).map((it) => compile(it));
    read.push((path) => sources.some((it) => it(path) || it(`/${path}`)));
  }
  return read;
}

function sourcesOf(text: string): readonly string[] {
  if (text.startsWith("regex:")) return [text.slice("regex:".length)];
  const plain = text.replace(/^glob:/, "");
  const globs = plain === text && /^\w/.test(plain) ? [plain, `**/${plain}`] : [plain];
  return globs.flatMap((it) => {
    const glob = readGlob(it);
    if (!glob.ok) throw cannotUse(text, glob.fact);
    return glob.alternatives.map(({ path }) => path);
  });
}
