import type { Expectation } from "./policy_test_suite.ts";

/** What an expectation is called in reports. */
export function operatorOf(it: Expectation): string {
  switch (it.kind) {
    case "class kind":
      return "kind";
    case "argv":
      return `argv ${it.includes ? "includes" : "excludes"}`;
    case "permission":
      return `permissions.${it.permission}.${it.list}${
        typeof it.expected === "string" ? "" : it.expected.includes ? " includes" : " excludes"
      }`;
    case "layer":
      return `layers.${it.layer}`;
    case "value":
      return `values.${it.path}`;
    case "limit":
      return `limits.${it.limit}`;
    case "container":
      return `container.${it.what}`;
    case "mount":
      return `container.mounts ${it.includes ? "includes" : "excludes"}`;
    case "access":
      return `access.${it.access.kind}${
        it.access.value === undefined ? "" : ` ${it.access.value}`
      }`;
    default:
      return it.kind;
  }
}

/** What is said of an expectation that is not true. */
export function messageOf(it: Expectation, operator: string, actual: unknown): string {
  const shown = JSON.stringify(actual) ?? "null";
  switch (it.kind) {
    case "access":
      return `${it.access.kind}${
        it.access.value === undefined ? "" : ` of "${it.access.value}"`
      } is ${actual}, not ${it.expected}`;
    case "because":
      return `no rule that decides it is ${JSON.stringify(it.expected)}`;
    case "argv":
    case "mount":
      return `${it.kind === "argv" ? "the command line" : "what is mounted"} ${
        it.includes ? "has no" : "has"
      } ${JSON.stringify(it.expected)}`;
    case "permission":
      return typeof it.expected === "string"
        ? `"${operator}" is ${shown}, not ${it.expected}`
        : `"permissions.${it.permission}.${it.list}" ${it.expected.includes ? "has no" : "has"} ${
          JSON.stringify(it.expected.value)
        }`;
    default:
      return `"${operator}" is ${shown}, not ${JSON.stringify(it.expected)}`;
  }
}
