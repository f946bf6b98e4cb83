import type { Diagnostic, Located, LocatedMap, LocatedScalar, Source } from "../../model/mod.ts";
import { findLocated, nearest } from "../../source/mod.ts";

/** A test as it is written, or one of those that a table makes of it. */
export interface FilledTest {
  readonly written: LocatedMap;
  /** Of a table the row. */
  readonly source: Source;
  /** What tells it from its neighbours in the table; absent where its name does so, or without one. */
  readonly suffix?: string;
}

/** `$${` is the text `${`. */
const PLACEHOLDER = /\$?\$\{([^{}]*)\}/g;
const WHOLE = /^\$\{([^{}]*)\}$/;

/**
 * Makes a test of every row of its table: each `${column}` in it stands for the row's cell.
 *
 * A text that is nothing but a placeholder becomes what the cell is: a number, a list. What comes from a
 * cell has the cell's place, so that a failure shows the row.
 *
 * @param test Known to have the shape of one.
 * @returns The test itself where it has no table.
 */
export function fillTable(test: LocatedMap, problems: Diagnostic[]): readonly FilledTest[] {
  const rows = findLocated(test, ["table", "rows"]);
  if (rows?.kind !== "list") return [{ written: test, source: test.source }];
  const columns = listOf(findLocated(test, ["table", "columns"]));
  const names = columns.map((it) => it.kind === "scalar" ? String(it.value) : "");
  const { entries } = test;
  const template: LocatedMap = {
    ...test,
    entries: new Map([...entries].filter(([key]) => key !== "table")),
  };
  const used = new Set<string>();
  const tests = rows.items.flatMap((row): FilledTest[] => {
    const cells = listOf(row);
    if (cells.length !== names.length) {
      problems.push({
        code: "test/wrong-row",
        severity: "error",
        message: `Cannot use a row of ${count(cells.length, "cell")}: the table has ${
          count(names.length, "column")
        }, ${names.join(", ")}`,
        at: row.source,
      });
      return [];
    }
    const filling = new Map(names.map((name, i) => [name, cells[i]!]));
    const written = fill(template, { filling, used, problems }) as LocatedMap;
    const name = entries.get("name")?.value;
    const isNamed = name?.kind === "scalar" && placeholdersOf(String(name.value)).length > 0;
    return [{
      written,
      source: row.source,
      ...(!isNamed && { suffix: cells.map(textOf).join(", ") }),
    }];
  });
  // A wrong row says nothing of columns.
  if (tests.length === 0) return tests;
  for (const [i, name] of names.entries()) {
    const isTwin = names.indexOf(name) < i;
    if (used.has(name) && !isTwin) continue;
    problems.push({
      code: "test/unused-column",
      severity: "error",
      message: isTwin
        ? `Cannot use column "${name}": another one has the same name`
        : `Cannot use column "${name}": no \${${name}} in the test stands for it`,
      at: columns[i]!.source,
    });
  }
  return onceEach(tests, problems);
}

interface Filling {
  readonly filling: ReadonlyMap<string, Located>;
  /** Receives the columns that stand somewhere. */
  readonly used: Set<string>;
  readonly problems: Diagnostic[];
}

function fill(value: Located, how: Filling): Located {
  if (value.kind === "list") return { ...value, items: value.items.map((it) => fill(it, how)) };
  if (value.kind === "scalar") return fillScalar(value, how);
  const entries = [...value.entries].map(([name, { key, value }]) => {
    const filled = fillScalar({ kind: "scalar", value: name, source: key }, how);
    const entry = { key: filled.source, value: fill(value, how) };
    return [filled.kind === "scalar" ? String(filled.value) : name, entry] as const;
  });
  return { ...value, entries: new Map(entries) };
}

function fillScalar(scalar: LocatedScalar, how: Filling): Located {
  const { value, source } = scalar;
  if (typeof value !== "string" || !value.includes("${")) return scalar;
  const whole = WHOLE.exec(value);
  if (whole !== null) return cellOf(whole[1]!, source, how) ?? scalar;
  let place = source;
  const text = value.replace(PLACEHOLDER, (all, name: string) => {
    if (all.startsWith("$$")) return all.slice(1);
    const cell = cellOf(name, source, how);
    if (cell === undefined) return all;
    if (place === source) place = cell.source;
    return textOf(cell);
  });
  return { ...scalar, value: text, source: place };
}

function cellOf(name: string, at: Source, { filling, used, problems }: Filling) {
  used.add(name);
  const cell = filling.get(name);
  if (cell !== undefined) return cell;
  const near = nearest(name, filling.keys());
  problems.push({
    code: "test/unknown-column",
    severity: "error",
    message: `Cannot fill in "\${${name}}": the table has ${[...filling.keys()].join(", ")}`,
    at,
    help: near === undefined
      ? "A text that is meant as it stands is $${…}"
      : `Did you mean "${near}"?`,
  });
  return undefined;
}

function placeholdersOf(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].filter(([all]) => !all.startsWith("$$")).map((it) =>
    it[1]!
  );
}

/** Every row finds the same wrong placeholder. */
function onceEach<T>(tests: T, problems: Diagnostic[]): T {
  const seen = new Set<string>();
  const kept = problems.filter(({ code, message, at }) => {
    const key = JSON.stringify([code, message, at]);
    return !seen.has(key) && seen.add(key);
  });
  problems.splice(0, problems.length, ...kept);
  return tests;
}

/** A cell as a part of a text. */
function textOf(cell: Located): string {
  if (cell.kind === "scalar") return cell.value === null ? "null" : String(cell.value);
  if (cell.kind === "list") return `[${cell.items.map(textOf).join(", ")}]`;
  return `{${[...cell.entries].map(([key, it]) => `${key}: ${textOf(it.value)}`).join(", ")}}`;
}

function listOf(value: Located | undefined): readonly Located[] {
  return value?.kind === "list" ? value.items : [];
}

function count(number: number, of: string): string {
  return `${number} ${of}${number === 1 ? "" : "s"}`;
}
