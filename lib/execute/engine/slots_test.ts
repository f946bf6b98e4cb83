import { deepEqual, equal } from "node:assert/strict";
import { makeSlots } from "./slots.ts";

const NEVER = new AbortController().signal;

Deno.test("slots: no more are held than there are, and who has waited longest is next", async () => {
  const slots = makeSlots(2);
  const order: string[] = [];
  const held: Disposable[] = [];
  for (const name of ["a", "b", "c", "d"]) {
    slots.take(NEVER).then((it) => {
      order.push(name);
      held.push(it!);
    });
  }
  await settle();
  deepEqual(order, ["a", "b"]);
  held[0]![Symbol.dispose]();
  held[0]![Symbol.dispose](); // a second time changes nothing
  await settle();
  deepEqual(order, ["a", "b", "c"]);
  held[1]![Symbol.dispose]();
  await settle();
  deepEqual(order, ["a", "b", "c", "d"]);
});

Deno.test("slots: who is asked to stop gets none, and leaves none taken", async () => {
  const slots = makeSlots(1);
  const first = await slots.take(NEVER);
  const stop = new AbortController();
  const waiting = slots.take(stop.signal);
  stop.abort();
  equal(await waiting, undefined);
  equal(await slots.take(stop.signal), undefined);
  first![Symbol.dispose]();
  equal(typeof await slots.take(NEVER), "object");
});

/** Lets everything run that waits for nothing outside. */
async function settle(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 0);
  await promise;
}
