import { classOf } from "../catalog/classes.ts";
import { openLauncher, readImports } from "../execute/mod.ts";
import { makeSelfTestDirectory, type PluginFile, resolveImport } from "../host/mod.ts";
import {
  type Diagnostic,
  type HostFacts,
  type LocatedScalar,
  type ModuleImport,
  type Policy,
  StageError,
  type Task,
} from "../model/mod.ts";
import { moduleReader, refusePluginDirectories, refusePluginImports } from "../plan/mod.ts";
import { keyOfPlace, placeInScalar } from "../source/mod.ts";
import type { Io } from "./command.ts";

/** What could load something when it is run. */
const LOADS = /\b(?:import|require)\b/;

/** What is to be looked at before it is run. */
export interface ImportCheck {
  readonly plugins: readonly PluginFile[];
  readonly tasks: readonly Task[];
  readonly policy: Policy;
  readonly host: HostFacts;
}

/**
 * The pre-flight layer: reads what plugins and Evals import by name, before anything of them runs.
 *
 * @returns The imports of the Evals' scripts, for the plan to judge, by `keyOfPlace()`.
 * @throws {StageError} When a plugin imports what it may not: its module would be loaded to ask it
 * for its class, so nothing may start.
 */
export async function checkImports(
  io: Io,
  { plugins, tasks, policy, host }: ImportCheck,
): Promise<HostFacts["scriptImports"]> {
  const directories = [...new Set(plugins.map((it) => it.directory))];
  const closed = refusePluginDirectories(directories, policy, host);
  if (closed.length > 0) throw new StageError(closed, "refused");
  const { runtime, childCode } = host;
  const scripts = tasks.flatMap(scriptsOf).filter((it) => LOADS.test(String(it.value)));
  if (!runtime.found || !childCode.found || plugins.length + scripts.length === 0) {
    return new Map();
  }
  await using scratch = await makeSelfTestDirectory(io.env);
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
  const problems: Diagnostic[] = [];
  for (const [module, written] of read.modules) {
    const imports = await Promise.all(written.map(async (it): Promise<ModuleImport> => ({
      specifier: it.specifier,
      leadsTo: await resolveImport(it.specifier, module),
      source: { file: module, line: it.line + 1, column: it.character + 1 },
    })));
    const found = refusePluginImports(imports, policy, host, directories);
    if (found.length > 0) await remember(io, module);
    problems.push(...found);
  }
  if (problems.length > 0) throw new StageError(problems, "refused");
  const found = new Map<string, readonly ModuleImport[]>();
  for (const { value, source } of scripts) {
    const text = String(value);
    const file = io.texts.get(source.file) ?? "";
    const imports = (read.scripts.get(text) ?? []).map(async (it): Promise<ModuleImport> => ({
      specifier: it.specifier,
      leadsTo: await resolveImport(it.specifier, childCode.value.eval),
      source: placeInScalar(file, source, text, it.line, it.character),
    }));
    found.set(keyOfPlace(source), await Promise.all(imports));
  }
  return found;
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

/** For a code frame. */
async function remember(io: Io, module: string): Promise<void> {
  try {
    io.texts.set(module, new TextDecoder().decode(await io.readFile(module)));
  } catch {
    // The place alone has to do.
  }
}
