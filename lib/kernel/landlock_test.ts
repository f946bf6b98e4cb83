import { deepEqual, equal } from "node:assert/strict";
import { lacksOf, pathRule, portRule, rulesetAttribute } from "./landlock.ts";

const words = (bytes: Uint8Array<ArrayBuffer>) => {
  const view = new DataView(bytes.buffer);
  return Array.from(
    { length: Math.floor(bytes.length / 8) },
    (_, i) => view.getBigUint64(i * 8, true),
  );
};

// Sizes and bits from linux/landlock.h; each ABI adds to the one before.
Deno.test.each([
  { abi: 1, files: 0x1fffn, net: undefined, scoped: undefined },
  { abi: 2, files: 0x3fffn, net: undefined, scoped: undefined },
  { abi: 3, files: 0x7fffn, net: undefined, scoped: undefined },
  { abi: 4, files: 0x7fffn, net: 3n, scoped: undefined },
  { abi: 5, files: 0xffffn, net: 3n, scoped: undefined },
  { abi: 6, files: 0xffffn, net: 3n, scoped: 3n },
  { abi: 7, files: 0xffffn, net: 3n, scoped: 3n },
  { abi: 99, files: 0xffffn, net: 3n, scoped: 3n },
])("rulesetAttribute() asks ABI $abi to refuse all it can", ({ abi, files, net, scoped }) => {
  deepEqual(
    words(rulesetAttribute(abi, true)),
    [files, net, scoped].filter((it) => it !== undefined),
  );
  if (net !== undefined) equal(words(rulesetAttribute(abi, false))[1], 0n);
});

Deno.test("pathRule() gives a file the rights of files only", () => {
  const rule = (kind: "file" | "directory") => pathRule(["read", "write"], kind, 7, 5);
  equal(words(rule("directory"))[0], 0x75ben);
  equal(words(rule("file"))[0], 0x4006n);
  equal(new DataView(rule("file").buffer).getInt32(8, true), 5);
  equal(rule("file").length, 12);
});

Deno.test("pathRule() asks an old kernel for nothing that it does not know", () => {
  equal(words(pathRule(["write"], "directory", 1, 3))[0]! & ~0x1fffn, 0n);
});

Deno.test("portRule() is bind and connect of one port", () => {
  deepEqual(words(portRule(443)), [3n, 443n]);
});

Deno.test("lacksOf() names what an ABI cannot refuse", () => {
  equal(lacksOf(1).length, 5);
  deepEqual(lacksOf(5), ["signals and abstract Unix sockets are not governed"]);
  deepEqual(lacksOf(6), []);
});
