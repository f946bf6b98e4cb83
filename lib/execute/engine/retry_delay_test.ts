import { equal } from "node:assert/strict";
import type { Retry } from "../../model/mod.ts";
import { retryDelay } from "./retry_delay.ts";

const BASE = {
  intervalMs: 100,
  factor: 2,
  warningOnRetry: false,
  behavior: "RETRY_FAILED_TASK",
} as const;

const rows: readonly {
  readonly name: string;
  readonly retry: Retry;
  readonly attempts: number;
  readonly elapsedMs?: number;
  readonly random?: number;
  readonly delay: number | undefined;
}[] = [
  { name: "constant", retry: { ...BASE, type: "constant" }, attempts: 9, delay: 100 },
  {
    name: "the last attempt is the last",
    retry: { ...BASE, type: "constant", maxAttempts: 3 },
    attempts: 3,
    delay: undefined,
  },
  {
    name: "and the one before it is not",
    retry: { ...BASE, type: "constant", maxAttempts: 3 },
    attempts: 2,
    delay: 100,
  },
  { name: "exponential, first", retry: { ...BASE, type: "exponential" }, attempts: 1, delay: 100 },
  { name: "exponential, third", retry: { ...BASE, type: "exponential" }, attempts: 3, delay: 400 },
  {
    name: "exponential has a ceiling",
    retry: { ...BASE, type: "exponential", maxIntervalMs: 150 },
    attempts: 3,
    delay: 150,
  },
  {
    name: "random, between both",
    retry: { ...BASE, type: "random", maxIntervalMs: 200 },
    attempts: 1,
    random: 0.5,
    delay: 150,
  },
  {
    name: "none begins after maxDuration",
    retry: { ...BASE, type: "constant", maxDurationMs: 1_000 },
    attempts: 1,
    elapsedMs: 901,
    delay: undefined,
  },
  {
    name: "one that begins within it does",
    retry: { ...BASE, type: "constant", maxDurationMs: 1_000 },
    attempts: 1,
    elapsedMs: 900,
    delay: 100,
  },
];

for (const { name, retry, attempts, elapsedMs = 0, random = 0, delay } of rows) {
  Deno.test(`retryDelay: ${name}`, () => {
    equal(retryDelay(retry, attempts, elapsedMs, random), delay);
  });
}
