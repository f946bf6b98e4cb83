import { judgeImage } from "../../container/mod.ts";
import type { Source } from "../../model/mod.ts";
import type { RunnerReader } from "./runner_reader.ts";
import { hasExpression, propertyOf, readText } from "./task_reader.ts";

/** The image of a container, as far as it is known. */
export interface ChosenImage {
  /** In the form that every engine reads alike; as written where it holds an expression. */
  readonly name: string;
  /** Whether it is always the same image: a name without a digest is its registry's to move. */
  readonly pinned: "by digest" | "by name" | "when it is rendered";
  readonly source: Source | "built-in";
}

/**
 * The image that a task names, or its class.
 *
 * One with an expression is judged by the same rules once it is rendered.
 */
export function imageOf(reader: RunnerReader, ofClass: string): ChosenImage {
  const { task, policy, refusals } = reader;
  const entry = propertyOf(reader, "containerImage");
  const text = readText(reader, "containerImage", entry) ?? ofClass;
  const source = entry?.value.source;
  if (hasExpression(text)) {
    return { name: text, pinned: "when it is rendered", source: source ?? "built-in" };
  }
  const verdict = judgeImage(text, policy.containers.images);
  if (verdict.allowed) {
    return {
      name: verdict.name,
      pinned: verdict.image.digest === undefined ? "by name" : "by digest",
      source: source ?? "built-in",
    };
  }
  const { fact, by, help } = verdict;
  const at = source ?? task.type.source;
  refusals.push({
    code: "plan/image",
    message: `Cannot run task "${task.id}" in image ${JSON.stringify(text)}: ${fact}`,
    by: by === undefined ? "unsupported" : "policy",
    source: by?.source ?? at,
    ...(by && {
      related: [{ message: source ? "the image stands here" : "the class has that image", at }],
    }),
    ...(help !== undefined && { help }),
  });
  return { name: text, pinned: "by name", source: at };
}
