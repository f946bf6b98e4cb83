import type { Diagnostic, HostFacts, ModuleImport, Policy, Refusal } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { type ClosedPath, closedPaths } from "./closed_paths.ts";
import { closedToPlugins } from "./closed_to_plugins.ts";
import { permissionsFor } from "./permissions.ts";

/** What plugins import, by module: every file of their directories that is loaded, or may be. */
export type PluginImports = ReadonlyMap<string, readonly ModuleImport[]>;

/**
 * What plugins import that they may not; each import is told, at its place.
 *
 * Beside what no task may import this is what lies outside of a plugin's directory: with its
 * module, because the child that asks for its class reads nothing else; when it runs, unless the
 * policy lets it be read. And what lies inside and was not read, whatever the reason.
 *
 * @param directories Of plugins; real paths.
 */
export function refusePluginImports(
  modules: PluginImports,
  directories: readonly string[],
  policy: Policy,
  host: HostFacts,
): readonly Diagnostic[] {
  const closed = closedPaths(policy, host);
  const readable = readablePaths(policy, closed, host);
  const closedHere = closedToPlugins(closed, host);
  return [...modules].flatMap(([module, imports]) => {
    const own = directories.filter((it) => isWithin(it, module));
    return imports.flatMap((it) => {
      const refusal = refuseImport(it, closedHere) ?? refuseOutside(it, own, readable) ??
        refuseUnread(it, own, modules);
      if (refusal === undefined) return [];
      const { code, message, related, help } = refusal;
      return [{
        code,
        severity: "error",
        message,
        at: it.source,
        ...(related && { related }),
        ...(help !== undefined && { help }),
      }];
    });
  });
}

/** Whose code imports: what helps is not the same. */
type Importer = "plugin" | "script";

const HELP: Readonly<Record<Importer, Readonly<Record<"remote" | "unknown" | "file", string>>>> = {
  plugin: {
    remote: "Put the module into the plugin's directory",
    unknown: 'By name there are "zod", "bulkhead" and Node\'s modules ("node:path")',
    file: "Import from the plugin's own directory",
  },
  script: {
    remote: "Give the module to the task with inputFiles, or have it run in a container",
    unknown: 'By name there are Node\'s modules ("node:path"); give others with inputFiles',
    file: "Import from the workspace, and what the policy lets be read",
  },
};

/**
 * Refuses the first import that leads to a closed path, to another machine, or to nothing that
 * children have.
 *
 * Deno does not check what the main module's graph imports by name, so it is looked at before
 * anything is started.
 */
export function refuseImports(
  imports: readonly ModuleImport[],
  closed: readonly ClosedPath[],
  by: Importer = "plugin",
): Refusal | undefined {
  for (const it of imports) {
    const refusal = refuseImport(it, closed, by);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** What the policy lets a task's own code read, without its workspace and its plugin. */
function readablePaths(
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
): readonly string[] {
  const ask = { files: true, net: false, env: false, spawn: false, modules: [] };
  const { allow } = permissionsFor(ask, policy, closed, host).read;
  return allow === "all" ? [] : allow;
}

type PlacedRefusal = Refusal & { readonly source: ModuleImport["source"] };

function refuseImport(
  { specifier, leadsTo, source }: ModuleImport,
  closed: readonly ClosedPath[],
  by: Importer = "plugin",
): PlacedRefusal | undefined {
  const cannot = `Cannot import "${specifier}"`;
  switch (leadsTo.kind) {
    case "own":
      return undefined;
    case "remote":
      return {
        code: "preflight/remote-import",
        message: `${cannot}: code of other machines is imported by no task`,
        by: "policy",
        source,
        help: HELP[by].remote,
      };
    case "unknown":
      return {
        code: "preflight/unknown-import",
        message: `${cannot}: there is no module of that name here`,
        by: "policy",
        source,
        help: HELP[by].unknown,
      };
    case "ambiguous":
      return {
        code: "preflight/ambiguous-import",
        message: `${cannot}: ${leadsTo.fact}`,
        by: "policy",
        source,
        help: "Write the path as it is on disk",
      };
    case "file": {
      const hit =
        [leadsTo.path, leadsTo.real].flatMap((path) =>
          closed.find((it) => isWithin(it.path, path)) ?? []
        )[0];
      if (hit === undefined) return undefined;
      return {
        code: "preflight/forbidden-import",
        message: `${cannot}: it leads to "${leadsTo.real}", which is closed (${hit.rule})`,
        by: "policy",
        source,
        ...(hit.source !== "built-in" && {
          related: [{ message: `"${hit.path}" is closed here`, at: hit.source }],
        }),
        help: HELP[by].file,
      };
    }
  }
}

function refuseOutside(
  { specifier, leadsTo, isDynamic, source }: ModuleImport,
  own: readonly string[],
  readable: readonly string[],
): PlacedRefusal | undefined {
  if (leadsTo.kind !== "file") return undefined;
  const paths = [leadsTo.path, leadsTo.real];
  const within = (trees: readonly string[]) =>
    paths.every((path) => trees.some((it) => isWithin(it, path)));
  if (within(own) || (isDynamic && within([...own, ...readable]))) return undefined;
  return {
    code: "preflight/outside-import",
    message: `Cannot import "${specifier}": it leads to "${leadsTo.real}", ` +
      (isDynamic
        ? "which the policy does not let it read"
        : "outside of the plugin's directory, and nothing else is read to load it"),
    by: "policy",
    source,
    help: "Put the module into the plugin's directory",
  };
}

/** What was not read may import anything. */
function refuseUnread(
  { specifier, leadsTo, source }: ModuleImport,
  own: readonly string[],
  modules: PluginImports,
): PlacedRefusal | undefined {
  if (leadsTo.kind !== "file" || modules.has(leadsTo.path)) return undefined;
  if (!own.some((it) => isWithin(it, leadsTo.path))) return undefined;
  return {
    code: "preflight/unread",
    message: `Cannot import "${specifier}": "${leadsTo.path}" was not read under this name`,
    by: "policy",
    source,
    help: "Write a relative path, as it is on disk",
  };
}
