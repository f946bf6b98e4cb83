import type { LocatedEntry } from "../../model/mod.ts";
import { quoted } from "./quoted.ts";
import {
  decidedAt,
  notGiven,
  propertyOf,
  readFlag,
  readText,
  readTexts,
  readWord,
  type TaskReader,
} from "./task_reader.ts";
import type { Reach, ScriptClass, Shell } from "./work_of.ts";

/** Hidden, so that no glob of `outputFiles` takes them along. */
const DIRECTORY = ".bulkhead-python";

/** What may stand before the versions of a requirement (PEP 508): a name, and its extras. */
const PROJECT = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\s*(?:\[[A-Za-z0-9._,\s-]*\])?/;
const VERSION = /^\s*(?:===?|[<>!~]=|[<>])\s*[A-Za-z0-9][A-Za-z0-9.*+!_-]*\s*$/;
/** A marker is read by nobody but pip, and what is quoted cannot leave its word. */
const MARKER = /;[^\n\r]*$/;

/** Whether it names a package and its versions, and is no option, URL or path. */
function isRequirement(text: string): boolean {
  const wanted = text.replace(MARKER, "");
  const project = PROJECT.exec(wanted)?.[0];
  if (project === undefined) return false;
  const versions = wanted.slice(project.length).trim();
  return versions === "" || versions.split(",").every((it) => VERSION.test(it));
}

/**
 * What installs a Python script's `dependencies`, as lines of shell.
 *
 * Kestra's worker installs them, and mounts what it installed. Here the script's own boundary holds
 * for it: pip runs where the script does, with what the script may reach, and into the workspace.
 */
export function dependenciesOf(
  reader: TaskReader,
  { language, image }: ScriptClass,
  { reach, env, shell }: {
    readonly reach: Reach;
    readonly env: Readonly<Record<string, string>>;
    readonly shell: Shell;
  },
): readonly string[] {
  if (language !== "python") return [];
  refuseVersion(reader, image);
  refuseInstaller(reader);
  // Both come to the same packages; uv is never there.
  readWord(reader, "packageManager", propertyOf(reader, "packageManager"), ["UV", "PIP"]);
  // There is no cache: nothing that one task installs reaches another.
  readFlag(reader, "dependencyCacheEnabled", propertyOf(reader, "dependencyCacheEnabled"));
  const entry = propertyOf(reader, "dependencies");
  const wanted = requirementsOf(reader, entry);
  if (wanted.length === 0) return [];
  const { source } = entry!.value;
  if (!reach.online) {
    const { id } = reader.task;
    const policy = reach.source === "built-in" ? undefined : reach.source;
    reader.refusals.push({
      code: "plan/dependencies",
      message: `Cannot run task "${id}": its dependencies come by the network, and ${reach.rule}`,
      by: "policy",
      source: policy ?? source,
      ...(policy && { related: [{ message: '"dependencies" stands here', at: source }] }),
      help: reach.help,
    });
    return [];
  }
  if (shell !== "posix") {
    return notGiven(reader, "dependencies", "needs a shell to install them", source) ?? [];
  }
  const place = `"$WORKING_DIR/${DIRECTORY}"`;
  const rest = Object.hasOwn(env, "PYTHONPATH") ? ":$PYTHONPATH" : "";
  return [
    `python -m pip install --quiet --no-input --target ${place} -- ${
      wanted.map(quoted).join(" ")
    } || exit 1`,
    `export PYTHONPATH="$WORKING_DIR/${DIRECTORY}${rest}"`,
  ];
}

function requirementsOf(
  reader: TaskReader,
  entry: LocatedEntry | undefined,
): readonly string[] {
  const value = decidedAt(reader, "dependencies", entry);
  if (value === undefined) return [];
  const all = readTexts(reader, "dependencies", entry).map((it) => it.trim());
  const odd = all.find((it) => !isRequirement(it));
  if (odd === undefined) return all;
  notGiven(
    reader,
    "dependencies",
    `holds ${JSON.stringify(odd)}, which is no name of a package with its versions`,
    value.source,
    'For example "requests>=2.31"; install anything else with beforeCommands',
  );
  return [];
}

/** In a container it is the image that has a Python, and only that one. */
function refuseVersion(reader: TaskReader, image: string): void {
  const entry = propertyOf(reader, "pythonVersion");
  if (decidedAt(reader, "pythonVersion", entry) === undefined) return;
  const version = readText(reader, "pythonVersion", entry);
  const used = readText(reader, "containerImage", propertyOf(reader, "containerImage")) ?? image;
  const tag = /:([\w.-]+)(?:@|$)/.exec(used)?.[1] ?? "";
  if (version === undefined || tag === version || tag.startsWith(`${version}-`)) return;
  if (tag.startsWith(`${version}.`)) return;
  notGiven(
    reader,
    "pythonVersion",
    `is ${version}, and nothing says that "${used}" has it`,
    entry!.value.source,
    "Leave it out, and name an image of that version as containerImage",
  );
}

/** uv is what Kestra's worker installs with; there is none here, and none is fetched. */
function refuseInstaller(reader: TaskReader): void {
  const flag = propertyOf(reader, "uvAutoInstallEnabled");
  const given = readFlag(reader, "uvAutoInstallEnabled", flag) === true
    ? { name: "uvAutoInstallEnabled", entry: flag! }
    : ["uvInstallerVersion", "uvInstallerSha256"].flatMap((name) => {
      const entry = propertyOf(reader, name);
      return entry === undefined ? [] : [{ name, entry }];
    })[0];
  if (given === undefined) return;
  notGiven(
    reader,
    given.name,
    "is about uv, which is not used: pip installs dependencies",
    given.entry.key,
    "Leave it out",
  );
}
