import type { KnownClass } from "../../catalog/classes.ts";
import type {
  BuiltIn,
  Flow,
  HostFacts,
  Located,
  Refusal,
  ScriptWork,
  Source,
  Task,
} from "../../model/mod.ts";
import { dependenciesOf } from "./dependencies_of.ts";
import { inputFilesOf } from "./input_files_of.ts";
import { namespaceFilesOf } from "./namespace_files_of.ts";
import { outputFilesOf } from "./output_files_of.ts";
import { quoted } from "./quoted.ts";
import {
  decidedAt,
  notGiven,
  propertyOf,
  readFlag,
  readTextMap,
  readTexts,
  readWord,
  type TaskReader,
  wrongValue,
} from "./task_reader.ts";

export type ScriptClass = Extract<KnownClass, { kind: "script" }>;

/** Whether what a script starts reaches the network, and who says so. */
export type Reach =
  | { readonly online: true }
  | {
    readonly online: false;
    /** The key of the policy. */
    readonly rule: string;
    readonly source: Source | BuiltIn;
    readonly help: string;
  };

/** What a script task asks for, whoever runs it. */
export interface WorkQuestion {
  readonly task: Task;
  readonly known: ScriptClass;
  readonly flow: Pick<Flow, "namespace">;
  readonly host: Pick<HostFacts, "namespaceFiles">;
  readonly reach: Reach;
}

/**
 * Reads what is common to script tasks: their text, variables and files.
 *
 * The runner, and what it takes, is not looked at.
 */
export function workOf(question: WorkQuestion): ScriptWork | { readonly refusal: Refusal } {
  const { task, known, flow, host, reach } = question;
  const reader: TaskReader = { task, refusals: [] };
  refuseOtherSystems(reader);
  readFlag(reader, "warningOnStdErr", propertyOf(reader, "warningOnStdErr"));
  const given = readTexts(reader, "interpreter", propertyOf(reader, "interpreter"));
  const interpreter = given.length > 0 ? given : known.interpreter;
  const env = envOf(reader, known);
  const body = readTexts(
    reader,
    known.body,
    bodyOf(reader, known),
    known.body === "script" ? "single" : "list",
  );
  const file = scriptFileOf(reader, known);
  const dependencies = dependenciesOf(reader, known, { reach, env, shell: shellOf(interpreter) });
  const lines = [
    ...failFastOf(reader, shellOf(interpreter)),
    ...dependencies,
    ...(file?.prepare ?? []),
    ...readTexts(reader, "beforeCommands", propertyOf(reader, "beforeCommands")),
    ...(file === undefined ? body : [`${file.command} ${placeOf(file.name, interpreter)}`]),
  ];
  const inputFiles = inputFilesOf(reader, file?.name);
  const namespaceFiles = namespaceFilesOf(reader, flow, host);
  const outputFiles = outputFilesOf(reader);
  const outputDirectory = readFlag(
    reader,
    "outputDirectory",
    propertyOf(reader, "outputDirectory"),
  );
  const [refusal] = reader.refusals;
  if (refusal !== undefined) return { refusal };
  return {
    command: [...interpreter, lines.join("\n")],
    env,
    ...(file && { scriptFile: { name: file.name, text: body.join("\n") } }),
    inputFiles,
    outputFiles,
    outputDirectory: outputDirectory ?? false,
    ...(namespaceFiles && { namespaceFiles }),
  };
}

function bodyOf(reader: TaskReader, { body }: ScriptClass) {
  const entry = propertyOf(reader, body);
  if (entry === undefined) {
    reader.refusals.push({
      code: "plan/missing-property",
      message: `Cannot run task "${reader.task.id}": it has no "${body}"`,
      by: "unsupported",
      source: reader.task.effective.source,
    });
  }
  return entry;
}

/** What reads the lines: it decides how a script that goes on after a failure is kept from it. */
export type Shell = "posix" | "powershell" | "other";

const POSIX = ["sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"];

function shellOf([program = ""]: readonly string[]): Shell {
  const name = program.split("/").at(-1)!;
  return POSIX.includes(name)
    ? "posix"
    : name === "pwsh" || name === "powershell"
    ? "powershell"
    : "other";
}

