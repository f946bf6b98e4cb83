import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { openKeyValues } from "./open_key_values.ts";

/** A directory of the test's own, and a clock that stands still until it is told. */
async function makeRoom() {
  const directory = await Deno.makeTempDir({ prefix: "bulkhead_kv_" });
  const clock = { ms: 1_000_000 };
  return {
    path: `${directory}/store.sqlite`,
    directory,
    clock,
    now: () => clock.ms,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

/** Accepts an error by its code. */
const codeOf = (code: string) => (error: unknown): boolean => {
  equal(error instanceof StageError && error.diagnostics[0]!.code, code);
  equal((error as StageError).message.startsWith(`Cannot use the key-value store "`), true);
  return true;
};

const always = { overwrite: true } as const;

Deno.test("store: a value comes back as what it was, also after the file was closed", async () => {
  await using room = await makeRoom();
  const values = { text: "ä\n'", number: 1.5, yes: true, nothing: null, list: [1, { a: "b" }] };
  {
    using store = await openKeyValues(room.path);
    for (const [key, it] of Object.entries(values)) equal(store.set("a.b", key, it, always), true);
  }
  using again = await openKeyValues(room.path);
  for (const [key, it] of Object.entries(values)) {
    deepEqual(again.get("a.b", key), { key, value: it });
  }
  equal(again.get("a.b", "missing"), undefined);
});

Deno.test("store: a namespace has its own keys, and its parent's are others", async () => {
  await using room = await makeRoom();
  using store = await openKeyValues(room.path);
  store.set("a", "k", "of a", always);
  store.set("a.b", "k", "of a.b", always);
  equal(store.get("a", "k")?.value, "of a");
  equal(store.get("a.b", "k")?.value, "of a.b");
  equal(store.get("a.c", "k"), undefined);
  equal(store.delete("a", "k"), true);
  equal(store.get("a", "k"), undefined);
  equal(store.get("a.b", "k")?.value, "of a.b");
  equal(store.delete("a", "k"), false);
});

Deno.test("store: a value is there until its time, and then it is none", async () => {
  await using room = await makeRoom();
  using store = await openKeyValues(room.path, room);
  store.set("a", "short", 1, { ttlMs: 100, overwrite: true });
  store.set("a", "long", 2, { ttlMs: 10_000, overwrite: true });
  deepEqual(store.get("a", "short"), { key: "short", value: 1, expiresAtMs: 1_000_100 });
  room.clock.ms += 99;
  equal(store.get("a", "short")?.value, 1);
  room.clock.ms += 1;
  equal(store.get("a", "short"), undefined);
  deepEqual(store.list("a", "").map((it) => it.key), ["long"]);
  equal(store.delete("a", "short"), false);
  store.set("a", "gone", 1, { ttlMs: 1, overwrite: true });
  room.clock.ms += 1;
  equal(store.set("a", "gone", 3, { overwrite: false }), true, "what has expired is not there");
  deepEqual(store.get("a", "gone"), { key: "gone", value: 3 });
});

Deno.test("store: a key that may not get another value keeps the one it has", async () => {
  await using room = await makeRoom();
  using store = await openKeyValues(room.path);
  equal(store.set("a", "k", 1, { overwrite: false }), true);
  equal(store.set("a", "k", 2, { overwrite: false }), false);
  equal(store.get("a", "k")?.value, 1);
  equal(store.set("a", "k", 3, always), true);
  equal(store.get("a", "k")?.value, 3);
});

Deno.test("store: keys are listed by their beginning, in order, with no sign that means more", async () => {
  await using room = await makeRoom();
  using store = await openKeyValues(room.path);
  for (const key of ["b_2", "b_1", "bx1", "c%"]) store.set("a", key, key, always);
  deepEqual(store.list("a", "b").map((it) => it.key), ["b_1", "b_2", "bx1"]);
  deepEqual(store.list("a", "b_").map((it) => it.key), ["b_1", "b_2"]);
  deepEqual(store.list("a", "%").map((it) => it.key), []);
  deepEqual(store.list("b", "").map((it) => it.key), []);
});

Deno.test("store: the file and what lies beside it are closed to others", async () => {
  await using room = await makeRoom();
  using store = await openKeyValues(room.path);
  store.set("a", "k", 1, always);
  const modes: Record<string, number> = {};
  for await (const { name } of Deno.readDir(room.directory)) {
    modes[name] = (await Deno.stat(`${room.directory}/${name}`)).mode! & 0o777;
  }
  deepEqual(modes, {
    "store.sqlite": 0o600,
    "store.sqlite-shm": 0o600,
    "store.sqlite-wal": 0o600,
  });
});

Deno.test("store: two that have it open see each other's values", async () => {
  await using room = await makeRoom();
  using one = await openKeyValues(room.path);
  using two = await openKeyValues(room.path);
  one.set("a", "k", 1, always);
  equal(two.get("a", "k")?.value, 1);
  equal(two.set("a", "k", 2, { overwrite: false }), false);
});

Deno.test("store: what cannot be used is told with its code, and left as it is", async () => {
  await using room = await makeRoom();
  const text = "no database at all ".repeat(500);
  await Deno.writeTextFile(room.path, text);
  await rejects(openKeyValues(room.path), codeOf("host/store-damaged"));
  equal(await Deno.readTextFile(room.path), text);
  await rejects(openKeyValues(`${room.directory}/no/store`), codeOf("host/store-unusable"));

  const foreign = `${room.directory}/foreign`;
  const { DatabaseSync } = await import("node:sqlite");
  const other = new DatabaseSync(foreign);
  other.exec("CREATE TABLE theirs (x)");
  other.close();
  await rejects(openKeyValues(foreign), codeOf("host/store-foreign"));
});

Deno.test("store: what another process holds, and what is full, is told; then it works again", async () => {
  await using room = await makeRoom();
  using store = await openKeyValues(room.path, { maxBytes: 64 * 1024 });
  const { DatabaseSync } = await import("node:sqlite");
  const other = new DatabaseSync(room.path);
  other.exec("BEGIN IMMEDIATE");
  throws(() => store.set("a", "k", 1, always), codeOf("host/store-locked"));
  other.exec("COMMIT");
  other.close();
  equal(store.set("a", "k", 1, always), true);
  throws(() => store.set("a", "large", "x".repeat(100_000), always), codeOf("host/store-full"));
  equal(store.get("a", "k")?.value, 1);
  equal(store.set("a", "small", "x", always), true);
});
