import { deepEqual, equal, match } from "node:assert/strict";
import { removeTree } from "../workspace.ts";
import { collectFiles } from "./collect_files.ts";
import { openFileStore } from "./file_store.ts";
import { readPatterns } from "./read_patterns.ts";

/** What a script has left, and what is kept of it: texts by names. */
async function collect(
  fill: (workspace: string, outside: string) => Promise<void>,
  outputFiles: readonly string[],
  outputDirectory = false,
) {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "bulkhead_collect_" }));
  try {
    const workspace = `${root}/work`;
    await Deno.mkdir(`${workspace}/.output`, { recursive: true });
    await Deno.mkdir(`${root}/outside`);
    await Deno.writeTextFile(`${root}/outside/secret.txt`, "secret");
    await fill(workspace, `${root}/outside`);
    const store = openFileStore(`${root}/files`, { namespace: "a.b", flow: "f", execution: "e" });
    const warnings: string[] = [];
    const uris = await collectFiles(
      workspace,
      { patterns: await readPatterns(outputFiles, workspace), outputDirectory },
      store,
      { task: "t", taskRun: "r" },
      (it) => warnings.push(it),
    );
    const kept: Record<string, string> = {};
    for (const [name, uri] of Object.entries(uris)) {
      match(uri, /^kestra:\/\/\/a\/b\/f\/executions\/e\/tasks\/t\/r\/[0-9a-v]{20}-/);
      const stored = store.find(uri)!;
      using file = await store.open(stored);
      kept[name] = await new Response(file.readable).text();
      equal(stored.size, kept[name].length);
    }
    return { kept, warnings };
  } finally {
    await removeTree(root);
  }
}

async function write(path: string, text = "text") {
  await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
  await Deno.writeTextFile(path, text);
}

Deno.test("collectFiles() keeps what is named and what patterns match, once each", async () => {
  const { kept, warnings } = await collect(async (work) => {
    for (const name of ["a.txt", "b.csv", "d/c.csv", ".env", ".git/c.csv", ".input/c.csv"]) {
      await write(`${work}/${name}`, name);
    }
    await write(`${work}/.output/o.csv`);
  }, ["a.txt", "*.txt", "{*,d/*}.csv", "**/*.csv"]);
  deepEqual(kept, { "a.txt": "a.txt", "b.csv": "b.csv", "d/c.csv": "d/c.csv" });
  deepEqual(warnings, []);
});

Deno.test("collectFiles() keeps hidden files that are named, and none of the harness's own", async () => {
  const { kept } = await collect(async (work) => {
    for (const name of [".env", ".git/c", ".input/c", ".output/c"]) await write(`${work}/${name}`);
  }, [".env", ".*/c"]);
  deepEqual(Object.keys(kept), [".env", ".git/c"]);
});

Deno.test("collectFiles() keeps all of the output directory, by names within it", async () => {
  const fill = async (work: string) => {
    await write(`${work}/.output/o.csv`, "o");
    await write(`${work}/.output/d/.p`, "p");
    await write(`${work}/a.txt`, "a");
  };
  deepEqual((await collect(fill, [], true)).kept, { "d/.p": "p", "o.csv": "o" });
  deepEqual((await collect(fill, [])).kept, {});
});

Deno.test("collectFiles() tells of a name that nothing has, and goes on", async () => {
  const { kept, warnings } = await collect((work) => write(`${work}/a`), ["a", "b", "a/c", "*.x"]);
  deepEqual(Object.keys(kept), ["a"]);
  deepEqual(warnings, ['Output file "b" is not there', 'Output file "a/c" is not there']);
});

Deno.test("collectFiles() follows a link within the workspace, and none that leads out", async () => {
  const { kept, warnings } = await collect(async (work, outside) => {
    await write(`${work}/d/real.txt`, "real");
    await Deno.symlink("d/real.txt", `${work}/inside.txt`);
    await Deno.symlink("d", `${work}/linked.txt`);
    await Deno.symlink(`${outside}/secret.txt`, `${work}/file.txt`);
    await Deno.symlink(outside, `${work}/dir`);
    await Deno.symlink("../outside/secret.txt", `${work}/up.txt`);
    await Deno.symlink("nowhere", `${work}/dead.txt`);
    // The attack, without what is in its way.
    for (const it of ["file.txt", "dir/secret.txt", "up.txt"]) {
      equal(await Deno.readTextFile(`${work}/${it}`), "secret");
    }
  }, ["dir/secret.txt", "**.txt"]);
  deepEqual(kept, { "d/real.txt": "real", "inside.txt": "real" });
  deepEqual(warnings.toSorted(), [
    'Cannot keep output file "dir/secret.txt": it leads out of the directory it lies in',
    'Cannot keep output file "file.txt": it leads out of the directory it lies in',
    'Cannot keep output file "up.txt": it leads out of the directory it lies in',
    'Output file "dead.txt" is not there',
  ]);
});

Deno.test("collectFiles() looks into no directory that was put in the place of the output directory", async () => {
  const { kept } = await collect(
    async (work, outside) => {
      await Deno.remove(`${work}/.output`);
      await Deno.symlink(outside, `${work}/.output`);
      equal(await Deno.readTextFile(`${work}/.output/secret.txt`), "secret");
    },
    [],
    true,
  );
  deepEqual(kept, {});
});

Deno.test("collectFiles() opens no pipe, socket or directory", async () => {
  const listening: Deno.Listener[] = []; // its socket goes with it
  const { kept, warnings } = await collect(async (work) => {
    await write(`${work}/a.txt`);
    await Deno.mkdir(`${work}/dir`);
    const { success } = await new Deno.Command("mkfifo", { args: [`${work}/pipe.txt`] }).output();
    equal(success, true);
    listening.push(Deno.listen({ transport: "unix", path: `${work}/socket.txt` }));
  }, ["dir", "*.txt"]);
  listening.forEach((it) => it.close());
  deepEqual(Object.keys(kept), ["a.txt"]);
  deepEqual(warnings.toSorted(), [
    'Cannot keep output file "dir": it is a directory',
    'Cannot keep output file "pipe.txt": it is a pipe',
    'Cannot keep output file "socket.txt": it is a socket',
  ]);
});

Deno.test("collectFiles() tells of a directory that is closed to the harness", async () => {
  const { kept, warnings } = await collect(async (work) => {
    await write(`${work}/a.txt`);
    await write(`${work}/closed/b.txt`);
    await Deno.chmod(`${work}/closed`, 0o300);
  }, ["**.txt"]);
  // To a superuser nothing is closed by its mode.
  const isClosed = Deno.uid() !== 0;
  deepEqual(Object.keys(kept), ["a.txt", ...(isClosed ? [] : ["closed/b.txt"])]);
  deepEqual(
    warnings,
    isClosed ? ['Cannot look for output files in "closed": it is closed to the harness'] : [],
  );
});
