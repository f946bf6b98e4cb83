import { deepEqual, equal, rejects } from "node:assert/strict";
import { type Case, median, pairedRatio, quantile, takeTurns, textTable } from "./measure.ts";

Deno.test("takeTurns() takes each case once a round, in another order, drops the warm-up", async () => {
  const seen: string[] = [];
  const cases = ["a", "b", "c"].map((name): Case => ({
    name,
    take: () => Promise.resolve(seen.push(name)),
  }));
  const order = [0.99, 0.99, 0, 0, 0.5, 0.5];
  const random = () => order.shift()!;
  const samples = await takeTurns(cases, { rounds: 2, warmUp: 1, random });
  equal(seen.join(""), "abcbcaacb");
  // The numbers are positions in what was seen: the samples are those of the right case.
  deepEqual(samples, [[6, 7], [4, 9], [5, 8]]);
});

Deno.test("takeTurns() ends with the name of a case that failed; without the failure it does not", async () => {
  const bad: Case = { name: "bad", take: () => Promise.reject(new Error("it said no")) };
  const good: Case = { name: "good", take: () => Promise.resolve(1) };
  await rejects(takeTurns([good, bad], { rounds: 1 }), {
    message: 'Cannot measure "bad": it said no',
  });
  deepEqual(await takeTurns([good], { rounds: 2 }), [[1, 1]]);
});

Deno.test("quantile() goes in proportion between neighbours, whatever the order", () => {
  equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  equal(quantile([1, 2, 3, 4, 5], 0.75), 4);
  equal(quantile([7], 0.95), 7);
  equal(quantile([10, 0], 0.95), 9.5);
  equal(median([3, 1, 2]), 2);
});

Deno.test("pairedRatio() compares what was measured in the same round", () => {
  // The machine was slow in the second round: the case is twice as long in each.
  equal(pairedRatio([2, 200, 2], [1, 100, 1]), 2);
});

Deno.test("textTable() aligns names to the left and numbers to the right", () => {
  equal(textTable([["it", "ms"], ["longer", "1.0"]]), "it       ms\nlonger  1.0\n");
});
