import { type Diagnostic, type Engine, type Found, StageError } from "../model/mod.ts";
import { askEngine } from "./ask_engine.ts";
import type { Env } from "./cache_dir.ts";
import { found } from "./found.ts";

/** Clients that are looked for when nobody names one, in this order. */
const CLIENTS: readonly string[] = ["docker", "podman", "nerdctl"];

/**
 * Finds a container engine that answers.
 *
 * A policy names a client, a name to look for on `PATH` or an absolute path, and that one has to
 * answer. Else variables that point to an engine (`DOCKER_HOST` and `DOCKER_CONTEXT` to docker's,
 * `CONTAINER_HOST` to podman's) choose its client, and no other takes its place. Else it is the
 * first of docker, podman and nerdctl that answers. Of which kind a client is, it says itself:
 * there are machines whose `docker` is podman.
 *
 * @param named What the policy names.
 * @param env Gives `PATH`, and to the client what it finds its engine by.
 * @returns The engine, or what was tried and what it said.
 */
export function locateEngine(named: string | undefined, env: Env): Promise<Found<Engine>> {
  return found(async () => {
    const { clients, chosen } = choices(named, env);
    const failures: string[] = [];
    const absent: string[] = [];
    for (const client of clients) {
      const path = client.startsWith("/") ? client : await onPath(client, env.PATH ?? "");
      if (path === undefined) {
        absent.push(client);
        continue;
      }
      const answer = await askEngine(path, env);
      if (typeof answer !== "string") return { ...answer, chosen };
      failures.push(answer);
    }
    if (absent.length > 0) failures.push(`there is no ${either(absent)} on PATH`);
    throw missing(failures.join("; "));
  });
}

function choices(
  named: string | undefined,
  env: Env,
): { readonly clients: readonly string[]; readonly chosen: string } {
  if (named !== undefined) return { clients: [named], chosen: "the policy names it" };
  for (
    const [variable, client] of [
      ["DOCKER_HOST", "docker"],
      ["DOCKER_CONTEXT", "docker"],
      ["CONTAINER_HOST", "podman"],
    ] as const
  ) {
    if (env[variable]) return { clients: [client], chosen: `${variable} is set` };
  }
  return {
    clients: CLIENTS,
    chosen: `no policy names one, and it is the first of ${CLIENTS.join(", ")} that answers`,
  };
}

function either(names: readonly string[]): string {
  const quoted = names.map((it) => `"${it}"`);
  const last = quoted.pop()!;
  return quoted.length === 0 ? last : `${quoted.join(", ")} or ${last}`;
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
