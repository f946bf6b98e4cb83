import { findSecrets } from "../find_secrets.ts";
import { handFiles } from "../files/hand_files.ts";
import type { Rendered } from "../renderer.ts";
import type { Execution } from "./execution.ts";
import { mentionsOfValue, variablesOfFlow } from "./variables_of.ts";

/**
 * Renders what belongs to the flow itself, and to no task of it.
 *
 * @param flowOutputs What the flow gives, once it is known.
 */
export async function renderForFlow(
  execution: Execution,
  value: unknown,
  flowOutputs?: Readonly<Record<string, unknown>>,
): Promise<Rendered> {
  const { renderer, secrets, files } = execution;
  const variables = variablesOfFlow(execution, mentionsOfValue(value));
  const seen = flowOutputs === undefined ? variables : {
    ...variables,
    execution: { ...variables.execution as object, outputs: flowOutputs },
  };
  return await renderer.render(value, {
    variables: seen,
    secrets: Object.fromEntries([...findSecrets(value)].flatMap((name): [string, string][] => {
      const secret = secrets.get(name);
      return secret === undefined ? [] : [[name, secret]];
    })),
    ...await handFiles({ variables: seen, files }, [value]),
  });
}
