import { equal, ok } from "node:assert/strict";
import { markedText, withMarkedText } from "../marked_text.ts";
import { need } from "../must.ts";
import { lazily } from "./box.ts";
import { canTry, type Mode, refusedBeforeRun, type Trial, tryAll } from "./layers.ts";
import { LAYERS, layersTable } from "./layers_table.ts";
import { techniques } from "./techniques/mod.ts";
import { SECRET } from "./world.ts";

const README = new URL("../../README.md", import.meta.url);
const REWRITE = Deno.env.get("BULKHEAD_LAYERS") === "rewrite";

/** Without Landlock there is a layer less to show; that `prefer` goes on without it is shown elsewhere. */
const { ignore, reason } = need("landlock");
const named = (name: string) => ignore ? `${name} [ignored: ${reason}]` : name;

const trials = lazily(async () => {
  const [none, deno, kernel, all, fresh, preflight] = await Promise.all([
    tryAll(techniques, "none"),
    tryAll(techniques, "deno"),
    tryAll(techniques, "kernel"),
    tryAll(techniques, "all"),
    tryAll(techniques, "all, fresh"),
    refusedBeforeRun(techniques),
  ]);
  return { none, deno, kernel, all, "all, fresh": fresh, preflight };
});

async function trialOf(mode: Mode): Promise<Trial> {
  return (await trials())[mode];
}

Deno.test("boundary: techniques have names of their own", () => {
  const names = techniques.map((it) => `${it.row}: ${it.name}`);
  equal(new Set(names).size, names.length);
  ok(names.length >= 100);
});

for (const [i, it] of techniques.entries()) {
  const end = it.ends ?? "stopped";
  const who = `by a class that may ${it.spawns ? "" : "not "}spawn`;
  Deno.test({
    name: named(`boundary: layers: ${it.row}, ${who}: ${it.name} ends in ${end}`),
    ignore: ignore || !canTry(it),
    async fn() {
      const attack = (await trialOf("none")).attack[i]!;
      ok(attack.reached, `the attack is broken: ${attack.error ?? attack.result}`);
      for (const mode of ["deno", "kernel", "all", "all, fresh"] as const) {
        const twin = (await trialOf(mode)).control[i]!;
        ok(twin.reached, `the control is broken (${mode}): ${twin.error ?? twin.result}`);
      }
      for (const mode of ["all", "all, fresh"] as const) {
        const { reached, error, result } = (await trialOf(mode)).attack[i]!;
        equal(reached ? "reached" : "stopped", end, `${mode}: ${error ?? result}`);
      }
    },
  });
}

Deno.test({
  name: named(
    "boundary: layers: nothing else is changed, and nothing else that is said holds the secret",
  ),
  ignore,
  async fn() {
    for (const mode of ["all", "all, fresh"] as const) {
      const { rest, changed } = await trialOf(mode);
      ok(!changed);
      ok(rest.includes('"type":"execution.finished"'), "the run did not end");
      ok(!rest.includes(SECRET), rest.split("\n").find((it) => it.includes(SECRET)));
    }
  },
});

const left = techniques.filter((it) => !canTry(it)).length;
Deno.test({
  name: named(
    `boundary: layers: the README's table is what the run gives${
      left > 0 ? ` [ignored: ${left} techniques take a superuser]` : ""
    }`,
  ),
  ignore: ignore || left > 0,
  async fn() {
    const { deno, kernel, all, preflight } = await trials();
    const stopped = techniques.map((_, i) => ({
      preflight: preflight[i]!,
      deno: !deno.attack[i]!.reached,
      kernel: !kernel.attack[i]!.reached,
      all: !all.attack[i]!.reached,
    }));
    const table = layersTable(techniques, stopped);
    const page = await Deno.readTextFile(README);
    if (REWRITE) await Deno.writeTextFile(README, withMarkedText(page, LAYERS, table));
    else {
      equal(
        markedText(page, LAYERS),
        table,
        "write it anew: BULKHEAD_LAYERS=rewrite deno test -A tests/boundary/layers_test.ts",
      );
    }
    ok(table.trimEnd().split("\n").length <= 42);
  },
});
