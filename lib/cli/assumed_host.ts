import type { HostFacts } from "../model/host_facts.ts";

/**
 * A machine that has everything a plan can ask for, so that what a plan refuses is the policy's
 * doing. Nothing of it exists: a plan made for it is looked at and never run.
 */
export const ASSUMED_HOST: HostFacts = {
  os: "linux",
  uid: 1000,
  gid: 1000,
  runtime: { found: true, value: { path: "/assumed/deno", version: "0" } },
  childCode: {
    found: true,
    value: {
      directory: "/assumed",
      builtIn: "/assumed/built_in",
      eval: "/assumed/eval",
      plugin: "/assumed/plugin",
      script: "/assumed/script",
      importMap: "/assumed/map",
      guardedImportMap: "/assumed/guarded_map",
      modules: [],
    },
  },
  kernel: {
    found: true,
    value: { landlock: 7, lacks: [], arch: "x86_64", libraries: [], resolver: [] },
  },
  engine: {
    found: true,
    value: {
      kind: "docker",
      client: "/assumed/engine",
      version: "0",
      host: "unix:///assumed/engine.sock",
      rootless: false,
      isLocal: true,
      api: "/assumed/engine.sock",
      lacks: [],
    },
  },
  builtInPaths: [],
  workspaceRoot: "/assumed/workspaces",
  realPaths: new Map(),
  aliases: { found: [], unnamed: [], unsearched: [] },
  listings: new Map(),
  plugins: [],
  scriptImports: new Map(),
};
