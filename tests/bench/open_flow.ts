import { makeLog } from "../../lib/cli/log.ts";
import { makeIo } from "../../lib/cli/make_io.ts";
import { prepare } from "../../lib/cli/prepare.ts";
import { runFlow } from "../../lib/execute/mod.ts";
import { makeOwnDirectory } from "../../lib/host/mod.ts";
import { type Event, StageError, type State } from "../../lib/model/mod.ts";
import { harnessChild } from "../../lib/plan/mod.ts";

/** A flow that can be run again and again. */
export interface OpenFlow {
  readonly run: (
    how: {
      readonly prestart: boolean;
      /** Task runs at a time; 1 without it. */
      readonly concurrency?: number;
      readonly emit: (event: Event) => void;
    },
  ) => Promise<State>;
}

/**
 * Plans a flow once, to run it by `runFlow()`.
 *
 * @param directory Where flow, policy and workspaces are put.
 * @returns In words, why this machine cannot run it.
 */
export async function openFlow(
  directory: string,
  flow: { readonly id: string; readonly tasks: readonly object[] },
  policyText: string,
): Promise<OpenFlow | string> {
  const files = { flow: `${directory}/${flow.id}.yaml`, policy: `${directory}/${flow.id}-p.yaml` };
  await Deno.writeTextFile(files.flow, JSON.stringify({ namespace: "bench", ...flow }));
  await Deno.writeTextFile(files.policy, policyText);
  using io = makeIo();
  const log = makeLog(io, { format: "text", quiet: true });
  const workspace = `${directory}/workspaces`;
  try {
    const question = { flows: [files.flow], policies: [files.policy], plugins: [], workspace };
    const { plan, host } = await prepare({ ...io, log }, question);
    const [flowPlan] = plan.flows;
    const refused = flowPlan?.tasks.find((it) => it.verdict !== "run");
    if (flowPlan === undefined || refused?.refusal !== undefined) {
      return refused?.refusal?.message ?? "it is not planned";
    }
    const { runtime, childCode } = host;
    if (!runtime.found || !childCode.found) return "there is no runtime";
    await makeOwnDirectory(host.workspaceRoot, "workspace");
    const renderChild = harnessChild(runtime.value, childCode.value, host, {
      program: "builtIn",
      read: [],
    });
    return {
      run: async ({ prestart, concurrency = 1, emit }) => {
        const { state } = await runFlow({
          plan: flowPlan,
          policy: plan.policy.digest,
          inputs: {},
          env: (name) => Deno.env.get(name),
          workspaceRoot: host.workspaceRoot,
          keep: false,
          prestart,
          concurrency,
          renderChild,
          kernel: host.kernel,
          signal: new AbortController().signal,
          now: () => new Date(),
          emit,
        });
        return state;
      },
    };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return error.diagnostics[0]?.message ?? "it cannot be planned";
  }
}
