import type { Diagnostic, LocatedMap, Sourced } from "../model/mod.ts";
import { normalizePath } from "../paths/normalize_path.ts";
import { findLocated } from "../source/mod.ts";
import type { SourcedList } from "./parsed_policy.ts";

/** A list of texts, each with its place; `undefined` when there is none. */
export function textListAt(block: LocatedMap, path: readonly string[]): SourcedList | undefined {
  const list = findLocated(block, path);
  if (list?.kind !== "list") return undefined;
  return {
    source: list.source,
    items: list.items.map((it) => ({
      value: it.kind === "scalar" ? String(it.value) : "",
      source: it.source,
    })),
  };
}

/**
 * A list with other values at the same places.
 *
 * @param make Gives `undefined` for what is left out.
 */
export function mapItems(
  list: SourcedList | undefined,
  make: (item: Sourced<string>) => string | undefined,
): SourcedList | undefined {
  return list && {
    ...list,
    items: list.items.flatMap((it) => {
      const value = make(it);
      return value === undefined ? [] : [{ ...it, value }];
    }),
  };
}

/** The items of a list of texts right below a block. */
export function textsAt(block: LocatedMap, key: string): readonly Sourced<string>[] | undefined {
  return textListAt(block, [key])?.items;
}

/** A list of paths, in the form in which paths are compared; a path that is unfit is a complaint. */
export function pathsAt(
  block: LocatedMap,
  path: readonly string[],
  problems: Diagnostic[],
): SourcedList | undefined {
  const list = textListAt(block, path);
  if (list === undefined) return undefined;
  const items = list.items.flatMap(({ value, source }) => {
    const normalized = normalizePath(value);
    if (normalized.ok) return [{ value: normalized.path, source }];
    const { fact, help } = normalized;
    problems.push({
      code: "policy/bad-path",
      severity: "error",
      message: `Cannot use path "${value}": ${fact}`,
      at: source,
      ...(help !== undefined && { help }),
    });
    return [];
  });
  return { ...list, items };
}

/** Complains of what is no class and no package. */
export function classesOf(
  list: readonly Sourced<string>[] | undefined,
  problems: Diagnostic[],
): readonly Sourced<string>[] {
  return checked(
    list ?? [],
    /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*\.?$/,
    "policy/bad-class-prefix",
    (it) => `Cannot use class prefix "${it}": it is not a dotted name`,
    problems,
    "A class or a package, such as io.kestra.plugin.core; there are no wildcards",
  );
}

/** Complains of what is no host, with or without a port. */
export function hostsOf(
  list: SourcedList | undefined,
  problems: Diagnostic[],
): SourcedList | undefined {
  return list && {
    ...list,
    items: checked(
      list.items,
      /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9a-fA-F:.]{2,45}\])(?::\d{1,5})?$/,
      "policy/bad-host",
      (it) => `Cannot use host "${it}": it is not a host or host:port`,
      problems,
    ),
  };
}

/** Complains of what is no variable, and of variables that never reach a task. */
export function namesOf(
  list: SourcedList | undefined,
  problems: Diagnostic[],
): SourcedList | undefined {
  return list && {
    ...list,
    items: checked(
      list.items,
      /^(?!SECRET_|LD_|DYLD_|DENO_|NODE_|DOCKER_)[A-Za-z_][A-Za-z0-9_]*$/,
      "policy/bad-variable",
      (it) => `Cannot pass variable "${it}": it is no name, or one that never reaches a task`,
      problems,
      "SECRET_* is read with secret(); LD_*, DYLD_*, DENO_*, NODE_* and DOCKER_* change what runs",
    ),
  };
}

/** Complains of what is no network, and of networks that do not isolate. */
export function networksOf(
  list: SourcedList | undefined,
  problems: Diagnostic[],
): SourcedList | undefined {
  return list && {
    ...list,
    items: checked(
      list.items,
      /^(?!host$|container:)[A-Za-z0-9][\w.-]{0,127}$/,
      "policy/bad-network",
      (it) => `Cannot give containers network "${it}": it is no name, or one that is not isolated`,
      problems,
      'For example "none" or "bridge"; "host" and "container:…" are never given',
    ),
  };
}

function checked(
  list: readonly Sourced<string>[],
  pattern: RegExp,
  code: Diagnostic["code"],
  message: (value: string) => string,
  problems: Diagnostic[],
  help?: string,
): readonly Sourced<string>[] {
  for (const { value, source } of list) {
    if (pattern.test(value)) continue;
    problems.push({
      code,
      severity: "error",
      message: message(value),
      at: source,
      ...(help !== undefined && { help }),
    });
  }
  return list;
}
