import { flowableName } from "../../../flow/flowables.ts";
import { expressionsIn, type WrittenExpression } from "./expressions_in.ts";
import {
  textsIn,
  textsOf,
  type WrittenFlow,
  type WrittenTask,
  type WrittenText,
} from "./written_flow.ts";

/** A text that holds expressions. */
export interface RenderedText {
  /** Absent: the flow's own, for one the value of an output. */
  readonly task?: WrittenTask;
  readonly text: WrittenText;
  /** Never empty. */
  readonly expressions: readonly WrittenExpression[];
}

/** Keys of a flow that are rendered for it: those of triggers see another execution's outputs. */
const OWN_KEYS = ["inputs", "outputs", "labels", "sla", "variables"];
/** Shown, and never rendered. */
const PROSE = ["description", "displayName"];

const known = new WeakMap<WrittenFlow, readonly RenderedText[]>();

/** The texts of a flow that are rendered when it runs, in file order of its tasks. */
export function renderedTexts(flow: WrittenFlow): readonly RenderedText[] {
  const before = known.get(flow);
  if (before !== undefined) return before;
  const own = OWN_KEYS.flatMap((key) => {
    const entry = flow.root.entries.get(key);
    return entry === undefined ? [] : textsIn(entry.value, [key]);
  });
  const found = [
    ...own.flatMap((text) => rendered({ text })),
    ...flow.tasks.flatMap((task) =>
      textsOf(task).filter((it) => !isOfSubflow(task, it))
        .flatMap((text) => rendered({ task, text }))
    ),
  ];
  known.set(flow, found);
  return found;
}

/** Whether it sees what the started flow has, and not what this one has: `outputs` of old versions. */
function isOfSubflow({ type }: WrittenTask, { path }: WrittenText): boolean {
  return path[0] === "outputs" && flowableName(type.value) === "Subflow";
}

function rendered(it: Omit<RenderedText, "expressions">): readonly RenderedText[] {
  const { scalar, path } = it.text;
  if (!scalar.value.includes("{") || PROSE.includes(path.at(-1) ?? "")) return [];
  const expressions = expressionsIn(scalar.value);
  return expressions.length === 0 ? [] : [{ ...it, expressions }];
}
