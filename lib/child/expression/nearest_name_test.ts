import { equal } from "node:assert/strict";
import { nearestName } from "./nearest_name.ts";

const known = ["inputs", "outputs", "id", "upper"];

Deno.test.each([
  { name: "input", near: "inputs" },
  { name: "INPUTS", near: "inputs" },
  { name: "ouptuts", near: "outputs" },
  { name: "di", near: "id" },
  { name: "xx", near: undefined },
  { name: "completely", near: undefined },
  { name: "i".repeat(100_000), near: undefined },
])("nearestName() of $name is $near", ({ name, near }) => equal(nearestName(name, known), near));
