import { pathFault } from "../execute/mod.ts";
import type { InputQuestion } from "../flow/mod.ts";
import type { InputChoice } from "../model/mod.ts";
import { printable } from "../report/printable.ts";
import type { InputFiles } from "./input_files.ts";
import type { Prompt } from "./prompt.ts";

/**
 * Asks a person for the value of an input: what it is for, what there is to choose, what is offered.
 *
 * An empty line takes what is offered. Choices are answered by their numbers or values, several of them
 * with commas between; a file by its path. A secret is not shown.
 *
 * @returns `undefined` where there is no answer.
 */
export async function askInput(
  question: InputQuestion,
  prompt: Prompt,
  files: Pick<InputFiles, "take">,
): Promise<unknown> {
  const { input, choices, offer, fact } = question;
  if (fact === undefined) prompt.say(aboutInput(question));
  else prompt.say(printable(`Cannot use that: ${fact}\n`));
  for (;;) {
    const hint = offer === undefined || input.type === "SECRET" ? "" : ` [${textOf(offer)}]`;
    const line = await prompt.line(
      printable(`${input.type === "FILE" ? `${input.id}, a path` : input.id}${hint}: `),
      input.type === "SECRET" ? "hidden" : "shown",
    );
    if (line === undefined) return undefined;
    if (line === "" && offer !== undefined) return offer;
    if (input.type === "FILE" && line !== "" && !/^(?:file|nsfile):\/\//.test(line)) {
      const wrong = await pathFault(line);
      if (wrong === undefined) return files.take(input.id, line);
      prompt.say(printable(`Cannot use that: ${wrong}\n`));
      continue;
    }
    if (choices === undefined) return line;
    return input.type === "MULTISELECT" ? chosenOf(line, choices) : choiceOf(line, choices);
  }
}

function aboutInput({ input, choices }: InputQuestion): string {
  const { id, type, displayName, description } = input;
  const title = displayName === undefined ? `${id} (${type})` : `${displayName} (${id}, ${type})`;
  const lines = [
    title,
    ...(description?.trimEnd().split("\n").map((it) => `  ${it}`) ?? []),
    ...(choices?.map(({ value, label }, i) =>
      `  ${i + 1}) ${label === undefined ? value : `${value}: ${label}`}`
    ) ?? []),
    ...(type === "MULTISELECT" ? ["  Several: 1,2"] : []),
  ];
  return printable(`${lines.join("\n")}\n`);
}

/** A value stands for itself, also where it looks like the number of another one. */
function choiceOf(answer: string, choices: readonly InputChoice[]): string {
  const word = answer.trim();
  if (choices.some((it) => it.value === word)) return word;
  const at = /^\d{1,6}$/.test(word) ? choices[Number(word) - 1] : undefined;
  return at?.value ?? answer;
}

function chosenOf(answer: string, choices: readonly InputChoice[]): unknown {
  if (answer.trim() === "" || answer.trimStart().startsWith("[")) return answer;
  return answer.split(",").map((it) => choiceOf(it.trim(), choices));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
