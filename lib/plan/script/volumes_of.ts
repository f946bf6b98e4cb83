import type { Mount, Source, Sourced, Task, VolumeRule } from "../../model/mod.ts";
import { isWithin } from "../../paths/is_within.ts";
import { normalizePath } from "../../paths/normalize_path.ts";
import { closesMounts } from "../closed_paths.ts";
import { findLocated } from "../../source/check_shape.ts";
import { keyOf, refuseKey, type RunnerReader } from "./runner_reader.ts";
import { readTexts } from "./task_reader.ts";

/** What the author mounts, as `SOURCE:TARGET[:MODE]`. */
export interface WrittenVolume {
  readonly source: string;
  readonly target: string;
  readonly mode: string | undefined;
}

/** A mount that the policy lets a task have. */
export interface GivenVolume {
  readonly mount: Extract<Mount, { type: "bind" }>;
  readonly rule: VolumeRule;
}

/** Nothing is mounted on what these are for the engine and for us. */
const TAKEN = ["/proc", "/sys", "/dev"];

/**
 * Reads one volume.
 *
 * @returns `undefined` for what is none, or names a volume of the engine's in place of a path.
 */
export function parseVolume(text: string): WrittenVolume | undefined {
  const [from, to, mode, ...more] = text.split(":");
  if (more.length > 0 || to === undefined || !from!.startsWith("/")) return undefined;
  const [source, target] = [normalizePath(from!), normalizePath(to)];
  return source.ok && target.ok ? { source: source.path, target: target.path, mode } : undefined;
}

/** Every path of the host that these tasks would mount, with its place: what it leads to has to be known. */
export function volumeSources(tasks: readonly Task[]): readonly Sourced<string>[] {
  return tasks.flatMap(({ effective }) => {
    const volumes = findLocated(effective, ["taskRunner", "volumes"]);
    const own = volumes?.kind === "list" ? volumes.items : [];
    return own.flatMap((it): Sourced<string>[] => {
      const written = it.kind === "scalar" ? parseVolume(String(it.value)) : undefined;
      return written === undefined ? [] : [{ value: written.source, source: it.source }];
    });
  });
}

/**
 * The paths of the host that a task has in its container, beside the workspace.
 *
 * What counts is where a path really leads, and that nothing that a task may write decides it: below
 * a directory that some task writes, a link could take the place of what was looked at.
 */
export function volumesOf(reader: RunnerReader): readonly GivenVolume[] {
  const entry = keyOf(reader, "volumes");
  const texts = readTexts(reader, "taskRunner.volumes", entry);
  const given: GivenVolume[] = [];
  for (const text of texts) {
    const it = volumeOf(reader, text, given);
    if (it !== undefined) given.push(it);
  }
  return given;
}

function volumeOf(
  reader: RunnerReader,
  text: string,
  others: readonly GivenVolume[],
): GivenVolume | undefined {
  const { policy, host, closed, engine } = reader;
  const { volumes } = policy.containers;
  const refuse = (fact: string, rule?: Source, help = "Leave it out") =>
    refuseKey(reader, ["volumes"], `holds ${JSON.stringify(text)}${fact}`, {
      rule: rule ?? volumes[0]?.source,
      help,
    });
  if (volumes.length === 0) {
    return refuse(
      ", and the policy gives no volumes",
      undefined,
      "Leave the key out, or name the path in bulkhead.containers.volumes",
    );
  }
  const written = parseVolume(text);
  if (written === undefined) {
    return refuse(
      ", which is no path of the host and one of the container",
      undefined,
      'For example "/data/in:/data/in:ro"; volumes by name are shared, and are not given',
    );
  }
  const { target, mode } = written;
  if (mode !== undefined && mode !== "ro" && mode !== "rw") {
    return refuse(`: of modes "ro" and "rw" are known`);
  }
  if (!engine.isLocal) {
    return refuse(", a path of the engine's host, where nobody here can say what it leads to");
  }
  const realOf = (path: string) => host.realPaths.get(path) ?? path;
  const source = realOf(written.source);
  const rule = volumes.find((it) => realOf(it.value) === source) ??
    volumes.find((it) => it.readOnly && isWithin(realOf(it.value), source));
  const leads = source === written.source ? "" : `, which leads to "${source}"`;
  if (rule === undefined) {
    const below = volumes.find((it) => isWithin(realOf(it.value), source));
    return below === undefined
      ? refuse(
        `${leads}, and the policy gives ${volumes.map((it) => it.value).join(", ")}`,
        undefined,
        "Leave it out, or name the path in bulkhead.containers.volumes",
      )
      : refuse(
        `${leads}, which lies in "${below.value}": tasks write there, and could put a link in its place`,
        below.source,
        `Mount "${below.value}" itself, or name the path as a volume that is read-only`,
      );
  }
  const writer = [...policy.writable, ...volumes.filter((it) => !it.readOnly)]
    .find((it) => source !== realOf(it.value) && isWithin(realOf(it.value), source));
  if (writer !== undefined) {
    return refuse(
      `${leads}, which lies in "${writer.value}": tasks write there, and could put a link in its place`,
      writer.source,
    );
  }
  const hit = closed.find((it) =>
    closesMounts(it) && (isWithin(it.path, source) || isWithin(source, it.path))
  );
  if (hit !== undefined) {
    const how = isWithin(hit.path, source)
      ? hit.path === source ? "is closed" : `lies in "${hit.path}", which is closed`
      : `holds "${hit.path}", which is closed`;
    return refuse(
      `${leads}, and that path ${how} (${hit.rule})`,
      hit.source === "built-in" ? rule.source : hit.source,
    );
  }
  if (mode === "rw" && rule.readOnly) {
    return refuse(", and the policy gives that path to be read only", rule.source, 'Say ":ro"');
  }
  const taken = targetTaken(target, host.workspaceRoot) ??
    others.find((it) => it.mount.target === target)?.mount.source;
  if (taken !== undefined) {
    return refuse(`: "${target}" is no place of its own for a volume`);
  }
  const readOnly = rule.readOnly || mode === "ro";
  return { mount: { type: "bind", source, target, readOnly }, rule };
}

/** What is at a place in the container already, or has it inside. */
function targetTaken(target: string, workspaceRoot: string): string | undefined {
  if (target === "/" || target === "/tmp") return target;
  return TAKEN.find((it) => isWithin(it, target)) ??
    [workspaceRoot].find((it) => isWithin(it, target) || isWithin(target, it));
}
