import { diffFlows } from "../check/diff/diff_flows.ts";
import { diffPolicies } from "../check/diff/diff_policies.ts";
import { treeOf } from "../check/probe_policy.ts";
import {
  type Diagnostic,
  type HostFacts,
  type Plan,
  type Policy,
  StageError,
} from "../model/mod.ts";
import { makePlan } from "../plan/mod.ts";
import { diffJson, diffText, makeStyle } from "../report/mod.ts";
import { ASSUMED_HOST } from "./assumed_host.ts";
import { type CommandIo, defineCommand, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { listYamlFiles } from "./list_yaml_files.ts";
import { loadPolicies } from "./load_policies.ts";
import { readFlows } from "./read_flows.ts";
import { DIFF } from "./tables/diff.ts";

/** `diff`: what one policy lets tasks do and another does not. Nothing runs. */
export const diff = defineCommand(DIFF, async ({ positionals, values }, io) => {
  const [oldName, newName, ...flowNames] = positionals;
  if (oldName === undefined || newName === undefined) {
    throw new UsageError(
      `Cannot compare: ${oldName === undefined ? "no policy" : "only one policy"} given`,
    );
  }
  if (oldName === "-" && newName === "-") {
    throw new UsageError("Cannot compare: standard input is one policy, not two");
  }
  const [old, now] = await loadBoth(io, [oldName, newName]);
  const { differences, widened } = diffPolicies(old, now, ASSUMED_HOST);
  const flows: string[] = [];
  for (const it of flowNames) flows.push(...await listYamlFiles(it));
  const tasks = flows.length === 0
    ? undefined
    : diffFlows(await planUnder(io, flows, old, now), await planUnder(io, flows, now, old));
  const shown = {
    oldName,
    newName,
    differences,
    widened: widened || tasks?.some((it) => it.direction === "allowed") === true,
    ...(tasks !== undefined && { tasks }),
  };
  io.out(values.json ? diffJson(shown) : diffText(shown, makeStyle(io.colour.out)));
  return shown.widened ? ExitCode.failed : ExitCode.ok;
});

/** Both are read before anything is said, so that one call is enough to mend both. */
async function loadBoth(
  io: CommandIo,
  names: readonly [string, string],
): Promise<readonly [Policy, Policy]> {
  const problems: Diagnostic[] = [];
  const loaded: Policy[] = [];
  for (const name of names) {
    try {
      loaded.push(await loadPolicies(io, [name]));
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      problems.push(...error.diagnostics);
    }
  }
  const [old, now] = loaded;
  if (problems.length > 0 || old === undefined || now === undefined) throw new StageError(problems);
  return [old, now];
}

/** Plans flows on a machine that has everything, and the paths that either policy names. */
async function planUnder(
  io: CommandIo,
  flows: readonly string[],
  policy: Policy,
  other: Policy,
): Promise<Plan> {
  const paths = [policy, other].flatMap((it) =>
    [...it.forbiddenPaths, ...it.allowedPaths, ...it.writable, ...it.containers.volumes]
      .map((its) => its.value)
  );
  const host: HostFacts = { ...ASSUMED_HOST, listings: treeOf(paths) };
  return makePlan(policy, await readFlows(io, flows, policy), host);
}
