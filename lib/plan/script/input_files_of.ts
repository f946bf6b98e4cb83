import type { Located, ScriptWork } from "../../model/mod.ts";
import {
  hasExpression,
  notGiven,
  propertyOf,
  readTextMap,
  type TaskReader,
  wrongValue,
} from "./task_reader.ts";

/**
 * The files that a script gets, by name: a map, or a text that becomes one.
 *
 * Names stay in the workspace (Kestra's GHSA-q3fw-mvgv-pjr2 was one that did not). A text with an
 * expression is checked the same way once it is rendered.
 *
 * @param scriptFile The name that the script itself takes.
 */
export function inputFilesOf(
  reader: TaskReader,
  scriptFile: string | undefined,
): ScriptWork["inputFiles"] {
  const entry = propertyOf(reader, "inputFiles");
  if (entry === undefined) return {};
  const { value } = entry;
  const text = value.kind === "scalar" && typeof value.value === "string" ? value.value : undefined;
  if (text !== undefined && hasExpression(text)) return text;
  const files = text === undefined
    ? readTextMap(reader, "inputFiles", entry)
    : filesInText(reader, text, value);
  for (const name of Object.keys(files)) {
    const fact = misnamed(name, scriptFile);
    if (fact === undefined) continue;
    const key = value.kind === "map" ? value.entries.get(name)?.key : undefined;
    notGiven(
      reader,
      "inputFiles",
      `holds a file ${JSON.stringify(name)}: ${fact}`,
      key ?? value.source,
    );
  }
  return files;
}

function filesInText(
  reader: TaskReader,
  text: string,
  at: Located,
): Readonly<Record<string, string | null>> {
  const files = parsed(text);
  const isMap = files !== null && typeof files === "object" && !Array.isArray(files);
  if (isMap && Object.values(files).every((it) => it === null || typeof it === "string")) {
    return files as Record<string, string | null>;
  }
  wrongValue(reader, "inputFiles", "a map of texts, nor the JSON of one", at);
  return {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Why a file cannot have this name in the workspace. */
function misnamed(name: string, scriptFile: string | undefined): string | undefined {
  const steps = name.split("/");
  if (hasExpression(name)) return "an expression cannot name a file";
  if (name.startsWith("/")) return "its name begins at the root";
  if (steps.includes("..")) return "its name leads out of the workspace";
  if (steps.some((it) => it === "" || it === ".")) return "its name has an empty step";
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f]/.test(name)) return "its name holds a control character";
  return name === scriptFile ? "the script itself has that name" : undefined;
}
