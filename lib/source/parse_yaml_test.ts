import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { decodeText } from "./decode_text.ts";
import { MAX_FILE_BYTES, parseYaml } from "./parse_yaml.ts";
import { toPlain } from "./to_plain.ts";

function complaint(text: string): { code: string; place: string } {
  try {
    parseYaml(text, "f.yaml");
  } catch (error) {
    ok(error instanceof StageError, String(error));
    const [first] = error.diagnostics;
    return { code: first!.code, place: `${first!.at?.line}:${first!.at?.column}` };
  }
  return { code: "none", place: "" };
}

Deno.test("parseYaml() keeps the place of every value and key", () => {
  const root = parseYaml("a: 1\nb:\n  - x: true\n    y: text\n", "f.yaml");
  ok(root?.kind === "map");
  deepEqual(toPlain(root), { a: 1, b: [{ x: true, y: "text" }] });
  const list = root.entries.get("b")!.value;
  ok(list.kind === "list");
  const item = list.items[0]!;
  ok(item.kind === "map");
  deepEqual(item.entries.get("y")!.key, { file: "f.yaml", line: 4, column: 5 });
  deepEqual(item.entries.get("y")!.value.source, { file: "f.yaml", line: 4, column: 8 });
});

/** Each refusal beside the twin that is read. */
Deno.test.each([
  {
    name: "a key twice",
    text: "a: 1\na: 2",
    code: "yaml/duplicate-key",
    at: "2:1",
    control: "a: 1\nb: 2",
  },
  {
    name: "a merge key",
    text: "a: &x {b: 1}\nc: {<<: *x}",
    code: "yaml/merge-key",
    at: "2:5",
    control: "a: &x {b: 1}\nc: *x",
  },
  {
    name: "a second document",
    text: "a: 1\n---\nb: 1",
    code: "yaml/several-documents",
    at: "2:1",
    control: "---\na: 1",
  },
  {
    name: "an unknown tag",
    text: "a: !run x",
    code: "yaml/unknown-tag",
    at: "1:4",
    control: "a: !!str x",
  },
  {
    name: "a control character",
    text: "a: \x07",
    code: "yaml/control-character",
    at: "1:4",
    control: "a: \\x07",
  },
  {
    name: "an unknown alias",
    text: "a: *b",
    code: "yaml/unknown-alias",
    at: "1:4",
    control: "a: &b 1\nc: *b",
  },
  {
    name: "bad indentation",
    text: "a:\n\t- b",
    code: "yaml/syntax",
    at: "2:1",
    control: "a:\n  - b",
  },
  { name: "infinity", text: "a: .inf", code: "yaml/not-a-number", at: "1:4", control: "a: inf" },
  {
    name: "a map as key",
    text: "{a: 1}: 2",
    code: "yaml/key-not-text",
    at: "1:1",
    control: "a: 2",
  },
  {
    name: "a bomb of brackets",
    text: "[".repeat(20_000),
    code: "yaml/too-deep",
    at: "1:1",
    control: "[[[]]]",
  },
  {
    name: "deep nesting",
    text: `${"[".repeat(150)}${"]".repeat(150)}`,
    code: "yaml/too-deep",
    at: "1:102",
    control: `${"[".repeat(90)}${"]".repeat(90)}`,
  },
])("parseYaml() refuses $name", ({ text, code, at, control }) => {
  deepEqual(complaint(text), { code, place: at });
  equal(complaint(control).code, "none");
});

Deno.test("parseYaml() refuses an alias bomb, and reads its small twin", () => {
  const bomb = (levels: number) =>
    Array.from(
      { length: levels },
      (_, i) =>
        i === 0
          ? "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"
          : `a${i}: &a${i} [${Array(10).fill(`*a${i - 1}`).join(", ")}]`,
    ).join("\n");
  equal(complaint(bomb(9)).code, "yaml/too-many-values");
  equal(complaint(bomb(3)).code, "none");
});

Deno.test("parseYaml() makes __proto__ an ordinary key", () => {
  const root = parseYaml("__proto__: {polluted: true}\nconstructor: 1", "f.yaml");
  const plain = toPlain(root!) as Record<string, unknown>;
  deepEqual(Object.keys(plain), ["__proto__", "constructor"]);
  equal("polluted" in {}, false);
  equal(Object.getPrototypeOf(plain), Object.prototype);
});

Deno.test("parseYaml() says nothing of a file that says nothing", () => {
  equal(parseYaml("# only a comment\n", "f.yaml"), undefined);
});

Deno.test("decodeText() refuses what is not text, and what is too large", () => {
  equal(decodeText(new TextEncoder().encode("ä: 1"), "f"), "ä: 1");
  throws(() => decodeText(new Uint8Array([0xff, 0xfe]), "f"), /not UTF-8/);
  throws(() => decodeText(new Uint8Array(MAX_FILE_BYTES + 1), "f"), /the limit is/);
});
