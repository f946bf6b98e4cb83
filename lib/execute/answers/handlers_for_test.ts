import { deepEqual, equal, match } from "node:assert/strict";
import type { Answer, KeyValueStore, Question } from "../../model/mod.ts";
import { openFileStore } from "../files/file_store.ts";
import type { Asker } from "./asker.ts";
import { handlersFor } from "./handlers_for.ts";
import { answerer } from "./mod.ts";
import { openLogBook } from "./open_log_book.ts";

/** A store in memory; what outlives a process has its tests beside the real one. */
function memoryStore(): KeyValueStore {
  const values = new Map<string, unknown>();
  const at = (namespace: string, key: string) => JSON.stringify([namespace, key]);
  return {
    get(namespace, key) {
      const place = at(namespace, key);
      return values.has(place) ? { key, value: values.get(place) } : undefined;
    },
    set(namespace, key, value, { overwrite }) {
      if (!overwrite && values.has(at(namespace, key))) return false;
      values.set(at(namespace, key), value);
      return true;
    },
    delete: (namespace, key) => values.delete(at(namespace, key)),
    list: (namespace, prefix) =>
      [...values].map(([place, value]) => ({ place: JSON.parse(place) as string[], value }))
        .filter(({ place }) => place[0] === namespace && place[1]!.startsWith(prefix))
        .map(({ place, value }) => ({ key: place[1]!, value })),
    [Symbol.dispose]: () => {},
  };
}

