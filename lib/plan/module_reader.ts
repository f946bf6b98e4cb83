import type { ChildCode, HarnessChild, HostFacts, Runtime } from "../model/mod.ts";
import { kernelRules } from "./kernel_rules.ts";

/**
 * Plans the process that reads a module graph, and runs nothing of it: `deno info`.
 *
 * It has no permission flags, as it runs no code. The kernel lets it read what is named.
 */
export function moduleReader(
  runtime: Runtime,
  code: ChildCode,
  { kernel }: Pick<HostFacts, "kernel">,
  ask: { readonly root: string; readonly importMap: string; readonly read: readonly string[] },
): HarnessChild {
  const nothing = { allow: [], deny: [] } as const;
  const rules = kernel.found && kernelRules({
    runtime: runtime.path,
    code,
    permissions: {
      read: { allow: ask.read, deny: [] },
      write: nothing,
      net: nothing,
      env: nothing,
      run: nothing,
      ffi: nothing,
      sys: nothing,
      import: nothing,
    },
    spawn: false,
  }, kernel.value);
  return {
    argv: [
      runtime.path,
      "info",
      "--json",
      "--quiet",
      "--no-config",
      "--no-lock",
      "--no-npm",
      "--no-remote",
      `--import-map=${ask.importMap}`,
      ask.root,
    ],
    ...(rules && { kernel: rules }),
  };
}
