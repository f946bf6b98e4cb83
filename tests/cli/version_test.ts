import { deepEqual, equal, match } from "node:assert/strict";
import project from "../../deno.json" with { type: "json" };
import { bulkhead, makeFiles } from "./bulkhead.ts";

const isBinary = Boolean(Deno.env.get("BULKHEAD_BIN"));

/** How the version was asked for. The words differ from build to build, their form does not. */
async function ask(...argv: string[]) {
  await using files = await makeFiles({});
  const call = await bulkhead(argv, { cwd: files.path });
  return { ...call, left: (await Array.fromAsync(Deno.readDir(files.path))).length };
}

Deno.test.each([{ flag: "--version" }, { flag: "-V" }])(
  "cli: $flag begins with the version, then says every part",
  async ({ flag }) => {
    const { code, stdout, stderr, left } = await ask(flag);
    deepEqual([code, stderr, left], [0, "", 0]);
    const [first, ...parts] = stdout.trimEnd().split("\n");
    equal(first, `bulkhead ${project.version}`);
    match(parts[0]!, /^harness {3}Deno \d+\.\d+\.\d+, V8 \S+, \S+-linux-gnu$/);
    const heads = parts.filter((it) => !it.startsWith("  ")).map((it) => it.split(" ")[0]);
    deepEqual(heads, ["harness", "tasks", "children", ...(isBinary ? ["payload"] : [])]);
    for (const it of parts.filter((it) => it.startsWith("  "))) {
      match(it, /^ {2}[\w. -]+ sha256:[0-9a-f]{64}$/);
    }
    equal(
      /^tasks {5}Deno \d+\.\d+\.\d+, (inside this binary|the same program)$/m.test(stdout),
      true,
    );
  },
);

Deno.test("cli: --version --json says the same to a machine", async () => {
  const { code, stdout, stderr } = await ask("--version", "--json");
  deepEqual([code, stderr], [0, ""]);
  const said = JSON.parse(stdout);
  deepEqual([said.v, said.version, said.origin], [
    1,
    project.version,
    isBinary ? "binary" : "sources",
  ]);
  match(said.runtime.deno, /^\d+\.\d+\.\d+$/);
  const text = (await ask("--version")).stdout;
  const digests = [...stdout.matchAll(/\b[0-9a-f]{64}\b/g)].map(([it]) => it).toSorted();
  deepEqual([...text.matchAll(/\b[0-9a-f]{64}\b/g)].map(([it]) => it).toSorted(), digests);
  equal(digests.length >= 10, isBinary, `${digests.length} digests`);
});

Deno.test("cli: --version takes nothing but --json", async () => {
  const { code, stdout, stderr } = await ask("--version", "plan");
  deepEqual([code, stdout], [2, ""]);
  match(stderr, /^error\[usage\/version\]: Cannot use "plan": .*\n {2}help: bulkhead --help\n$/);
});
