import { classOf } from "../catalog/classes.ts";
import { type ImportsRead, openLauncher, readImports, type WrittenImport } from "../execute/mod.ts";
import { makeScratchDirectory, type PluginFile, resolveImport } from "../host/mod.ts";
import {
  type Diagnostic,
  type HostFacts,
  type LocatedScalar,
  type ModuleImport,
  type Policy,
  type Source,
  StageError,
  type Task,
} from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { moduleReader, refusePluginDirectories, refusePluginImports } from "../plan/mod.ts";
import { keyOfPlace, placesInScalar, utf16Column } from "../source/mod.ts";
import type { Io } from "./command.ts";

/** What could load something when it is run. */
const LOADS = /\b(?:import|require)\b/;
/** Nobody writes so many; each is looked up on the disk. */
const MAX_IMPORTS = 1_000;

/** What is to be looked at before it is run. */
export interface ImportCheck {
  readonly plugins: readonly PluginFile[];
  readonly tasks: readonly Task[];
  readonly policy: Policy;
  readonly host: HostFacts;
}

/** What was read. */
export interface ImportsChecked {
  /** The imports of the Evals' scripts, for the plan to judge, by `keyOfPlace()`. */
  readonly scriptImports: HostFacts["scriptImports"];
  /** How many modules were read and found in order, by the plugins' directory. */
  readonly modulesRead: ReadonlyMap<string, number>;
}

/**
 * The pre-flight layer: reads what plugins and Evals import by name, before anything of them runs.
 *
 * @throws {StageError} When a plugin imports what it may not: its module would be loaded to ask it
 * for its class, so nothing may start.
 */
export async function checkImports(
  io: Io,
  { plugins, tasks, policy, host }: ImportCheck,
): Promise<ImportsChecked> {
  const directories = [...new Set(plugins.map((it) => it.directory))];
  refuse(refusePluginDirectories(directories, policy, host));
  const { runtime, childCode } = host;
  const scripts = tasks.flatMap(scriptsOf).filter((it) => LOADS.test(String(it.value)));
  if (!runtime.found || !childCode.found || plugins.length + scripts.length === 0) {
    return { scriptImports: new Map(), modulesRead: new Map() };
  }
  await using scratch = await makeScratchDirectory(io.env);
  using launcher = openLauncher(host.kernel);
  const read = await readImports(
    {
      modules: plugins.map((it) => it.module),
      directories,
      scripts: [...new Set(scripts.map((it) => String(it.value)))],
    },
    scratch.path,
    (root, importMap) =>
      moduleReader(runtime.value, childCode.value, host, {
        root,
        importMap,
        read: [...directories, scratch.path],
      }),
    launcher,
    io.signal,
  );
  await checkPlugins(io, read.modules, directories, { policy, host });
  const modules = [...read.modules.keys()];
  return {
    scriptImports: await importsOfScripts(io, scripts, read.scripts, childCode.value.eval),
    modulesRead: new Map(directories.map((directory) => [
      directory,
      modules.filter((it) => isWithin(directory, it)).length,
    ])),
  };
}

async function checkPlugins(
  io: Io,
  modules: ImportsRead["modules"],
  directories: readonly string[],
  { policy, host }: Pick<ImportCheck, "policy" | "host">,
): Promise<void> {
  const imports = new Map<string, readonly ModuleImport[]>();
  for (const [module, written] of modules) {
    const source = ({ line, character }: WrittenImport) => ({
      file: module,
      line: line + 1,
      column: character + 1,
    });
    imports.set(module, await Promise.all(written.map((it) => resolved(it, module, source(it)))));
  }
  const problems = refusePluginImports(imports, directories, policy, host);
  const lines = new Map<string, readonly string[]>();
  for (const file of new Set(problems.flatMap((it) => it.at?.file ?? []))) {
    lines.set(file, await remember(io, file));
  }
  refuse(problems.map(({ at, ...rest }) => ({
    ...rest,
    ...(at && {
      at: {
        ...at,
        column: utf16Column(lines.get(at.file)?.[at.line - 1] ?? "", at.column - 1) + 1,
      },
    }),
  })));
}

async function importsOfScripts(
  io: Io,
  scripts: readonly LocatedScalar[],
  written: ImportsRead["scripts"],
  from: string,
): Promise<HostFacts["scriptImports"]> {
  const lines = new Map<string, readonly string[]>();
  const found = new Map<string, readonly ModuleImport[]>();
  const problems: Diagnostic[] = [];
  for (const { value, source } of scripts) {
    const key = keyOfPlace(source);
    if (found.has(key)) continue; // another alias of the same
    const text = String(value);
    const imports = written.get(text) ?? [];
    if (imports.length > MAX_IMPORTS) {
      problems.push(tooMany(source));
      continue;
    }
    const { file } = source;
    if (!lines.has(file)) lines.set(file, (io.texts.get(file) ?? "").split(/\r?\n/));
    const place = placesInScalar(lines.get(file)!, source, text);
    found.set(
      key,
      await Promise.all(
        imports.map((it) => resolved(it, from, place(it.line, it.character))),
      ),
    );
  }
  refuse(problems);
  return found;
}

async function resolved(
  { specifier, isDynamic }: WrittenImport,
  from: string,
  source: Source,
): Promise<ModuleImport> {
  return { specifier, isDynamic, leadsTo: await resolveImport(specifier, from), source };
}

function refuse(problems: readonly Diagnostic[]): void {
  if (problems.length > 0) throw new StageError(problems, "refused");
}

function tooMany(at: Source): Diagnostic {
  return {
    code: "preflight/too-many-imports",
    severity: "error",
    message: `Cannot read what this script imports: it names more than ${MAX_IMPORTS} modules`,
    at,
    help: "What cannot be read beforehand is not run",
  };
}

/** The scripts of a task that are run in process, and of those inside of it. */
function scriptsOf({ type, effective, children }: Task): readonly LocatedScalar[] {
  const known = classOf(type.value);
  const script = effective.entries.get("script")?.value;
  const own = known?.kind === "in-process" && known.notRun === undefined &&
      known.program === "eval" && script?.kind === "scalar"
    ? [script]
    : [];
  return [...own, ...children.flatMap(scriptsOf)];
}

/**
 * Keeps a module's text for a code frame.
 *
 * @returns Its lines; none where it is no text, as WebAssembly.
 */
async function remember(io: Io, module: string): Promise<readonly string[]> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await io.readFile(module));
    if (text.includes("\0")) return [];
    io.texts.set(module, text);
    return text.split("\n");
  } catch {
    return []; // The place alone has to do.
  }
}
