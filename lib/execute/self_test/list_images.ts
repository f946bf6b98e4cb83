import type { EngineAccess } from "./run_container_trials.ts";

/**
 * Lists the images that an engine has, by name, newest first.
 *
 * @param client Path of its client.
 * @returns Nothing where the engine does not say.
 */
export async function listImages(
  client: string,
  { host, clientEnv }: EngineAccess,
): Promise<readonly string[]> {
  const { engineCommand } = await import("../engine_command.ts");
  const { code, stdout } = await engineCommand(
    [client, "images", "--format", "{{.Repository}}:{{.Tag}}"],
    { host, env: clientEnv },
  ).stdout("piped").stderr("null");
  if (code !== 0) return [];
  return [...new Set(stdout.split("\n").filter((it) => it !== "" && !it.includes("<none>")))];
}
