import type { Access, Because, TaskPlan } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { mountedAt } from "./container_part.ts";
import { hostMatches } from "./host_matches.ts";
import { isInWorkspace } from "./place_path.ts";

/** The rules that let an access happen, the closest first. Never empty. */
export function becauseOfAllowed(plan: TaskPlan, access: Access): readonly Because[] {
  const { kind, value = "" } = access;
  if (plan.program?.kind === "container") return ofContainer(plan, access);
  if ((kind === "read" || kind === "write") && isInWorkspace(value)) {
    return [builtIn(access, "the workspace is the task's own")];
  }
  const covers = plan.because.flatMap((it) => {
    const of = coveredBy(it.effect, kind);
    const does = of !== undefined &&
      (kind === "net"
        ? hostMatches(of, value)
        : kind === "env"
        ? of === value
        : isWithin(of, value));
    return does ? [{ it, of }] : [];
  }).toSorted((a, b) => b.of.length - a.of.length).map(({ it }) => it);
  const general = plan.because.filter(({ effect }) => effect.startsWith(GENERAL[kind]));
  const found = covers.length > 0 ? covers : general;
  return found.length > 0 ? found : [builtIn(access, ruleOf(plan, access))];
}

/** What an effect opens: of reading also what may be written. */
function coveredBy(effect: string, kind: Access["kind"]): string | undefined {
  const [, verb, of] = /^allow (read|write|net|env) (\/.*|\S+)$/.exec(effect) ?? [];
  return verb === kind || (verb === "write" && kind === "read") ? of : undefined;
}

/** How the effects begin that open a kind as a whole. */
const GENERAL: Readonly<Record<Access["kind"], string>> = {
  read: "allow read of ",
  write: "allow write of ",
  spawn: "allow spawn",
  net: "allow network",
  env: "allow env of ",
};

function ruleOf({ program, kernel }: TaskPlan, { kind, value = "", real = value }: Access): string {
  if (kind === "env") return "the task, or the harness for it, sets it";
  if (kernel?.devices.includes(real)) return "a device that holds nothing";
  return program?.kind === "process" || program?.kind === "plugin"
    ? "what the program itself is made of"
    : "no rule restricts it";
}

function ofContainer(plan: TaskPlan, access: Access): readonly Because[] {
  const { kind } = access;
  if (plan.program?.kind !== "container") return [];
  if (kind === "spawn") return [builtIn(access, "a container is what its processes cannot leave")];
  if (kind === "env") return [builtIn(access, "the task, or the harness for it, sets it")];
  if (kind === "net") {
    return plan.because.filter((it) => it.effect.startsWith("container network "));
  }
  const mount = mountedAt(plan.program, access)?.mount;
  const named = mount?.type === "bind"
    ? plan.because.filter((it) =>
      it.effect.replace(/, read-only$/, "") === `mount ${mount.source} at ${mount.target}`
    )
    : [];
  return named.length > 0 ? named : [builtIn(access, "the workspace is the task's own")];
}

function builtIn({ kind, value }: Access, rule: string): Because {
  return {
    effect: `allow ${kind}${value === undefined ? "" : ` ${value}`}`,
    rule,
    source: "built-in",
  };
}
