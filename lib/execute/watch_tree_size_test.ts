import { equal } from "node:assert/strict";
import { watchTreeSize } from "./watch_tree_size.ts";

Deno.test.each([
  { name: "a tree that stays small", files: 3, bytes: 100, limit: 20_000, over: 0 },
  { name: "a tree that grows", files: 3, bytes: 9000, limit: 20_000, over: 1 },
  { name: "entries that hold nothing", files: 6, bytes: 0, limit: 20_000, over: 1 },
])("watchTreeSize() tells of $name", async ({ files, bytes, limit, over }) => {
  const root = await Deno.makeTempDir();
  try {
    const told: string[] = [];
    const watch = watchTreeSize(root, limit, () => told.push("over"));
    await Deno.mkdir(`${root}/below`);
    await Deno.symlink("/", `${root}/below/link`); // leads to much, and counts for one entry
    for (let i = 0; i < files - 2; i++) {
      await Deno.writeFile(`${root}/below/${i}`, new Uint8Array(bytes));
    }
    await Deno.writeFile(`${root}/last`, new Uint8Array(bytes));
    await watch.stop();
    equal(told.length, over);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
