import { deepEqual } from "node:assert/strict";
import { nextChange } from "./watch_files.ts";

const NOTHING = () => Promise.resolve([]);

/** Lets the watching begin, does something, and says what was told of it, without the directory's name. */
async function told(
  paths: (at: string) => readonly string[],
  act: (at: string) => Promise<void>,
  hasChanged: () => Promise<readonly string[]> = NOTHING,
): Promise<readonly string[] | "nothing"> {
  const at = await Deno.realPath(await Deno.makeTempDir({ prefix: "bulkhead_watch_" }));
  await Deno.mkdir(`${at}/dir/deeper`, { recursive: true });
  for (const it of ["a.yaml", "b.yaml", "dir/c.yaml"]) await Deno.writeTextFile(`${at}/${it}`, "1");
  const stop = new AbortController();
  const change = nextChange(paths(at), stop.signal, hasChanged);
  await new Promise((go) => setTimeout(go, 150));
  await act(at);
  const timer = setTimeout(() => stop.abort(), 1500);
  const changed = await change;
  clearTimeout(timer);
  await Deno.remove(at, { recursive: true });
  return changed.length === 0 ? "nothing" : changed.map((it) => it.replace(`${at}/`, ""));
}

Deno.test("nextChange() tells what becomes of a file, and of no other beside it", async () => {
  const a = (at: string) => [`${at}/a.yaml`];
  deepEqual(await told(a, (at) => Deno.writeTextFile(`${at}/a.yaml`, "2")), ["a.yaml"]);
  deepEqual(await told(a, (at) => Deno.remove(`${at}/a.yaml`)), ["a.yaml"]);
  // As editors do.
  deepEqual(await told(a, (at) => Deno.rename(`${at}/b.yaml`, `${at}/a.yaml`)), ["a.yaml"]);
  deepEqual(await told(a, (at) => Deno.writeTextFile(`${at}/b.yaml`, "2")), "nothing");
});

Deno.test("nextChange() tells of new YAML files below a directory, and of no others", async () => {
  const dir = (at: string) => [`${at}/dir`];
  const write = (name: string) => (at: string) => Deno.writeTextFile(`${at}/${name}`, "2");
  deepEqual(await told(dir, write("dir/deeper/new.yaml")), ["dir/deeper/new.yaml"]);
  deepEqual(await told(dir, write("dir/deeper/new.txt")), "nothing");
  deepEqual(await told(dir, write("a.yaml")), "nothing");
});

Deno.test("nextChange() waits for a file that is not there yet", async () => {
  const later = (at: string) => [`${at}/later.yaml`];
  const write = (at: string) => Deno.writeTextFile(`${at}/later.yaml`, "1");
  deepEqual(await told(later, write), ["later.yaml"]);
});

Deno.test("nextChange() tells what happened before the watching began", async () => {
  const act = () => Promise.resolve();
  deepEqual(await told((at) => [at], act, () => Promise.resolve(["a.yaml"])), ["a.yaml"]);
});
