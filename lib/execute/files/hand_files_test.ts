import { deepEqual, equal } from "node:assert/strict";
import { openFileStore } from "./file_store.ts";
import { handFiles, MAX_HANDED_BYTES } from "./hand_files.ts";

async function makeStore() {
  const root = await Deno.makeTempDir({ prefix: "bulkhead_hand_" });
  const store = openFileStore(`${root}/files`, { namespace: "a.b", flow: "f", execution: "e" });
  return {
    files: { store, namespace: "a.b" },
    async put(content: Uint8Array): Promise<string> {
      await Deno.writeFile(`${root}/made`, content);
      const from = { task: "t", taskRun: "r" };
      return (await store.put(from, "made", await Deno.open(`${root}/made`))).uri;
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("handFiles() hands what stands in the variables, and only where it is asked for", async () => {
  await using made = await makeStore();
  const uri = await made.put(bytes("text"));
  const other = await made.put(bytes("other"));
  const run = { files: made.files, variables: { outputs: { t: { outputFiles: { a: uri } } } } };
  const read = { files: { [uri]: { size: 4, text: "text" } } };
  deepEqual(await handFiles(run, ["{{ outputs.t }}", "bread"]), {});
  deepEqual(await handFiles(run, { deep: ["{{ read(outputs.t.outputFiles.a) }}"] }), read);
  // A size is known without reading; what the text itself names may be asked for as well.
  deepEqual(await handFiles(run, ["{{ fileSize(x) }}"]), { files: { [uri]: { size: 4 } } });
  deepEqual(await handFiles({ ...run, variables: {} }, [`{{ read('${other}') }}`]), {
    files: { [other]: { size: 5, text: "other" } },
  });
  const unseen = { ...run, variables: { outputs: {} } };
  deepEqual(await handFiles(unseen, ["{{ read('kestra:///x') }}"]), { files: {} });
});

Deno.test("handFiles() sees what render() may come to", async () => {
  await using made = await makeStore();
  const uri = await made.put(bytes("text"));
  const run = (text: string) => ({ files: made.files, variables: { vars: { text, uri } } });
  const given = await handFiles(run("{{ read(vars.uri) }}"), ["{{ render(vars.text) }}"]);
  deepEqual(given, { files: { [uri]: { size: 4, text: "text" } } });
  deepEqual(await handFiles(run("plain"), ["{{ render(vars.text) }}"]), {});
});

Deno.test("handFiles() keeps to its limit, small files first", async () => {
  await using made = await makeStore();
  const large = await made.put(new Uint8Array(MAX_HANDED_BYTES - 3).fill(0x78));
  const small = await made.put(bytes("abc"));
  const more = await made.put(bytes("abcd"));
  const sizes = async (...uris: string[]) => {
    const run = { files: made.files, variables: { uris } };
    const { files } = await handFiles(run, ["{{ read(uris) }}"]);
    return Object.entries(files!).map(([uri, it]) => [uri, it.text?.length]);
  };
  deepEqual(await sizes(large, small), [[small, 3], [large, MAX_HANDED_BYTES - 3]]);
  deepEqual(await sizes(large, more), [[more, 4], [large, undefined]]);
});

Deno.test("handFiles() reads UTF-8, and replaces what is none", async () => {
  await using made = await makeStore();
  const uri = await made.put(Uint8Array.of(0xef, 0xbb, 0xbf, 0xc3, 0xa9, 0xff, 0));
  const { files } = await handFiles(
    { files: made.files, variables: { uri } },
    ["{{ read(uri) }}"],
  );
  equal(files![uri]!.text, "\ufeffé\ufffd\0");
});
