import { StageError } from "../model/mod.ts";
import { bareImports, guardedImports, guardScopes, listNodeModules } from "./guarded_imports.ts";

/** What a child starts with, by the entry in `lib/child/` that each is bundled from. */
const ENTRIES = {
  main_built_in: "built_in.mjs",
  main_eval: "eval.mjs",
  main_plugin: "plugin.mjs",
  main_script: "run_script.mjs",
} as const;

/** What plugins import, by entry. */
const MODULES = { zod: "zod.mjs", bulkhead: "bulkhead.mjs" } as const;

/** What an entry has beside its own code and runs when it needs it, by its name in `parts.ts`. */
const PARTS = {
  expression: { entry: "part_expression", file: "expression.txt" },
  script: { entry: "part_script", file: "script.txt" },
} as const;

/** The entries that need each part: only scripts are taken apart. */
const NEEDED_BY: Readonly<Record<keyof typeof PARTS, readonly string[]>> = {
  expression: [ENTRIES.main_built_in, ENTRIES.main_eval, ENTRIES.main_plugin],
  script: [ENTRIES.main_eval],
};

const IMPORT_MAP = "import_map.json";
const GUARDED_IMPORT_MAP = "guarded_import_map.json";

/** The names of all files that `bundleChild()` writes. */
export const CHILD_FILES: readonly string[] = [
  ...Object.values(ENTRIES).flatMap((it) => [it, textOf(it)]),
  ...Object.values(PARTS).map((it) => it.file),
  ...Object.values(MODULES),
  IMPORT_MAP,
  GUARDED_IMPORT_MAP,
];

/** The root of the sources; means nothing in the compiled binary. */
export const PROJECT = new URL("../../", import.meta.url);

/**
 * Bundles the code that runs in the children, each entry without an import,
 * and writes the import maps that lead `zod` and `bulkhead` to theirs.
 *
 * Works from sources only. Writes nothing in them.
 *
 * @param outDir Made by this call, in one step; where it is there already it stays as it
 * is. Its parent must exist.
 * @param project Root of the sources.
 * @throws {StageError} If `deno bundle` fails.
 */
export async function bundleChild(outDir: string, project: URL = PROJECT): Promise<void> {
  const fresh = await Deno.makeTempDir({
    dir: outDir.replace(/\/[^/]*$/, "") || "/",
    prefix: ".child-",
  });
  try {
    await bundleAll(fresh, project);
    const modules = await listNodeModules();
    const imports = {
      ...bareImports(modules),
      zod: `./${MODULES.zod}`,
      bulkhead: `./${MODULES.bulkhead}`,
    };
    const guarded = { ...imports, ...guardedImports(modules) };
    await Deno.writeTextFile(`${fresh}/${IMPORT_MAP}`, JSON.stringify({ imports }));
    await Deno.writeTextFile(
      `${fresh}/${GUARDED_IMPORT_MAP}`,
      JSON.stringify({ imports: guarded, scopes: guardScopes(Object.values(ENTRIES)) }),
    );
    await Deno.rename(fresh, outDir);
  } catch (error) {
    await Deno.remove(fresh, { recursive: true });
    const taken = ["ENOTEMPTY", "EEXIST"].includes((error as { code?: string }).code ?? "");
    if (!taken) throw error;
  }
}

async function bundleAll(directory: string, project: URL): Promise<void> {
  const entries = [
    ...Object.keys(ENTRIES),
    ...Object.keys(MODULES),
    ...Object.values(PARTS).map((it) => it.entry),
  ];
  await runBundler("deno", [
    "--outdir",
    directory,
    ...entries.map((it) => `lib/child/${it}.ts`),
  ], project);
  for (const [entry, file] of Object.entries(MODULES)) {
    await Deno.rename(`${directory}/${entry}.js`, `${directory}/${file}`);
  }
  for (const { entry, file } of Object.values(PARTS)) {
    await Deno.rename(`${directory}/${entry}.js`, `${directory}/${file}`);
  }
  for (const [entry, file] of Object.entries(ENTRIES)) {
    await Deno.writeTextFile(`${directory}/${file}`, starterOf(file));
    const code = await Deno.readTextFile(`${directory}/${entry}.js`);
    await Deno.writeTextFile(`${directory}/${textOf(file)}`, `"use strict";${code}`);
    await Deno.remove(`${directory}/${entry}.js`);
  }
}

function textOf(file: string): string {
  return file.replace(/\.mjs$/, ".txt");
}

/**
 * The module that a child starts with: it loads its code, and the parts it may need, as texts.
 *
 * Deno takes a module apart before it runs it, at some 0.2 ms a kilobyte: as modules these are
 * 10 to 25 ms of every start. A text costs next to nothing until it runs. What the first module
 * imports by name needs no permission to be read.
 */
function starterOf(file: string): string {
  const parts = Object.entries(PARTS).filter(([name]) =>
    NEEDED_BY[name as keyof typeof PARTS].includes(file)
  );
  const texts = [["code", textOf(file)], ...parts.map(([name, it]) => [name, it.file])];
  const names = parts.map(([name]) => name).join(", ");
  return texts.map(([name, text]) => `import ${name} from "./${text}" with { type: "text" };\n`)
    .join("") + `Function("parts", "resolve", code)({ ${names} }, import.meta.resolve);\n`;
}

/**
 * Runs `deno bundle`, quiet unless it fails, with the Deno that runs this.
 *
 * Minified: half the size, some ms less at each start, and no path of this machine is left
 * in a comment. Without `--keep-names`: with it Deno 2.9.6 forgets the `require` of the
 * CommonJS packages.
 *
 * @param platform Which of its forms a package gives. `browser` takes `yaml` as ES modules:
 * its form for Node loads `node:module`, 6 ms at each start.
 * @param args Output and entries; relative ones from `project`.
 * @throws {StageError} If it fails, with what it said.
 */
export async function runBundler(
  platform: "deno" | "browser",
  args: readonly string[],
  project: URL,
): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--frozen", "--platform", platform, "--minify", ...args],
    cwd: project,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stderr).split("Stack backtrace:")[0]!
    .replace(/^.*is experimental.*$/m, "").replaceAll(/\s+/g, " ").trim();
  throw new StageError([{
    code: "host/bundle-failed",
    severity: "error",
    message: `Cannot bundle the sources: ${said.replace(/^error: /, "")}`,
    help: "From sources this needs deno.lock as committed and, the first time, the npm registry",
  }], "host");
}
