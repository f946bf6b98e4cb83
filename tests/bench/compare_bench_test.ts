import { equal, match, ok } from "node:assert/strict";
import { BENCH } from "./comparison_text.ts";
import { testWith } from "../must.ts";

const BENCHMARK = new URL("compare_bench.ts", import.meta.url).pathname;

async function bench(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--frozen", BENCHMARK, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

testWith(
  "landlock",
  "the benchmark measures, writes its files, and the README's table",
  async () => {
    const out = await Deno.makeTempDir({ prefix: "compare_bench_test_" });
    try {
      const readme = `${out}/README.md`;
      await Deno.writeTextFile(readme, `# It\n\n${BENCH.begin}\n\n${BENCH.end}\n`);
      const only = ["--rounds", "1", "--only", "task/log,memory/plain"];
      const { code, stdout, stderr } = await bench(...only, "--out", out, "--readme", readme);
      equal(code, 0, stderr);
      const page = await Deno.readTextFile(`${out}/compare.md`);
      match(page, /^\| deno run +\| \d[\d,.]* +\| \d[\d,.]* +\| 1\.00 /m);
      match(page, /^\| bulkhead, fresh child: a Log +\| \d[\d,.]* +\| \d[\d,.]* +\| \d+\.\d\d /m);
      ok(page.includes("## Memory: the largest process") && !page.includes("an Eval"));
      ok(stdout.includes("bulkhead, fresh child: a Log"));
      const svg = await Deno.readTextFile(`${out}/compare.svg`);
      ok(svg.includes(">bulkhead, fresh child: a Log</text>"));
      match(await Deno.readTextFile(readme), /^\| bulkhead, fresh child: a Log +\| \d/m);
    } finally {
      await Deno.remove(out, { recursive: true });
    }
  },
);

Deno.test("the benchmark refuses names and numbers that mean nothing; that it takes others, see above", async () => {
  for (
    const [args, reason] of [
      [["--only", "tasks"], /Cannot measure "tasks": no such name/],
      [["--rounds", "0"], /Cannot measure "0" rounds/],
    ] as const
  ) {
    const { code, stderr } = await bench(...args, "--out", "/nonexistent/never");
    equal(code, 1);
    match(stderr, reason);
  }
});
