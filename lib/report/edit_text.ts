import type { PolicyEdit } from "../model/mod.ts";
import { printableLine } from "./printable.ts";
import { renderPlace, type Texts } from "./render_diagnostics.ts";
import type { Style } from "./style.ts";

/** One edit for a person: what to do, and the line to take out or the YAML to write. */
export function editText(edit: PolicyEdit, texts: Texts, style: Style): readonly string[] {
  if (edit.kind === "remove") {
    const what = edit.key === ""
      ? "what stands here"
      : `${JSON.stringify(edit.value)} from ${edit.key}`;
    return [
      `remove ${printableLine(what)}${
        edit.whole ? ", and the key with it: nothing else is in it" : ""
      }`,
      ...renderPlace(edit.at, texts, style).trimEnd().split("\n"),
    ];
  }
  const key = edit.path.join(".");
  const deed = edit.kind === "add"
    ? `add ${JSON.stringify(edit.value)} to ${key}`
    : `set ${key} to ${JSON.stringify(edit.value)}`;
  const file = edit.file.startsWith("built-in")
    ? "a policy of your own, in the place of the baseline, which is built in"
    : edit.file;
  const whole = edit.path.at(-1) === "excludes" ? ", which refuses the task" : "";
  return [
    printableLine(`${deed} in ${file}${whole}`),
    ...editYaml(edit, texts).split("\n").map((it) => `  ${printableLine(it)}`),
  ];
}

/** What an edit writes, as it would stand in a file that has nothing else in it. */
export function editYaml(edit: Exclude<PolicyEdit, { kind: "remove" }>, texts: Texts): string {
  const isNew = !/^\s*java-?[sS]ecurity\s*:/m.test(texts.get(edit.file) ?? "");
  const value = edit.kind === "add" ? [edit.value] : edit.value;
  const last = edit.path.length - 1;
  const lines = edit.path.flatMap((key, depth) => {
    const indent = "  ".repeat(depth);
    if (depth < last) {
      // A block that is made must be on to mean anything.
      const on = key === "java-security" && isNew ? [`${indent}  enabled: true`] : [];
      return [`${indent}${key}:`, ...on];
    }
    if (typeof value === "string" || typeof value === "boolean") {
      return [`${indent}${key}: ${scalar(value)}`];
    }
    if (value.length === 0) return [`${indent}${key}: []`];
    return [`${indent}${key}:`, ...value.map((it) => `${indent}  - ${scalar(it)}`)];
  });
  return lines.join("\n");
}

/** A text as YAML: in quotes, as JSON writes it, where it might be read as anything else. */
function scalar(value: string | boolean): string {
  if (typeof value === "boolean") return String(value);
  const isPlain = /^[A-Za-z/][\w/.\\-]*$/.test(value) &&
    !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return isPlain || value === "off" ? value : JSON.stringify(value);
}
