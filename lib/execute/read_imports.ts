import * as z from "zod/mini";
import { type HarnessChild, StageError } from "../model/mod.ts";
import type { Launcher } from "./launcher.ts";
import { CHILD_ENV } from "./run_child.ts";
import { scanImports } from "../source/mod.ts";
import { startProcess } from "./start_process.ts";
import { randomId } from "./workspace.ts";
import type { WrittenImport } from "../source/mod.ts";

/** What is to be read. */
export interface ImportQuestion {
  /** Absolute, real paths of modules. */
  readonly modules: readonly string[];
  /** The directories that they, and what they import, may lie in. */
  readonly directories: readonly string[];
  /** Texts of Evals: the body of an async function, in JavaScript or TypeScript. */
  readonly scripts: readonly string[];
  /** Texts of script tasks: modules, or CommonJS. */
  readonly scriptModules: readonly string[];
}

/** What is written in each of them, and in each module they import from the same directories. */
export interface ImportsRead {
  readonly modules: ReadonlyMap<string, readonly WrittenImport[]>;
  readonly scripts: ReadonlyMap<string, readonly WrittenImport[]>;
  readonly scriptModules: ReadonlyMap<string, readonly WrittenImport[]>;
}

/** A graph that is not read in this time is refused. */
const PATIENCE_MS = 10_000;
/** So is one that takes more to describe. */
const MAX_ANSWER = 20_000_000;

const Span = z.object({ start: z.object({ line: z.number(), character: z.number() }) });
const Dependency = z.object({
  specifier: z.string(),
  isDynamic: z._default(z.boolean(), false),
  code: z.optional(z.object({ span: Span })),
  type: z.optional(z.object({ span: z.optional(Span) })),
});
const Graph = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    dependencies: z._default(z.array(Dependency), []),
    error: z.optional(z.string()),
  })),
});

type GraphModule = z.infer<typeof Graph>["modules"][number];

/** What a script is wrapped in, to be read as what it will be: the body of an async function. */
const WRAPPED: Wrapping = { before: "async () => {\n", after: "\n}\n", lines: 1 };
const BARE: Wrapping = { before: "", after: "", lines: 0 };

interface Wrapping {
  readonly before: string;
  readonly after: string;
  /** Before its first line. */
  readonly lines: number;
}

/** A text, where it is laid to be read. */
interface LaidText {
  readonly text: string;
  readonly path: string;
  readonly wrapping: Wrapping;
}

/**
 * Reads the static module graphs of plugins and scripts, by `deno info` of the children's runtime.
 * Runs nothing of them.
 *
 * Only the given directories are read: an import map leads every other file to where nothing is, so
 * that neither a device nor somebody's secret is opened to find out what it imports.
 *
 * @param directory An empty directory of the harness's own.
 * @param readerFor The command line that reads one module with an import map.
 * @throws {StageError} When the graph cannot be read: what is not read is not run.
 */
export async function readImports(
  question: ImportQuestion,
  directory: string,
  readerFor: (root: string, importMap: string) => HarnessChild,
  launcher: Launcher,
  signal: AbortSignal,
): Promise<ImportsRead> {
  const { modules, scripts, scriptModules } = question;
  if (modules.length + scripts.length + scriptModules.length === 0) {
    return { modules: new Map(), scripts: new Map(), scriptModules: new Map() };
  }
  const laid = (texts: readonly string[], name: string, wrapping: Wrapping) =>
    texts.map((text, i): LaidText => ({ text, path: `${directory}/${name}_${i}.ts`, wrapping }));
  const evals = laid(scripts, "script", WRAPPED);
  const taskModules = laid(scriptModules, "module", BARE);
  const files = [...evals, ...taskModules];
  for (const { path, text, wrapping } of files) {
    await Deno.writeTextFile(path, `${wrapping.before}${text}${wrapping.after}`);
  }
  const root = `${directory}/root.mjs`;
  const all = [...modules, ...files.map((it) => it.path)];
  await Deno.writeTextFile(
    root,
    all.map((it) => `import ${JSON.stringify(toUrl(it))};\n`).join(""),
  );
  const importMap = `${directory}/import_map.json`;
  await Deno.writeTextFile(importMap, importMapOf([...question.directories, directory]));
  const graph = await readGraph(readerFor(root, importMap), launcher, signal);
  const byUrl = new Map(graph.map((it) => [it.specifier, it]));
  return {
    modules: new Map(
      graph.filter((it) => isIn(question.directories, it.specifier)).map((it) => [
        fromUrl(it.specifier),
        importsOf(it, byUrl, { types: false }),
      ]),
    ),
    scripts: new Map(evals.map((it) => [it.text, inScript(it, byUrl)])),
    scriptModules: new Map(taskModules.map((it) => [it.text, inScript(it, byUrl)])),
  };
}

