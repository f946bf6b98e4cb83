import { deepEqual, equal, match } from "node:assert/strict";
import { containerRules } from "../../tests/container_rules.ts";
import type { Alias } from "../model/mod.ts";
import type { ClosedPath } from "./closed_paths.ts";
import { closedVolumes } from "./closed_volumes.ts";

const AT = { file: "p.yaml", line: 3, column: 5 };
const FORBIDDEN_AT = { file: "p.yaml", line: 9, column: 1 };

const alias = (kind: Alias["kind"], path: string): ClosedPath => ({
  path,
  how: "withhold",
  rule: "r",
  source: "built-in",
  alias: { path, kind, leadsTo: "/etc/x", closed: "/etc" } as Alias,
});
const CLOSED: readonly ClosedPath[] = [
  { path: "/run/engine.sock", how: "withhold", rule: "the engine's socket", source: "built-in" },
  { path: "/etc", how: "deny", rule: "forbidden-paths", source: FORBIDDEN_AT },
  alias("symbolic link", "/srv/symbolic"),
  alias("hard link", "/srv/hard/name"),
  alias("mount", "/srv/mount"),
];

function warnings(value: string, realPaths: Readonly<Record<string, string>> = {}) {
  const volumes = [{ value, source: AT, readOnly: true }];
  return closedVolumes({ containers: containerRules({ volumes }) }, CLOSED, {
    realPaths: new Map(Object.entries(realPaths)),
  });
}

/** Each beside the twin that can be mounted. */
Deno.test.each([
  { name: "what holds a built-in path", path: "/run", says: /holds .*socket/, control: "/run/app" },
  { name: "a built-in path", path: "/run/engine.sock", says: /lies in/, control: "/run/engine" },
  {
    name: "what lies in a forbidden path",
    path: "/etc/ssl",
    says: /lies in/,
    control: "/etcetera",
  },
  { name: "what holds a hard link to one", path: "/srv/hard", says: /holds/, control: "/srv/h" },
  { name: "what lies in a mount of one", path: "/srv/mount/a", says: /lies in/, control: "/srv/m" },
  {
    name: "what holds a mount of one, but not for a symbolic link",
    path: "/srv",
    says: /holds/,
    control: "/srv/symbolic",
  },
])("closedVolumes() warns of $name", ({ path, says, control }) => {
  const [found, ...more] = warnings(path);
  deepEqual(more, []);
  equal(found?.code, "plan/closed-volume");
  equal(found?.at, AT);
  match(found.message, says);
  deepEqual(warnings(control), []);
});

Deno.test("closedVolumes() looks at what a volume leads to, and shows the line that closes it", () => {
  const [found] = warnings("/data", { "/data": "/etc/data" });
  match(found!.message, /leads to "\/etc\/data", which lies in the closed path "\/etc"/);
  deepEqual(found!.related, [{ message: "closed here", at: FORBIDDEN_AT }]);
  deepEqual(warnings("/data", { "/data": "/other" }), []);
});
