import type { ContainerResources, Located, Source, Sourced } from "../../model/mod.ts";
import { parseSize } from "../../source/parse_size.ts";
import { keyOf, refuseKey, type RunnerReader, shownValue } from "./runner_reader.ts";
import { entryOf, wrongValue } from "./task_reader.ts";

/** A container that nobody gave a ceiling has these. */
const MEMORY_BYTES = 512 * 2 ** 20;
const PROCESSES = 256;
const CPUS = 1;
const TMP_BYTES = 64 * 2 ** 20;
/** What engines give, which is said here so that a ceiling can be compared with it. */
const SHM_BYTES = 64 * 2 ** 20;

/** A ceiling, and who set it. */
interface Ceiling {
  readonly value: number;
  readonly source?: Source;
  /** Where a policy can say otherwise. */
  readonly rule: string;
}

/**
 * What a container may use up: the policy's ceilings, or what the task asks for below them.
 *
 * Where a policy sets no ceiling there is one all the same, so that no task takes the machine.
 */
export function resourcesOf(reader: RunnerReader): ContainerResources {
  const { limits, containers } = reader.policy;
  const memoryCeiling = lowest(
    [limits.memoryBytes, containers.memory],
    MEMORY_BYTES,
    "bulkhead.containers.memory",
  );
  const own = memoryOf(reader, memoryCeiling);
  const shm = sizeBelow(
    reader,
    ["shmSize"],
    lowest([containers.shm], SHM_BYTES, "bulkhead.containers.shm"),
  ) ?? containers.shm?.value;
  const memory = own.memory ?? memoryCeiling.value;
  return {
    memory,
    memorySwap: own.memorySwap ?? memory,
    ...(own.memoryReservation !== undefined && { memoryReservation: own.memoryReservation }),
    ...(own.memorySwappiness !== undefined && { memorySwappiness: own.memorySwappiness }),
    cpus: cpusOf(reader),
    processes: limits.processes?.value ?? PROCESSES,
    ...(shm !== undefined && { shm }),
    tmp: containers.tmp?.value ?? TMP_BYTES,
    ...(limits.files && { files: limits.files.value }),
    ...(limits.workspaceBytes && { file: limits.workspaceBytes.value }),
  };
}

function lowest(
  said: readonly (Sourced<number> | undefined)[],
  otherwise: number,
  rule: string,
): Ceiling {
  const given = said.filter((it) => it !== undefined);
  if (given.length === 0) return { value: otherwise, rule };
  return { ...given.reduce((a, b) => b.value < a.value ? b : a), rule };
}

type Memory = Partial<
  Pick<ContainerResources, "memory" | "memorySwap" | "memoryReservation" | "memorySwappiness">
>;

const MEMORY_KEYS = [
  "memory",
  "memorySwap",
  "memorySwappiness",
  "memoryReservation",
  "kernelMemory",
  "oomKillDisable",
];

function memoryOf(reader: RunnerReader, ceiling: Ceiling): Memory {
  const map = subMap(reader, "memory", MEMORY_KEYS);
  if (map === undefined) return {};
  const memory = sizeBelow(reader, ["memory", "memory"], ceiling);
  const most: Ceiling = { ...ceiling, value: memory ?? ceiling.value };
  const memorySwap = sizeBelow(reader, ["memory", "memorySwap"], ceiling);
  if (memorySwap !== undefined && memorySwap < most.value) {
    refuseKey(
      reader,
      ["memory", "memorySwap"],
      `is ${memorySwap} bytes, and it counts the memory with it, which is ${most.value}`,
    );
  }
  const memoryReservation = sizeBelow(reader, ["memory", "memoryReservation"], most);
  const memorySwappiness = swappinessOf(reader);
  if (entryOf(map, "kernelMemory") !== undefined) {
    refuseKey(reader, ["memory", "kernelMemory"], "is one that engines no longer take", {
      help: "Leave the key out",
    });
  }
  const oom = entryOf(map, "oomKillDisable")?.value;
  if (oom !== undefined && !isFalse(oom)) {
    refuseKey(
      reader,
      ["memory", "oomKillDisable"],
      `is ${shownValue(oom)}, and a container that is not ended at its limit can stop the machine`,
      { rule: ceiling.source, help: "Leave the key out" },
    );
  }
  return {
    ...(memory !== undefined && { memory }),
    ...(memorySwap !== undefined && { memorySwap }),
    ...(memoryReservation !== undefined && { memoryReservation }),
    ...(memorySwappiness !== undefined && { memorySwappiness }),
  };
}

