import type { Contest, Contestant, LeftOut } from "./comparison.ts";
import { POLICY, SLEEP } from "./children.ts";
import { runCommand } from "./hello.ts";
import { elapsed } from "./measure.ts";

const BINARY = new URL("../../dist/bulkhead", import.meta.url).pathname;

/**
 * How long the binary takes to say something, beside a compiled program that says hello.
 *
 * The binary is that of `BULKHEAD_BIN`, else `dist/bulkhead`. `BULKHEAD_COMPILE_DENO` compiles the
 * hello, else this Deno: its base runtime must be the one that the binary was built on.
 *
 * @param directory For the hello, a flow, and caches.
 */
export async function startContest(directory: string): Promise<Contest> {
  const contest = {
    id: "start",
    title: "Start of the binary",
    charted: true,
    unit: "ms",
    aboutHead: "what is done",
  } as const;
  const leftOut: LeftOut[] = [];
  const binary = Deno.env.get("BULKHEAD_BIN") || BINARY;
  if ((await Deno.stat(binary).catch(() => undefined))?.isFile !== true) {
    const reason = "there is no binary: `deno task compile`, or set BULKHEAD_BIN";
    return { ...contest, cases: [], leftOut: [{ id: "bulkhead", name: "bulkhead", reason }] };
  }
  const hello = `${directory}/hello`;
  const problem = await compileHello(directory, hello);
  if (problem !== undefined) {
    return {
      ...contest,
      cases: [],
      leftOut: [{ id: "hello", name: "a compiled hello", reason: problem }],
    };
  }
  const [flow, policy] = [`${directory}/start.yaml`, `${directory}/start-policy.yaml`];
  const tasks = [{ id: "it", type: SLEEP, duration: "PT1S" }];
  await Deno.writeTextFile(flow, JSON.stringify({ id: "start", namespace: "bench", tasks }));
  await Deno.writeTextFile(policy, POLICY);
  const cache = `${directory}/cache`;
  const say = (
    id: string,
    argv: readonly string[],
    expected: RegExp,
    about: string,
  ): Contestant => ({
    id,
    name: `bulkhead ${id}`,
    about,
    side: "ours",
    take: () => elapsed(() => check([binary, ...argv], expected, directory, cache)),
  });
  const help = await runCommand([binary, "--help"], directory);
  const cases: Contestant[] = [
    {
      id: "hello",
      name: "a compiled hello",
      about: "says hello, on the same base runtime",
      side: "other",
      take: () => elapsed(() => check([hello], /^hello\n$/, directory, cache)),
    },
    say("--version", ["--version"], /^bulkhead \d/, "says its version"),
    say("--help", ["--help"], /COMMAND/, "says its commands"),
    say("plan", ["plan", flow, "-p", policy], /\brun\b/, "plans one flow"),
  ];
  if (/^ +check\b/m.test(help)) {
    cases.push(say("check", ["check", flow], /(?:)/, "checks one flow"));
    cases.push(say("check -p", ["check", flow, "-p", policy], /(?:)/, "and under a policy"));
  } else {
    const reason = "this binary has no such command";
    leftOut.push({ id: "check", name: "bulkhead check", reason });
  }
  cases.push({
    id: "first-run",
    name: "bulkhead plan, first run",
    about: "unpacks its runtime into a new cache, and plans one flow",
    side: "ours",
    take: async () => {
      const fresh = await Deno.makeTempDir({ dir: directory, prefix: "cache-" });
      try {
        const argv = [binary, "plan", flow, "-p", policy];
        const ms = await elapsed(() => check(argv, /\brun\b/, directory, `${fresh}/bulkhead`));
        const unpacked = await Array.fromAsync(Deno.readDir(`${fresh}/bulkhead`));
        if (unpacked.length === 0) throw new Error("it unpacked nothing");
        return ms;
      } finally {
        await Deno.remove(fresh, { recursive: true });
      }
    },
  });
  return { ...contest, cases, leftOut };
}

/** @returns Why it could not be compiled. */
async function compileHello(directory: string, target: string): Promise<string | undefined> {
  const deno = Deno.env.get("BULKHEAD_COMPILE_DENO") || Deno.execPath();
  const flags = "--quiet --no-code-cache --no-lock --no-config --no-check".split(" ");
  try {
    await runCommand(
      [deno, "compile", ...flags, "--output", target, `${directory}/hello.js`],
      directory,
    );
    return undefined;
  } catch (error) {
    const said = (error as Error).message.split("\n")[0]!.replaceAll(directory, "…");
    return `it cannot be compiled (${said}); where dl.deno.land cannot be reached, set BULKHEAD_COMPILE_DENO and DENORT_BIN`;
  }
}

async function check(
  argv: readonly string[],
  expected: RegExp,
  cwd: string,
  cache: string,
): Promise<void> {
  const said = await runCommand(argv, cwd, { BULKHEAD_CACHE: cache });
  if (!expected.test(said)) throw new Error(`it said ${JSON.stringify(said)}`);
}
