import { decideAccess } from "../access/mod.ts";
import { type EditedPolicy, editPolicy, type Tried } from "../check/mod.ts";
import { realPath } from "../host/list_paths.ts";
import {
  type Access,
  type PolicyEdit,
  type Source,
  StageError,
  type TaskPlan,
} from "../model/mod.ts";
import { posix } from "node:path";
import { chooseTasks } from "./choose_tasks.ts";
import { UsageError } from "./command.ts";
import type { KnownFacts } from "./known_facts.ts";
import { overlay } from "./overlay.ts";
import { type Asked, prepare } from "./prepare.ts";

/** Where a task stands. */
export interface TaskPlace {
  readonly file: string;
  readonly path: string;
}

/**
 * Decides an access of a task under edited policies: they are edited in memory, loaded, and the flow is
 * planned under them with facts of the machine that were taken anew, for listings depend on policies.
 *
 * @param asked The question as it was planned; what it has read is in the texts of its `io`.
 * @param known What was found for it; what does not depend on what is edited is not looked at again.
 * @returns `undefined` where an edit cannot be made, or what comes of it cannot be used.
 */
export async function tryEdits(
  { io, question }: Asked,
  known: KnownFacts,
  { file, path }: TaskPlace,
  access: Access,
  edits: readonly PolicyEdit[],
): Promise<Tried | undefined> {
  // Who asked to stop waits for no more of them.
  if (io.signal.aborted) return undefined;
  const texts = new Map(io.texts);
  const changed = new Map<string, EditedPolicy>();
  for (const [of, own] of Map.groupBy(edits, fileOf)) {
    const text = texts.get(of);
    const edited = text === undefined ? undefined : editPolicy(text, own);
    if (edited === undefined) return undefined;
    texts.set(of, edited.text);
    changed.set(of, edited);
  }
  const writtenAt = (at: Source): Source | undefined => {
    const edited = changed.get(at.file);
    const before = edited === undefined ? at : edited.writtenAt(at);
    return before && { ...at, ...before };
  };
  const encoder = new TextEncoder();
  const files = new Map([...texts].map(([name, text]) => [name, encoder.encode(text)]));
  const quiet = { tell() {}, note() {} };
  const trial = { ...overlay(io, files), texts: new Map<string, string>(), log: quiet };
  const policies = known.policy.files.map((it) => it.file);
  try {
    const { plan, policy } = await prepare(trial, {
      ...question,
      // Mocks are of tasks of any of the flows; else this one is enough.
      flows: question.mocks?.length ? question.flows : [file],
      policies,
      known,
    });
    const flow = plan.flows.find((it) => it.flow.file === file);
    const task = flow && chooseTasks(flow, undefined).find((it) => it.task.path === path);
    if (task === undefined) return undefined;
    return { plan: task, policy, decision: await decide(task, access), writtenAt };
  } catch (error) {
    // An edit that makes a policy of the chain unusable is no answer.
    if (error instanceof StageError || error instanceof UsageError) return undefined;
    throw error;
  }
}

/** Decides with where a path leads on this machine. */
export async function decide(plan: TaskPlan, access: Access) {
  const { kind, value } = access;
  if ((kind !== "read" && kind !== "write") || !value?.startsWith("/")) {
    return decideAccess(plan, access);
  }
  // Deno takes `..` out of a path as a text; a command on the host follows links first.
  const path = plan.program?.kind === "process" ? value : posix.normalize(value);
  const real = await realPath(path.replace(/(.)\/+$/, "$1"));
  return decideAccess(plan, { ...access, ...(real !== undefined && real !== value && { real }) });
}

function fileOf(edit: PolicyEdit): string {
  return edit.kind === "remove" ? edit.at.file : edit.file;
}
