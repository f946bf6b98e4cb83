import { deepEqual } from "node:assert/strict";
import type { ClosedPath } from "./closed_paths.ts";
import { closedToPlugins } from "./closed_to_plugins.ts";

const source = { file: "p.yaml", line: 1, column: 1 };
const ours = (path: string): ClosedPath => ({
  path,
  how: "withhold",
  rule: "ours",
  source: "built-in",
});
const theirs = (path: string): ClosedPath => ({ path, how: "deny", rule: "a policy", source });

Deno.test("closedToPlugins() opens what is the harness's own, around what it laid there", () => {
  const closed = [ours("/cache"), ours("/cache/bundles/x/y/z"), ours("/proc"), theirs("/etc")];
  deepEqual(closedToPlugins(closed, {}), closed);
  deepEqual(closedToPlugins(closed, { pluginsLaid: ["/cache/bundles/x/y"] }), closed.slice(1));
});

Deno.test("closedToPlugins() opens nothing that a policy forbids", () => {
  const closed = [theirs("/cache"), theirs("/")];
  deepEqual(closedToPlugins(closed, { pluginsLaid: ["/cache/bundles/x/y"] }), closed);
});
