import { posix } from "node:path";
import {
  type Aliases,
  type BuiltInPath,
  type Diagnostic,
  type Engine,
  type Found,
  type HostFacts,
  type Policy,
  type Sourced,
  StageError,
} from "../model/mod.ts";
import { readCgroups } from "../kernel/cgroups.ts";
import { locateNamespaceFiles, refuseNamespaceFiles } from "./namespace_files.ts";
import { isWithin } from "../paths/is_within.ts";
import { normalizePath } from "../paths/normalize_path.ts";
import { cacheRoot, type Env } from "./cache_dir.ts";
import { locateChildCode } from "./child_code.ts";
import { listPaths, realPath } from "./list_paths.ts";
import { DEFAULT_SOCKET } from "./ask_engine.ts";
import { engineNotNeeded, locateEngine } from "./locate_engine.ts";
import { locateKernel } from "./locate_kernel.ts";
import { findAliases, underWrittenNames } from "./find_aliases.ts";
import type { OpenTree } from "./find_links.ts";
import { originOf } from "./origin.ts";
import { locateRuntime } from "./runtime.ts";
import { stateRoot } from "./state_dir.ts";
import { trustedPaths } from "./trusted_paths.ts";

/** What a person said about the machine, and what the flows need of it. */
export interface HostQuestion {
  readonly policy: Policy;
  readonly env: Env;
  /** `--runtime`. */
  readonly runtime?: string;
  /** `--workspace`: where workspaces are made. */
  readonly workspace?: string;
  /** `--namespace-files`: where the files of namespaces lie. */
  readonly namespaceFiles?: string;
  /** Whether any task runs in a container. */
  readonly needsEngine: boolean;
  /** Programs that tasks start on the host: absolute. */
  readonly programs?: readonly string[];
  /** What was found of the engine before, where that is to be used: asking it is slow. */
  readonly engine?: Found<Engine>;
  /** Directories of plugins, as given. */
  readonly plugins?: readonly string[];
  /** Paths that tasks mount into their containers: absolute, normalized. */
  readonly volumes?: readonly Sourced<string>[];
  /** Those of them that the harness laid itself: absolute. */
  readonly pluginsLaid?: readonly string[];
  /** The bundle that policies come from; they are called `FILE!path` then. */
  readonly bundle?: string;
  /** Where the keys lie that may have signed it; what `BULKHEAD_TRUST` names is meant as well. */
  readonly trust?: readonly string[];
}

/**
 * Takes what this machine is and has, once, before planning. Changes nothing but the cache.
 *
 * @throws {StageError} When the workspaces would lie in a forbidden path, or the files of namespaces
 * in one that is closed.
 */
export async function inspectHost(question: HostQuestion): Promise<HostFacts> {
  const { policy, env } = question;
  const origin = originOf(env);
  const [runtime, childCode, engine] = await Promise.all([
    locateRuntime({
      ...(question.runtime !== undefined && { flag: question.runtime }),
      env,
      origin,
    }),
    locateChildCode({ env, origin }),
    question.needsEngine
      ? question.engine ?? locateEngine(policy.containers.engine?.value, env)
      : engineNotNeeded(),
  ]);
  const state = stateRoot(env);
  const workspaceRoot = await rootOfWorkspaces(question.workspace, env);
  const realPaths = await resolveAll(
    [
      ...policy.forbiddenPaths,
      ...policy.writable,
      ...policy.allowedPaths,
      ...policy.containers.volumes,
      ...question.volumes ?? [],
    ],
  );
  const builtInPaths = await withRealForms([
    { path: "/proc", what: "what the kernel says of processes" },
    { path: "/sys", what: "what the kernel says of devices" },
    { path: "/dev", what: "devices" },
    ...sockets(engine, env).map((path) => ({ path, what: "the container engine's socket" })),
    { path: `/run/user/${Deno.uid() ?? 0}`, what: "sockets of this user" },
    { path: workspaceRoot, what: "other executions' workspaces" },
    { path: cacheRoot(env), what: "the harness's cache" },
    ...(state === undefined ? [] : [{ path: state, what: "what the harness remembers" }]),
    ...(runtime.found ? [{ path: runtime.value.path, what: "the runtime" }] : []),
    ...credentials(env),
    ...[...question.trust ?? [], ...trustedPaths(env)].map((path) => ({
      path: posix.resolve(path),
      what: "the keys that are trusted",
    })),
    ...policyFiles(question).map((path) => ({ path, what: "a policy file" })),
  ]);
  const namespaceFiles = await locateNamespaceFiles(question.namespaceFiles);
  const aliases = await aliasesOf(question, realPaths, builtInPaths, workspaceRoot, namespaceFiles);
  refuseForbiddenRoot(workspaceRoot, policy, realPaths, aliases);
  if (namespaceFiles !== undefined) {
    refuseNamespaceFiles(namespaceFiles, policy, realPaths, builtInPaths, aliases);
  }
  const closed = [
    ...policy.forbiddenPaths.flatMap((it) => [it.value, realPaths.get(it.value) ?? it.value]),
    ...builtInPaths.map((it) => it.path),
    ...aliases.found.map((it) => it.path),
  ];
  return {
    os: Deno.build.os,
    uid: Deno.uid() ?? 0,
    gid: Deno.gid() ?? 0,
    runtime,
    childCode,
    kernel: locateKernel(policy),
    engine,
    cgroups: Object.keys(readCgroups()) as ("pids" | "memory")[],
    builtInPaths,
    workspaceRoot,
    realPaths,
    aliases,
    listings: await listPaths(closed),
    plugins: [],
    programs: await realPrograms(question.programs ?? []),
    ...(question.pluginsLaid && {
      pluginsLaid: await Promise.all(question.pluginsLaid.map((it) => Deno.realPath(it))),
    }),
    ...(namespaceFiles !== undefined && { namespaceFiles }),
    scriptImports: new Map(),
  };
}

