import type { ExplainedTask, Explanation, PolicyFile } from "../model/mod.ts";
import { editYaml } from "./edit_text.ts";
import type { Texts } from "./render_diagnostics.ts";
import { safeJson } from "./safe_json.ts";

/** What `explain` says, as one JSON document, `v: 1`; its shape is part of the interface. */
export function explainJson(
  policy: { readonly files: readonly PolicyFile[]; readonly digest: string },
  tasks: readonly ExplainedTask[],
  texts: Texts,
): string {
  const { files, digest } = policy;
  const shown = tasks.map((it) => ({
    ...it,
    answers: it.answers.map((answer) => explanationJson(answer, texts)),
    ...(it.refusal && {
      refusal: { because: it.refusal.because, ...flipsJson(it.refusal, texts) },
    }),
  }));
  return `${safeJson({ v: 1, policy: { files, digest }, tasks: shown }, 2)}\n`;
}

/** One answer; what an edit writes is in it as YAML. */
export function explanationJson({ decision, flips, noFlip }: Explanation, texts: Texts) {
  return {
    ...decision,
    ...flipsJson({ ...(flips && { flips }), ...(noFlip !== undefined && { noFlip }) }, texts),
  };
}

function flipsJson({ flips, noFlip }: Omit<Explanation, "decision">, texts: Texts) {
  return {
    ...(flips && {
      flips: flips.map(({ edits, weight }) => ({
        weight,
        edits: edits.map((it) => it.kind === "remove" ? it : { ...it, yaml: editYaml(it, texts) }),
      })),
    }),
    ...(noFlip !== undefined && { noFlip }),
  };
}