/** An execution with two task runs that ask, and one of another execution. */
async function makeWorld(more: Partial<Asker> = {}) {
  const directory = await Deno.makeTempDir({ prefix: "bulkhead_answers_" });
  const store = memoryStore();
  const filesOf = (execution: string) =>
    openFileStore(`${directory}/${execution}`, { namespace: "a.b", flow: "f", execution });
  const shared = {
    namespace: "a.b",
    flow: "f",
    files: filesOf("one"),
    store: () => Promise.resolve(store),
    labels: new Map([["team", "x"]]),
    logs: openLogBook(true),
    ...more,
  };
  const askAs = (asker: Asker) => {
    const onAsk = answerer(handlersFor(asker));
    return async (question: Question) => await onAsk(question);
  };
  return {
    directory,
    store,
    shared,
    ask: askAs({ ...shared, from: { task: "t", taskRun: "r1" } }),
    other: askAs({ ...shared, from: { task: "u", taskRun: "r2" } }),
    elsewhere: askAs({ ...shared, files: filesOf("two"), from: { task: "t", taskRun: "r3" } }),
    otherFlow: askAs({ ...shared, flow: "g", from: { task: "t", taskRun: "r4" } }),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

const value = (answer: Answer) => answer.ok ? answer.value : `refused: ${answer.message}`;
const reason = (answer: Answer) => answer.ok ? "not refused" : answer.message;
const base64 = (text: string) => btoa(text);

/** Who may reach which namespace: of each denial the twin that is allowed stands above it. */
Deno.test.each<{ name: string; namespace?: string; read: boolean; write: boolean }>([
  { name: "its own, unnamed", read: true, write: true },
  { name: "its own, by name", namespace: "a.b", read: true, write: true },
  { name: "the one above", namespace: "a", read: true, write: false },
  { name: "one below", namespace: "a.b.c", read: false, write: false },
  { name: "one beside", namespace: "a.c", read: false, write: false },
  { name: "one that shares the beginning", namespace: "a.bc", read: false, write: false },
  { name: "part of a segment of its own", namespace: "a.", read: false, write: false },
  { name: "none", namespace: "", read: false, write: false },
  { name: "the room of states", namespace: "state of a.b/f", read: false, write: false },
])("answers: keys of $name", async ({ namespace, read, write }) => {
  await using world = await makeWorld();
  const at = namespace ?? "a.b";
  world.store.set(at, "k", "there", { overwrite: true });
  const named = namespace === undefined ? {} : { namespace };
  const got = await world.ask({ about: "kv", do: "get", key: "k", ...named });
  equal(got.ok, read);
  if (read) equal(value(got), "there");
  else match(reason(got), /^Cannot reach keys of namespace ".*": a task of "a\.b" reaches/);
  equal((await world.ask({ about: "kv", do: "keys", prefix: "", ...named })).ok, read);
  const set = await world.ask({
    about: "kv",
    do: "set",
    key: "k",
    value: "new",
    overwrite: true,
    ...named,
  });
  equal(set.ok, write);
  equal(world.store.get(at, "k")?.value, write ? "new" : "there");
  equal((await world.ask({ about: "kv", do: "delete", key: "k", ...named })).ok, write);
  equal(world.store.get(at, "k") === undefined, write);
});

Deno.test("answers: a key that is there is kept where that is asked, and what is no key is refused", async () => {
  await using world = await makeWorld();
  const set = (key: string, overwrite: boolean) =>
    world.ask({ about: "kv", do: "set", key, value: 1, overwrite });
  equal((await set("k", false)).ok, true);
  match(reason(await set("k", false)), /Cannot set key "k": it is there already/);
  equal((await set("k", true)).ok, true);
  for (const key of ["", ".k", "a b", "a/b", "ä", "k".repeat(257)]) {
    match(reason(await set(key, true)), /^Cannot use key/, key);
  }
  equal((await set("A9._-", true)).ok, true);
});

Deno.test("answers: a value that is too large is refused, and one that is just not is kept", async () => {
  await using world = await makeWorld();
  const set = (length: number) =>
    world.ask({ about: "kv", do: "set", key: "k", value: "x".repeat(length), overwrite: true });
  equal((await set(8 * 1024 * 1024 - 2)).ok, true);
  match(reason(await set(8 * 1024 * 1024 - 1)), /^Cannot keep key "k": .* 8 MiB is the most/);
});

Deno.test("answers: a state is its flow's, and no key", async () => {
  await using world = await makeWorld();
  await world.ask({ about: "state", do: "set", name: "s", value: { n: 1 } });
  const get = { about: "state", do: "get", name: "s" } as const;
  deepEqual(value(await world.ask(get)), { n: 1 });
  deepEqual(value(await world.elsewhere(get)), { n: 1 }, "another execution of the flow");
  equal(value(await world.otherFlow(get)), undefined);
  deepEqual(value(await world.ask({ about: "kv", do: "keys", prefix: "" })), []);
  equal(value(await world.ask({ about: "state", do: "delete", name: "s" })), true);
  equal(value(await world.ask(get)), undefined);
});

Deno.test("answers: without a place to keep anything keys are refused, and files are not", async () => {
  await using world = await makeWorld();
  const { store: _, ...without } = world.shared;
  const ask = answerer(handlersFor({ ...without, from: { task: "t", taskRun: "r" } }));
  match(reason(await ask({ about: "kv", do: "get", key: "k" })), /has no directory to keep them/);
  equal((await ask({ about: "file", do: "write", name: "f", base64: "" })).ok, true);
});

Deno.test("answers: a file is written in parts, and read in parts by other task runs", async () => {
  await using world = await makeWorld();
  const uri = String(
    value(await world.ask({ about: "file", do: "write", name: "../a b", base64: base64("one ") })),
  );
  match(uri, /^kestra:\/\/\/a\/b\/f\/executions\/one\/tasks\/t\/r1\/[0-9a-v]{20}-\.\._a_b$/);
  const write = { about: "file", do: "write", name: "n", uri, base64: base64("two") } as const;
  equal(value(await world.ask(write)), uri);
  const read = (offset: number, length: number) =>
    world.other({ about: "file", do: "read", uri, offset, length });
  equal(atob(String(value(await read(0, 100)))), "one two");
  equal(atob(String(value(await read(4, 2)))), "tw");
  equal(value(await read(7, 10)), "");
  equal(value(await read(700, 10)), "");
  equal(value(await world.other({ about: "file", do: "size", uri })), 7);
  equal(value(await world.other({ about: "file", do: "delete", uri })), true);
  equal(value(await world.ask({ about: "file", do: "size", uri })), undefined);
  equal(value(await world.ask({ about: "file", do: "delete", uri })), false);
});

Deno.test("answers: a file is added to by its own task run only, and only while that goes on", async () => {
  await using world = await makeWorld();
  const uri = String(
    value(await world.ask({ about: "file", do: "write", name: "f", base64: base64("a") })),
  );
  const add = { about: "file", do: "write", name: "f", uri, base64: base64("b") } as const;
  match(reason(await world.other(add)), /Cannot add to .*this task run has stored no such file/);
  match(reason(await world.elsewhere(add)), /this task run has stored no such file/);
  equal((await world.ask(add)).ok, true);
  world.shared.files.seal({ task: "t", taskRun: "r1" });
  match(reason(await world.ask(add)), /this task run has stored no such file/);
  equal(value(await world.ask({ about: "file", do: "size", uri })), 2);
});

Deno.test("answers: what is no file of this execution is not there, whatever it is called", async () => {
  await using world = await makeWorld();
  const uri = String(
    value(await world.ask({ about: "file", do: "write", name: "f", base64: base64("secret") })),
  );
  await Deno.writeTextFile(`${world.directory}/beside`, "beside");
  const size = (ask: typeof world.ask, it: string) => ask({ about: "file", do: "size", uri: it });
  equal(value(await size(world.ask, uri)), 6, "the control");
  equal(value(await size(world.elsewhere, uri)), undefined);
  for (
    const it of [
      "kestra:///../../etc/passwd",
      "kestra:///../beside",
      `${uri}/../../x`,
      `${uri}%00`,
      uri.replace("kestra:///", "kestra:////"),
      "file:///etc/passwd",
      `file://${world.directory}/beside`,
      `${world.directory}/beside`,
      "/etc/passwd",
    ]
  ) {
    equal(value(await size(world.ask, it)), undefined, it);
    const read = { about: "file", do: "read", uri: it, offset: 0, length: 10 } as const;
    equal(value(await world.ask(read)), undefined, it);
    equal(value(await world.ask({ about: "file", do: "delete", uri: it })), false, it);
  }
  equal(await Deno.readTextFile(`${world.directory}/beside`), "beside");
});

Deno.test("answers: parts and what a task run may store are bounded", async () => {
  await using world = await makeWorld({ maxStoredBytes: 10 });
  const write = (text: string, uri?: string) =>
    world.ask({ about: "file", do: "write", name: "f", base64: base64(text), ...uri && { uri } });
  const uri = String(value(await write("12345678")));
  match(reason(await write("123")), /have 10 bytes at most/);
  match(reason(await write("123", uri)), /have 10 bytes at most/);
  equal((await write("12", uri)).ok, true);
  const read = (length: number) => world.ask({ about: "file", do: "read", uri, offset: 0, length });
  match(reason(await read(1024 * 1024 + 1)), /1048576 bytes at most/);
  equal((await read(1024 * 1024)).ok, true);
});

Deno.test("answers: labels are merged, and those that are Kestra's own are refused", async () => {
  await using world = await makeWorld();
  const set = (labels: Record<string, string>) => world.ask({ about: "labels", do: "set", labels });
  equal((await set({ team: "y", a: "1" })).ok, true);
  deepEqual(Object.fromEntries(world.shared.labels), { team: "y", a: "1" });
  match(reason(await set({ b: "2", "system.readOnly": "true" })), /"system\.readOnly"/);
  match(reason(await set({ "": "x" })), /a key has 1 to/);
  match(
    reason(await set(Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`l${i}`, ""])))),
    /100 at most/,
  );
  deepEqual(Object.fromEntries(world.shared.labels), { team: "y", a: "1" });
});

