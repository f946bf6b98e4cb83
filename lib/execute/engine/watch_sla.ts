import type { Sla, State } from "../../model/mod.ts";
import { isTrue } from "../../source/is_true.ts";
import type { Execution } from "./execution.ts";
import { renderForFlow } from "./render_for_flow.ts";

/** What holds an execution to its flow's `sla` while it runs. */
export interface SlaWatch extends Disposable {
  /** Fires when one is broken that ends the execution. */
  readonly signal: AbortSignal;
  /** What becomes of an execution that one has ended. */
  readonly state: () => State | undefined;
  /** Looks at the assertions when the execution has changed; absent where there are none. */
  readonly look?: () => Promise<void>;
}

/**
 * Watches the promises of a flow about one execution. One that is broken sets its labels, once, and ends
 * the execution as it says: FAILED or CANCELLED.
 *
 * Source: kestra-io/kestra, `io.kestra.core.models.flows.sla`.
 */
export function watchSla(execution: Execution): SlaWatch {
  const { sla } = execution.run.plan.flow;
  const stop = new AbortController();
  const broken = new Set<Sla>();
  let state: State | undefined;
  const breach = (it: Sla) => {
    if (broken.has(it)) return;
    broken.add(it);
    for (const [name, value] of Object.entries(it.labels)) execution.labels.set(name, value);
    if (Object.keys(it.labels).length > 0) execution.run.journal?.label(it.labels);
    if (it.behavior === "NONE") return;
    state ??= it.behavior === "FAIL" ? "FAILED" : "CANCELLED";
    stop.abort("sla");
  };
  const assertions = sla.filter((it) => it.type === "EXECUTION_ASSERTION");
  const timers = sla.flatMap((it) =>
    it.type === "MAX_DURATION"
      ? [setTimeout(() => breach(it), Math.min(it.durationMs, 2 ** 31 - 1))]
      : []
  );
  return {
    signal: stop.signal,
    state: () => state,
    ...(assertions.length > 0 && {
      look: async () => {
        for (const it of assertions) {
          if (!broken.has(it) && !await holds(it.assert.value, execution)) breach(it);
        }
      },
    }),
    [Symbol.dispose]: () => timers.forEach((it) => clearTimeout(it)),
  };
}

/** An assertion that cannot be rendered does not hold. */
async function holds(text: string, execution: Execution): Promise<boolean> {
  const answer = await renderForFlow(execution, text);
  return answer.ok && isTrue(String(answer.value));
}
