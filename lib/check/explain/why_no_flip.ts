import type { Decision, TaskPlan } from "../../model/mod.ts";

/** Why no change of a policy was found that turns a decision into the other one. */
export function whyNoFlip({ task, refusal, program }: TaskPlan, decision: Decision): string {
  const { access: { kind }, because: [first], verdict } = decision;
  if (refusal !== undefined) {
    return {
      host: "this machine lacks what the task needs: no policy changes that",
      unsupported: "bulkhead does not run what the task asks for: no policy changes that",
      policy: "no change of up to three edits was found that does",
    }[refusal.by];
  }
  if (task.disabled) return "the task is disabled in its flow, and runs nothing";
  if (program === undefined) return `${first!.rule}: no policy changes that`;
  if (program.kind === "built-in") {
    return "the class is part of bulkhead, and no code of an author's runs in it";
  }
  if (program.kind === "container" && verdict === "denied") {
    return kind === "env"
      ? "a variable is for the task to set, in env: containers have none of the harness's"
      : kind === "net"
      ? "the network is for the task to choose among those that the policy gives"
      : "the task would have to mount it (taskRunner.volumes), and the policy to give it " +
        "(bulkhead.containers.volumes)";
  }
  return first!.source === "built-in"
    ? `it is built in (${first!.rule}): no policy changes that`
    : "no change of up to three edits was found that does";
}
