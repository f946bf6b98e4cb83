import { readOutput } from "../read_output.ts";
import { type ContainerHandle, EngineFailure, type Output } from "./container_handle.ts";
import {
  type ClientAnswer,
  type EngineClientCalls,
  engineWords,
  PATIENCE_MS,
  type RunningClient,
  startWords,
} from "./engine_client_calls.ts";
import { eventsArgs, isClientCode, readFate } from "./find_fate.ts";
import { type HeldWords, holdClientWords } from "./hold_client_words.ts";

/** A container to be made by an engine's client. */
export interface ClientContainer {
  readonly calls: EngineClientCalls;
  /** The container's name, to find it again. */
  readonly name: string;
  /** The client's arguments that make it: `run …`, or `create …`. */
  readonly args: readonly string[];
  /** Variables that the client takes from its own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const PAUSE_MS = 100;

/**
 * A container by one call of the client, `docker run --rm`: what Kestra needs four requests for.
 *
 * What else is asked costs nothing where all goes well: only a code that may be the client's own
 * makes anybody look into what has happened.
 */
export function runAtOnce({ calls, name, args, env }: ClientContainer): ContainerHandle {
  let client: RunningClient | undefined;
  let hasEnded = true;
  return {
    stays: false,
    create: () => Promise.resolve(),
    copyIn: () => Promise.reject(new TypeError("nothing is copied into a container that runs")),
    copyOut: () =>
      Promise.reject(new TypeError("nothing is copied out of a container that is gone")),
    async run(output) {
      const words = holdClientWords(output.onLine);
      hasEnded = false;
      client = calls.spawn(args, { ...(env && { env }) });
      const code = await follow(client, { ...output, onLine: words.onLine })
        .finally(() => hasEnded = true);
      if (isClientCode(code)) return await codeOf(code, words, calls, name);
      words.release();
      return code;
    },
    async end(graceMs) {
      if (graceMs > 0) await stop(calls, name, graceMs);
      await removeWhile(calls, name, () => !hasEnded, () => client?.kill("SIGKILL"));
    },
  };
}

/** A container by calls for each step: its files are copied, so it must be there before it starts. */
export function runByStep({ calls, name, args, env }: ClientContainer): ContainerHandle {
  let client: RunningClient | undefined;
  let isBusy = false;
  const busy = async (
    what: readonly string[],
    more: Parameters<EngineClientCalls["spawn"]>[1] = {},
  ): Promise<ClientAnswer> => {
    isBusy = true;
    client = calls.spawn(what, more);
    try {
      const { code, stdout, stderr } = await client;
      return { code, stdout, stderr };
    } finally {
      isBusy = false;
    }
  };
  return {
    stays: true,
    async create() {
      const answer = await busy(args, { ...(env && { env }) });
      if (answer.code !== 0) throw notMade(answer.stderr);
    },
    async copyIn(directory, tar) {
      const answer = await busy(["cp", "-", `${name}:${directory}`], { stdin: tar });
      if (answer.code !== 0) {
        const words = engineWords(answer.stderr);
        throw new EngineFailure("not-started", `its files cannot be copied in: ${words}`);
      }
    },
    async run(output) {
      const words = holdClientWords(output.onLine);
      isBusy = true;
      client = calls.spawn(["start", "--attach", name]);
      await follow(client, { ...output, onLine: words.onLine }).finally(() => isBusy = false);
      return await codeNow(calls, name, words);
    },
    copyOut(directory) {
      const child = calls.spawn(["cp", `${name}:${directory}`, "-"]);
      return Promise.resolve(ReadableStream.from(outputOf(child)));
    },
    async end(graceMs) {
      if (graceMs > 0) await stop(calls, name, graceMs);
      await removeWhile(calls, name, () => isBusy, () => client?.kill("SIGKILL"));
    },
  };
}

/** A container that runs already, or has: all it has said is told again from the start. */
export function takeUp({ calls, name }: Pick<ClientContainer, "calls" | "name">): ContainerHandle {
  const never = () => Promise.reject(new TypeError("it is there already"));
  const { copyOut, end } = runByStep({ calls, name, args: [] });
  let client: RunningClient | undefined;
  return {
    stays: true,
    create: never,
    copyIn: never,
    copyOut,
    async run(output) {
      const words = holdClientWords(output.onLine);
      client = calls.spawn(["logs", "--follow", name]);
      await follow(client, { ...output, onLine: words.onLine });
      return await codeNow(calls, name, words);
    },
    async end(graceMs) {
      await end(graceMs);
      client?.kill("SIGKILL");
    },
  };
}

/** With what code a container has ended, as the engine has it. */
async function codeNow(
  calls: EngineClientCalls,
  name: string,
  words: HeldWords,
): Promise<number> {
  const state = await calls.ask(["inspect", "--type=container", "--format={{json .State}}", name]);
  if (state.code !== 0) throw new EngineFailure("lost", engineWords(state.stderr));
  const { Running, ExitCode, StartedAt, Error: why = "" } = JSON.parse(state.stdout);
  if (Number(String(StartedAt).slice(0, 4)) < 1971) {
    const said = words.take();
    throw new EngineFailure("not-started", startWords(engineWords(why || said)));
  }
  if (Running) throw new EngineFailure("lost", `its engine said ${engineWords(words.take())}`);
  words.release();
  return ExitCode;
}

/** Reads both pipes of a client to its end. */
async function follow(client: RunningClient, { meter, onLine }: Output): Promise<number> {
  const reading = [
    readOutput(client.stdout(), meter, (it) => onLine("stdout", it)),
    readOutput(client.stderr(), meter, (it) => onLine("stderr", it)),
  ];
  const { code } = await client;
  await Promise.all(reading.map((it) => it.done));
  return code;
}

/** Whose code it is: the container's own, or the client's, which then throws. */
async function codeOf(
  code: number,
  words: HeldWords,
  calls: EngineClientCalls,
  name: string,
): Promise<number> {
  const fate = readFate(await calls.ask(eventsArgs(name, Date.now(), calls.kind)));
  switch (fate.kind) {
    case "ended":
      if (fate.code !== code) {
        throw new EngineFailure("lost", `its engine said ${engineWords(words.take())}`);
      }
      words.release();
      return code;
    case "started":
      throw new EngineFailure("lost", `its engine said ${engineWords(words.take())}`);
    case "never-started":
      throw notMade(words.take());
    case "unknown": {
      if (fate.reason !== undefined) {
        throw new EngineFailure("lost", `its engine does not answer: ${fate.reason}`);
      }
      // Nothing but words is left to judge by.
      const said = words.take();
      if (/^(docker: |Error: |time=")/.test(said)) throw notMade(said);
      return code;
    }
  }
}

/** Why it was not made: nothing of it ran, so the words are the client's. */
function notMade(stderr: string): EngineFailure {
  const words = engineWords(stderr);
  const isImage = /no such image|image not known|unable to find image/i.test(words);
  return new EngineFailure(isImage ? "no-image" : "not-started", startWords(words));
}

/** What the client writes, and at its end an error where it failed. */
async function* outputOf(child: RunningClient): AsyncGenerator<Uint8Array> {
  let isWhole = false;
  try {
    for await (const chunk of child.stdout()) yield chunk;
    const { code, stderr } = await child;
    isWhole = true;
    if (code !== 0) throw new EngineFailure("lost", engineWords(stderr));
  } finally {
    if (!isWhole) child.kill("SIGKILL");
  }
}

/** Asks it to end, and kills it when its time is over. A container that is not there is not stopped. */
async function stop(calls: EngineClientCalls, name: string, graceMs: number): Promise<void> {
  const child = calls.spawn(["stop", `--time=${Math.ceil(graceMs / 1000)}`, name]);
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs + PATIENCE_MS);
  await child;
  clearTimeout(timer);
}

/**
 * Removes the container, also one that is only being made.
 *
 * A client that is at work may be between asking for the container and having it; so the engine is
 * asked until it says that there is none and nobody can make it any more.
 */
async function removeWhile(
  calls: EngineClientCalls,
  name: string,
  isBusy: () => boolean,
  killClient: () => void,
): Promise<void> {
  const since = performance.now();
  for (;;) {
    const wasBusy = isBusy();
    const { code, stderr } = await calls.ask(["rm", "--force", "--volumes", name]);
    const isAbsent = /no such container|no container with/i.test(stderr);
    if (!wasBusy && (code === 0 || isAbsent)) return;
    if (performance.now() - since > PATIENCE_MS) {
      killClient();
      throw new Error(code === 0 || isAbsent ? "its client does not end" : engineWords(stderr));
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
