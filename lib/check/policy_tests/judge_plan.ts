import { isDeepStrictEqual } from "node:util";
import { decideAccess } from "../../access/mod.ts";
import type {
  Access,
  Because,
  Permission,
  Permissions,
  Refusal,
  TaskPlan,
  TestedCheck,
} from "../../model/mod.ts";
import { isWithin } from "../../paths/is_within.ts";
import { toPlain } from "../../source/mod.ts";
import { containerFact, fullImage, mountsOf } from "./container_facts.ts";
import type { Expectation } from "./policy_test_suite.ts";
import {
  becauseOfKind,
  becauseOfRefusal,
  becauseOfSpawn,
  RULES_OF_LAYERS,
  switchedOff,
} from "./rules_behind.ts";
import { messageOf, operatorOf } from "./words_of.ts";

/** What was planned, for the one who judges. */
export interface Planned {
  readonly task: TaskPlan;
  /** Why it may not run: a refused flow refuses all of its tasks. */
  readonly refusal?: Refusal;
  /** The text of a line of a policy. */
  readonly lineOf: (at: { readonly file: string; readonly line: number }) => string;
}

type Of<K extends Expectation["kind"]> = Extract<Expectation, { readonly kind: K }>;
/** How one expectation came out. */
type Judged = Pick<TestedCheck, "expected" | "actual" | "holds"> & {
  readonly because: readonly Because[];
};

/** Says of each expectation whether it is true of a plan, and which rules make it so or not. */
export function judgePlan(
  planned: Planned,
  expectations: readonly Expectation[],
): readonly TestedCheck[] {
  const first = expectations.flatMap((it) =>
    it.kind === "because" ? [] : [checkOf(it, judge(it, planned))]
  );
  // The lines that decide what else is expected; of a test that expects nothing else those of the plan.
  const deciding = first.length > 0
    ? first.flatMap((it) => it.because ?? [])
    : planned.task.because;
  return [
    ...unexpectedRefusal(planned, expectations),
    ...first,
    ...expectations.flatMap((it) =>
      it.kind === "because" ? [checkOf(it, judgeBecause(it, deciding, planned))] : []
    ),
  ];
}

/** What only a task can have that runs. */
const OF_A_RUN: readonly Expectation["kind"][] = [
  "argv",
  "permission",
  "layer",
  "limit",
  "container",
  "mount",
  "access",
];

/**
 * A refused task may do nothing: whoever expects that something is denied to it would be right for the
 * wrong reason, a misspelt property for one.
 */
function unexpectedRefusal(
  { refusal }: Planned,
  expectations: readonly Expectation[],
): readonly TestedCheck[] {
  const first = expectations.find((it) => OF_A_RUN.includes(it.kind));
  const isMeant = expectations.some((it) => it.kind === "verdict" || it.kind === "refusal");
  if (refusal === undefined || first === undefined || isMeant) return [];
  const because = becauseOfRefusal(refusal);
  return [{
    operator: "verdict",
    expected: "run",
    actual: "refuse",
    holds: false,
    at: first.at,
    message: `the task is refused, so that it may do nothing: ${refusal.message}; expect ` +
      `"verdict: refuse" where that is meant`,
    because,
  }];
}

function checkOf(it: Expectation, { expected, actual, holds, because }: Judged): TestedCheck {
  const operator = operatorOf(it);
  return {
    operator,
    expected,
    actual,
    holds,
    at: it.at,
    because: unique(because),
    ...(!holds && { message: messageOf(it, operator, actual) }),
  };
}

/** What is judged by the plan alone. */
type Judgeable = Exclude<Expectation, { readonly kind: "because" }>;

function judge(it: Judgeable, planned: Planned): Judged {
  const of = JUDGES[it.kind] as (it: Judgeable, planned: Planned) => Judged;
  return of(it, planned);
}

const JUDGES: {
  readonly [K in Judgeable["kind"]]: (it: Of<K>, planned: Planned) => Judged;
} = {
  verdict: ({ expected }, { task, refusal }) =>
    same(
      expected,
      refusal === undefined ? "run" : "refuse",
      refusal === undefined
        ? [
          ...task.because.filter((it) => it.effect === "run"),
          ...containerFact(task, "image").because,
        ]
        : becauseOfRefusal(refusal),
    ),
  refusal: ({ expected }, { refusal }) =>
    same(expected, refusal?.code ?? null, becauseOfRefusal(refusal)),
  "class kind": ({ expected }, { task }) => same(expected, task.kind, []),
  spawn: ({ expected }, { task }) => same(expected, task.spawn, becauseOfSpawn(task)),
  argv: ({ includes, expected }, { task }) => {
    const words = wordsOf(task.argv);
    const [, kind, value] = /^--(?:allow|deny)-(read|write|net|env)=(.+)$/.exec(expected) ?? [];
    return {
      expected,
      actual: task.argv,
      holds: words.has(expected) === includes,
      because: kind === undefined
        ? []
        : decideAccess(task, { kind: kind as Access["kind"], value: value! }).because,
    };
  },
  permission: judgePermission,
  layer: ({ layer, expected }, { task }) =>
    same(expected, task.layers[layer].active, task.because.filter(RULES_OF_LAYERS[layer])),
  value: ({ path, expected }, { task }) => {
    const actual = valueAt(toPlain(task.task.effective), path) ?? null;
    const covers = (it: string) =>
      it === path || it.startsWith(`${path}.`) || it.startsWith(`${path}[`);
    return {
      expected,
      actual,
      holds: isDeepStrictEqual(actual, expected ?? null),
      because: [
        ...task.provenance.filter((it) => covers(it.path)).map(({ path, from, source }) => ({
          effect: `set ${path}`,
          rule: from === "flow" ? "the task says so" : `${from} of the policy`,
          source,
        })),
        ...task.because.filter((it) => it.effect === `delete ${path}`),
      ],
    };
  },
  limit: ({ limit, expected }, { task }) => {
    const actual = (limit === "timeoutMs" ? task.timeoutMs : task.limits[limit]) ?? null;
    const name = limit.replace(/(?:Ms|Bytes)$/, "");
    return {
      ...same(
        expected,
        actual,
        task.because.filter((it) => it.effect.startsWith(`limit ${name} `)),
      ),
    };
  },
  container: ({ what, expected }, { task }) => {
    const { actual, because } = containerFact(task, what);
    const holds = Array.isArray(expected)
      ? isDeepStrictEqual([...expected].toSorted(), actual)
      : actual === (what === "image" ? fullImage(String(expected)) : expected);
    return { expected, actual, holds, because };
  },
  mount: ({ includes, expected }, { task }) => {
    const actual = mountsOf(task);
    const named = expected.replace(/:ro$/, ", read-only").replace(":", " at ");
    return {
      expected,
      actual,
      holds: actual.includes(expected) === includes,
      because: task.because.filter((it) => it.effect === `mount ${named}`),
    };
  },
  access: ({ access, expected }, { task }) => {
    const { verdict, because } = decideAccess(task, access);
    return same(expected, verdict, [
      ...because,
      ...(access.kind === "spawn" ? becauseOfSpawn(task) : []),
      ...switchedOff(task),
    ]);
  },
};

