import { NO_FIXTURES, parseFixtures, parseUnitTests } from "../check/mod.ts";
import { type Diagnostic, type Fixtures, StageError } from "../model/mod.ts";
import { nearest, parseYaml } from "../source/mod.ts";
import { type Io, UsageError } from "./command.ts";
import { kindOfFile } from "./kind_of_file.ts";
import { readText } from "./read_text.ts";

/**
 * Reads what `--mock` names: a file of fixtures, or one test case of a file of unit tests.
 *
 * @param name `FILE`, or `FILE#CASE`.
 * @throws {StageError} With what is wrong in it.
 */
export async function loadFixtures(io: Io, name: string | undefined): Promise<Fixtures> {
  if (name === undefined) return NO_FIXTURES;
  const [, file, id] = /^(.*?)(?:#([^#/]*))?$/s.exec(name)!;
  const text = await readText(io, file!, "file");
  const root = parseYaml(text, file!);
  if (kindOfFile(root) === "unit tests") return caseOf(parseUnitTests(text, file!), file!, id);
  if (id !== undefined) {
    throw new UsageError(`Cannot use "${name}" as mocks: "${file}" is no file of unit tests`);
  }
  if (root === undefined) return NO_FIXTURES;
  const problems: Diagnostic[] = [];
  const fixtures = parseFixtures(root, "fixtures", problems);
  if (problems.length > 0) throw new StageError(problems);
  return fixtures;
}

function caseOf(
  { cases }: ReturnType<typeof parseUnitTests>,
  file: string,
  id: string | undefined,
): Fixtures {
  const ids = cases.map((it) => it.id);
  const found = id === undefined && cases.length === 1
    ? cases[0]
    : cases.find((it) => it.id === id);
  if (found !== undefined) return found.fixtures;
  const near = id === undefined ? undefined : nearest(id, ids);
  throw new UsageError(
    id === undefined
      ? `Cannot use "${file}" as mocks: it holds ${cases.length} test cases, ${ids.join(", ")}`
      : `Cannot use test case "${id}" of "${file}" as mocks: it holds ${ids.join(", ")}`,
    near === undefined ? `Name one: --mock ${file}#${ids[0]}` : `Did you mean "${near}"?`,
  );
}
