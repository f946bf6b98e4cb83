import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type { NamespaceFilesWork, ScriptWork } from "../../model/mod.ts";
import { FileRefusal } from "./file_refusal.ts";
import { openFileStore } from "./file_store.ts";
import { layFiles } from "./lay_files.ts";

const NOTHING: ScriptWork = {
  command: [],
  env: {},
  inputFiles: {},
  outputFiles: [],
  outputDirectory: false,
};
const NAMESPACE: NamespaceFilesWork = {
  namespaces: [],
  include: [],
  exclude: [],
  ifExists: "OVERWRITE",
  folderPerNamespace: false,
};

/** A workspace, a store, files of namespaces and a directory of the host beside them. */
async function makePlace() {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "bulkhead_lay_" }));
  const workspace = `${root}/work`;
  const write = async (path: string, text: string) => {
    await Deno.mkdir(`${root}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${root}/${path}`, text);
  };
  await Deno.mkdir(workspace, { mode: 0o700 });
  await write("ns/a.b/main.py", "own");
  await write("ns/a.b/lib/util.py", "util");
  await write("ns/c/main.py", "other");
  await write("host/open/a.txt", "open");
  await write("host/secret.txt", "secret");
  const store = openFileStore(`${root}/files`, { namespace: "a.b", flow: "f", execution: "e" });
  const logs: string[] = [];
  return {
    root,
    workspace,
    store,
    logs,
    write,
    async stored(text: string, name = "s.txt") {
      await write("made", text);
      const { uri } = await store.put(
        { task: "t", taskRun: "r" },
        name,
        await Deno.open(`${root}/made`),
      );
      return uri;
    },
    lay: (work: Partial<ScriptWork>) =>
      layFiles(
        { ...NOTHING, ...work },
        workspace,
        {
          store,
          namespace: "a.b",
          namespaceFiles: `${root}/ns`,
          localFiles: [`${root}/host/open`],
        },
        (level, message) => logs.push(`${level} ${message}`),
      ),
    /** Everything that lies in the workspace, by name; directories end in a slash. */
    async found(): Promise<Record<string, string>> {
      const all: Record<string, string> = {};
      const walk = async (at: string) => {
        for await (const { name, isDirectory } of Deno.readDir(`${workspace}/${at}`)) {
          if (isDirectory) await walk(`${at}${name}/`);
          else all[`${at}${name}`] = await Deno.readTextFile(`${workspace}/${at}${name}`);
        }
      };
      await walk("");
      return all;
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

Deno.test("layFiles() lays a map, and the JSON of one", async () => {
  const files = { "a.txt": "a", "d/e/b.txt": "b", "./c": null, "kestra://x y": "no address" };
  for (const inputFiles of [files, JSON.stringify(files)]) {
    await using place = await makePlace();
    await place.lay({ inputFiles });
    deepEqual(await place.found(), {
      "a.txt": "a",
      "d/e/b.txt": "b",
      c: "",
      "kestra:/x y": "no address",
    });
    equal((await Deno.stat(`${place.workspace}/.output`)).isDirectory, true);
  }
});

Deno.test.each([
  { name: "no JSON", inputFiles: "{", fact: /no JSON/, control: "{}" },
  { name: "a list", inputFiles: "[1]", fact: /no map/, control: "null" },
  { name: "a map in it", inputFiles: '{"a": {}}', fact: /no text/, control: '{"a": 1}' },
  { name: "a name that leads out", inputFiles: { "../a": "" }, fact: /"\.\."/, control: { a: "" } },
  {
    name: "the script's own name",
    inputFiles: { "./script.sh": "" },
    fact: /the script itself/,
    control: { "d/script.sh": "" },
  },
  {
    name: "a file as a directory",
    inputFiles: { a: "", "a/b": "" },
    fact: /"a" is no directory/,
    control: { a: "", "b/a": "" },
  },
  {
    name: "a directory as a file",
    inputFiles: { "a/b": "", a: "" },
    fact: /a directory has that name/,
    control: { "a/b": "", b: "" },
  },
])("layFiles() refuses $name", async ({ inputFiles, fact, control }) => {
  await using place = await makePlace();
  const scriptFile = { name: "script.sh", text: "true" };
  await rejects(place.lay({ inputFiles, scriptFile }), (error) => {
    equal(error instanceof FileRefusal, true, String(error));
    match((error as Error).message, fact);
    return true;
  });
  await using other = await makePlace();
  await other.lay({ inputFiles: control, scriptFile });
  equal((await other.found())["script.sh"], "true");
});

Deno.test("layFiles() goes through no link that a script has left, and replaces one as a file", async () => {
  await using place = await makePlace();
  const outside = `${place.root}/host`;
  await Deno.symlink(outside, `${place.workspace}/dir`);
  await Deno.symlink(`${outside}/secret.txt`, `${place.workspace}/file`);
  // The attack, without what is in its way.
  await Deno.writeTextFile(`${place.workspace}/dir/attacked`, "x");
  equal(await Deno.readTextFile(`${outside}/attacked`), "x");
  await rejects(place.lay({ inputFiles: { "dir/secret.txt": "x" } }), /"dir" is no directory/);
  await Deno.remove(`${place.workspace}/.output`);
  await place.lay({ inputFiles: { file: "x", "real/secret.txt": "y" } });
  equal(await Deno.readTextFile(`${outside}/secret.txt`), "secret");
  const { isSymlink } = await Deno.lstat(`${place.workspace}/file`);
  equal(isSymlink, false);
  equal(await Deno.readTextFile(`${place.workspace}/real/secret.txt`), "y");
});

Deno.test("layFiles() does not take a link in the place of its own directory", async () => {
  await using place = await makePlace();
  await Deno.symlink(`${place.root}/host`, `${place.workspace}/.output`);
  await rejects(place.lay({}), /Cannot make directory "\.output"/);
});

Deno.test("layFiles() takes files by their addresses", async () => {
  await using place = await makePlace();
  const uri = await place.stored("stored");
  await place.lay({
    inputFiles: {
      stored: uri,
      own: "nsfile:///main.py",
      other: "nsfile://c/main.py",
      local: `file://${place.root}/host/open/a.txt`,
    },
  });
  deepEqual(await place.found(), { stored: "stored", own: "own", other: "other", local: "open" });
});

Deno.test.each([
  { name: "of nobody", uri: "kestra:///a/b/f/executions/e/tasks/t/r/x", fact: /stored no such/ },
  { name: "of a path", uri: "kestra:///../../files/x", fact: /stored no such/ },
  { name: "outside of what is allowed", uri: "file://ROOT/host/secret.txt", fact: /allowed-paths/ },
  { name: "by ..", uri: "file://ROOT/host/open/../secret.txt", fact: /allowed-paths/ },
  { name: "by an encoded ..", uri: "file://ROOT/host/open/%2e%2e/secret.txt", fact: /allowed-/ },
  { name: "by a link", uri: "file://ROOT/host/open/link", fact: /allowed-paths/ },
  { name: "of a directory", uri: "file://ROOT/host/open", fact: /allowed-paths/ },
  { name: "of a host", uri: "file://host/etc/passwd", fact: /no absolute path/ },
  { name: "of no namespace", uri: "nsfile://../host/secret.txt", fact: /that is no namespace/ },
  { name: "out of a namespace", uri: "nsfile:///../c/main.py", fact: /"\.\."/ },
  { name: "out by a link", uri: "nsfile:///link", fact: /leads out of/ },
  { name: "that is not there", uri: "nsfile:///nope", fact: /it is not there/ },
])("layFiles() refuses an address $name", async ({ uri, fact }) => {
  await using place = await makePlace();
  for (const at of ["host/open", "ns/a.b"]) {
    await Deno.symlink(`${place.root}/host/secret.txt`, `${place.root}/${at}/link`);
    equal(await Deno.readTextFile(`${place.root}/${at}/link`), "secret");
  }
  await rejects(place.lay({ inputFiles: { a: uri.replace("ROOT", place.root) } }), (error) => {
    equal(error instanceof FileRefusal, true, String(error));
    match((error as Error).message, fact);
    return true;
  });
  deepEqual(await place.found(), {});
});

Deno.test("layFiles() has no local files where the policy allows none", async () => {
  await using place = await makePlace();
  const uri = `file://${place.root}/host/open/a.txt`;
  await rejects(
    layFiles(
      { ...NOTHING, inputFiles: { a: uri } },
      place.workspace,
      { store: place.store, namespace: "a.b", localFiles: [] },
      () => {},
    ),
    /the policy has no allowed-paths/,
  );
});

Deno.test("layFiles() puts copies of stored files in the place of their addresses", async () => {
  await using place = await makePlace();
  const uri = await place.stored("stored", "my data.csv");
  const { command, scriptFile } = await place.lay({
    command: ["sh", "-c", `cat ${uri} "${uri}"; echo kestra:// nothing`],
    scriptFile: { name: "s.py", text: `open("${uri}")` },
  });
  const copy = `${place.workspace}/.input/${uri.split("/").at(-1)}`;
  match(copy, /-my_data\.csv$/);
  deepEqual(command, ["sh", "-c", `cat ${copy} "${copy}"; echo kestra:// nothing`]);
  equal(scriptFile?.text, `open("${copy}")`);
  equal(await Deno.readTextFile(copy), "stored");
  await using other = await makePlace();
  await rejects(other.lay({ command: [`cat ${uri}`] }), /stored no such file/);
});

Deno.test("layFiles() lays the files of namespaces, and input files over them", async () => {
  await using place = await makePlace();
  await place.lay({
    namespaceFiles: { ...NAMESPACE, namespaces: ["a.b", "c", "no.files"], exclude: [] },
    inputFiles: { "lib/util.py": "mine" },
  });
  deepEqual(await place.found(), { "main.py": "other", "lib/util.py": "mine" });
});

Deno.test("layFiles() lays each namespace in a folder of its own where that is wanted", async () => {
  await using place = await makePlace();
  await place.lay({
    namespaceFiles: {
      ...NAMESPACE,
      namespaces: ["a.b", "c"],
      include: ["**.py"],
      exclude: ["lib/**"],
      folderPerNamespace: true,
    },
  });
  deepEqual(await place.found(), { "a.b/main.py": "own", "c/main.py": "other" });
});

Deno.test.each(
  [
    { ifExists: "OVERWRITE", main: "other", logs: [] },
    { ifExists: "IGNORE", main: "own", logs: [] },
    { ifExists: "WARN", main: "own", logs: [/^WARN File "main.py" is there already/] },
  ] as const,
)("layFiles() keeps to ifExists $ifExists", async ({ ifExists, main, logs }) => {
  await using place = await makePlace();
  await place.lay({ namespaceFiles: { ...NAMESPACE, namespaces: ["a.b", "c"], ifExists } });
  equal((await place.found())["main.py"], main);
  equal(place.logs.length, logs.length);
  logs.forEach((it, i) => match(place.logs[i]!, it));
});

Deno.test("layFiles() fails where a file is there already, and that is wanted", async () => {
  const namespaceFiles = { ...NAMESPACE, ifExists: "FAIL" } as const;
  await using twice = await makePlace();
  await rejects(
    twice.lay({ namespaceFiles: { ...namespaceFiles, namespaces: ["a.b", "c"] } }),
    /"main.py": it is there already/,
  );
  await using input = await makePlace();
  await rejects(
    input.lay({ namespaceFiles, inputFiles: { "main.py": "" } }),
    /"main.py": a file of a namespace has that name/,
  );
  await using control = await makePlace();
  await control.lay({ namespaceFiles, inputFiles: { "other.py": "" } });
  deepEqual(Object.keys(await control.found()).toSorted(), ["lib/util.py", "main.py", "other.py"]);
});

Deno.test("layFiles() refuses a link in a namespace that leads out of it", async () => {
  await using place = await makePlace();
  await Deno.symlink("../c/main.py", `${place.root}/ns/a.b/inside.py`);
  await place.lay({ namespaceFiles: NAMESPACE });
  equal((await place.found())["inside.py"], "other");
  await using other = await makePlace();
  await Deno.symlink(`${other.root}/host/secret.txt`, `${other.root}/ns/a.b/link`);
  await rejects(other.lay({ namespaceFiles: NAMESPACE }), /link": it leads out of/);
});