Deno.test("answers: logs are those of a least level, of all tasks or of some, oldest first", async () => {
  await using world = await makeWorld();
  const { logs } = world.shared;
  const line = (taskId: string, level: "DEBUG" | "INFO" | "ERROR", message: string) =>
    logs.add({ timestamp: "t", level, taskId, taskRunId: "r", attemptNumber: 1, message });
  line("a", "INFO", "1");
  line("b", "ERROR", "2");
  line("a", "DEBUG", "3");
  const fetch = async (level: "INFO" | "TRACE" | "ERROR", tasks?: string[]) =>
    (value(
      await world.ask({ about: "logs", do: "fetch", level, ...tasks && { tasks } }),
    ) as { message: string }[]).map((it) => it.message);
  deepEqual(await fetch("INFO"), ["1", "2"]);
  deepEqual(await fetch("TRACE", ["a"]), ["1", "3"]);
  deepEqual(await fetch("ERROR", ["a"]), []);
});

Deno.test("log book: it keeps the newest, and says how many are missing; one that nobody wants stays empty", () => {
  const line = (message: string) => ({
    timestamp: "t",
    level: "INFO" as const,
    taskId: "a",
    taskRunId: "r",
    attemptNumber: 1,
    message,
  });
  const book = openLogBook(true, 3 * 300);
  for (let i = 0; i < 5_000; i++) book.add(line(String(i).padStart(100, "0")));
  const [first, ...kept] = book.fetch("TRACE").map((it) => it.message);
  equal(first, "4997 older log lines of this execution are not kept");
  deepEqual(kept.map(Number), [4997, 4998, 4999]);
  const unwanted = openLogBook(false);
  unwanted.add(line("x"));
  deepEqual(unwanted.fetch("TRACE"), []);
});
