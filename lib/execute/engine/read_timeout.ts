import type { TaskPlan } from "../../model/mod.ts";
import { parseDuration } from "../../source/parse_duration.ts";
import type { Renderer, RenderScope } from "../renderer.ts";

/**
 * Renders the timeout of a task that has an expression for one; the policy's is a ceiling for it.
 *
 * @returns The plan with the deadline that is in force.
 */
export async function readTimeout(
  plan: TaskPlan,
  renderer: Renderer,
  scope: () => RenderScope,
): Promise<
  { readonly ok: true; readonly plan: TaskPlan } | { readonly ok: false; readonly message: string }
> {
  const { timeoutText } = plan.task;
  if (timeoutText === undefined) return { ok: true, plan };
  const answer = await renderer.render(timeoutText.value, scope());
  if (!answer.ok) return answer;
  const text = String(answer.value).trim();
  const own = parseDuration(text);
  if (own === undefined) {
    return {
      ok: false,
      message: `Cannot use timeout ${JSON.stringify(text.slice(0, 200))}: it is no duration`,
    };
  }
  return { ok: true, plan: { ...plan, timeoutMs: Math.min(own, plan.timeoutMs ?? Infinity) } };
}
