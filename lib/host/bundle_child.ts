import { StageError } from "../model/mod.ts";

/** The files of the child code, by the entry in `lib/child/` that each is bundled from. */
const ENTRIES = {
  main_built_in: "built_in.mjs",
  main_eval: "eval.mjs",
  main_plugin: "plugin.mjs",
  zod: "zod.mjs",
  bulkhead: "bulkhead.mjs",
} as const;

const IMPORT_MAP = "import_map.json";

/** The names of all files that `bundleChild()` writes. */
export const CHILD_FILES: readonly string[] = [...Object.values(ENTRIES), IMPORT_MAP];

/** The root of the sources; means nothing in the compiled binary. */
export const PROJECT = new URL("../../", import.meta.url);

/**
 * Bundles the code that runs in the children, each entry into one file that stands alone,
 * and writes the import map that leads `zod` and `bulkhead` to theirs.
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
    await runBundler("deno", [
      "--outdir",
      fresh,
      ...Object.keys(ENTRIES).map((it) => `lib/child/${it}.ts`),
    ], project);
    for (const [entry, file] of Object.entries(ENTRIES)) {
      await Deno.rename(`${fresh}/${entry}.js`, `${fresh}/${file}`);
    }
    const imports = { zod: `./${ENTRIES.zod}`, bulkhead: `./${ENTRIES.bulkhead}` };
    await Deno.writeTextFile(`${fresh}/${IMPORT_MAP}`, JSON.stringify({ imports }));
    await Deno.rename(fresh, outDir);
  } catch (error) {
    await Deno.remove(fresh, { recursive: true });
    const taken = ["ENOTEMPTY", "EEXIST"].includes((error as { code?: string }).code ?? "");
    if (!taken) throw error;
  }
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
