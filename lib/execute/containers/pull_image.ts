import { type EngineClientCalls, engineWords } from "./engine_client_calls.ts";

/** How a pull is gone about. */
export interface Pull {
  readonly image: string;
  /** A directory with a `config.json`, instead of the operator's own. */
  readonly config?: string;
  /** Ends it at once. */
  readonly signal: AbortSignal;
  /** Before each further try, in milliseconds; Kestra's are {@linkcode PAUSES_MS}. */
  readonly pausesMs?: readonly number[];
  /** Told before a pause. */
  readonly onRetry?: (words: string, pauseMs: number) => void;
}

/** Five tries in all, after 5 s and twice as long each time, at most 2 min: as Kestra pulls. */
export const PAUSES_MS: readonly number[] = [5_000, 10_000, 20_000, 40_000];

/** What may be otherwise at the next try: servers in trouble, and the way to them. */
const PASSES = new RegExp(
  [
    String.raw`\b50[0-9]\b|\b52[0-9]\b|server misbehaving|service unavailable|bad gateway`,
    "connection (refused|reset)|broken pipe|no route to host|network is (unreachable|down)",
    "no such host|temporary failure|timeout|timed out|deadline exceeded|unexpected eof|: eof$",
  ].join("|"),
  "i",
);

/**
 * Pulls an image through the engine's client, which knows the operator's own logins and helpers.
 *
 * Tries again where a server or the network failed, not where the registry said no. What it says of
 * its progress goes nowhere.
 *
 * @returns Why there is no image, in the engine's words; `undefined` where it is there, and where
 * `signal` ended it.
 */
export async function pullImage(
  calls: EngineClientCalls,
  { image, config, signal, pausesMs = PAUSES_MS, onRetry }: Pull,
): Promise<string | undefined> {
  for (let tried = 1;; tried++) {
    if (signal.aborted) return undefined;
    const child = calls.spawn(["pull", "--quiet", image], {
      ...(config !== undefined &&
        { env: { DOCKER_CONFIG: config, REGISTRY_AUTH_FILE: `${config}/config.json` } }),
    });
    const kill = () => child.kill("SIGKILL");
    signal.addEventListener("abort", kill);
    const { code, stderr } = await child;
    signal.removeEventListener("abort", kill);
    if (code === 0 || signal.aborted) return undefined;
    const words = engineWords(stderr);
    const pause = pausesMs[tried - 1];
    if (!PASSES.test(words) || /cannot connect to the docker daemon/i.test(words)) return words;
    if (pause === undefined) return tried === 1 ? words : `${words} (${tried} tries)`;
    onRetry?.(words, pause);
    await waitFor(pause, signal);
  }
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  const stop = () => over.resolve();
  signal.addEventListener("abort", stop);
  await over.promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
}
