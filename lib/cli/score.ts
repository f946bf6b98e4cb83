import { SCORE_VERSION, scorePolicy } from "../check/score/score_policy.ts";
import { makeStyle, scoreJson, scoreText } from "../report/mod.ts";
import { ASSUMED_HOST } from "./assumed_host.ts";
import { defineCommand, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { loadPolicies } from "./load_policies.ts";
import { SCORE } from "./tables/score.ts";

/** `score`: what a policy leaves open, in one number. Nothing runs. */
export const score = defineCommand(SCORE, async ({ positionals, values }, io) => {
  const max = maxOf(values.max);
  const policy = await loadPolicies(io, positionals);
  const found = scorePolicy(policy, ASSUMED_HOST);
  const shown = {
    ...found,
    name: policy.files.map((it) => it.file).join(", "),
    version: SCORE_VERSION,
  };
  io.out(values.json ? scoreJson(shown) : scoreText(shown, makeStyle(io.colour.out)));
  return max !== undefined && found.score > max ? ExitCode.failed : ExitCode.ok;
});

function maxOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const max = Number(text);
  if (text.trim() === "" || !(max >= 0 && max <= 10)) {
    throw new UsageError(`Cannot use "${text}" as --max: it is no number from 0 to 10`);
  }
  return max;
}
