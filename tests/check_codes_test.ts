import { deepEqual, ok } from "node:assert/strict";
import { PAGES } from "../lib/check/lint/pages/pages.ts";
import { PARSER_CODES } from "../lib/check/lint/pages/parser_codes.ts";

/** The rooms whose words `check` hands on. */
const ROOMS = ["flow", "policy", "source", "plan", "container"];

async function* sources(directory: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const at = new URL(isDirectory ? `${name}/` : name, directory);
    if (isDirectory) yield* sources(at);
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) yield at;
  }
}

Deno.test("every code that parsers and planner say is known to comments that take findings out", async () => {
  const found = new Set<string>();
  for (const room of ROOMS) {
    for await (const file of sources(new URL(`../lib/${room}/`, import.meta.url))) {
      const text = await Deno.readTextFile(file);
      for (
        const [, code] of text.matchAll(/"((?:flow|policy|yaml|plan|preflight)\/[a-z0-9-]+)"/g)
      ) found.add(code!);
    }
  }
  deepEqual([...found].toSorted(), [...PARSER_CODES].toSorted());
});

Deno.test("every code of a rule has one page, which says all", () => {
  const codes = PAGES.map((it) => it.code);
  deepEqual(codes, [...new Set(codes)]);
  for (const { code, title, why, bad, good } of PAGES) {
    ok(code.startsWith("check/"), code);
    ok(!/[.\n]$/.test(title) && /^[a-z]/.test(title), `${code}: ${title}`);
    ok(why.length > 40 && /[.)]$/.test(why), code);
    ok(bad !== good && bad.endsWith("\n") && good.endsWith("\n"), code);
  }
});
