import { type Diagnostic, type Engine, type Found, StageError } from "../model/mod.ts";
import type { Env } from "./cache_dir.ts";
import { found } from "./found.ts";

/** Where the engine listens when nobody says otherwise. */
export const DEFAULT_SOCKET = "/var/run/docker.sock";

const PATIENCE_MS = 10_000;

/**
 * Finds a container engine that answers.
 *
 * @param client What the policy names: a name to look for on `PATH`, or an absolute path.
 * @param env Gives `PATH`, and `DOCKER_HOST`, `DOCKER_CONTEXT` and `DOCKER_CONFIG` to the client.
 * @returns The engine, or what was tried and what it said.
 */
export function locateEngine(client: string, env: Env): Promise<Found<Engine>> {
  return found(async () => {
    const path = client.startsWith("/") ? client : await onPath(client, env.PATH ?? "");
    if (path === undefined) {
      throw missing(`there is no "${client}" on PATH`);
    }
    const host = env.DOCKER_HOST || await contextHost(path, env) || `unix://${DEFAULT_SOCKET}`;
    if (!host.startsWith("unix://")) {
      throw missing(
        `"${host}" is not a socket of this machine, and workspaces cannot be mounted elsewhere`,
      );
    }
    const answer = await ask(path, ["version", "--format", "{{.Server.Version}}"], {
      ...env,
      DOCKER_HOST: host,
    });
    if (!answer.ok) throw missing(`"${path} version" at ${host} says: ${answer.said}`);
    return { client: path, version: answer.said, host };
  });
}

/** The endpoint of the client's current context; a client without contexts has none. */
async function contextHost(path: string, env: Env): Promise<string | undefined> {
  const answer = await ask(
    path,
    ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"],
    env,
  );
  return answer.ok && answer.said.includes("://") ? answer.said : undefined;
}

async function ask(path: string, args: readonly string[], env: Env) {
  const passed = ["PATH", "HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"].flatMap((it) =>
    env[it] === undefined ? [] : [[it, env[it]]]
  );
  try {
    const { success, stdout, stderr } = await new Deno.Command(path, {
      args: [...args],
      clearEnv: true,
      env: Object.fromEntries(passed),
      stdin: "null",
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).output();
    const text = new TextDecoder().decode(success ? stdout : stderr).trim();
    return {
      ok: success && text !== "",
      // The last line says what is wrong; what it asks or advises after that is not for here.
      said: text.split("\n").at(-1)?.split(/\. |\.$/)[0] || "nothing",
    };
  } catch (cause) {
    return { ok: false, said: (cause as Error).message };
  }
}

/** Finds a file of this name in the directories of `PATH`. */
export async function onPath(name: string, path: string): Promise<string | undefined> {
  for (const directory of path.split(":").filter((it) => it.startsWith("/"))) {
    const info = await Deno.stat(`${directory}/${name}`).catch(() => undefined);
    if (info?.isFile) return `${directory}/${name}`;
  }
  return undefined;
}

function missing(fact: string): StageError {
  const problem: Diagnostic = {
    code: "host/no-engine",
    severity: "error",
    message: `Cannot run containers: ${fact}`,
    help: "Start an engine, or point DOCKER_HOST at the socket of one",
  };
  return new StageError([problem], "host");
}

/** Why nobody looked for an engine. */
export function engineNotNeeded(): Found<Engine> {
  return {
    found: false,
    problem: {
      code: "host/engine-not-asked",
      severity: "warning",
      message: "not asked for: no script task",
    },
  };
}
