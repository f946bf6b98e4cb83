/**
 * Tasks that contain tasks: where they keep them and what they cannot do without. Sources:
 * kestra-io/kestra 0.21 to 2.0, `io.kestra.plugin.core.flow` and its validators.
 *
 * @module
 */
import { canonicalClass } from "../catalog/aliases.ts";

/** What may stand under a key that holds tasks. */
export type Slot =
  /** A list that holds at least one task. */
  | "required"
  /** May be missing, may not be empty. */
  | "filled"
  /** May be missing or empty. */
  | "optional"
  /** A list of steps that each wrap a task; at least one. */
  | "steps"
  /** Lists by name, each with at least one task. */
  | "cases";

/** One class of flowable. */
export interface Flowable {
  readonly slots: Readonly<Record<string, Slot>>;
  /** Properties without which Kestra rejects it. */
  readonly needs: readonly string[];
}

const LOCAL = { errors: "optional", finally: "optional" } as const;

const body = (...needs: readonly string[]): Flowable => ({
  slots: { tasks: "required", ...LOCAL },
  needs,
});

const own = (slots: Flowable["slots"], ...needs: readonly string[]): Flowable => ({
  slots: { ...slots, ...LOCAL },
  needs,
});

const FLOWABLES: Readonly<Record<string, Flowable>> = {
  AllowFailure: body(),
  Approval: own({ onWait: "optional", onApprove: "optional", onDeny: "optional" }),
  Dag: own({ tasks: "steps" }),
  EachParallel: body("value"),
  EachSequential: body("value"),
  ForEach: body("values"),
  ForEachItem: own({}, "items", "namespace", "flowId"),
  If: own({ then: "required", else: "optional" }, "condition"),
  Loop: body("values"),
  LoopUntil: body("condition"),
  Parallel: body(),
  Pause: own({ tasks: "optional" }),
  Sequential: body(),
  Subflow: own({}, "namespace", "flowId"),
  Switch: own({ cases: "cases", defaults: "filled" }, "value"),
  Template: own({}),
  WaitFor: body("condition"),
  WorkingDirectory: body(),
};

const PACKAGE = "io.kestra.plugin.core.flow.";

/** The flowable a class is, without its package; `undefined` for any other class. */
export function flowableName(type: string): string | undefined {
  const name = canonicalClass(type);
  if (!name.startsWith(PACKAGE)) return undefined;
  const short = name.slice(PACKAGE.length);
  return Object.hasOwn(FLOWABLES, short) ? short : undefined;
}

/** What is known of the flowable a class is; `undefined` for any other class. */
export function flowableOf(type: string): Flowable | undefined {
  const name = flowableName(type);
  return name === undefined ? undefined : FLOWABLES[name];
}

/** Every class of flowable, by the name it has today. */
export const FLOWABLE_CLASSES: readonly (readonly [string, Flowable])[] = Object.entries(FLOWABLES)
  .map(([name, it]) => [PACKAGE + name, it]);

/** Keys under which a class that nobody knows may keep tasks. */
export const USUAL_SLOTS: readonly string[] = [
  ...new Set(Object.values(FLOWABLES).flatMap((it) => Object.keys(it.slots))),
];
