import type { Diagnostic, HostFacts, ModuleImport, Policy, Refusal } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { type ClosedPath, closedPaths } from "./closed_paths.ts";

/** What plugins import that they may not; each import is told. */
export function refusePluginImports(
  imports: readonly ModuleImport[],
  policy: Policy,
  host: HostFacts,
  own: readonly string[],
): readonly Diagnostic[] {
  const closed = closedPaths(policy, host);
  return imports.flatMap((it) => {
    const refusal = refuseImport(it, closed, own);
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
}

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
): Refusal | undefined {
  for (const it of imports) {
    const refusal = refuseImport(it, closed, []);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function refuseImport(
  { specifier, leadsTo, source }: ModuleImport,
  closed: readonly ClosedPath[],
  own: readonly string[],
): Refusal | undefined {
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
        help: "Put the module into the plugin's directory",
      };
    case "unknown":
      return {
        code: "preflight/unknown-import",
        message: `${cannot}: there is no module of that name here`,
        by: "policy",
        source,
        help: 'By name there are "zod", "bulkhead" and Node\'s modules ("node:path")',
      };
    case "file": {
      const hit =
        [leadsTo.path, leadsTo.real].flatMap((path) =>
          own.some((it) => isWithin(it, path))
            ? []
            : closed.find((it) => isWithin(it.path, path)) ?? []
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
        help: "Import from the plugin's own directory",
      };
    }
  }
}
