import { buildFailure } from "./build_failure.ts";

/** The commit that a working tree stands on. */
export interface GitState {
  readonly commit: string;
  /** When it was committed. */
  readonly time: Date;
  /** Whether there is anything that is not in it, and is not ignored. */
  readonly dirty: boolean;
}

/**
 * Asks git what the sources are.
 *
 * @throws {StageError} If they are no checkout, or there is no git.
 */
export async function gitState(project: URL): Promise<GitState> {
  const [commit, seconds] = (await git(project, "log", "-1", "--format=%H %ct")).split(" ");
  const changes = await git(project, "status", "--porcelain");
  return { commit: commit!, time: new Date(Number(seconds) * 1000), dirty: changes !== "" };
}

async function git(cwd: URL, ...args: string[]): Promise<string> {
  let said: string;
  try {
    const { success, stdout, stderr } = await new Deno.Command("git", { args, cwd, stdin: "null" })
      .output();
    if (success) return new TextDecoder().decode(stdout).trim();
    said = new TextDecoder().decode(stderr).trim().split("\n")[0]!;
  } catch (error) {
    said = (error as Error).message;
  }
  throw buildFailure(
    "no-commit",
    `Cannot tell the commit of the sources: ${said}`,
    "A release is made from a git checkout",
  );
}
