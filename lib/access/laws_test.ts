import { equal } from "node:assert/strict";
import fc from "fast-check";
import type { KernelRules, Permission, TaskPlan } from "../model/mod.ts";
import { decideAccess } from "./decide_access.ts";

const IDLE = { active: false, why: "not here" } as const;
const NOTHING: Permission = { allow: [], deny: [] };

const name = fc.constantFrom("a", "b", "ab", "A");
const listed = fc.array(name, { maxLength: 3 }).map((it) => `/${it.join("/")}`);
const list = fc.array(listed, { maxLength: 4 });
/** Where all is forbidden no workspace can be made, and nothing is planned. */
const forbidden = list.map((entries) => entries.filter((it) => it !== "/"));
const asked = fc.tuple(
  fc.boolean(),
  fc.array(fc.oneof(name, fc.constantFrom(".", "..", "")), { minLength: 1, maxLength: 6 }),
).map(([isAbsolute, parts]) => `${isAbsolute ? "/" : ""}${parts.join("/")}`);

/** Where a path comes to, part by part; `undefined`: above where it began. */
function walk(path: string): readonly string[] | undefined {
  const at: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") at.push(part);
    else if (at.pop() === undefined && !path.startsWith("/")) return undefined;
  }
  return at;
}

/** Whether an entry names the path or one of the directories it is in, one after the other. */
function isListed(entries: readonly string[], path: readonly string[]): boolean {
  const above = path.map((_, i) => `/${path.slice(0, i + 1).join("/")}`);
  return ["/", ...above].some((it) => entries.includes(it));
}

function planOf(read: Permission, kernel: readonly string[] | undefined): TaskPlan {
  const rules: KernelRules | undefined = kernel && {
    read: ["<workspace>", ...kernel],
    execute: [],
    spawn: false,
    write: [],
    devices: [],
    sockets: "none",
    ports: "all",
  };
  return {
    spawn: "denied",
    layers: { preflight: IDLE, deno: IDLE, kernel: IDLE, container: IDLE },
    because: [],
    permissions: { read, write: NOTHING, net: NOTHING, env: NOTHING, run: NOTHING },
    ...(rules && { kernel: rules }),
  } as unknown as TaskPlan;
}

Deno.test("decideAccess() of paths is what walking them part by part comes to", () => {
  const seen = { allowed: 0, denied: 0 };
  fc.assert(
    fc.property(
      list,
      forbidden,
      fc.option(list, { nil: undefined }),
      asked,
      (allow, deny, kernel, value) => {
        const plan = planOf({ allow: ["<workspace>", ...allow], deny }, kernel);
        const at = walk(value);
        // What is above a workspace is made up by the run, and in none of these lists but "/".
        const inWorkspace = !value.startsWith("/");
        const path = at ?? ["no such place"];
        const own = inWorkspace && at !== undefined;
        const expected = (own || isListed(allow, path)) && (own || !isListed(deny, path)) &&
          (kernel === undefined || own || isListed(kernel, path));
        const { verdict, parts, because } = decideAccess(plan, { kind: "read", value });
        seen[verdict]++;
        equal(verdict, expected ? "allowed" : "denied", JSON.stringify(parts));
        equal(because.length > 0, true);
        equal(parts.some((it) => it.verdict === "denies"), verdict === "denied");
      },
    ),
    { numRuns: 5_000 },
  );
  equal(seen.allowed > 500 && seen.denied > 500, true, JSON.stringify(seen));
});

const host = fc.tuple(
  fc.constantFrom("a.org", "A.org", "a.org.", "b.a.org", "[::1]", "[0:0::1]", "10.0.0.1"),
  fc.option(fc.constantFrom("80", "443"), { nil: undefined }),
);
const SAME: Readonly<Record<string, string>> = {
  "A.org": "a.org",
  "a.org.": "a.org",
  "[0:0::1]": "[::1]",
};

Deno.test("decideAccess() of hosts: a denial wins, and a port narrows what names one", () => {
  const text = ([name, port]: readonly [string, string | undefined]) =>
    port === undefined ? name : `${name}:${port}`;
  fc.assert(
    fc.property(
      fc.array(host, { maxLength: 4 }),
      fc.array(host, { maxLength: 2 }),
      host,
      (allow, deny, ask) => {
        const plan = planOf(NOTHING, undefined);
        const names = (entries: typeof allow) =>
          entries.some(([name, port]) =>
            (SAME[name] ?? name) === (SAME[ask[0]] ?? ask[0]) &&
            (port === undefined || port === ask[1])
          );
        const net = { allow: allow.map(text), deny: deny.map(text) };
        const given = { ...plan, permissions: { ...plan.permissions!, net } };
        const { verdict } = decideAccess(given, { kind: "net", value: text(ask) });
        equal(verdict, names(allow) && !names(deny) ? "allowed" : "denied");
      },
    ),
    { numRuns: 3_000 },
  );
});
