import { deepEqual } from "node:assert/strict";
import { placesOfMoved } from "./movable_link.ts";

Deno.test.each([
  { text: "file", places: [] },
  { text: "a/b", places: [] },
  { text: "./a", places: [] },
  { text: "/etc", places: [] },
  { text: "..", places: ["/srv", "/tmp/ws"] },
  { text: "../x", places: ["/srv/x"] },
  { text: "../private/env", places: ["/srv/private/env", "/tmp/ws"] },
  { text: "../..", places: ["/srv", "/tmp/ws", "/"] },
  { text: "../../etc", places: ["/srv/etc", "/etc"] },
  { text: ".././/../../etc/", places: ["/srv/etc", "/etc", "/tmp/etc"] },
  { text: "a/../b", places: "unknown" as const },
  { text: "../a/..", places: "unknown" as const },
])("placesOfMoved($text) gives $places", ({ text, places }) => {
  deepEqual(placesOfMoved(text, ["/srv/out"], "/tmp/ws"), places);
});
