import type { ChildCode, Runtime } from "../model/mod.ts";
import { denoArgv } from "./deno_argv.ts";

/** The command line of a child that works for the harness: it may read what is named, nothing else. */
export function childArgv(
  runtime: Runtime,
  code: ChildCode,
  { program, read }: { readonly program: "plugin" | "builtIn"; readonly read: readonly string[] },
): readonly string[] {
  const none = { allow: [], deny: [] } as const;
  const closed = { allow: [], deny: "all" } as const;
  return denoArgv({
    runtime: runtime.path,
    main: code[program],
    ...(program === "plugin" && { importMap: code.importMap }),
  }, {
    read: { allow: read, deny: [] },
    write: none,
    net: none,
    env: none,
    run: closed,
    ffi: closed,
    sys: none,
    import: closed,
  });
}
