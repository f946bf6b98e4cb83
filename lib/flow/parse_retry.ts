import type { Retry } from "../model/mod.ts";
import { missing, wrongValue } from "./findings.ts";
import { isEmpty } from "./located_values.ts";
import {
  entryOf,
  inside,
  readDuration,
  readFlag,
  readPositive,
  readWhole,
  readWord,
  refuseOtherKeys,
  type ValueReader,
} from "./value_reader.ts";

/** What each kind of retry cannot do without (`Constant`, `Exponential`, `Random`, `@NotNull`). */
export const RETRY_NEEDS = {
  constant: ["interval"],
  exponential: ["interval", "maxInterval"],
  random: ["minInterval", "maxInterval"],
} as const;

/** What every kind has beside those. */
const COMMON = ["type", "maxAttempt", "maxAttempts", "maxDuration", "warningOnRetry", "behavior"];

/**
 * Reads `retry` of a task or of a flow.
 *
 * `maxAttempt` of 1.x and `maxAttempts` of 2.0 mean the same: all attempts, the first counted.
 *
 * @param owner What has the key `retry`.
 * @returns `undefined` where it asks for none; what is wrong with it is a problem.
 */
export function parseRetry(owner: ValueReader): Retry | undefined {
  const entry = entryOf(owner, "retry");
  if (entry === undefined || isEmpty(entry.value)) return undefined;
  const reader = inside(owner, "retry");
  if (reader === undefined) return undefined;
  const { problems } = owner.findings;
  const type = readWord(reader, "type", ["constant", "exponential", "random"], undefined);
  if (entryOf(reader, "type") === undefined) {
    problems.push(
      missing(`"${reader.path}"`, "type", reader.map.source, "It is constant, exponential, random"),
    );
  }
  if (type === undefined) return undefined;
  refuseOtherKeys(reader, [
    ...COMMON,
    ...RETRY_NEEDS[type],
    ...(type === "exponential" ? ["delayFactor"] : []),
  ]);
  for (const key of RETRY_NEEDS[type]) {
    if (entryOf(reader, key) !== undefined) continue;
    problems.push(missing(`"${reader.path}"`, key, reader.map.source, `${type} needs it`));
  }
  const shortest = readDuration(reader, type === "random" ? "minInterval" : "interval");
  const longest = type === "constant" ? undefined : readDuration(reader, "maxInterval");
  if (shortest !== undefined && longest !== undefined && longest.value < shortest.value) {
    problems.push(
      wrongValue(`"${reader.path}.maxInterval"`, "less than the least interval", longest.source),
    );
  }
  const maxAttempts = attemptsOf(reader);
  const maxDuration = readDuration(reader, "maxDuration");
  return {
    type,
    intervalMs: shortest?.value ?? 0,
    ...(longest && { maxIntervalMs: longest.value }),
    factor: (type === "exponential" ? readPositive(reader, "delayFactor") : undefined) ?? 2,
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(maxDuration && { maxDurationMs: maxDuration.value }),
    warningOnRetry: readFlag(reader, "warningOnRetry", false),
    behavior: readWord(
      reader,
      "behavior",
      ["RETRY_FAILED_TASK", "CREATE_NEW_EXECUTION"],
      "RETRY_FAILED_TASK",
    ),
  };
}

function attemptsOf(reader: ValueReader): number | undefined {
  const [first, second] = ["maxAttempts", "maxAttempt"].flatMap((key) => {
    const entry = entryOf(reader, key);
    return entry === undefined ? [] : [{ key, entry }];
  });
  if (second !== undefined) {
    reader.findings.problems.push(
      wrongValue(
        `"${reader.path}.${second.key}"`,
        `it says "${first!.key}" as well`,
        second.entry.key,
        'Keep "maxAttempts" for Kestra 2.0, or "maxAttempt" for 1.x',
      ),
    );
  }
  return first && readWhole(reader, first.key, 1);
}
