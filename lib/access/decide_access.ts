import { posix } from "node:path";
import type {
  Access,
  Because,
  Decision,
  Layer,
  LayerPart,
  Permission,
  TaskPlan,
} from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { becauseOfDenial } from "./because_of_denial.ts";
import { hostMatches } from "./host_matches.ts";

/** Stands in a plan for the task run's own directory. */
const WORKSPACE = "<workspace>";

/**
 * Says whether a task may do one thing, each layer's part in it, and the rules that decide.
 *
 * Pure: it reads the plan as the layers do. What a plan cannot tell, a file's own mode or an engine's
 * image for one, it does not judge.
 *
 * @param plan Of the task; a refused one may do nothing.
 */
export function decideAccess(plan: TaskPlan, access: Access): Decision {
  const known = { ...access, ...(access.value !== undefined && isPath(access) && placed(access)) };
  if (plan.refusal !== undefined) {
    const { code, source, message } = plan.refusal;
    return {
      access,
      verdict: "denied",
      parts: LAYERS.map((layer) => ({ layer, verdict: "silent", fact: "the task is refused" })),
      because: [{ effect: `refuse: ${message}`, rule: code, source }],
    };
  }
  const parts = LAYERS.map((layer): LayerPart => ({ layer, ...PARTS[layer](plan, known) }));
  const denies = parts.find((it) => it.verdict === "denies");
  const allows = parts.some((it) => it.verdict === "allows");
  if (denies === undefined && allows) {
    return { access, verdict: "allowed", parts, because: becauseOfAllowed(plan, known) };
  }
  const permission = access.kind === "spawn" ? "run" : access.kind;
  const value = denies?.layer === "kernel" ? known.real ?? known.value : known.value;
  const because = denies === undefined
    ? { effect: "do nothing", rule: "no code of an author's runs", source: "built-in" } as const
    : becauseOfDenial({ permission, ...(value !== undefined && { value }) }, plan.because);
  return { access, verdict: "denied", parts, because: [because] };
}

const LAYERS = ["preflight", "deno", "kernel", "container"] as const;
type Part = Omit<LayerPart, "layer">;

const PARTS: Readonly<Record<LayerPart["layer"], (plan: TaskPlan, access: Access) => Part>> = {
  preflight: ({ layers }) =>
    silent(layers.preflight.active ? "it looks at imports by name only" : layers.preflight.why),
  deno: ({ permissions, layers, spawn }, { kind, value = "" }) => {
    if (permissions === undefined) return silent(wordsOf(layers.deno));
    if (kind === "spawn") {
      return spawn === "allowed" && permissions.run.deny !== "all"
        ? allows("--allow-run")
        : denies("--deny-run");
    }
    const { allow, deny } = permissions[kind];
    const covers = (list: Permission["allow"]) =>
      list === "all" || list.some((it) => matches(kind, it, value));
    if (covers(deny)) return denies(`--deny-${kind} covers ${value}`);
    return covers(allow) ? allows(`--allow-${kind} covers ${value}`) : denies(
      `no --allow-${kind} covers ${value}`,
    );
  },
  kernel: ({ kernel, layers }, { kind, value = "", real = value }) => {
    if (kernel === undefined) return silent(wordsOf(layers.kernel));
    if (kind === "env") return silent("it does not look at variables");
    if (kind === "spawn") {
      return kernel.spawn
        ? allows("programs that may be read start")
        : denies("nothing may be run");
    }
    if (kind === "net") {
      if (kernel.sockets === "none") return denies("no sockets");
      const port = /:(\d+)$/.exec(value)?.[1];
      return kernel.ports === "all" || port === undefined || kernel.ports.includes(Number(port))
        ? allows("sockets of the internet")
        : denies(`TCP port ${port} is not among ${kernel.ports.join(", ")}`);
    }
    const covering = kernel[kind].find((it) => isWithin(it, real));
    return covering === undefined && !kernel.devices.includes(real)
      ? denies(`no rule opens ${real}`)
      : allows(`${covering ?? real} is open`);
  },
  container: ({ program, layers }, { kind, value = "", real = value }) => {
    if (program?.kind !== "container") return silent(wordsOf(layers.container));
    const { spec } = program;
    if (kind === "spawn") return allows("its processes stay in the container");
    if (kind === "env") {
      return value in spec.env
        ? allows("it is set")
        : denies("no variable of the harness's is set");
    }
    if (kind === "net") {
      return spec.network === "none"
        ? denies("its network is none")
        : allows(`its network is ${spec.network}`);
    }
    const mount = spec.mounts.find((it) => it.type === "bind" && isWithin(it.source, real));
    if (mount === undefined || mount.type !== "bind") return denies(`${real} is not mounted`);
    return kind === "write" && mount.readOnly
      ? denies(`${mount.source} is mounted for reading`)
      : allows(`${mount.source} is mounted at ${mount.target}`);
  },
};

function isPath({ kind }: Access): boolean {
  return kind === "read" || kind === "write";
}

/** A path from the root, or from the workspace. */
function placed({ value = "", real }: Access): Pick<Access, "value" | "real"> {
  const path = value.startsWith("/") || value.startsWith(WORKSPACE)
    ? posix.normalize(value)
    : posix.join(WORKSPACE, value);
  const it = path.replace(/(.)\/+$/, "$1");
  return { value: it, real: real ?? it };
}

function matches(kind: Exclude<Access["kind"], "spawn">, pattern: string, value: string): boolean {
  if (kind === "env") return pattern === value;
  return kind === "net" ? hostMatches(pattern, value) : isWithin(pattern, value);
}

function becauseOfAllowed(
  { because }: TaskPlan,
  { kind, value = "" }: Access,
): readonly Because[] {
  const covers = because.flatMap((it) => {
    const of = new RegExp(`^allow ${kind} (\\S+)$`).exec(it.effect)?.[1];
    return of !== undefined && kind !== "spawn" && matches(kind, of, value) ? [{ it, of }] : [];
  }).toSorted((a, b) => b.of.length - a.of.length).map(({ it }) => it);
  const general = because.filter(({ effect }) => effect.startsWith(GENERAL[kind]));
  const found = [...covers, ...general];
  return found.length > 0 ? found : [{
    effect: `allow ${kind}${value === "" ? "" : ` ${value}`}`,
    rule: value.startsWith(WORKSPACE) ? "a task's own workspace" : "no rule restricts it",
    source: "built-in",
  }];
}

/** How the effects begin that open a kind as a whole. */
const GENERAL: Readonly<Record<Access["kind"], string>> = {
  read: "allow read of ",
  write: "allow write of ",
  spawn: "allow spawn",
  net: "allow network",
  env: "allow env of ",
};

function wordsOf(layer: Layer): string {
  return layer.active ? "it does not look at this" : layer.why;
}

function silent(fact: string): Part {
  return { verdict: "silent", fact };
}

function allows(fact: string): Part {
  return { verdict: "allows", fact };
}

function denies(fact: string): Part {
  return { verdict: "denies", fact };
}
