import { engineFacts } from "./engine_facts.ts";
import type { HostFacts } from "../lib/model/mod.ts";

/**
 * A machine that has everything it takes, as `inspectHost()` would find it, and nothing else in it.
 *
 * @param own What the test is about.
 */
export function hostFacts(own: Partial<HostFacts> = {}): HostFacts {
  return {
    os: "linux",
    uid: 1000,
    gid: 1000,
    runtime: { found: true, value: { path: "/deno", version: "2.9.6" } },
    kernel: {
      found: true,
      value: { landlock: 7, lacks: [], arch: "x86_64", libraries: [], resolver: [] },
    },
    childCode: {
      found: true,
      value: {
        directory: "/code",
        builtIn: "/code/built_in",
        eval: "/code/eval",
        plugin: "/code/plugin",
        script: "/code/script",
        importMap: "/code/map",
        guardedImportMap: "/code/guarded",
        modules: ["/code/zod"],
      },
    },
    engine: { found: true, value: engineFacts() },
    builtInPaths: [],
    workspaceRoot: "/workspaces",
    realPaths: new Map(),
    aliases: { found: [], unnamed: [], unsearched: [] },
    listings: new Map(),
    scriptImports: new Map(),
    plugins: [],
    ...own,
  };
}