async function realPrograms(paths: readonly string[]): Promise<HostFacts["programs"] & object> {
  const real = [...new Set(paths)].map(async (path) =>
    [path, await Deno.realPath(path).catch(() => undefined)] as const
  );
  return new Map(await Promise.all(real));
}

/** What holds the policies, as absolute paths. */
function policyFiles({ policy, bundle }: HostQuestion): readonly string[] {
  const files = policy.files.map((it) => it.file)
    .filter((it) => it !== "-" && !it.startsWith("built-in"))
    .map((it) => bundle !== undefined && it.startsWith(`${bundle}!`) ? bundle : it);
  return [...new Set(files)].map((it) => posix.resolve(it));
}

/** Where workspaces are made: a directory of this user's in the one that is given. */
export async function rootOfWorkspaces(given: string | undefined, env: Env): Promise<string> {
  const base = given ?? (env.TMPDIR?.startsWith("/") ? env.TMPDIR : "/tmp");
  const directory = await realPath(posix.resolve(base)) ?? posix.resolve(base);
  // Its own name is not resolved: what stands there must be a directory of ours, and no link.
  const normalized = normalizePath(posix.join(directory, `bulkhead-${Deno.uid() ?? 0}`));
  if (normalized.ok) return normalized.path;
  throw new StageError([{
    code: "host/workspace",
    severity: "error",
    message: `Cannot make workspaces in "${directory}": ${normalized.fact}`,
    help: "Choose another directory with --workspace",
  }], "usage");
}

function refuseForbiddenRoot(
  root: string,
  { forbiddenPaths }: Policy,
  realPaths: ReadonlyMap<string, string>,
  { found }: Aliases,
): void {
  const hit = forbiddenPaths.find(({ value }) =>
    [value, realPaths.get(value) ?? value].some((path) =>
      isWithin(path, root) || found.some((it) => it.closed === path && isWithin(it.path, root))
    )
  );
  if (hit === undefined) return;
  throw new StageError([{
    code: "host/workspace-forbidden",
    severity: "error",
    message: `Cannot make workspaces in "${root}": it lies in the forbidden path "${hit.value}"`,
    at: hit.source,
    help: "Choose another directory with --workspace",
  }], "host");
}

/** What is made up by the kernel, and what is ours alone: not searched for hard links. */
const NOT_SEARCHED = ["/proc", "/sys", "/dev", "/run/user"];

