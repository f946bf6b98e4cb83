import { PROJECT } from "../host/bundle_child.ts";
import { buildFailure } from "./build_failure.ts";

/** An npm package that the sources use. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** SHA-512 of what the registry has, as `deno.lock` pins it. */
  readonly integrity: string;
  /** As its `package.json` says it. */
  readonly license: string;
  /** `name@version` of what it needs itself. */
  readonly dependencies: readonly string[];
  /** Whether it is in the binary; the others only build and test it. */
  readonly inBinary: boolean;
}

/** The parts of `deno info --json` that are read here. */
interface Info {
  readonly modules: readonly { readonly npmPackage?: string }[];
  readonly npmPackages: Readonly<
    Record<string, {
      readonly name: string;
      readonly version: string;
      readonly dependencies: readonly string[];
      readonly localPath: string;
    }>
  >;
}

/**
 * Lists the npm packages of `deno.lock`, in the order of their names.
 *
 * In the binary are those that the modules it is bundled from import, and all that those need.
 *
 * @throws {StageError} If one has no digest or no licence, or Deno cannot tell.
 */
export async function npmInventory(project: URL = PROJECT): Promise<NpmPackage[]> {
  const info = await infoOf(await rootsOf(project), project);
  const lock = JSON.parse(await Deno.readTextFile(new URL("deno.lock", project))) as {
    npm: Record<string, { integrity?: string }>;
  };
  const shipped = closure(info);
  return await Promise.all(
    Object.entries(info.npmPackages).toSorted(([a], [b]) => a < b ? -1 : 1).map(
      async ([id, { name, version, dependencies, localPath }]) => {
        const manifest = JSON.parse(await Deno.readTextFile(`${localPath}/package.json`));
        return {
          name,
          version,
          integrity: needed(id, "digest in deno.lock", lock.npm[id]?.integrity),
          license: needed(id, "licence in its package.json", manifest.license),
          dependencies: dependencies.map((it) => plainId(info, it)),
          inBinary: shipped.has(id),
        };
      },
    ),
  );
}

/** The modules that `compile.ts` and `bundle_child.ts` bundle; some only among what they import. */
async function rootsOf(project: URL): Promise<URL[]> {
  const child = new URL("lib/child/", project);
  const names = (await Array.fromAsync(Deno.readDir(child))).filter((it) => it.isFile)
    .map((it) => it.name).filter((it) => !it.endsWith("_test.ts"));
  return [
    new URL("main.ts", project),
    new URL("lib/kernel/thread.ts", project),
    new URL("lib/cli/yaml_thread.ts", project),
    ...names.toSorted().map((it) => new URL(it, child)),
  ];
}

async function infoOf(roots: readonly URL[], project: URL): Promise<Info> {
  const root = await Deno.makeTempFile({ prefix: "inventory_", suffix: ".ts" });
  try {
    await Deno.writeTextFile(root, roots.map((it) => `import "${it}";\n`).join(""));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--frozen", "--config", "deno.json", root],
      cwd: project,
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    if (success) return JSON.parse(new TextDecoder().decode(stdout));
    throw buildFailure(
      "inventory",
      `Cannot list the dependencies: ${new TextDecoder().decode(stderr).trim().split("\n")[0]}`,
      "This needs deno.lock as committed and, the first time, the npm registry",
      "host",
    );
  } finally {
    await Deno.remove(root);
  }
}

function closure({ modules, npmPackages }: Info): Set<string> {
  const reached = new Set<string>();
  const queue = modules.flatMap((it) => it.npmPackage ?? []);
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    queue.push(...npmPackages[id]?.dependencies ?? []);
  }
  return reached;
}

/** Without the peers that Deno appends to a name. */
function plainId({ npmPackages }: Info, id: string): string {
  const it = npmPackages[id];
  return it === undefined ? id : `${it.name}@${it.version}`;
}

function needed(id: string, what: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw buildFailure(
    "inventory",
    `Cannot list the dependency "${id}": it has no ${what}`,
    "A release names the licence and the digest of everything it is made of",
  );
}
