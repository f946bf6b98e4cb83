import { deepEqual, equal } from "node:assert/strict";
import type { Because, Permission, TaskPlan } from "../model/mod.ts";
import { decideAccess } from "./decide_access.ts";
import { hostMatches } from "./host_matches.ts";

const IDLE = { active: false, why: "not here" } as const;
const AT = { file: "policy.yaml", line: 3, column: 5 };
const FORBIDDEN: Because = {
  effect: "deny read and write /etc",
  rule: "kestra.ee.java-security.forbidden-paths",
  source: AT,
};
const none: Permission = { allow: [], deny: [] };

/** A plan with these permissions; of the rest only what is looked at. */
function planWith(over: Partial<TaskPlan["permissions"]>, rest: Partial<TaskPlan> = {}): TaskPlan {
  return {
    verdict: "run",
    kind: "in-process",
    spawn: "denied",
    argv: [],
    layers: { preflight: IDLE, deno: IDLE, kernel: IDLE, container: IDLE },
    because: [FORBIDDEN],
    permissions: {
      read: { allow: ["<workspace>", "/usr"], deny: ["/etc"] },
      write: { allow: ["<workspace>"], deny: ["/etc"] },
      net: none,
      env: none,
      run: { allow: [], deny: "all" },
      ffi: none,
      sys: none,
      import: none,
      ...over,
    },
    ...rest,
  } as TaskPlan;
}

Deno.test.each(
  [
    { kind: "read", value: "/usr/lib/x", verdict: "allowed" },
    { kind: "read", value: "/etc/passwd", verdict: "denied" },
    { kind: "read", value: "/usr/../etc/passwd", verdict: "denied" },
    { kind: "read", value: "/usrlocal", verdict: "denied" },
    { kind: "read", value: "out.txt", verdict: "allowed" },
    { kind: "read", value: "../other", verdict: "denied" },
    { kind: "write", value: "out.txt", verdict: "allowed" },
    { kind: "write", value: "/usr/x", verdict: "denied" },
    { kind: "net", value: "example.org", verdict: "denied" },
    { kind: "env", value: "HOME", verdict: "denied" },
    { kind: "spawn", verdict: "denied" },
  ] as const,
)("decideAccess() $kind $value: $verdict", ({ verdict, ...access }) => {
  equal(decideAccess(planWith({}), access).verdict, verdict);
});

Deno.test("decideAccess() names the line that decides", () => {
  const { because, parts } = decideAccess(planWith({}), { kind: "read", value: "/etc/passwd" });
  deepEqual(because, [FORBIDDEN]);
  deepEqual(parts.map((it) => [it.layer, it.verdict]), [
    ["preflight", "silent"],
    ["deno", "denies"],
    ["kernel", "silent"],
    ["container", "silent"],
  ]);
});

Deno.test("decideAccess() lets the kernel say no where a link leads", () => {
  const plan = planWith({}, {
    kernel: {
      read: ["/usr"],
      execute: [],
      spawn: false,
      write: [],
      devices: [],
      sockets: "none",
      ports: "all",
    },
  });
  const at = (real: string) =>
    decideAccess(plan, { kind: "read", value: "/usr/link", real }).verdict;
  deepEqual([at("/usr/lib"), at("/etc/shadow")], ["allowed", "denied"]);
});

Deno.test("hostMatches() is of a port only where one is named", () => {
  equal(hostMatches("example.org", "EXAMPLE.org:443"), true);
  equal(hostMatches("example.org:443", "example.org:443"), true);
  equal(hostMatches("example.org:443", "example.org:80"), false);
  equal(hostMatches("example.org:443", "example.org"), false);
  equal(hostMatches("[::1]:80", "[::1]:80"), true);
  equal(hostMatches("example.org", "www.example.org"), false);
});
