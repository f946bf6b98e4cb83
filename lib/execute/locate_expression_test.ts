import { equal } from "node:assert/strict";
import { parseYaml } from "../source/parse_yaml.ts";
import { tellPlace } from "./locate_expression.ts";

const TEXT = `id: it
message: "a {{ inputs.nope }}"
script: |
  echo 1
    echo {{ nope }}
list: ["{{ a }}", { "{{ key }}": 1 }]
folded: >
  a
  {{ b }}
`;
const LOCATED = parseYaml(TEXT, "flow.yaml")!;

Deno.test.each([
  { name: "a text on one line", text: "a {{ inputs.nope }}", word: "nope", at: "2:23" },
  { name: "a block", text: "echo 1\n  echo {{ nope }}\n", word: "nope", at: "5:13" },
  { name: "a list", text: "{{ a }}", word: "a", at: "6:12" },
  { name: "a key", text: "{{ key }}", word: "key", at: "6:25" },
  { name: "a folded text, as a whole", text: "a {{ b }}\n", word: "b", at: "7:9" },
])("tellPlace() tells the place in $name", ({ text, word, at }) => {
  const place = { text, offset: text.indexOf(word) };
  const told = tellPlace("Cannot it\nadvice", place, LOCATED, () => TEXT);
  equal(told, `Cannot it\n  at flow.yaml:${at}\nadvice`);
});

Deno.test("tellPlace() leaves a message whose text stands nowhere", () => {
  const at = { text: "{{ other }}", offset: 3 };
  equal(tellPlace("Cannot it", at, LOCATED, () => TEXT), "Cannot it");
  equal(tellPlace("Cannot it", undefined, LOCATED, () => TEXT), "Cannot it");
});

Deno.test("tellPlace() tells where the text begins where the file is not at hand", () => {
  const at = { text: "a {{ inputs.nope }}", offset: 12 };
  equal(tellPlace("Cannot it", at, LOCATED), "Cannot it\n  at flow.yaml:2:10");
});
