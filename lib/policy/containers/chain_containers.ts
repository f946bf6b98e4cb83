import { coverPorts, parsePorts } from "../../container/port_range.ts";
import type { ContainerRules, Sourced, VolumeRule } from "../../model/mod.ts";
import { isWithin } from "../../paths/is_within.ts";
import {
  type Gift,
  listed,
  type Said,
  smallest,
  tightest,
  unique,
  type Widens,
  within,
} from "../chain_rules.ts";
import type { SourcedList } from "../parsed_policy.ts";
import type { ParsedContainers } from "./parsed_containers.ts";

/**
 * Lays what files say of containers over each other, outermost first.
 *
 * Of images every list of allowed ones counts, and denied ones are united. What is given (networks,
 * users, capabilities, volumes, devices, ports) is given by the outermost file that speaks, and
 * later ones keep a part of it. Of sizes the smallest counts. Engine and transport stay.
 *
 * @param chain What each file says, `undefined` for one that says nothing.
 * @param widens Receives what a later file would widen.
 */
export function chainContainers(
  chain: readonly Said<ParsedContainers>[],
  widens: Widens,
): ContainerRules {
  const said = <Key extends keyof ParsedContainers>(key: Key) =>
    chain.map(({ file, value }): Said<NonNullable<ParsedContainers[Key]>> => ({
      file,
      value: value?.[key] ?? undefined,
    }));
  const spoken = chain.flatMap((it) => it.value ?? []);
  const choice = <T extends string | boolean>(
    list: readonly Said<Sourced<T>>[],
    name: string,
    silent: T,
    order: readonly T[] = [],
  ) => tightest(list, { name: `containers.${name}`, silent, order }, widens);
  const given = (
    key: "networks" | "users" | "capabilities" | "devices" | "ports",
    more: Partial<Gift<Sourced<string>>> = {},
  ) => {
    const list: readonly Said<SourcedList>[] = said(key);
    return within(list, { name: nameOf(key), covers: listed, ...more }, widens);
  };
  const engine = choice(said("engine"), "engine", "docker");
  const transport = choice(said("transport"), "transport", "auto");
  const digest = choice(said("digestRequired"), "images.require-digest", false, [false, true]);
  const readOnly = choice(said("readOnly"), "read-only", true, [false, true]);
  return {
    ...(engine && { engine }),
    ...(transport && { transport }),
    images: {
      allow: spoken.flatMap((it) => it.imagesAllow ? [unique(it.imagesAllow.items)] : []),
      deny: unique(spoken.flatMap((it) => it.imagesDeny?.items ?? [])),
      ...(digest?.value && { digestRequired: digest.source }),
    },
    networks: given("networks", { firstCounts: true }),
    users: given("users", { firstCounts: true }),
    capabilities: given("capabilities"),
    volumes: within(said("volumes"), { name: nameOf("volumes"), covers: coversVolume }, widens),
    devices: given("devices"),
    ports: given("ports", { covers: coversPorts }),
    writableRoot: readOnly && { value: !readOnly.value, source: readOnly.source },
    ...smallest(spoken, ["cpus", "memory", "shm", "tmp"]),
  };
}

function nameOf(key: string): string {
  return `bulkhead.containers.${key}`;
}

/** A volume for reading never covers one for writing. */
function coversVolume(outer: readonly VolumeRule[], inner: VolumeRule): boolean {
  return outer.some((it) => isWithin(it.value, inner.value) && (!it.readOnly || inner.readOnly));
}

function coversPorts(outer: readonly Sourced<string>[], inner: Sourced<string>): boolean {
  const ranges = outer.flatMap((it) => parsePorts(it.value) ?? []);
  const range = parsePorts(inner.value);
  return range !== undefined && coverPorts(ranges, range);
}
