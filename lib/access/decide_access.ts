import type { Access, Because, Decision, LayerPart, TaskPlan } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { becauseOfAllowed } from "./because_of_allowed.ts";
import { becauseOfDenial } from "./because_of_denial.ts";
import { containerPart } from "./container_part.ts";
import { allows, denies, denoPart, type Part, silent } from "./deno_part.ts";
import { kernelPart } from "./kernel_part.ts";
import { placePath } from "./place_path.ts";

/**
 * Says whether a task may do one thing, each layer's part in it, and the rules that decide.
 *
 * Pure: it reads the plan as the layers do. What a plan cannot tell, a file's own mode or an engine's
 * image for one, it does not judge: what is allowed may fail for that.
 *
 * @param plan Of the task. A refused one may do nothing, and neither may one that runs nothing of an
 * author's: a flowable, one that is disabled, or that a mock stands in for.
 * @param access Of a path `real` says where it leads: Deno does not look there, the kernel does.
 */
export function decideAccess(plan: TaskPlan, access: Access): Decision {
  const stopped = nothingRuns(plan);
  if (stopped !== undefined) {
    const fact = plan.refusal === undefined ? stopped.rule : "the task is refused";
    return {
      access,
      verdict: "denied",
      parts: LAYERS.map((layer) => ({ layer, verdict: "silent", fact })),
      because: [stopped],
    };
  }
  const placed = placePath(access, plan);
  const parts = LAYERS.map((layer): LayerPart => ({ layer, ...PARTS[layer](plan, placed) }));
  const harness = harnessPart(plan, placed);
  if (harness !== undefined) parts.push({ layer: "harness", ...harness });
  const denying = parts.find((it) => it.verdict === "denies");
  return denying === undefined && parts.some((it) => it.verdict === "allows")
    ? { access, verdict: "allowed", parts, because: becauseOfAllowed(plan, placed) }
    : { access, verdict: "denied", parts, because: [whyDenied(plan, placed, denying)] };
}

const LAYERS = ["preflight", "deno", "kernel", "container"] as const;

const PARTS: Readonly<Record<typeof LAYERS[number], (plan: TaskPlan, access: Access) => Part>> = {
  preflight: ({ layers }) =>
    silent(layers.preflight.active ? "it reads imports by name only" : layers.preflight.why),
  deno: denoPart,
  kernel: kernelPart,
  container: containerPart,
};

/** What a command on the host has of variables is what the harness sets: no layer looks at them. */
function harnessPart({ program }: TaskPlan, { kind, value = "" }: Access): Part | undefined {
  if (program?.kind !== "process" || kind !== "env") return undefined;
  const set = ["PATH", "HOME", "TMPDIR", ...Object.keys(program.work.env)];
  if (set.includes(value)) return allows("it is set for the task");
  return program.env.includes(value)
    ? allows("it is passed on")
    : denies("the environment is cleared");
}

/** Why nothing of an author's runs at all. */
function nothingRuns({ refusal, program, permissions, because }: TaskPlan): Because | undefined {
  if (refusal !== undefined) {
    return { effect: `refuse: ${refusal.message}`, rule: refusal.code, source: refusal.source };
  }
  if (program !== undefined || permissions !== undefined) return undefined;
  return because.find((it) => ["skip", "mock", "start nothing"].includes(it.effect)) ??
    NOTHING_RUNS;
}

const NOTHING_RUNS: Because = {
  effect: "do nothing",
  rule: "it runs nothing itself",
  source: "built-in",
};

function whyDenied(plan: TaskPlan, access: Access, denying: LayerPart | undefined): Because {
  const { kind, value, real } = access;
  const { program } = plan;
  if (denying === undefined) return NOTHING_RUNS;
  if (program?.kind === "container") return ofContainer(plan, access);
  if (denying.layer === "harness") {
    return becauseOfDenial(
      { permission: kind, ...(value !== undefined && { value }) },
      plan.because,
    );
  }
  const seen = denying.layer === "kernel" ? real ?? value : value;
  const because = becauseOfDenial({
    permission: kind === "spawn" ? "run" : kind,
    ...(seen !== undefined && { value: seen }),
  }, plan.because);
  if (because.source !== "built-in" || because.effect.startsWith("deny ")) return because;
  if (denying.layer === "kernel" && kind === "net") {
    return plan.because.find((it) => it.effect.startsWith("withhold names of hosts")) ?? because;
  }
  return program?.kind === "built-in" && because.effect === `withhold ${kind} ${seen}`
    ? { ...because, rule: "the class is part of bulkhead and is given what it needs" }
    : because;
}

function ofContainer({ because }: TaskPlan, { kind, value = "" }: Access): Because {
  const ofKind = because.find(({ effect }) => {
    if (kind === "net") return effect.startsWith("container network ");
    const [, target] = / at (\/.*), read-only$/.exec(effect) ?? [];
    return kind === "write" && target !== undefined && isWithin(target, value);
  });
  const files = kind === "env"
    ? undefined
    : because.find(({ effect }) => /^(?:mount|copy) the workspace/.test(effect));
  return ofKind ?? files ?? {
    effect: `withhold ${kind} ${value}`,
    rule: "a container has what its task and the policy give it",
    source: "built-in",
  };
}