function same(expected: unknown, actual: unknown, because: readonly Because[]): Judged {
  return { expected, actual, holds: expected === actual, because };
}

function judgePermission(
  { permission, list, expected }: Of<"permission">,
  { task }: Planned,
): Judged {
  const actual = task.permissions?.[permission][list];
  const shown = actual === undefined ? null : actual.length === 0 ? "none" : actual;
  if (typeof expected === "string") {
    return {
      expected,
      actual: shown,
      holds: shown === expected,
      because: permission === "run" ? becauseOfSpawn(task) : becauseOfKind(permission, task),
    };
  }
  const has = actual !== undefined &&
    (actual === "all" || listHas(permission, actual, expected.value));
  const kind = ["read", "write", "net", "env"].find((it) => it === permission);
  return {
    expected: expected.value,
    actual: shown,
    // A task without permissions has no list that could leave something out.
    holds: actual !== undefined && has === expected.includes,
    because: kind === undefined
      ? []
      : decideAccess(task, { kind: kind as Access["kind"], value: expected.value }).because,
  };
}

/** Whether an entry of a list is it; of paths, whether one holds it. */
function listHas(
  permission: keyof Permissions,
  list: Exclude<Permission["allow"], "all">,
  value: string,
): boolean {
  if (permission !== "read" && permission !== "write") return list.includes(value);
  const path = value.replace(/(.)\/+$/, "$1");
  return list.some((it) => it === path || isWithin(it, path));
}

/** The words of a command line, and of a flag with a list each of its entries. */
function wordsOf(argv: readonly string[]): ReadonlySet<string> {
  return new Set(argv.flatMap((it) => {
    const [, flag, list] = /^(--(?:allow|deny)-\w+)=(.*)$/s.exec(it) ?? [];
    return flag === undefined ? [it] : [it, ...list!.split(",").map((entry) => `${flag}=${entry}`)];
  }));
}

/** `taskRunner.type`, `commands[0]`; a key that holds dots is found where it stands first. */
function valueAt(value: unknown, path: string): unknown {
  if (path === "") return value;
  if (typeof value !== "object" || value === null) return undefined;
  const [, index, after] = /^\[(\d+)\]\.?(.*)$/s.exec(path) ?? [];
  if (index !== undefined) return valueAt((value as unknown[])[Number(index)], after!);
  for (const [key, it] of Object.entries(value)) {
    if (path === key) return it;
    if (!path.startsWith(key) || !/^[.[]/.test(path.slice(key.length))) continue;
    const found = valueAt(it, path.slice(key.length).replace(/^\./, ""));
    if (found !== undefined) return found;
  }
  return undefined;
}

function judgeBecause(
  { expected }: Of<"because">,
  deciding: readonly Because[],
  { lineOf }: Planned,
): Judged {
  const [, file, line] = /^(.*):(\d+)$/s.exec(expected) ?? [];
  const found = deciding.filter(({ effect, rule, source }) =>
    source !== "built-in" && file !== undefined
      ? source.line === Number(line) && isFile(source.file, file)
      : effect.includes(expected) || rule.includes(expected) ||
        (source !== "built-in" && lineOf(source).includes(expected))
  );
  return {
    expected,
    actual: unique(deciding).map(({ rule, source }) =>
      source === "built-in" ? `${rule} (built-in)` : `${source.file}:${source.line} ${rule}`
    ),
    holds: found.length > 0,
    because: found,
  };
}

/** Whether a path ends as it is named. */
function isFile(path: string, named: string): boolean {
  return named === "" || path === named || path.endsWith(`/${named.replace(/^(?:\.\.?\/)+/, "")}`);
}

function unique(because: readonly Because[]): readonly Because[] {
  const seen = new Set<string>();
  return because.filter((it) => {
    const key = JSON.stringify(it);
    return !seen.has(key) && seen.add(key);
  });
}
