import type { Diagnostic, Source, Sourced, VolumeRule } from "../../model/mod.ts";
import { isWithin } from "../../paths/is_within.ts";
import { normalizePath } from "../../paths/normalize_path.ts";
import type { SourcedList } from "../parsed_policy.ts";

/**
 * Reads paths of the host that containers may mount: `/data/in:ro`, `/data/out:rw`; without a word
 * they are for reading.
 *
 * A path gives what is below it. So one that is for reading and lies in one for writing would say
 * something that does not hold, and is a complaint.
 */
export function parseVolumes(
  list: SourcedList | undefined,
  problems: Diagnostic[],
): { readonly items: readonly VolumeRule[]; readonly source: Source } | undefined {
  if (list === undefined) return undefined;
  const items = list.items.flatMap((it) => {
    const parsed = parseVolume(it);
    if ("path" in parsed) return [parsed.path];
    problems.push({
      code: "policy/bad-volume",
      severity: "error",
      message: `Cannot give containers volume "${it.value}": ${parsed.fact}`,
      at: it.source,
      ...(parsed.help !== undefined && { help: parsed.help }),
    });
    return [];
  });
  for (const inner of items) {
    const outer = inner.readOnly &&
      items.find((it) => !it.readOnly && isWithin(it.value, inner.value));
    if (!outer) continue;
    problems.push({
      code: "policy/bad-volume",
      severity: "error",
      message:
        `Cannot give "${inner.value}" for reading only: "${outer.value}" gives it for writing`,
      at: inner.source,
      related: [{ message: "given for writing here", at: outer.source }],
      help: "Leave it out, or give for writing what lies beside it",
    });
  }
  return { ...list, items };
}

type ParsedVolume =
  | { readonly path: VolumeRule }
  | { readonly fact: string; readonly help?: string };

function parseVolume({ value, source }: Sourced<string>): ParsedVolume {
  const [written = "", mode = "ro", ...more] = value.split(":");
  if (more.length > 0 || (mode !== "ro" && mode !== "rw")) {
    return {
      fact: `"${[mode, ...more].join(":")}" is neither "ro" nor "rw"`,
      help: "A path of the host, and how it may be mounted; where to is said by the task",
    };
  }
  const normalized = normalizePath(written);
  if (!normalized.ok) return normalized;
  const { path } = normalized;
  if (path === "/") return { fact: "it would give the whole machine" };
  const kernel = KERNEL.find((it) => isWithin(it, path));
  if (kernel !== undefined) return { fact: `what "${kernel}" shows is the machine itself` };
  return { path: { value: path, source, readOnly: mode === "ro" } };
}

const KERNEL = ["/proc", "/sys", "/dev"];
