import { deepEqual, equal } from "node:assert/strict";
import type { KeptFile } from "../../model/mod.ts";
import { openFileStore } from "./file_store.ts";

Deno.test("file store: what one harness has stored is found by the next, and nothing else is", async () => {
  const root = await Deno.makeTempDir();
  try {
    const owner = { namespace: "a.b", flow: "f", execution: "e" };
    await Deno.writeTextFile(`${root}/given`, "some text");
    const kept: KeptFile[] = [];
    const first = openFileStore(`${root}/files`, owner, {
      files: [],
      keep: (file) => void kept.push(file),
    });
    const from = { task: "t", taskRun: "r" };
    const { uri } = await first.put(from, "a b.txt", await Deno.open(`${root}/given`));
    deepEqual(kept.map((it) => [it.uri, it.size]), [[uri, 9]]);
    const next = openFileStore(`${root}/files`, owner, { files: kept, keep: () => {} });
    const found = next.find(uri);
    deepEqual(found && { uri: found.uri, size: found.size }, { uri, size: 9 });
    using file = await next.open(found!);
    const bytes = new Uint8Array(20);
    equal(new TextDecoder().decode(bytes.subarray(0, await file.read(bytes) ?? 0)), "some text");
    // A name that was not given out is none, also where it would lead to a file that is there.
    equal(next.find(uri.replace("/t/r/", "/t/other/")), undefined);
    equal(openFileStore(`${root}/files`, owner).find(uri), undefined);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
