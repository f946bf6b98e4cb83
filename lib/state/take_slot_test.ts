import { deepEqual, equal } from "node:assert/strict";
import { takeSlot } from "./take_slot.ts";

const flow = { namespace: "a.b", id: "c" };
const source = { file: "f.yaml", line: 1, column: 1 };

Deno.test("takeSlot() gives as many as the limit, and each again once it is let go", async () => {
  const root = await Deno.makeTempDir();
  try {
    const signal = new AbortController().signal;
    const never = () => {
      throw new Error("it waits");
    };
    const take = (behavior: "QUEUE" | "CANCEL" | "FAIL", of = flow) =>
      takeSlot(root, of, { limit: 2, behavior, source }, signal, never);
    const [first, second] = [await take("FAIL"), await take("CANCEL")];
    deepEqual([first.is, second.is], ["taken", "taken"]);
    for (const it of ["FAIL", "CANCEL"] as const) equal((await take(it)).is, "none", it);
    const other = await take("FAIL", { namespace: "a", id: "b.c" });
    equal(other.is, "taken", "a flow whose whole name only looks the same has slots of its own");
    let waited = 0;
    const waits = takeSlot(root, flow, { limit: 2, behavior: "QUEUE", source }, signal, () => {
      waited++;
      if (first.is === "taken") first.held[Symbol.dispose]();
    });
    const third = await waits;
    deepEqual([third.is, waited], ["taken", 1]);
    for (const it of [second, third, other]) if (it.is === "taken") it.held[Symbol.dispose]();
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("takeSlot() stops waiting when it is asked to", async () => {
  const root = await Deno.makeTempDir();
  try {
    const limit = { limit: 1, behavior: "QUEUE", source } as const;
    const stop = new AbortController();
    const first = await takeSlot(root, flow, limit, stop.signal, () => {});
    const second = await takeSlot(root, flow, limit, stop.signal, () => stop.abort());
    deepEqual([first.is, second.is], ["taken", "stopped"]);
    if (first.is === "taken") first.held[Symbol.dispose]();
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