/** The first line, which makes the first command that fails the last one (`failFast`). */
function failFastOf(reader: TaskReader, shell: Shell): readonly string[] {
  const entry = propertyOf(reader, "failFast");
  const wanted = readFlag(reader, "failFast", entry);
  if (wanted === false) return [];
  switch (shell) {
    case "posix":
      return ["set -e"];
    case "powershell":
      return ["$ErrorActionPreference = 'Stop'"];
    case "other":
      if (wanted === true) {
        notGiven(
          reader,
          "failFast",
          "is true, and its interpreter is no shell that is known to stop at a failure",
          entry!.value.source,
          "Leave it out, or leave out interpreter",
        );
      }
      return [];
  }
}

/** The script's file, as the shell that runs it finds it. */
function placeOf(name: string, interpreter: readonly string[]): string {
  return shellOf(interpreter) === "powershell"
    ? `"$env:WORKING_DIR/${name}"`
    : `"$WORKING_DIR/${name}"`;
}

function scriptFileOf(reader: TaskReader, { file, language }: ScriptClass) {
  if (file === undefined) return undefined;
  switch (language) {
    case "deno":
      return { ...file, command: [file.command, ...denoPermissions(reader)].join(" ") };
    case "jbang":
      return jbangFile(reader, file);
    default:
      return file;
  }
}

const DENO_PERMISSIONS = ["--allow-env", "--allow-read", "--allow-write"];

/** Flags of `deno run`; the container is the boundary, they narrow what is in it. */
function denoPermissions(reader: TaskReader): readonly string[] {
  const entry = propertyOf(reader, "permissions");
  if (entry === undefined) return DENO_PERMISSIONS;
  const value = decidedAt(reader, "permissions", entry);
  if (value === undefined) return [];
  const flags = readTexts(reader, "permissions", entry);
  const odd = flags.find((it) => !/^--?[A-Za-z][\w-]*(=.*)?$/s.test(it));
  if (odd !== undefined) {
    return notGiven(
      reader,
      "permissions",
      `holds ${JSON.stringify(odd)}, which is no flag`,
      value.source,
    ) ??
      [];
  }
  return flags.map(quoted);
}

function jbangFile(reader: TaskReader, file: NonNullable<ScriptClass["file"]>) {
  const quiet = readFlag(reader, "quiet", propertyOf(reader, "quiet"));
  const entry = propertyOf(reader, "extension");
  const value = decidedAt(reader, "extension", entry);
  const extension = value === undefined ? ".java" : String(
    value.kind === "scalar" && value.value,
  );
  if (!/^\.[a-z]{1,10}$/.test(extension)) {
    wrongValue(reader, "extension", 'a dot and lower-case letters, ".java" for one', value!);
  }
  return {
    ...file,
    name: file.name.replace(/\.java$/, extension),
    command: quiet === false ? file.command : `${file.command} --quiet`,
  };
}

function refuseOtherSystems(reader: TaskReader): void {
  const entry = propertyOf(reader, "targetOS");
  const system = readWord(reader, "targetOS", entry, ["AUTO", "LINUX", "WINDOWS"]);
  if (system === "WINDOWS") {
    notGiven(reader, "targetOS", "is WINDOWS, and scripts run on Linux here", entry!.value.source);
  }
}

function envOf(reader: TaskReader, { env }: ScriptClass): Readonly<Record<string, string>> {
  const entry = propertyOf(reader, "env");
  const own = readTextMap(reader, "env", entry);
  const odd = Object.keys(own).find((it) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(it));
  if (odd !== undefined) {
    notGiven(
      reader,
      "env",
      `holds ${JSON.stringify(odd)}, which is no name of a variable`,
      keySource(entry!.value, odd),
    );
  }
  return { ...env, ...Object.fromEntries(Object.entries(own).map(([key, it]) => [key, it ?? ""])) };
}

function keySource(value: Located, key: string): Source {
  return (value.kind === "map" ? value.entries.get(key)?.key : undefined) ?? value.source;
}
