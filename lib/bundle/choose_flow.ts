import { StageError } from "../model/mod.ts";
import { nearest } from "../source/nearest.ts";

/** A flow of a bundle, by all that it may be called. */
export interface BundledFlow {
  /** In the bundle: `flows/etl/daily.yaml`. */
  readonly path: string;
  readonly namespace: string;
  readonly id: string;
}

/**
 * The flow that a name means: its path in the bundle, `namespace/id`, or `id` where one alone has
 * it.
 *
 * @throws {StageError} `usage` when it means none, or several.
 */
export function chooseFlow(flows: readonly BundledFlow[], name: string): BundledFlow {
  const called = (it: BundledFlow) => [it.path, `${it.namespace}/${it.id}`, it.id];
  for (const i of [0, 1, 2]) {
    const [found, ...more] = flows.filter((it) => called(it)[i] === name);
    if (found === undefined) continue;
    if (more.length === 0) return found;
    throw complaint(
      "ambiguous-flow",
      `Cannot choose flow "${name}": ${[found, ...more].map((it) => it.path).join(" and ")} ` +
        "are called so",
      "Name it by its path in the bundle",
    );
  }
  const near = nearest(name, flows.flatMap(called));
  throw complaint(
    "no-such-flow",
    `Cannot choose flow "${name}": the bundle has ${listed(flows)}`,
    near === undefined ? undefined : `Did you mean "${near}"?`,
  );
}

/** The only flow. @throws {StageError} `usage` when there are several. */
export function onlyFlow(flows: readonly BundledFlow[]): BundledFlow {
  const [only, ...more] = flows;
  if (only !== undefined && more.length === 0) return only;
  throw complaint(
    "no-flow-named",
    `Cannot choose a flow: the bundle has ${listed(flows)}`,
    "Name one of them",
  );
}

const MOST = 10;

function listed(flows: readonly BundledFlow[]): string {
  const names = flows.slice(0, MOST).map((it) => `${it.namespace}/${it.id}`).join(", ");
  return flows.length > MOST ? `${names} and ${flows.length - MOST} more` : names;
}

function complaint(what: string, message: string, help?: string): StageError {
  return new StageError([{
    code: `bundle/${what}`,
    severity: "error",
    message,
    ...(help !== undefined && { help }),
  }], "usage");
}
