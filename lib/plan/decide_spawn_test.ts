import { equal } from "node:assert/strict";
import type { Policy, Sourced } from "../model/mod.ts";
import { spawnDecider } from "./decide_spawn.ts";

const CLASS = "io.kestra.plugin.gcp.bigquery.Query";

const sourced = (value: string, line: number): Sourced<string> => ({
  value,
  source: { file: "p.yaml", line, column: 1 },
});

function decide(
  authorized: readonly (readonly string[])[],
  forbidden: readonly string[],
  spawn: "by-class" | "never" = "by-class",
) {
  const policy = {
    authorizedClassPrefixes: authorized.map((list) => list.map((it, i) => sourced(it, 10 + i))),
    forbiddenClassPrefixes: forbidden.map((it, i) => sourced(it, 20 + i)),
    spawn: { value: spawn },
  } as unknown as Policy;
  const { spawn: verdict, because } = spawnDecider(policy)(CLASS);
  return `${verdict} ${because.source === "built-in" ? "built-in" : because.source.line}`;
}

/** The rules that Kestra leaves open, each denial beside the rule that would allow. */
Deno.test.each([
  { name: "no list restricts nobody", authorized: [], forbidden: [], verdict: "allowed built-in" },
  {
    name: "an authorized class",
    authorized: [["io.a", "io.kestra.plugin.gcp"]],
    forbidden: [],
    verdict: "allowed 11",
  },
  {
    name: "a class that no entry names",
    authorized: [["io.a", "io.b"]],
    forbidden: [],
    verdict: "denied 10",
  },
  {
    name: "a class whose package only begins alike",
    authorized: [["io.kestra.plugin.gc"]],
    forbidden: [],
    verdict: "denied 10",
  },
  {
    name: "a class written otherwise",
    authorized: [["IO.kestra.plugin.gcp"]],
    forbidden: [],
    verdict: "denied 10",
  },
  {
    name: "a package that ends in a dot",
    authorized: [["io.kestra.plugin.gcp."]],
    forbidden: [],
    verdict: "allowed 10",
  },
  {
    name: "a class below the class",
    authorized: [[`${CLASS}.Inner`]],
    forbidden: [],
    verdict: "denied 10",
  },
  {
    name: "a forbidden class",
    authorized: [],
    forbidden: ["io.x", "io.kestra.plugin.gcp"],
    verdict: "denied 21",
  },
  {
    name: "another forbidden class",
    authorized: [],
    forbidden: ["io.kestra.plugin.gcpx"],
    verdict: "allowed built-in",
  },
  {
    name: "both: forbidden wins",
    authorized: [["io.kestra"]],
    forbidden: ["io.kestra.plugin.gcp"],
    verdict: "denied 20",
  },
  {
    name: "every list must name it",
    authorized: [["io.kestra"], ["io.b"]],
    forbidden: [],
    verdict: "denied 10",
  },
  {
    name: "every list names it",
    authorized: [["io.kestra"], ["io.kestra.plugin"]],
    forbidden: [],
    verdict: "allowed 10",
  },
])("spawnDecider(): $name", ({ authorized, forbidden, verdict }) => {
  equal(decide(authorized, forbidden), verdict);
});

Deno.test("spawnDecider(): never is never, and by-class is its control", () => {
  equal(decide([["io.kestra"]], [], "never"), "denied built-in");
  equal(decide([["io.kestra"]], [], "by-class"), "allowed 10");
});
