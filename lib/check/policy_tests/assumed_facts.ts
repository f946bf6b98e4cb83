import { posix } from "node:path";
import { classOf } from "../../catalog/classes.ts";
import type { Flow, HostFacts, Listing, PluginModule, Policy } from "../../model/mod.ts";
import { tasksOf } from "../../model/mod.ts";
import { programsOnHost } from "../../plan/mod.ts";
import { isWithin } from "../../paths/is_within.ts";
import type { Expectation, PolicyTest } from "./policy_test_suite.ts";

/** Closed to every task of every machine. */
const ALWAYS_CLOSED = [
  { path: "/proc", what: "what the kernel says of processes" },
  { path: "/sys", what: "what the kernel says of devices" },
  { path: "/dev", what: "devices" },
  { path: "/var/run/docker.sock", what: "the container engine's socket" },
  { path: "/run/docker.sock", what: "the container engine's socket" },
] as const;

/** Where the modules of classes would lie that are not part of bulkhead. */
const PLUGINS = "/assumed/plugins";

/**
 * The machine that a test is planned for: the same everywhere, whatever the disk holds.
 *
 * A path is there where the policy or the test names it, and is what it is called: no links. What is
 * listed of directories along closed paths is made of these names. Classes that nothing here knows are
 * taken to be implemented by plugins.
 *
 * @param base A machine that has everything.
 */
export function assumedFacts(
  base: HostFacts,
  policy: Policy,
  { host, expectations }: Pick<PolicyTest, "host" | "expectations">,
  flow: Flow,
): HostFacts {
  const builtInPaths = [
    ...ALWAYS_CLOSED,
    { path: base.workspaceRoot, what: "other executions' workspaces" },
  ];
  const closed = [
    ...policy.forbiddenPaths.map((it) => it.value),
    ...builtInPaths.map((it) => it.path),
  ];
  const named = [
    ...closed,
    ...[...policy.writable, ...policy.allowedPaths, ...policy.containers.volumes]
      .map((it) => it.value),
    ...expectations.flatMap(pathsOf),
  ];
  return {
    ...base,
    ...(host.kernel === false && { kernel: lacks("host/kernel-layer", "the kernel layer") }),
    engine: engineOf(base, host.engine),
    builtInPaths,
    listings: listingsOf(closed, named),
    plugins: host.plugins === false ? [] : pluginsOf(flow),
    programs: new Map(
      tasksOf(flow).flatMap((it) => programsOnHost(it, policy)).map((it) => [it, it]),
    ),
  };
}

function lacks(code: "host/kernel-layer" | "host/no-engine", what: string) {
  const message = `the test takes ${what} away`;
  return { found: false, problem: { code, severity: "error", message } } as const;
}

function engineOf({ engine }: HostFacts, asked: PolicyTest["host"]["engine"]): HostFacts["engine"] {
  if (asked === undefined || !engine.found) return engine;
  return asked === "none"
    ? lacks("host/no-engine", "the container engine")
    : { found: true, value: { ...engine.value, kind: asked } };
}

function pluginsOf(flow: Flow): readonly PluginModule[] {
  const types = new Set(tasksOf(flow).map((it) => it.type.value));
  return [...types].filter((it) => classOf(it) === undefined).map((type) => ({
    type,
    module: `${PLUGINS}/${type.replace(/[^\w.]/g, "_")}.ts`,
    directory: PLUGINS,
  }));
}

/** Paths that an expectation is about: they exist. */
function pathsOf(it: Expectation): readonly string[] {
  const texts = it.kind === "access"
    ? [it.access.value ?? ""]
    : it.kind === "permission" && typeof it.expected === "object"
    ? [it.expected.value]
    : it.kind === "argv"
    ? it.expected.replace(/^--[^=]*=/, "").split(",")
    : [];
  return texts.filter((it) => it.startsWith("/")).map((it) =>
    posix.normalize(it).replace(/^\/+/, "/").replace(/(.)\/+$/, "$1")
  );
}

/** What stands in each directory on the way to a closed path. */
function listingsOf(
  closed: readonly string[],
  named: readonly string[],
): ReadonlyMap<string, Listing> {
  const directories = new Set(closed.flatMap(above));
  return new Map([...directories].map((directory) => {
    const names = named.filter((it) => it !== directory && isWithin(directory, it)).map((it) =>
      it.slice(directory === "/" ? 1 : directory.length + 1).split("/")[0]!
    );
    return [directory, { entries: [...new Set(names)].toSorted().map((name) => ({ name })) }];
  }));
}

function above(path: string): readonly string[] {
  const parent = posix.dirname(path);
  return parent === path ? [] : [...above(parent), parent];
}
