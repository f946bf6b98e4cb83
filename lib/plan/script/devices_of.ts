import type { DeviceRequest, LocatedMap } from "../../model/mod.ts";
import { keyOf, refuseKey, type RunnerReader } from "./runner_reader.ts";
import { entryOf, readText, readTextMap, readTexts, wrongValue } from "./task_reader.ts";

const NAME = "taskRunner.deviceRequests";
const KEYS = ["driver", "count", "deviceIds", "capabilities", "options"];

/** What a container asks drivers of the engine for; the policy names the drivers. */
export function devicesOf(reader: RunnerReader): readonly DeviceRequest[] {
  const entry = keyOf(reader, "deviceRequests");
  if (entry === undefined) return [];
  const { value } = entry;
  if (value.kind !== "list" || !value.items.every((it) => it.kind === "map")) {
    return wrongValue(reader, NAME, "a list of maps", value) ?? [];
  }
  return value.items.flatMap((it) => deviceOf(reader, it) ?? []);
}

function deviceOf(reader: RunnerReader, map: LocatedMap): DeviceRequest | undefined {
  const { devices } = reader.policy.containers;
  const of = (name: string) => entryOf(map, name);
  const refuse = (fact: string, help: string) =>
    refuseKey(reader, ["deviceRequests"], fact, { rule: devices[0]?.source, help });
  const odd = [...map.entries.keys()].find((it) => !KEYS.includes(it));
  if (odd !== undefined) {
    return refuse(`has a key "${odd}", which is not known`, `A request has ${KEYS.join(", ")}`);
  }
  const driver = readText(reader, `${NAME}.driver`, of("driver"));
  if (driver === undefined || !devices.some((it) => it.value === driver)) {
    const given = devices.length === 0 ? "none" : devices.map((it) => it.value).join(", ");
    return refuse(
      driver === undefined
        ? `names no driver, and the policy gives ${given}`
        : `asks for driver ${JSON.stringify(driver)}, and the policy gives ${given}`,
      "Leave the key out, or name the driver in bulkhead.containers.devices",
    );
  }
  const deviceIds = readTexts(reader, `${NAME}.deviceIds`, of("deviceIds"));
  const count = of("count") === undefined ? undefined : countOf(reader, map);
  if (count !== undefined && deviceIds.length > 0) {
    return refuse("says how many and which, and engines take one of these", "Leave one out");
  }
  const capabilities = capabilitiesOf(reader, map);
  const options = readTextMap(reader, `${NAME}.options`, of("options"));
  return {
    driver,
    ...(count !== undefined && { count }),
    ...(deviceIds.length > 0 && { deviceIds }),
    ...(capabilities.length > 0 && { capabilities: [capabilities] }),
    ...(Object.keys(options).length > 0 && {
      options: Object.fromEntries(Object.entries(options).map(([key, it]) => [key, it ?? ""])),
    }),
  };
}

function countOf(reader: RunnerReader, map: LocatedMap): number | undefined {
  const { value } = entryOf(map, "count")!;
  const count = value.kind === "scalar" && /^(?:-1|[1-9]\d{0,3})$/.test(String(value.value))
    ? Number(value.value)
    : undefined;
  return count ?? wrongValue(reader, `${NAME}.count`, "a number of devices, nor -1 for all", value);
}

/**
 * What a device must be able to do. Kestra takes alternatives, a list of lists; the command line of
 * engines takes one of them, and which one is nobody's to guess.
 */
function capabilitiesOf(reader: RunnerReader, map: LocatedMap): readonly string[] {
  const entry = entryOf(map, "capabilities");
  if (entry === undefined) return [];
  const { value } = entry;
  if (value.kind === "list" && value.items.length === 1 && value.items[0]!.kind === "list") {
    const [only] = value.items;
    return readTexts(reader, `${NAME}.capabilities`, { key: entry.key, value: only! });
  }
  if (value.kind === "list" && value.items.every((it) => it.kind === "scalar")) {
    return readTexts(reader, `${NAME}.capabilities`, entry);
  }
  return wrongValue(reader, `${NAME}.capabilities`, "one list of capabilities", value) ?? [];
}