async function aliasesOf(
  { policy, env, plugins: given = [] }: HostQuestion,
  realPaths: ReadonlyMap<string, string>,
  builtInPaths: readonly BuiltInPath[],
  workspaceRoot: string,
  namespaceFiles: string | undefined,
): Promise<Aliases> {
  const notSearched = [...NOT_SEARCHED, workspaceRoot, cacheRoot(env), stateRoot(env) ?? []].flat();
  const forms = (value: string) => [...new Set([value, realPaths.get(value) ?? value])];
  const treeOf = (writable: boolean) => ({ value }: Sourced<string>): OpenTree => ({
    path: realPaths.get(value) ?? value,
    writable,
  });
  const forbidden = policy.forbiddenPaths.flatMap((it) => forms(it.value));
  const builtIn = builtInPaths.map((it) => it.path);
  const plugins = (await Promise.all(given.map((it) => Deno.realPath(it).catch(() => undefined))))
    .filter((it) => it !== undefined);
  const aliases = await findAliases({
    closed: [...forbidden, ...builtIn],
    onDisk: [
      ...builtIn.filter((path) => !notSearched.some((it) => isWithin(it, path))),
      ...forbidden,
    ],
    trees: [
      ...policy.writable.map(treeOf(true)),
      ...policy.allowedPaths.map(treeOf(false)),
      ...policy.containers.volumes.map(treeOf(false)),
      ...[...plugins, ...namespaceFiles === undefined ? [] : [namespaceFiles]]
        .map((path) => ({ path, writable: false })),
    ],
    open: policy.filesystem.value === "open",
    workspaceRoot,
    mountinfo: await Deno.readTextFile("/proc/self/mountinfo"),
  });
  const written = [...policy.writable, ...policy.allowedPaths, ...policy.containers.volumes]
    .map((it) => it.value);
  refuseWaysOut(plugins, aliases);
  return { ...aliases, found: underWrittenNames(aliases.found, realPaths, written) };
}

/** A plugin directory is opened whole, and its code runs before there is a plan. */
function refuseWaysOut(plugins: readonly string[], { found }: Aliases): void {
  const problems = plugins.flatMap((directory) =>
    found.filter(({ path }) => isWithin(directory, path)).map((it): Diagnostic => ({
      code: "host/plugin-alias",
      severity: "error",
      message:
        `Cannot use plugins of "${directory}": it holds "${it.path}", which leads to "${it.leadsTo}"`,
      help: "Remove it, or keep plugins in a directory of their own",
    }))
  );
  if (problems.length > 0) throw new StageError(problems, "refused");
}

async function resolveAll(
  paths: readonly Sourced<string>[],
): Promise<ReadonlyMap<string, string>> {
  const real = new Map<string, string>();
  const problems: Diagnostic[] = [];
  for (const { value, source } of paths) {
    const it = await realPath(value);
    if (it !== undefined) {
      if (it !== value) real.set(value, it);
      continue;
    }
    problems.push({
      code: "host/unresolvable-path",
      severity: "error",
      message: `Cannot tell where "${value}" leads: its links go round, or cannot be read`,
      at: source,
    });
  }
  if (problems.length > 0) throw new StageError(problems, "host");
  return real;
}

async function withRealForms(paths: readonly BuiltInPath[]): Promise<readonly BuiltInPath[]> {
  const all = new Map<string, BuiltInPath>();
  for (const it of paths) {
    const real = await realPath(it.path);
    for (const path of [it.path, real ?? it.path]) {
      if (!all.has(path)) all.set(path, { ...it, path });
    }
  }
  return [...all.values()];
}

/** The sockets in use, and the usual ones whether or not anybody listens there yet. */
function sockets(engine: Found<Engine>, env: Env): readonly string[] {
  const { host, api } = engine.found ? engine.value : {};
  const named = [env.DOCKER_HOST, env.CONTAINER_HOST, env.CONTAINERD_ADDRESS, host, api]
    .map((it) => it?.replace(/^unix:\/\//, "")).filter((it) => it?.startsWith("/"));
  const runtime = env.XDG_RUNTIME_DIR;
  return [
    ...new Set([
      ...named as string[],
      DEFAULT_SOCKET,
      "/run/containerd/containerd.sock",
      "/run/podman/podman.sock",
      ...(runtime?.startsWith("/")
        ? [`${runtime}/docker.sock`, `${runtime}/podman/podman.sock`]
        : []),
    ].map((it) => posix.normalize(it))),
  ];
}

/** What logs in to registries. */
function credentials(env: Env): readonly BuiltInPath[] {
  const directory = env.DOCKER_CONFIG ?? (env.HOME && posix.join(env.HOME, ".docker"));
  return directory?.startsWith("/")
    ? [{
      path: posix.normalize(directory).replace(/(.)\/+$/, "$1"),
      what: "credentials of registries",
    }]
    : [];
}
