import type { KnownClass } from "../catalog/classes.ts";
import { TASK_PROPERTIES } from "../catalog/classes.ts";
import type {
  ChildCode,
  HostFacts,
  KernelRules,
  ModuleImport,
  Permissions,
  PluginModule,
  Policy,
  Program,
  Refusal,
  Task,
} from "../model/mod.ts";
import { keyOfPlace } from "../source/key_of_place.ts";
import { type ClosedPath } from "./closed_paths.ts";
import { closedToPlugins } from "./closed_to_plugins.ts";
import { denoArgv } from "./deno_argv.ts";
import { kernelRules } from "./kernel_rules.ts";
import { permissionsFor } from "./permissions.ts";
import { refuseImports } from "./refuse_imports.ts";
import { closedDirectory } from "./refuse_plugin_directories.ts";
import { hostRefusal, unsupportedKey } from "./refusals.ts";

/** What the tasks of an in-process class run as, or what this machine lacks for it. */
export type Child = { readonly refusal: Refusal } | RunnableChild;

/** A child as the executor needs it. */
export interface RunnableChild {
  readonly argv: readonly string[];
  readonly program: Program;
  readonly permissions: Permissions;
  readonly kernel?: KernelRules;
}

/** Who implements an in-process class. */
export type Implementation =
  | { readonly from: "catalog"; readonly known: Extract<KnownClass, { kind: "in-process" }> }
  | { readonly from: "plugin"; readonly plugin: PluginModule };

/**
 * Plans the Deno child of a class, the same for each of its tasks.
 *
 * Our own implementations get only what they need; the author's code, in an Eval or a plugin,
 * gets what the policy leaves.
 */
export function planChild(
  implementation: Implementation,
  spawn: "allowed" | "denied",
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
): Child {
  if (!host.runtime.found) return { refusal: hostRefusal(host.runtime.problem) };
  if (!host.childCode.found) return { refusal: hostRefusal(host.childCode.problem) };
  const { program, main, modules } = programOf(implementation, host.childCode.value);
  const theirs = program.kind !== "built-in";
  const permissions = permissionsFor(
    {
      files: theirs,
      net: theirs ||
        (implementation.from === "catalog" && implementation.known.needs.includes("net")),
      env: theirs,
      spawn: theirs && spawn === "allowed",
      modules,
    },
    policy,
    closed,
    host,
  );
  const memoryBytes = policy.limits.memoryBytes?.value;
  const argv = denoArgv({
    runtime: host.runtime.value.path,
    main,
    ...importMapOf(program, permissions, host.childCode.value),
    ...(memoryBytes !== undefined && { memoryBytes }),
  }, permissions);
  const kernel = host.kernel.found && kernelRules({
    runtime: host.runtime.value.path,
    code: host.childCode.value,
    permissions,
    transpiles: theirs,
    spawn: theirs && spawn === "allowed",
  }, host.kernel.value);
  return { argv, program, permissions, ...(kernel && { kernel }) };
}

/** Why a task may not run in process, for what it says or where its plugin lies. */
export function refuseInProcess(
  task: Task,
  implementation: Implementation,
  closed: readonly ClosedPath[],
  host: HostFacts,
): Refusal | undefined {
  const imports = scriptImports(task, host);
  return refuseKeys(task, implementation) ??
    refuseModule(task, implementation, closedToPlugins(closed, host)) ??
    (imports && refuseImports(imports, closed));
}

/** What the script of a task imports by name; `undefined` where that is nothing. */
export function scriptImports(
  { effective }: Task,
  host: HostFacts,
): readonly ModuleImport[] | undefined {
  const script = effective.entries.get("script")?.value;
  const texts = script?.kind === "list" ? script.items : script ? [script] : [];
  const found = texts.flatMap((it) => host.scriptImports.get(keyOfPlace(it.source)) ?? []);
  return found.length === 0 ? undefined : found;
}

/** A child whose class may not spawn is guarded, and its guard needs the map. */
function importMapOf(program: Program, { run }: Permissions, code: ChildCode) {
  if (program.kind === "built-in") return {};
  if (run.allow !== "all") return { importMap: code.guardedImportMap };
  return program.kind === "plugin" ? { importMap: code.importMap } : {};
}

function programOf(implementation: Implementation, code: ChildCode) {
  if (implementation.from === "plugin") {
    const { module, directory } = implementation.plugin;
    return {
      program: { kind: "plugin", module } as const,
      main: code.plugin,
      modules: [directory, ...code.modules],
    };
  }
  return implementation.known.program === "eval"
    ? { program: { kind: "eval" } as const, main: code.eval, modules: [] }
    : { program: { kind: "built-in" } as const, main: code.builtIn, modules: [] };
}

function refuseKeys(task: Task, implementation: Implementation): Refusal | undefined {
  const own = implementation.from === "catalog"
    ? implementation.known.properties
    : implementation.plugin.properties;
  if (own === undefined) return undefined;
  return unsupportedKey(task, [...TASK_PROPERTIES, ...own]);
}

function refuseModule(
  task: Task,
  implementation: Implementation,
  closed: readonly ClosedPath[],
): Refusal | undefined {
  if (implementation.from !== "plugin") return undefined;
  const { directory } = implementation.plugin;
  const found = closedDirectory(directory, closed);
  return found && {
    code: "plan/plugin-forbidden",
    message: `Cannot load class "${task.type.value}" from "${directory}": ${found.fact}`,
    by: "policy",
    source: found.by.source,
    related: [{ message: "used here", at: task.type.source }],
    help: found.help,
  };
}
