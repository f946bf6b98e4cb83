/**
 * `deno task demo`: what isolation looks like, in a few seconds.
 *
 * Runs examples/demo.yaml under policies/worker-isolation.yaml, and examples/script.yaml where
 * a container engine answers. Ends with what to run next.
 *
 * @module
 */
import { type Io } from "../lib/cli/command.ts";
import { main } from "../lib/cli/main.ts";
import { makeIo } from "../lib/cli/make_io.ts";
import { locateEngine } from "../lib/host/locate_engine.ts";

const POLICY = "policies/worker-isolation.yaml";

async function demo(io: Io): Promise<number> {
  const say = (text: string) => io.out(`${text}\n`);
  const bulkhead = async (...argv: string[]) => {
    say(`\n$ bulkhead ${argv.join(" ")}`);
    return await main(argv, io);
  };
  say("Three of these tasks try what the policy forbids; they are allowed to fail.");
  const code = await bulkhead("run", "examples/demo.yaml", "-p", POLICY);
  if (code !== 0) return code;
  const engine = await locateEngine("docker", io.env);
  if (engine.found) {
    const script = await bulkhead("run", "examples/script.yaml", "-p", POLICY);
    if (script !== 0) say("The script task failed: see above what the engine said.");
  } else {
    say(`\nNo script task was run. ${engine.problem.message}.`);
  }
  say(`
What next:
  bulkhead plan examples/demo.yaml -p ${POLICY}    every flag, and the line that put it there
  bulkhead run examples/inputs.yaml -i count=3     under the built-in baseline
  bulkhead run examples/plugin.yaml --plugins examples/plugins

From these sources "bulkhead" is: deno run -A main.ts`);
  return 0;
}

using io = makeIo();
Deno.chdir(new URL("..", import.meta.url));
Deno.exitCode = await demo(io);
