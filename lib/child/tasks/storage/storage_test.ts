import { deepEqual, equal, throws } from "node:assert/strict";
import type { BuiltIn } from "../mod.ts";
import { sampleContext } from "../sample_context.ts";
import { storageConcat, storageDelete, storageSize, storageWrite } from "./files.ts";
import { deduplicateItems, filterItems } from "./items.ts";
import { storageReverse } from "./reverse.ts";
import { storageSplit } from "./split.ts";

/** A context in which a text is stored, and what a task makes of it. */
function stored(text: string) {
  const sample = sampleContext();
  const uri = sample.context.storage.write("in.csv", text);
  const run = (task: BuiltIn, properties: Record<string, unknown>) =>
    task(properties, sample.context, sample.ask) as Record<string, unknown>;
  return { ...sample, uri, run };
}

Deno.test("storage.Write, Size, Delete: what is stored has its size, until it is deleted", () => {
  const { run, text } = stored("");
  const { uri } = run(storageWrite, { content: "añb", extension: "txt" }) as { uri: string };
  equal(text(uri), "añb");
  equal(uri.endsWith("write.txt"), true);
  deepEqual(run(storageSize, { uri }), { size: 4 });
  deepEqual(run(storageDelete, { uri }), { uri, deleted: true });
  deepEqual(run(storageDelete, { uri }), { uri, deleted: false });
  throws(() => run(storageDelete, { uri, errorOnMissing: true }), /Cannot find file/);
  throws(() => run(storageSize, { uri }), /Cannot find file/);
  throws(() => run(storageWrite, {}), /the task has no "content"/);
});

Deno.test("storage.Concat: files in order, each followed by the separator", () => {
  const { run, text, uri } = stored("one");
  const concat = (more: object) =>
    text(run(storageConcat, { files: [uri, uri], ...more }).uri as string);
  equal(concat({}), "oneone");
  equal(concat({ separator: "\n" }), "one\none\n");
  equal(concat({ files: JSON.stringify([uri]) }), "one");
  throws(() => concat({ files: ["kestra:///no"] }), /has stored no such file/);
  throws(() => concat({ files: uri }), /Cannot use "files"/);
});

Deno.test("storage: a file of many parts goes through in parts, whole", () => {
  const { run, uri, files, asked } = stored("0123456789".repeat(250_000));
  asked.length = 0;
  const made = run(storageConcat, { files: [uri, uri] }).uri as string;
  equal(files.get(made)!.length, 5_000_000);
  const largest = Math.max(
    ...asked.map((it) => it.about === "file" && it.do === "write" ? it.base64.length : 0),
  );
  equal(largest, Math.ceil(2 ** 20 / 3) * 4);
});

Deno.test("storage.Reverse: the last line comes first", () => {
  const { run, text, uri } = stored("1\n2\n3");
  equal(text(run(storageReverse, { from: uri }).uri as string), "3\n2\n1\n");
  const { run: other, text: said, uri: from } = stored("1;2;");
  equal(said(other(storageReverse, { from, separator: ";" }).uri as string), "2;1;");
  throws(() => run(storageReverse, { from: uri, charset: "UTF-16" }), /charset/);
});

Deno.test.each<{ name: string; by: object; files: string[] }>([
  { name: "rows", by: { rows: 2 }, files: ["a1\nb2\n", "a3\nb4\n", "c\n"] },
  { name: "partitions", by: { partitions: "2" }, files: ["a1\na3\nc\n", "b2\nb4\n"] },
  { name: "bytes", by: { bytes: 7 }, files: ["a1\nb2\n", "a3\nb4\n", "c\n"] },
  { name: "a size", by: { bytes: "1KB" }, files: ["a1\nb2\na3\nb4\nc\n"] },
  { name: "a pattern", by: { regexPattern: "^([ab])" }, files: ["a1\na3\n", "b2\nb4\n"] },
])("storage.Split: by $name", ({ by, files }) => {
  const { run, text, uri } = stored("a1\nb2\na3\nb4\nc");
  const { uris } = run(storageSplit, { from: uri, ...by }) as { uris: string[] };
  deepEqual(uris.map(text), files);
  equal(uris.every((it) => it.endsWith(".csv")), true);
});

Deno.test.each<{ by: Record<string, unknown> }>([
  { by: {} },
  { by: { rows: 1, bytes: 1 } },
  { by: { rows: 0 } },
  { by: { bytes: "x" } },
  { by: { regexPattern: "(" } },
])("storage.Split: $by is refused", ({ by }) => {
  const { run, uri } = stored("a\nb");
  throws(() => run(storageSplit, { from: uri, ...by }), { name: "TaskFailure" });
});

const ITEMS = [
  { id: 1, mail: "a@x" },
  { id: 2, mail: "b@x" },
  { id: 3, mail: "a@x" },
].map((it) => JSON.stringify(it));

Deno.test("storage.DeduplicateItems: of the items with one key the last stays", () => {
  const { run, text, uri } = stored(`${ITEMS.join("\n")}\n`);
  const { uri: kept, ...counts } = run(deduplicateItems, { from: uri, expr: "{{ mail }}" });
  deepEqual(counts, { numKeys: 2, processedItemsTotal: 3, droppedItemsTotal: 1 });
  equal(text(kept as string), `${ITEMS[1]}\n${ITEMS[2]}\n`);
});

Deno.test.each<{ task: Record<string, unknown>; kept: number[] }>([
  { task: { filterCondition: "{{ mail == 'a@x' }}" }, kept: [0, 2] },
  { task: { filterCondition: "{{ mail == 'a@x' }}", filterType: "EXCLUDE" }, kept: [1] },
  { task: { filterCondition: "{{ no }}", errorOrNullBehavior: "INCLUDE" }, kept: [0, 1, 2] },
  { task: { filterCondition: "{{ no }}", errorOrNullBehavior: "EXCLUDE" }, kept: [] },
])("storage.FilterItems: $task", ({ task, kept }) => {
  const { run, text, uri } = stored(ITEMS.join("\n"));
  const { uri: made, ...counts } = run(filterItems, { from: uri, ...task });
  equal(text(made as string), kept.map((it) => `${ITEMS[it]}\n`).join(""));
  deepEqual(counts, { processedItemsTotal: 3, droppedItemsTotal: 3 - kept.length });
});

Deno.test("storage.FilterItems: what cannot be rendered, or is no item, fails the task", () => {
  const { run, uri } = stored(ITEMS.join("\n"));
  throws(() => run(filterItems, { from: uri, filterCondition: "{{ no }}" }), {
    name: "ExpressionError",
  });
  const other = stored("{a: 1}");
  throws(
    () => other.run(filterItems, { from: other.uri, filterCondition: "true" }),
    /Cannot read item 1: its line is no map in JSON/,
  );
});
