import { equal } from "node:assert/strict";
import { matchesClassPrefix } from "./matches_class_prefix.ts";

Deno.test.each([
  { prefix: "io.a.gcp", type: "io.a.gcp.B", matches: true },
  { prefix: "io.a.gcp", type: "io.a.gcp", matches: true },
  { prefix: "io.a.gcp.", type: "io.a.gcp.B", matches: true },
  { prefix: "io.a.gcp", type: "io.a.gcpx.B", matches: false },
  { prefix: "io.a.gcp", type: "IO.a.gcp.B", matches: false },
  { prefix: "io.a.gcp.B", type: "io.a.gcp", matches: false },
])("matchesClassPrefix($prefix, $type) is $matches", ({ prefix, type, matches }) => {
  equal(matchesClassPrefix(prefix, type), matches);
});
