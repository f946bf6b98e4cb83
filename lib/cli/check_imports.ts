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
import {
  moduleReader,
  refusePluginDirectories,
  refusePluginImports,
  scriptPlace,
} from "../plan/mod.ts";
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
  /** The imports of scripts, for the plan to judge, by `keyOfPlace()`. */
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
  const scripts = tasks.flatMap((it) => scriptsOf(it, policy))
    .filter((it) => LOADS.test(String(it.text.value)));
  if (!runtime.found || !childCode.found || plugins.length + scripts.length === 0) {
    return { scriptImports: new Map(), modulesRead: new Map() };
  }
  await using scratch = await makeScratchDirectory(io.env);
  const launcher = openLauncher(host.kernel);
  using _launcher = launcher;
  const read = await readImports(
    {
      modules: plugins.map((it) => it.module),
      directories,
      scripts: textsOf(scripts, "eval"),
      scriptModules: textsOf(scripts, "module"),
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
    scriptImports: await importsOfScripts(io, scripts, read, {
      eval: (it) => resolveImport(it, childCode.value.eval),
      module: await workspaceResolver(host),
    }),
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

function textsOf(scripts: readonly Script[], kind: Script["kind"]): readonly string[] {
  return [...new Set(scripts.filter((it) => it.kind === kind).map((it) => String(it.text.value)))];
}

/** Finds out where an import leads. */
type Resolve = (specifier: string) => Promise<ModuleImport["leadsTo"]>;

/**
 * Resolves what the script of a task imports, which will lie in a workspace that is not there yet.
 * What lies in it as well is the task's own; and the names of Node's modules are known to it.
 */
async function workspaceResolver({ workspaceRoot }: HostFacts): Promise<Resolve> {
  const { builtinModules } = await import("node:module");
  const workspace = `${workspaceRoot}/execution/slot/task-run`;
  return async (specifier) => {
    if (builtinModules.includes(specifier)) return { kind: "own" };
    const leadsTo = await resolveImport(specifier, `${workspace}/script`, []);
    return leadsTo.kind === "file" && isWithin(workspace, leadsTo.path) ? { kind: "own" } : leadsTo;
  };
}

async function importsOfScripts(
  io: Io,
  scripts: readonly Script[],
  read: ImportsRead,
  resolve: Readonly<Record<Script["kind"], Resolve>>,
): Promise<HostFacts["scriptImports"]> {
  const lines = new Map<string, readonly string[]>();
  const found = new Map<string, readonly ModuleImport[]>();
  const problems: Diagnostic[] = [];
  for (const { kind, text: { value, source } } of scripts) {
    const key = keyOfPlace(source);
    if (found.has(key)) continue; // another alias of the same
    const text = String(value);
    const imports = (kind === "eval" ? read.scripts : read.scriptModules).get(text) ?? [];
    if (imports.length > MAX_IMPORTS) {
      problems.push(tooMany(source));
      continue;
    }
    const { file } = source;
    if (!lines.has(file)) lines.set(file, (io.texts.get(file) ?? "").split(/\r?\n/));
    const place = placesInScalar(lines.get(file)!, source, text);
    found.set(
      key,
      await Promise.all(imports.map(async ({ specifier, isDynamic, line, character }) => ({
        specifier,
        isDynamic,
        leadsTo: await resolve[kind](specifier),
        source: place(line, character),
      }))),
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

/** A text of an author's that runs in process. */
interface Script {
  readonly text: LocatedScalar;
  readonly kind: "eval" | "module";
}

/** The scripts of a task that are run in process. */
function scriptsOf(task: Task, policy: Policy): readonly Script[] {
  const known = classOf(task.type.value);
  const script = task.effective.entries.get("script")?.value;
  if (known?.notRun !== undefined) return [];
  if (known?.kind === "in-process" && known.program === "eval") {
    return script?.kind === "scalar" ? [{ text: script, kind: "eval" }] : [];
  }
  if (known?.kind !== "script" || scriptPlace(task, policy).kind !== "child") return [];
  const texts = script?.kind === "list" ? script.items : script ? [script] : [];
  return texts.flatMap((it) => it.kind === "scalar" ? [{ text: it, kind: "module" }] : []);
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
