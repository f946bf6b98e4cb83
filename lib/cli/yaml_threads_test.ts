import { deepEqual, equal, ok } from "node:assert/strict";
import type { StageError } from "../model/mod.ts";
import { openYamlThread, readableTexts, type YamlThread } from "./yaml_threads.ts";

const long = "# so many characters are worth a thread\n".repeat(20);
const texts = Array.from({ length: 200 }, (_, i) => ({
  file: `f${i}.yaml`,
  text: i % 50 === 7 ? `${long}a: [\n` : i % 50 === 8 ? long : `${long}a: ${i}\nb: [x, {c: d}]\n`,
}));

async function readAll(
  processors: number,
  open?: () => YamlThread,
): Promise<ReadonlyMap<string, unknown>> {
  const all = new Map<string, unknown>();
  for await (const { of, root } of readableTexts(texts, processors, open)) {
    equal(all.has(of.file), false, `${of.file} comes once`);
    try {
      all.set(of.file, root());
    } catch (error) {
      all.set(of.file, (error as StageError).diagnostics);
    }
  }
  return all;
}

function same(one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): void {
  equal(other.size, texts.length);
  for (const { file } of texts) deepEqual(other.get(file), one.get(file), file);
}

Deno.test("two threads read what one does", async () => {
  const one = await readAll(1, () => {
    throw new Error("one processor is no use for two");
  });
  equal(one.get("f8.yaml"), undefined);
  ok(Array.isArray(one.get("f7.yaml")));
  let there = 0;
  const counted = (): YamlThread => {
    const thread = openYamlThread();
    return {
      ...thread,
      read: async (chunk) => {
        const answer = await thread.read(chunk);
        there += answer.length;
        return answer;
      },
    };
  };
  same(one, await readAll(2, counted));
  ok(there > 0, "the other thread has read some");
});

Deno.test("what a broken thread was given is read by the other", async () => {
  const broken: YamlThread = {
    read: () => Promise.reject(new Error("out of memory")),
    isBroken: () => true,
    [Symbol.dispose]() {},
  };
  const one = await readAll(1);
  same(one, await readAll(2, () => broken));
  same(one, await readAll(2, () => ({ ...broken, isBroken: () => false })));
});
