import {
  chooseFlow,
  layPlugins,
  loadTrust,
  onlyFlow,
  openNodeState,
  takeBundle,
  type TakenBundle,
} from "../bundle/mod.ts";
import { cacheRoot, type Env, stateRoot, trustedPaths } from "../host/mod.ts";
import { StageError } from "../model/mod.ts";
import { type CommandIo, UsageError } from "./command.ts";
import type { Args } from "./command_table.ts";
import { loadBundle, type LoadedBundle, nameInBundle } from "./load_bundle.ts";
import { ownGuard } from "./own_guard.ts";
import { type Asked, questionOf } from "./prepare.ts";
import type { PLAN } from "./tables/plan.ts";

/** From here on a bundle's expiry is worth a word. */
const SOON_MS = 7 * 24 * 60 * 60 * 1000;

/** How a bundle is used. */
export interface BundleUse {
  /** Which flows are meant where none is named. */
  readonly unnamed: "all" | "the only one";
  /** Whether this node accepts it, and no older one from then on. */
  readonly remember: boolean;
}

/**
 * Turns a command line that names a bundle into a question about the files in it.
 *
 * Nothing in the bundle is read before its signature and digests hold, and no option changes that.
 *
 * @param names Flows of the bundle.
 * @throws {StageError} When neither the bundle nor the last good one may be used.
 */
export async function askBundle(
  outer: CommandIo,
  values: Args<typeof PLAN>["values"],
  names: readonly string[],
  { unnamed, remember }: BundleUse,
): Promise<Asked> {
  const { bundle: given, plugins, trust } = values;
  if (given === undefined) throw new UsageError("Cannot use a bundle: none is given");
  if (plugins.length > 0) {
    throw new UsageError("Cannot use --plugins with --bundle: a bundle brings its own");
  }
  if (values.flows.length > 0) {
    throw new UsageError("Cannot use --flows with --bundle: a bundle brings its own");
  }
  const keys = trust.length > 0 ? trust : trustedPaths(outer.env);
  const taken = await takeBundle({
    file: given,
    trusted: await loadTrust(keys),
    state: openNodeState(memoryOf(outer.env), ownGuard("state")),
    now: () => new Date(),
    load: (bundle, file) => loadBundle(outer, bundle, file),
    remember,
  });
  tell(outer, given, taken);
  const { bundle, file, loaded: { io, policies, flows } } = taken;
  const chosen = names.length > 0
    ? names.map((it) => chooseFlow(flows, it))
    : unnamed === "all"
    ? flows
    : [onlyFlow(flows)];
  const question = questionOf(values, chosen.map((it) => nameInBundle(file, it.path)));
  return {
    io,
    question: {
      ...question,
      policies: [...policies, ...question.policies],
      plugins: await layPlugins(bundle, cacheRoot(io.env), ownGuard("cache")),
      flowFiles: flows.map((it) => nameInBundle(file, it.path)),
      bundle: file,
      trust: keys,
    },
  };
}

function memoryOf(env: Env): string {
  const root = stateRoot(env);
  if (root !== undefined) return root;
  throw new StageError([{
    code: "bundle/no-state",
    severity: "error",
    message: "Cannot use a bundle: there is no place to remember which one was accepted last",
    help: "Set BULKHEAD_STATE to a directory that only this user can write",
  }], "host");
}

function tell(io: CommandIo, given: string, taken: TakenBundle<LoadedBundle>): void {
  const { sequence, createdAt, expiresAt, keyId } = taken.bundle.manifest;
  const which = `sequence ${sequence}, made ${createdAt}, expires ${expiresAt}, key ${keyId}`;
  if (taken.refused.length === 0) {
    io.log.note("bundle/in-force", `bundle ${given}: ${which}`);
  } else {
    io.log.tell([...taken.refused, {
      code: "bundle/last-good",
      severity: "warning",
      message: `Cannot bring in bundle "${given}": the last good one stays in force, ${which}`,
    }]);
  }
  if (Date.parse(expiresAt) - Date.now() < SOON_MS) {
    io.log.tell([{
      code: "bundle/expires-soon",
      severity: "warning",
      message: `Cannot use this bundle for long: it expires at ${expiresAt}`,
      help: "Pack it again",
    }]);
  }
}
