import type { EngineKind } from "../../model/mod.ts";
import { type ClientAnswer, engineWords } from "./engine_client_calls.ts";

/** What an engine knows of a container that its client ended for with a code of its own. */
export type Fate =
  | { readonly kind: "never-started" }
  | { readonly kind: "ended"; readonly code: number }
  | { readonly kind: "started" }
  /** It cannot say, or cannot be asked; `reason` where it does not answer. */
  | { readonly kind: "unknown"; readonly reason?: string };

/** The codes with which `docker run` ends when it could not do its part; a command may use them too. */
export function isClientCode(code: number): boolean {
  return code >= 125 && code <= 127;
}

/**
 * Asks for what has happened to a container: its events, which outlive it.
 *
 * All that the engine remembers is asked for: nobody else has this name. Docker's client waits for
 * what is to come unless it is told an end; podman's finds nothing before an end in seconds.
 */
export function eventsArgs(name: string, now: number, kind: EngineKind): readonly string[] {
  return [
    "events",
    ...(kind === "podman"
      ? ["--stream=false"]
      : ["--since=1", `--until=${(now / 1000).toFixed(3)}`]),
    `--filter=container=${name}`,
    "--format={{json .}}",
  ];
}

/** Reads what {@linkcode eventsArgs} was answered with: docker's form, and podman's. */
export function readFate({ code, stdout, stderr }: ClientAnswer): Fate {
  if (code !== 0) {
    return /unknown flag|unknown option|not (implemented|supported)/i.test(stderr)
      ? { kind: "unknown" }
      : { kind: "unknown", reason: engineWords(stderr) };
  }
  let fate: Fate = { kind: "never-started" };
  for (const line of stdout.split("\n").filter((it) => it.startsWith("{"))) {
    const event = JSON.parse(line);
    const what = event.Action ?? event.status ?? event.Status;
    const exit = event.Actor?.Attributes?.exitCode ?? event.ContainerExitCode;
    if (what === "start") fate = { kind: "started" };
    if ((what === "die" || what === "died") && fate.kind === "started" && exit !== undefined) {
      fate = { kind: "ended", code: Number(exit) };
    }
  }
  return fate;
}
