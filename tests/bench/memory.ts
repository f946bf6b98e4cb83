import { childrenOf } from "../../lib/execute/proc.ts";

/** What processes hold, in MB (10^6 bytes). */
export interface Memory {
  /** The most that the largest of them has had resident, as the kernel kept count (`VmHWM`). */
  readonly largestPeak: number;
  /**
   * What all of them have now that is of no file (`RssAnon`): it adds up when many run, while the
   * pages of a program are shared by all that run it.
   */
  readonly together: number;
}

/**
 * Reads the memory of processes and of all that they have started and that still lives.
 *
 * The peak is the kernel's own count, which a sampling of the size could miss; `ru_maxrss` would
 * take over that of the process it was forked from.
 *
 * @throws When one of `roots` has ended, or may not be looked into.
 */
export async function memoryOf(roots: readonly number[]): Promise<Memory> {
  const all = new Set<number>();
  const add = (pid: number) => {
    if (all.has(pid)) return;
    all.add(pid);
    childrenOf(pid).forEach(add);
  };
  roots.forEach(add);
  let largestPeak = 0;
  let together = 0;
  for (const pid of all) {
    try {
      largestPeak = Math.max(largestPeak, await field(`/proc/${pid}/status`, "VmHWM"));
      together += await field(`/proc/${pid}/status`, "RssAnon");
    } catch (error) {
      // What a root has started may end while we look.
      const isGone = error instanceof Deno.errors.NotFound || /ESRCH|os error 3\b/.test(`${error}`);
      if (!isGone || roots.includes(pid)) throw error;
    }
  }
  return { largestPeak, together };
}

async function field(file: string, name: string): Promise<number> {
  const text = await Deno.readTextFile(file);
  const kilobytes = new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(text)?.[1];
  if (kilobytes === undefined) throw new Error(`${file} has no ${name}`);
  return Number(kilobytes) * 1024 / 1e6;
}

/** How much of what a command says is kept to look for the word in, in characters. */
const KEPT = 64 * 1024;

/**
 * Runs a command that says `word` in a line and then stays a while, and looks at it in between.
 *
 * @param settleMs How long after the word.
 * @param elsewhere Processes that belong to it and are none of its children.
 * @throws When it never says that, or does not end with 0.
 */
export async function memoryOfCommand(
  [program, ...args]: readonly string[],
  { cwd, word, settleMs = 0, elsewhere }: {
    readonly cwd: string;
    readonly word: string;
    readonly settleMs?: number;
    readonly elsewhere?: () => Promise<readonly number[]>;
  },
): Promise<Memory> {
  const child = new Deno.Command(program!, {
    args,
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let said = "";
  let memory: Memory | undefined;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said = (said + text).slice(-KEPT);
    if (memory !== undefined || !said.includes(word)) continue;
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    memory = await memoryOf([child.pid, ...await elsewhere?.() ?? []]);
  }
  const { code } = await child.status;
  if (code !== 0 || memory === undefined) throw new Error(`code ${code}, it said "${said}"`);
  return memory;
}