/**
 * What a script imports, whichever way it will be read: what is a type in TypeScript may be a call
 * in JavaScript, which comes first. A name that is still to be rendered is Deno's to check.
 */
function inScript(
  { text, path, wrapping }: LaidText,
  byUrl: ReadonlyMap<string, GraphModule>,
): readonly WrittenImport[] {
  const module = byUrl.get(toUrl(path));
  const written = module === undefined || module.error !== undefined
    ? scanImports(text)
    : importsOf(module, byUrl, { types: true })
      .map((it) => ({ ...it, line: it.line - wrapping.lines }));
  return written.filter((it) => !/\{[{%#]/.test(it.specifier));
}

/** Files of other places do not exist for the reader. */
function importMapOf(directories: readonly string[]): string {
  const imports = Object.fromEntries(
    directories.map((it) => [`${toUrl(it)}/`, `${toUrl(it)}/`]),
  );
  return JSON.stringify({ imports: { "file:///": "file:///nonexistent/bulkhead/", ...imports } });
}

async function readGraph(
  { argv, kernel }: HarnessChild,
  launcher: Launcher,
  signal: AbortSignal,
): Promise<readonly GraphModule[]> {
  const said = { stdout: [] as string[], stderr: [] as string[], length: 0 };
  const { ending } = await startProcess({
    argv,
    spawn: launcher.under(kernel),
    env: CHILD_ENV,
    cwd: "/",
    stdin: "",
    mark: randomId(),
    limits: {},
    timeoutMs: PATIENCE_MS,
    signal,
    onLine: (from, { text }) => {
      said.length += text.length;
      if (said.length <= MAX_ANSWER) said[from].push(text);
    },
  });
  const fact = ending.kind === "timed-out"
    ? `it takes longer than ${PATIENCE_MS} ms`
    : said.length > MAX_ANSWER
    ? "there is too much of it"
    : ending.kind === "not-started"
    ? `the runtime does not start: ${ending.reason}`
    : ending.kind !== "exited" || ending.code !== 0
    ? said.stderr[0] ?? `the runtime ended (${ending.kind})`
    : undefined;
  const graph = fact === undefined ? parsed(said.stdout.join("\n")) : undefined;
  if (graph !== undefined) return graph;
  throw new StageError([{
    code: "preflight/unread",
    severity: "error",
    message: `Cannot read what plugins and scripts import: ${fact ?? "the answer is no graph"}`,
    help: "What cannot be read beforehand is not run",
  }], "refused");
}

function parsed(text: string): readonly GraphModule[] | undefined {
  try {
    return Graph.parse(JSON.parse(text)).modules;
  } catch {
    return undefined;
  }
}

/**
 * What a module imports, and what is imported by the `data:` modules that it is the author of.
 *
 * @param types Whether to tell imports of types as well, for which nothing is loaded.
 */
function importsOf(
  module: GraphModule,
  byUrl: ReadonlyMap<string, GraphModule>,
  { types }: { readonly types: boolean },
  seen: ReadonlySet<string> = new Set(),
): readonly WrittenImport[] {
  return module.dependencies.flatMap(({ specifier, code, type, isDynamic }) => {
    const span = code?.span ?? (types ? type?.span : undefined);
    if (span === undefined) return [];
    const { line, character } = span.start;
    const inner = specifier.startsWith("data:") && !seen.has(specifier)
      ? byUrl.get(specifier) ?? byUrl.get(URL.parse(specifier)?.href ?? "")
      : undefined;
    const within = inner ? importsOf(inner, byUrl, { types }, new Set([...seen, specifier])) : [];
    return [
      { specifier, isDynamic, line, character },
      ...within.map((it) => ({ ...it, isDynamic: isDynamic || it.isDynamic, line, character })),
    ];
  });
}

function isIn(directories: readonly string[], url: string): boolean {
  return directories.some((it) => url.startsWith(`${toUrl(it)}/`));
}

function toUrl(path: string): string {
  return `file://${path.split("/").map(encodeURIComponent).join("/")}`;
}

function fromUrl(url: string): string {
  return decodeURIComponent(new URL(url).pathname);
}
