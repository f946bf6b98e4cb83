import type { EngineKind } from "../../model/mod.ts";
import { MARK } from "../proc.ts";

/** How an engine's client is called. */
export interface ClientAccess {
  /** Absolute path of the client. */
  readonly client: string;
  readonly kind: EngineKind;
  /** Where the engine answers. */
  readonly host: string;
  /** What the client itself may see: HOME and DOCKER_CONFIG, for registries. */
  readonly env: Readonly<Record<string, string>>;
  /** By which the client is known to the next harness, if this one dies. */
  readonly mark: string;
}

/** A call of the client that is running. */
export type RunningClient = ReturnType<
  ReturnType<typeof import("../engine_command.ts").engineCommand>["spawn"]
>;

/** What a call of the client came to. */
export interface ClientAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Calls of one engine's client. */
export interface EngineClientCalls extends ClientAccess {
  /** Starts the client with both pipes open. */
  spawn(
    args: readonly string[],
    more?: {
      readonly env?: Readonly<Record<string, string>>;
      readonly stdin?: ReadableStream<Uint8Array>;
    },
  ): RunningClient;
  /** Waits for what it says, and no longer than {@linkcode PATIENCE_MS}. */
  ask(args: readonly string[]): Promise<ClientAnswer>;
}

/** How long an engine may take for what is a moment's work. */
export const PATIENCE_MS = 10_000;
/** What timeout(1) ends with, and dax too. */
const NO_ANSWER = 124;

/** Loads what calls the client. */
export async function engineClientCalls(access: ClientAccess): Promise<EngineClientCalls> {
  const { engineCommand } = await import("../engine_command.ts");
  const { client, host, env, mark } = access;
  const command = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    engineCommand([client, ...args], { host, env: { ...env, ...more, [MARK]: mark } })
      .stdout("piped").stderr("piped");
  return {
    ...access,
    spawn(args, { env, stdin } = {}) {
      const it = command(args, env);
      return (stdin === undefined ? it : it.stdin(stdin)).spawn();
    },
    async ask(args) {
      const { code, stdout, stderr } = await command(args).timeout(PATIENCE_MS);
      return code === NO_ANSWER && stderr === ""
        ? { code, stdout, stderr: `the engine does not answer within ${PATIENCE_MS / 1000} s` }
        : { code, stdout, stderr };
    },
  };
}

/**
 * What a client says has gone wrong, in the engine's words and nothing around them.
 *
 * @param stderr What it wrote; the first line that is no warning counts.
 */
export function engineWords(stderr: string): string {
  const lines = stderr.split("\n").map((it) => it.trim()).filter((it) => it !== "");
  const said = lines.find((it) => !/^(WARNING|Unable to find image|Using default tag)/.test(it));
  return (said ?? "nothing").replace(/^(docker|Error): /, "")
    .replace(/^Error response from daemon: /, "").replace(/^time=\S+ level=\w+ msg="(.*)"$/, "$1")
    .replace(/: unknown\.?$/, "").replace(/\.$/, "");
}

/** The same where a command could not be executed: what the runtimes below the engine add is cut off. */
export function startWords(words: string): string {
  const command = /(exec: "[^"]*": .+)$/.exec(words)?.[1];
  return command === undefined ? words : `its command cannot be executed: ${command}`;
}