function swappinessOf(reader: RunnerReader): number | undefined {
  const value = at(reader, ["memory", "memorySwappiness"]);
  if (value === undefined) return undefined;
  const number = numberOf(value);
  if (number !== undefined && Number.isInteger(number) && number >= 0 && number <= 100) {
    return number;
  }
  return wrongValue(
    reader,
    "taskRunner.memory.memorySwappiness",
    "a whole number from 0 to 100",
    value,
  );
}

function cpusOf(reader: RunnerReader): number {
  const { cpus } = reader.policy.containers;
  const ceiling = cpus?.value ?? CPUS;
  const map = subMap(reader, "cpu", ["cpus"]);
  const value = map && entryOf(map, "cpus")?.value;
  if (value === undefined) return ceiling;
  const wanted = numberOf(value);
  if (wanted === undefined || !(wanted >= 0.01)) {
    return wrongValue(reader, "taskRunner.cpu.cpus", "a number of at least 0.01", value) ?? ceiling;
  }
  if (wanted <= ceiling) return wanted;
  return refuseKey(
    reader,
    ["cpu", "cpus"],
    `asks for ${wanted}, and ${who(cpus?.source)} ${ceiling}`,
    { rule: cpus?.source, help: "Ask for less, or raise bulkhead.containers.cpus" },
  ) ?? ceiling;
}

/** A size in bytes that is at most its ceiling. */
function sizeBelow(
  reader: RunnerReader,
  path: readonly [string, ...string[]],
  { value: most, source, rule }: Ceiling,
): number | undefined {
  const value = at(reader, path);
  if (value === undefined) return undefined;
  const bytes = value.kind === "scalar" ? parseSize(String(value.value)) : undefined;
  if (bytes === undefined || bytes < 1) {
    return wrongValue(reader, `taskRunner.${path.join(".")}`, 'a size, "256MB" for one', value);
  }
  if (bytes <= most) return bytes;
  return refuseKey(
    reader,
    path,
    `asks for ${shownValue(value)}, which is ${bytes} bytes, and ${who(source)} ${most}`,
    { rule: source, help: `Ask for less, or raise ${rule}` },
  );
}

function who(source: Source | undefined): string {
  return source === undefined ? "containers have at most" : "the policy gives at most";
}

function subMap(reader: RunnerReader, name: string, keys: readonly string[]) {
  const entry = keyOf(reader, name);
  if (entry === undefined) return undefined;
  const { value } = entry;
  if (value.kind !== "map") return wrongValue(reader, `taskRunner.${name}`, "a map", value);
  for (const key of value.entries.keys()) {
    if (keys.includes(key)) continue;
    refuseKey(reader, [name, key], "is not known", { help: `"${name}" has ${keys.join(", ")}` });
  }
  return value;
}

function at(reader: RunnerReader, [first, second]: readonly string[]): Located | undefined {
  const entry = keyOf(reader, first!);
  if (second === undefined) return entry?.value;
  return entry?.value.kind === "map" ? entryOf(entry.value, second)?.value : undefined;
}

function numberOf(value: Located): number | undefined {
  if (value.kind !== "scalar" || typeof value.value === "boolean" || value.value === null) {
    return undefined;
  }
  const text = String(value.value);
  return /^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
}

function isFalse(value: Located): boolean {
  return value.kind === "scalar" && (value.value === false || value.value === "false");
}
