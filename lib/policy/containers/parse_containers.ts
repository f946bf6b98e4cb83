import type * as z from "zod/mini";
import { type ParsedImagePattern, parseImagePattern } from "../../container/image_pattern.ts";
import { parsePorts } from "../../container/port_range.ts";
import type { Diagnostic, LocatedMap, Sourced } from "../../model/mod.ts";
import { normalizePath } from "../../paths/normalize_path.ts";
import { nearest, sourceAt } from "../../source/mod.ts";
import { defined } from "../defined.ts";
import { mapItems, networksOf, textListAt } from "../located_lists.ts";
import type { SourcedList } from "../parsed_policy.ts";
import { capabilityName, GIVEN, WITHHELD } from "./capabilities.ts";
import { parseVolumes } from "./parse_volumes.ts";
import type { ParsedContainers } from "./parsed_containers.ts";
import type { ContainersShape } from "./shape.ts";

/**
 * Reads `bulkhead.containers`: the ceiling for what containers may have.
 *
 * @param block With its keys in camelCase.
 * @param shape The same as its schema gives it.
 * @param problems Receives what does not fit beyond its shape.
 */
export function parseContainers(
  block: LocatedMap,
  shape: z.infer<ReturnType<typeof ContainersShape>>,
  problems: Diagnostic[],
): ParsedContainers {
  const sourced = <T>(value: T | undefined, ...path: string[]): Sourced<T> | undefined =>
    value === undefined ? undefined : { value, source: sourceAt(block, path) };
  const list = (...path: string[]) => textListAt(block, path);
  return defined({
    engine: engineOf(sourced(shape.engine, "engine"), problems),
    transport: sourced(shape.transport, "transport"),
    imagesAllow: imagesOf(list("images", "allow"), problems),
    imagesDeny: imagesOf(list("images", "deny"), problems),
    digestRequired: sourced(shape.images?.requireDigest, "images", "requireDigest"),
    networks: networksOf(list("networks"), problems),
    users: list("users"),
    capabilities: capabilitiesOf(list("capabilities"), problems),
    volumes: shape.volumes === false
      ? { items: [], source: sourceAt(block, ["volumes"]) }
      : parseVolumes(list("volumes"), problems),
    devices: devicesOf(list("devices"), problems),
    ports: portsOf(list("ports"), problems),
    readOnly: sourced(shape.readOnly, "readOnly"),
    cpus: sourced(shape.cpus, "cpus"),
    memory: sourced(shape.memory, "memory"),
    shm: sourced(shape.shm, "shm"),
    tmp: sourced(shape.tmp, "tmp"),
  });
}

const ENGINES: readonly string[] = ["docker", "podman", "nerdctl"];

function engineOf(
  engine: Sourced<string> | undefined,
  problems: Diagnostic[],
): Sourced<string> | undefined {
  if (engine === undefined || ENGINES.includes(engine.value)) return engine;
  const path = normalizePath(engine.value);
  if (path.ok && path.path !== "/") return { ...engine, value: path.path };
  const near = nearest(engine.value, ENGINES);
  problems.push({
    code: "policy/bad-engine",
    severity: "error",
    message: `Cannot use engine "${engine.value}": it is not ${
      ENGINES.join(", ")
    } or an absolute path`,
    at: engine.source,
    help: near !== undefined
      ? `Did you mean "${near}"?`
      : "Another client that takes docker's arguments is named by its absolute path",
  });
  return undefined;
}

/** Complains of what is no pattern of images. */
function imagesOf(
  list: SourcedList | undefined,
  problems: Diagnostic[],
): SourcedList | undefined {
  return mapItems(list, ({ value, source }) => {
    const parsed: ParsedImagePattern = parseImagePattern(value);
    if (parsed.ok) return value;
    const { fact, help = "For example ubuntu, python:3.* or ghcr.io/acme/**" } = parsed;
    problems.push({
      code: "policy/bad-image-pattern",
      severity: "error",
      message: `Cannot use pattern "${value}" of images: ${fact}`,
      at: source,
      help,
    });
    return undefined;
  });
}

function capabilitiesOf(
  list: SourcedList | undefined,
  problems: Diagnostic[],
): SourcedList | undefined {
  return mapItems(list, ({ value, source }) => {
    const name = capabilityName(value);
    if (GIVEN.includes(name)) return name;
    const danger = Object.hasOwn(WITHHELD, name) ? WITHHELD[name] : undefined;
    const near = nearest(name, [...GIVEN, ...Object.keys(WITHHELD)]);
    problems.push({
      code: danger === undefined ? "policy/bad-capability" : "policy/unsafe-capability",
      severity: "error",
      message: `Cannot give containers capability "${value}": ${
        danger ?? (name === "ALL" ? "each is named for itself" : "Linux has no such capability")
      }`,
      at: source,
      help: danger === undefined && near !== undefined && name !== "ALL"
        ? `Did you mean "${near}"?`
        : `Those that can be given are ${GIVEN.join(", ")}`,
    });
    return undefined;
  });
}

/** Complains of what is no name of a driver. */
function devicesOf(
  list: SourcedList | undefined,
  problems: Diagnostic[],
): SourcedList | undefined {
  return mapItems(list, ({ value, source }) => {
    if (/^[A-Za-z0-9][\w.-]{0,63}$/.test(value)) return value;
    problems.push({
      code: "policy/bad-device",
      severity: "error",
      message: `Cannot give containers devices of "${value}": it is no name of a driver`,
      at: source,
      help: 'For example "nvidia"; files below /dev are never given',
    });
    return undefined;
  });
}

function portsOf(list: SourcedList | undefined, problems: Diagnostic[]): SourcedList | undefined {
  return mapItems(list, ({ value, source }) => {
    const ports = parsePorts(value);
    if (ports !== undefined) {
      return ports.first === ports.last ? `${ports.first}` : `${ports.first}-${ports.last}`;
    }
    problems.push({
      code: "policy/bad-port",
      severity: "error",
      message: `Cannot give containers port "${value}": it is no port, and no range of ports`,
      at: source,
      help: "Ports go from 1 to 65535: 8080, or 9000-9010",
    });
    return undefined;
  });
}
