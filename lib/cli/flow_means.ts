import type { FlowRun } from "../execute/mod.ts";
import { parseInputValue, resolveInputs } from "../flow/mod.ts";
import { askInput } from "./ask_inputs.ts";
import type { Io } from "./command.ts";

/**
 * What inputs and outputs mean: the stage that runs flows knows nothing of it.
 *
 * @param io Where somebody can be asked for what a pause wants to know.
 */
export function flowMeans(
  { prompt }: Pick<Io, "prompt">,
): Required<Pick<FlowRun, "resolveInputs" | "readOutput">> {
  return {
    resolveInputs: async (inputs, given, { render, asks }) =>
      await resolveInputs(inputs, given, {
        render,
        ...(asks && prompt &&
          { ask: async (question) => await askInput(question, await prompt(), NO_FILES) }),
      }),
    readOutput: ({ type }, value) =>
      type === undefined ? { ok: true, value } : parseInputValue(type, value),
  };
}

/** A file that is named while the execution runs is none of its stored ones, and is said to be none. */
const NO_FILES = { take: (_input: string, path: string) => path };
