import { CommandBuilder } from "@david/dax";

/** Where an engine answers, and what its client may see. */
export interface EngineClient {
  /** `unix:///…`, `tcp://…`, `ssh://…`; empty for an engine that needs no address. */
  readonly host: string;
  /** HOME and DOCKER_CONFIG, for registries; the engine's own `clientEnv`; a mark to be found by. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What the clients start themselves: ssh, podman's runtime and its helpers. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Variables that say where an engine is, and more than docker's address says. */
const ADDRESSES = ["DOCKER_CONTEXT", "CONTAINER_HOST", "CONTAINERD_ADDRESS"];

/**
 * A command of an engine's client, with an environment of its own and nothing on standard input.
 *
 * An argument array all the way: dax joins nothing into a shell's string. To be imported where it
 * is called: dax is 13 ms of a start that most commands need not pay.
 *
 * @returns Runs when it is awaited; a code other than 0 is no error.
 */
export function engineCommand(
  command: readonly [string, ...string[]],
  { host, env = {} }: EngineClient,
): CommandBuilder {
  const isNamed = host === "" || ADDRESSES.some((it) => env[it] !== undefined);
  return new CommandBuilder().command([...command]).noThrow().clearEnv().stdin("null")
    .env({ PATH, ...env, ...(isNamed ? {} : { DOCKER_HOST: host }) });
}
