/**
 * How long one rendering takes when the renderer has started.
 *
 *     deno run -A tests/bench/renderer_bench.ts [ROUNDS]
 *
 * @module
 */
import { openLauncher } from "../../lib/execute/launcher.ts";
import { openRenderer } from "../../lib/execute/open_renderer.ts";
import { planChildren } from "./children.ts";

const ROUNDS = 2_000;

if (import.meta.main) {
  const rounds = Number(Deno.args[0] ?? ROUNDS);
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "renderer_bench_" }));
  try {
    using launcher = openLauncher({
      found: false,
      problem: { code: "host/kernel-layer", severity: "error", message: "not asked for" },
    });
    const { argv } = (await planChildren(directory)).get("log")!;
    await using renderer = openRenderer({ child: { argv }, launcher });
    const scope = { variables: { inputs: { name: "Ada" } }, secrets: {} };
    const render = async () => {
      const rendered = await renderer.render("Hello {{ inputs.name | upper }}", scope);
      if (!rendered.ok) throw new Error(rendered.message);
    };
    const first = await elapsed(render);
    for (let i = 0; i < 200; i++) await render();
    const times: number[] = [];
    for (let i = 0; i < rounds; i++) times.push(await elapsed(render));
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.floor(times.length * share)]!.toFixed(3);
    const told = `first ${first.toFixed(1)} ms, then median ${at(0.5)} ms, p95 ${at(0.95)} ms\n`;
    await Deno.stdout.write(new TextEncoder().encode(told));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function elapsed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
