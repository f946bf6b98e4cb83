import {
  checkInputFiles,
  findSecrets,
  type InputFile,
  openLauncher,
  openRenderer,
  secretValue,
} from "../execute/mod.ts";
import { type InputMeans, resolveInputs } from "../flow/mod.ts";
import { type FlowPlan, type HostFacts, type Input, StageError } from "../model/mod.ts";
import { harnessChild } from "../plan/mod.ts";
import { askInput } from "./ask_inputs.ts";
import type { CommandIo } from "./command.ts";
import type { GivenInputs } from "./given_inputs.ts";
import { openInputFiles } from "./input_files.ts";
import { once } from "../source/once.ts";
import { proveLayers } from "./prove_layers.ts";

/** The inputs that an execution is begun with. */
export interface FlowInputs {
  /** As expressions see them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Files that are to be stored under the URIs among the values. */
  readonly files: readonly InputFile[];
  /** What is hidden in whatever is said. */
  readonly hidden: readonly string[];
}

/** What is known of the execution that they are for. */
export interface InputsFor {
  readonly plan: FlowPlan;
  readonly host: HostFacts;
  readonly execution: string;
  /** Whether somebody may be asked for what is missing. */
  readonly asks: boolean;
}

/**
 * Makes the inputs of an execution of what was given, and asks for the rest where there is somebody to
 * ask.
 *
 * @throws {StageError} When something is missing or does not fit.
 */
export async function flowInputs(
  io: CommandIo,
  given: GivenInputs,
  { plan: { flow, localFiles }, host, execution, asks }: InputsFor,
): Promise<FlowInputs> {
  const taken = openInputFiles({ namespace: flow.namespace, flow: flow.id, execution });
  const files = new Set(flow.inputs.filter((it) => it.type === "FILE").map((it) => it.id));
  const texts = [...given.texts].map(([name, text]) =>
    [name, files.has(name) ? taken.fromText(name, text) : text] as const
  );
  const used = new Set<string>();
  const renderer = openInputRenderer(io, host, used);
  await using _renderer = renderer;
  const about = {
    vars: flow.variables,
    labels: flow.labels,
    flow: { id: flow.id, namespace: flow.namespace },
    execution: { id: execution },
  };
  const prompt = io.prompt && once(io.prompt);
  const { values, secrets, unused } = await resolveInputs(
    flow.inputs,
    { ...given.typed, ...Object.fromEntries(texts) },
    {
      render: (value, variables) => renderer.render(value, { ...about, ...variables }),
      ...(asks && prompt && { ask: async (question) => askInput(question, await prompt(), taken) }),
    },
  );
  for (const name of unused) {
    io.log.note(
      "run/unused-input",
      `the value of input "${name}" is not used: what it depends on makes it unwanted`,
    );
  }
  const settled = settleAll(flow.inputs, values, (input, value) => taken.settle(input, value));
  await checkInputFiles(taken.files, {
    namespace: flow.namespace,
    ...(host.namespaceFiles !== undefined && { namespaceFiles: host.namespaceFiles }),
    localFiles: localFiles ?? [],
  });
  return { values: settled, files: taken.files, hidden: [...secrets, ...used] };
}

/** The inputs of an execution that goes on: its files are stored already. */
export function begunInputs(
  inputs: readonly Input[],
  values: Readonly<Record<string, unknown>>,
): FlowInputs {
  const hidden: string[] = [];
  settleAll(inputs, values, ({ type }, value) => {
    if (type === "SECRET" && typeof value === "string") hidden.push(value);
    return value;
  });
  return { values, files: [], hidden };
}

/** The same values, each as `change` has it. */
function settleAll(
  inputs: readonly Input[],
  values: Readonly<Record<string, unknown>>,
  change: (input: Input, value: unknown) => unknown,
): Readonly<Record<string, unknown>> {
  const walk = (value: unknown, prefix: string): unknown => {
    const input = inputs.find((it) => it.id === prefix);
    if (input !== undefined) return change(input, value);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map((
        [key, it],
      ) => [key, walk(it, prefix === "" ? key : `${prefix}.${key}`)]),
    );
  };
  return walk(values, "") as Record<string, unknown>;
}

/** Renders in a child, which is not started before there is something to render. */
function openInputRenderer(
  io: CommandIo,
  host: HostFacts,
  used: Set<string>,
): AsyncDisposable & { readonly render: InputMeans["render"] } {
  const held = new AsyncDisposableStack();
  const opened = once(async () => {
    const { runtime, childCode, kernel } = host;
    if (!runtime.found) throw new StageError([runtime.problem], "host");
    if (!childCode.found) throw new StageError([childCode.problem], "host");
    await proveLayers(io, host);
    const launcher = held.use(openLauncher(kernel));
    return held.use(openRenderer({
      child: harnessChild(runtime.value, childCode.value, host, { program: "builtIn", read: [] }),
      launcher,
    }));
  });
  return {
    async render(value, variables) {
      const secrets: Record<string, string> = {};
      for (const name of findSecrets([value, variables.vars])) {
        const found = secretValue(name, (it) => io.env[it]);
        if (found === undefined) continue;
        secrets[name] = found;
        used.add(found);
      }
      return await (await opened()).render(value, { variables, secrets });
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
