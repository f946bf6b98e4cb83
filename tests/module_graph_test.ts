import { deepEqual, equal, ok } from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

/** What a statement loads when its module is loaded; types are gone by then. */
const STATIC = /^(?:import|export)\s(?!type\b)(?:[\w$*{},\s]*?\sfrom\s)?"([^"]+)"/gm;

/**
 * What is loaded with some modules: files below the root, packages by their name. What
 * `await import()` loads is not.
 */
async function loadedWith(...entries: readonly string[]): Promise<ReadonlySet<string>> {
  const loaded = new Set<string>();
  const open = entries.map((it) => new URL(it, ROOT));
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const name = at.href.slice(ROOT.href.length);
    if (loaded.has(name)) continue;
    loaded.add(name);
    if (!name.endsWith(".ts")) continue;
    const text = await Deno.readTextFile(at);
    for (const [, specifier] of text.matchAll(STATIC)) {
      if (specifier!.startsWith(".")) open.push(new URL(specifier!, at));
      else loaded.add(specifier!);
    }
  }
  return loaded;
}

/** The rooms whose code starts processes or calls the kernel, and the package that does. */
const HEAVY = /^(lib\/(execute|kernel|host|child|build)\/|@david\/dax$)/;

const START = [
  "lib/cli/exit_code.ts",
  "lib/cli/log_format.ts",
  "lib/cli/main.ts",
  "lib/cli/make_io.ts",
  "main.ts",
];
const NAMES = ["lib/cli/call_command.ts", "lib/cli/commands.ts", "lib/source/nearest.ts"];

Deno.test("module graph: --version loads next to nothing", async () => {
  deepEqual([...await loadedWith("main.ts")].toSorted(), START.toSorted());
  const more = [...await loadedWith("lib/cli/version.ts")].filter((it) => !START.includes(it));
  // What reads the end of the binary, and no package.
  deepEqual(more.filter((it) => !it.startsWith("lib/model/")).toSorted(), [
    "deno.json",
    "lib/cli/version.ts",
    "lib/host/compiled_program.ts",
    "lib/host/found.ts",
    "lib/host/payload.ts",
    "lib/host/runtime.ts",
    "lib/source/sha256.ts",
  ]);
});

Deno.test("module graph: an unknown command loads what says so, and no command", async () => {
  deepEqual(
    [...await loadedWith("main.ts", "lib/cli/call_command.ts", "lib/cli/log.ts")].toSorted(),
    [
      ...START,
      ...NAMES,
      "lib/cli/log.ts",
      "lib/report/diagnostic_json.ts",
      "lib/report/printable.ts",
      "lib/report/render_diagnostics.ts",
      "lib/report/safe_json.ts",
      "lib/report/style.ts",
    ].toSorted(),
  );
});

Deno.test("module graph: help loads the table of its command, and nothing of what it does", async () => {
  deepEqual(
    [
      ...await loadedWith(
        "main.ts",
        "lib/cli/call_command.ts",
        "lib/cli/help_text.ts",
        "lib/cli/tables/run.ts",
      ),
    ].toSorted(),
    [
      ...START,
      ...NAMES,
      "lib/cli/help_text.ts",
      "lib/cli/tables/run.ts",
      "lib/cli/tables/shared_options.ts",
    ].toSorted(),
  );
});

Deno.test("module graph: no table loads more than words", async () => {
  for await (const { name } of Deno.readDir(new URL("lib/cli/tables/", ROOT))) {
    const loaded = await loadedWith(`lib/cli/tables/${name}`);
    const more = [...loaded].filter((it) =>
      !it.startsWith("lib/cli/tables/") && it !== "lib/cli/completions/shells.ts"
    );
    deepEqual(more, [], name);
  }
});

Deno.test("module graph: check, schema, completions and man can start nothing", async () => {
  for (const name of ["check", "schema", "completions", "man"]) {
    const loaded = await loadedWith(`lib/cli/${name}.ts`, "lib/cli/command.ts");
    ok(loaded.size > 8, `the walk found ${loaded.size} modules of ${name}`);
    deepEqual([...loaded].filter((it) => HEAVY.test(it)), [], name);
    // Nor does what may be loaded later: commands.ts, which could, is no part of it but for the tables.
    const later: string[] = [];
    for (const it of loaded) {
      if (!it.endsWith(".ts") || it === "lib/cli/commands.ts") continue;
      const text = await Deno.readTextFile(new URL(it, ROOT));
      const named = [...text.matchAll(/\bimport\("(\.[^"]+)"\)/g)].map(([, to]) =>
        new URL(to!, new URL(it, ROOT)).href.slice(ROOT.href.length)
      );
      equal(/\bimport\((?!")/.test(text), false, `${it} loads by a computed name`);
      later.push(...named);
    }
    const patterns = ["lib/flow/inputs/matches_pattern.ts", "lib/policy/rules/safe_pattern.ts"];
    // Tests that policies carry are judged where there are any, and files mended where that is asked for.
    const seldom = ["fix_files", "own_tests", "run_policy_tests"].map((it) => `lib/cli/${it}.ts`);
    const expected = name === "check" ? [...seldom, ...patterns].toSorted() : [];
    deepEqual([...new Set(later)].toSorted(), expected, name);
    deepEqual([...await loadedWith(...later)].filter((it) => HEAVY.test(it)), [], name);
  }
  // What reads patterns is not there before a policy has one.
  const check = await loadedWith("lib/cli/check.ts");
  equal(check.has("re2js"), false);
  equal((await loadedWith("lib/policy/rules/safe_pattern.ts")).has("re2js"), true);
  // The control: the walk does find them where they are.
  const loaded = await loadedWith("lib/cli/run.ts");
  equal(loaded.has("lib/execute/mod.ts") && loaded.has("lib/kernel/mod.ts"), true);
  // What calls the engine's client is loaded when it is called.
  equal(loaded.has("@david/dax"), false);
  equal((await loadedWith("lib/execute/engine_command.ts")).has("@david/dax"), true);
});
