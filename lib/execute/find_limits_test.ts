import { deepEqual } from "node:assert/strict";
import type { Ending, LimitName } from "../model/mod.ts";
import { findLimits } from "./find_limits.ts";

const exited: Ending = { kind: "exited", code: 0 };
const failed = (message: string) => ({ type: "result", state: "failed", message }) as const;
const none: readonly LimitName[] = [];

Deno.test.each([
  {
    name: "what it was ended for",
    ending: { kind: "limited", limit: "output", value: 9 } as Ending,
    found: ["output"],
  },
  { name: "what a group counted", hits: ["processes"] as const, found: ["processes"] },
  { name: "its own words", message: "Error: Too many open files (os error 24)", found: ["files"] },
  { name: "no other words", message: "Error: Too many cooks", found: [] },
  {
    name: "no limit that nobody set",
    message: "RangeError: Array buffer allocation failed",
    found: [],
  },
])("findLimits() finds $name", ({ ending = exited, hits = none, message, found }) => {
  const result = message === undefined ? undefined : failed(message);
  deepEqual(findLimits(ending, result, hits, { files: 64, outputBytes: 9 }), found);
});
