import type { ChildCode, HarnessChild, HostFacts, Permissions, Runtime } from "../model/mod.ts";
import { denoArgv } from "./deno_argv.ts";
import { kernelRules } from "./kernel_rules.ts";

/** Plans a child that works for the harness: it may read what is named, and do nothing else. */
export function harnessChild(
  runtime: Runtime,
  code: ChildCode,
  { kernel }: Pick<HostFacts, "kernel">,
  { program, read }: { readonly program: "plugin" | "builtIn"; readonly read: readonly string[] },
): HarnessChild {
  const none = { allow: [], deny: [] } as const;
  const closed = { allow: [], deny: "all" } as const;
  const permissions: Permissions = {
    read: { allow: read, deny: [] },
    write: none,
    net: none,
    env: none,
    run: closed,
    ffi: closed,
    sys: none,
    import: closed,
  };
  const argv = denoArgv({
    runtime: runtime.path,
    main: code[program],
    ...(program === "plugin" && { importMap: code.guardedImportMap }),
  }, permissions);
  const rules = kernel.found &&
    kernelRules({
      runtime: runtime.path,
      code,
      permissions,
      transpiles: program === "plugin",
      spawn: false,
    }, kernel.value);
  return { argv, ...(rules && { kernel: rules }) };
}
