import type { Because, TaskMock, TaskPlan } from "../model/mod.ts";
import { idle } from "./layers_of.ts";

/**
 * Puts mocks in the place of tasks. A mocked task is not run, nor is what it contains, so that neither
 * this machine nor we can refuse it for what they lack; a policy can.
 *
 * @param tasks Flat, in file order: a flowable stands before what it contains.
 */
export function applyMocks(
  tasks: readonly TaskPlan[],
  mocks: readonly TaskMock[],
): readonly TaskPlan[] {
  if (mocks.length === 0) return tasks;
  const byTask = Map.groupBy(mocks, (it) => it.id);
  /** Paths of what is not run whatever the value of a loop, with what stands in for it. */
  const replaced = new Map<string, TaskMock>();
  return tasks.map((plan) => {
    const own = byTask.get(plan.task.id);
    const always = own?.find((it) => it.value === undefined);
    if (always !== undefined) replaced.set(plan.task.path, always);
    const around = [...replaced].find(([path]) => plan.task.path.startsWith(`${path}.`))?.[1];
    const mocked = always ?? around;
    if (mocked === undefined) return own === undefined ? plan : { ...plan, mocks: own };
    return { ...replace(plan, mocked), ...(own && { mocks: own }) };
  });
}

function replace(plan: TaskPlan, mock: TaskMock): TaskPlan {
  if (plan.refusal?.by === "policy") return plan;
  const { refusal: _, program: _p, permissions: _r, kernel: _k, ...rest } = plan;
  const why: Because = { effect: "mock", rule: `it ends with ${mock.state}`, source: mock.source };
  return {
    ...rest,
    verdict: "run",
    argv: [],
    layers: IDLE,
    because: [why, ...plan.because.filter((it) => it.effect !== "refuse" && it.effect !== "run")],
  };
}

const IDLE = idle("the task is mocked");
