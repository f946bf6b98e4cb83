import { deepEqual, ok } from "node:assert/strict";

/** Leaves that any stage may use: nouns, data, and what has no opinion about isolation. */
const LEAVES = ["model", "catalog", "paths", "source"];

/** Who may import whom inside `lib/`. A stage knows the leaves, never a neighbour. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  model: [],
  paths: [],
  catalog: ["model"],
  // Mechanism without opinion: system calls, and threads under them; what engines are told.
  kernel: ["model"],
  container: ["model"],
  source: ["model"],
  // What a plan says of one access. Who refused an access asks it too.
  access: ["model", "paths"],
  // What an image and a port are is said by what tells engines of them.
  policy: [...LEAVES, "container"],
  flow: LEAVES,
  plan: [...LEAVES, "container"],
  host: [...LEAVES, "kernel"],
  execute: [...LEAVES, "kernel", "container", "access"],
  report: LEAVES,
  // Judges over what the stages say: it asks the same pure functions as a run does, and no copies.
  check: [...LEAVES, "policy", "flow", "plan", "container", "access"],
  bundle: LEAVES,
  // What outlives an execution: keys and values, and the record that a resumed one goes by.
  state: [...LEAVES, "kernel"],
  // Bundled on its own; imported by nobody but what plugins see of it.
  child: ["model", "source"],
  build: ["model", "source", "host"],
  cli: [
    ...LEAVES,
    "policy",
    "flow",
    "plan",
    "check",
    "access",
    "host",
    "execute",
    "report",
    "bundle",
    "state",
  ],
};

async function* sources(directory: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const at = new URL(isDirectory ? `${name}/` : name, directory);
    if (isDirectory) yield* sources(at);
    else if (name.endsWith(".ts")) yield at;
  }
}

Deno.test("lib/ arrows go one way", async () => {
  const lib = new URL("../lib/", import.meta.url);
  const wrong: string[] = [];
  let seen = 0;
  const rooms = (await Array.fromAsync(Deno.readDir(lib))).map((it) => it.name).toSorted();
  deepEqual(rooms, Object.keys(ARROWS).toSorted(), "every room has its arrows here");
  for await (const file of sources(lib)) {
    const from = file.href.slice(lib.href.length).split("/")[0]!;
    const text = await Deno.readTextFile(file);
    for (const [, specifier] of text.matchAll(/^(?:import|export)\b[^"]*?"(\.[^"]+)"/gms)) {
      const target = new URL(specifier!, file);
      if (!target.href.startsWith(lib.href)) continue;
      const to = target.href.slice(lib.href.length).split("/")[0]!;
      if (to === from) continue;
      seen++;
      if (!ARROWS[from]?.includes(to)) wrong.push(`${file.href.slice(lib.href.length)} -> ${to}`);
    }
  }
  deepEqual(wrong, []);
  ok(seen > 40, `the walk found ${seen} arrows: is it still looking at lib/?`);
});

Deno.test("only the rooms for it start processes, and only main.ts exits", async () => {
  const lib = new URL("../lib/", import.meta.url);
  const found: string[] = [];
  let files = 0;
  for await (const file of sources(lib)) {
    const name = file.href.slice(lib.href.length);
    if (name.endsWith("_test.ts")) continue;
    files++;
    const text = await Deno.readTextFile(file);
    if (
      /new Deno\.Command|new CommandBuilder/.test(text) &&
      !/^(kernel|execute|host|build)\//.test(name)
    ) {
      found.push(`${name} starts processes`);
    }
    // A child is a process of its own; a second Ctrl-C waits for nobody.
    if (/Deno\.exit\(/.test(text) && !/^(child\/run_job|cli\/make_io|build\/)/.test(name)) {
      found.push(`${name} exits`);
    }
  }
  deepEqual(found, []);
  ok(files > 60, `the walk found ${files} files`);
});

Deno.test("what a plan is made of touches no disk, no clock and no process", async () => {
  const pure = [
    "model",
    "paths",
    "catalog",
    "container",
    "source",
    "access",
    "policy",
    "flow",
    "plan",
    "check",
    "report",
  ];
  const found: string[] = [];
  let files = 0;
  for (const room of pure) {
    for await (const file of sources(new URL(`../lib/${room}/`, import.meta.url))) {
      if (file.href.endsWith("_test.ts")) continue;
      files++;
      const text = await Deno.readTextFile(file);
      const used = /\bDeno\.\w+|\bnew Date\(|\bDate\.now|\bperformance\.|\bfetch\(/.exec(
        text.replace(/^\s*(\*|\/\/|\/\*\*).*$/gm, ""),
      );
      if (used !== null) found.push(`${room}: ${used[0]} in ${file.pathname.split("/").at(-1)}`);
    }
  }
  deepEqual(found, []);
  ok(files > 40, `the walk found ${files} files`);
});
