import { deepEqual, equal, match } from "node:assert/strict";
import { QUESTIONS } from "../../lib/check/score/questions.ts";
import { bulkhead, makeFiles } from "./bulkhead.ts";

const FILES = { "open.yaml": "bulkhead: {filesystem: open}\n" };

Deno.test("score: one page, the number in the last line, and an end of 1 above --max", async () => {
  await using box = await makeFiles(FILES);
  const at = { cwd: box.path };
  const call = await bulkhead(["score", "open.yaml"], at);
  equal(call.code, 0, call.stderr);
  const lines = call.stdout.trimEnd().split("\n");
  equal(lines.length, QUESTIONS.length + 2);
  match(lines.at(-1)!, /^Overall exposure of open\.yaml: \d\.\d (?:OK|MEDIUM|EXPOSED|UNSAFE)$/);
  equal((await bulkhead(["score", "open.yaml", "--max", "10"], at)).code, 0);
  equal((await bulkhead(["score", "open.yaml", "--max", "1"], at)).code, 1);
  for (const max of ["eleven", "11", "-1", ""]) {
    const wrong = await bulkhead(["score", "open.yaml", `--max=${max}`], at);
    equal(wrong.code, 2, max);
    match(wrong.stderr, /^error\[usage\/score\]: Cannot use ".*" as --max: /);
  }
});

Deno.test("score: the document has every item with its line, and the baseline without a policy", async () => {
  await using box = await makeFiles(FILES);
  const call = await bulkhead(["score", "open.yaml", "--json"], { cwd: box.path });
  const answer = JSON.parse(call.stdout);
  deepEqual([answer.v, answer.scoreVersion, answer.policy], [1, 1, "open.yaml"]);
  deepEqual(
    (answer.items as { id: string }[]).map((it) => it.id).toSorted(),
    QUESTIONS.map((it) => it.id).toSorted(),
  );
  const baseline = await bulkhead(["score"], { cwd: box.path });
  match(baseline.stdout, /Overall exposure of built-in baseline: \d/);
  match(baseline.stderr, /built-in baseline is in force/);
  equal((await bulkhead(["score", "nope.yaml"], { cwd: box.path })).code, 3);
});

Deno.test("score: the README's table is the table of questions", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` +\| +(\d+) +\| (.*?) +\|$/gm)]
    .map(([, id, weight, about]) => [id, Number(weight), about]);
  deepEqual(rows, QUESTIONS.map((it) => [it.id, it.weight, it.about]));
});
