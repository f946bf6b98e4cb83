import { buildFailure } from "./build_failure.ts";

/**
 * Finds an npm package in Deno's cache, fetching it first where it is missing.
 *
 * Deno fetches it, from the registry that it is configured for, and compares the registry's
 * digest. Packages for other machines can be had too: nothing of it is run.
 *
 * @returns The directory that holds its `package.json`.
 * @throws {StageError} If it cannot be had.
 */
export async function npmPackage(name: string, version: string): Promise<string> {
  // Somewhere without a deno.json, which would have a say in what is fetched.
  const cwd = "/";
  const flags = ["--quiet", "--no-lock", "--no-config"];
  const fetched = await deno(["cache", ...flags, `npm:${name}@${version}`], cwd);
  if (!fetched.success) {
    throw buildFailure(
      "package-missing",
      `Cannot get the npm package "${name}@${version}": ${fetched.stderr}`,
      "This needs the npm registry the first time; Deno's cache has it from then on",
      "host",
    );
  }
  const { npmCache } = JSON.parse((await deno(["info", "--json", "--no-config"], cwd)).stdout) as {
    npmCache: string;
  };
  // One directory for each registry.
  for await (const registry of Deno.readDir(npmCache)) {
    const directory = `${npmCache}/${registry.name}/${name}/${version}`;
    const info = await Deno.stat(`${directory}/package.json`).catch(() => undefined);
    if (info?.isFile) return directory;
  }
  throw buildFailure(
    "package-missing",
    `Cannot find the npm package "${name}@${version}" in "${npmCache}"`,
    "Remove that directory: Deno fills it again",
    "host",
  );
}

async function deno(args: string[], cwd: string) {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const said = text(stderr).split("Stack backtrace:")[0]!.replaceAll(/\s+/g, " ").trim();
  return { success, stdout: text(stdout), stderr: said.replace(/^error: /, "") };
}
