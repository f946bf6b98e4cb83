import type * as z from "zod/mini";
import type { LocatedMap, Source } from "../../model/mod.ts";
import { findLocated, sourceAt, toPlain } from "../../source/mod.ts";
import type { ContainerFact, Expectation } from "./policy_test_suite.ts";
import { type ExpectShape, LIMITS, PERMISSIONS, VALUED } from "./shapes.ts";

type Expected = z.infer<ReturnType<typeof ExpectShape>>;
type Includes = {
  readonly includes?: readonly string[] | undefined;
  readonly excludes?: readonly string[] | undefined;
};

/**
 * Takes `expect` apart: one expectation for each thing that can be true or not, with its place.
 *
 * @param located What stands under `expect`.
 * @param expected The same, as the shape gives it: sizes in bytes, durations in milliseconds.
 */
export function expectationsOf(located: LocatedMap, expected: Expected): readonly Expectation[] {
  const at = (...path: readonly string[]): Source => sourceAt(located, path);
  const { verdict, refusal, kind, spawn, argv, because = [], container = {} } = expected;
  return [
    ...(verdict ? [{ kind: "verdict", expected: verdict, at: at("verdict") } as const] : []),
    ...(refusal ? [{ kind: "refusal", expected: refusal, at: at("refusal") } as const] : []),
    ...(kind ? [{ kind: "class kind", expected: kind, at: at("kind") } as const] : []),
    ...(spawn ? [{ kind: "spawn", expected: spawn, at: at("spawn") } as const] : []),
    ...each(argv, (includes, expected, path): Expectation => ({
      kind: "argv",
      includes,
      expected,
      at: at("argv", ...path),
    })),
    ...permissionsOf(expected, at),
    ...(["preflight", "deno", "kernel", "container"] as const).flatMap((layer): Expectation[] => {
      const wanted = expected.layers?.[layer];
      return wanted === undefined
        ? []
        : [{ kind: "layer", layer, expected: wanted, at: at("layers", layer) }];
    }),
    ...valuesOf(located),
    ...Object.entries(LIMITS).flatMap(([name, limit]): Expectation[] => {
      const wanted = expected.limits?.[name as keyof typeof LIMITS];
      return wanted === undefined
        ? []
        : [{ kind: "limit", limit, expected: wanted, at: at("limits", name) }];
    }),
    ...CONTAINER.flatMap((what): Expectation[] => {
      const wanted = container[what];
      return wanted === undefined
        ? []
        : [{ kind: "container", what, expected: wanted, at: at("container", what) }];
    }),
    ...each(container.mounts, (includes, expected, path): Expectation => ({
      kind: "mount",
      includes,
      expected,
      at: at("container", "mounts", ...path),
    })),
    ...accessesOf(located, expected, at),
    ...because.map((expected, i): Expectation => ({
      kind: "because",
      expected,
      at: at("because", String(i)),
    })),
  ];
}

const CONTAINER = [
  "engine",
  "image",
  "network",
  "user",
  "capabilities",
  "read-only",
  "cpus",
  "memory",
  "shm",
  "tmp",
] as const satisfies readonly ContainerFact[];

function each<T>(
  lists: Includes | undefined,
  make: (includes: boolean, value: string, path: readonly string[]) => T,
): readonly T[] {
  return (["includes", "excludes"] as const).flatMap((key) =>
    (lists?.[key] ?? []).map((it, i) => make(key === "includes", it, [key, String(i)]))
  );
}

function permissionsOf(
  { permissions }: Expected,
  at: (...path: readonly string[]) => Source,
): readonly Expectation[] {
  return PERMISSIONS.flatMap((permission) =>
    (["allow", "deny"] as const).flatMap((list): readonly Expectation[] => {
      const wanted = permissions?.[permission]?.[list];
      if (wanted === undefined) return [];
      const base = { kind: "permission", permission, list } as const;
      const place = ["permissions", permission, list];
      return typeof wanted === "string"
        ? [{ ...base, expected: wanted, at: at(...place) }]
        : each(wanted, (includes, value, path) => ({
          ...base,
          expected: { includes, value },
          at: at(...place, ...path),
        }));
    })
  );
}

/** A path is a key: what stands there is compared as it is written. */
function valuesOf(located: LocatedMap): readonly Expectation[] {
  const values = findLocated(located, ["values"]);
  if (values?.kind !== "map") return [];
  return [...values.entries].map(([path, { key, value }]) => ({
    kind: "value",
    path,
    expected: toPlain(value),
    at: key,
  }));
}

function accessesOf(
  located: LocatedMap,
  { access }: Expected,
  at: (...path: readonly string[]) => Source,
): readonly Expectation[] {
  const asked = VALUED.flatMap((kind): readonly Expectation[] => {
    const written = findLocated(located, ["access", kind]);
    if (written?.kind !== "map") return [];
    return [...written.entries].map(([value, { key }]) => ({
      kind: "access",
      access: { kind, value },
      expected: access![kind]![value]!,
      at: key,
    }));
  });
  return access?.spawn === undefined ? asked : [...asked, {
    kind: "access",
    access: { kind: "spawn" },
    expected: access.spawn,
    at: at("access", "spawn"),
  }];
}
