import type { ContainerProgram } from "../../model/mod.ts";
import { parseDuration } from "../../source/parse_duration.ts";
import { keyOf, refuseKey, type RunnerReader } from "./runner_reader.ts";
import { readFlag, readText, readWord, wrongValue } from "./task_reader.ts";

/** How a container comes and goes. */
export type Lifecycle = Pick<ContainerProgram, "pull" | "files" | "killGraceMs" | "resume">;

/**
 * How a container is made, gets its files, and ends.
 *
 * Files are mounted where the engine sees them, which costs nothing, and copied elsewhere. A container
 * is not taken up again unless the task says so, as in Kestra before it had `resume`: what a harness
 * that died has left is removed by the next one, and a task that runs twice starts twice.
 */
export function lifecycleOf(reader: RunnerReader): Lifecycle {
  refuseWeaker(reader);
  refuseEngineChoice(reader);
  return {
    pull: readWord(reader, "taskRunner.pullPolicy", keyOf(reader, "pullPolicy"), [
      "IF_NOT_PRESENT",
      "ALWAYS",
      "NEVER",
    ]) ?? "IF_NOT_PRESENT",
    files: strategyOf(reader),
    killGraceMs: killGraceOf(reader),
    resume: readFlag(reader, "taskRunner.resume", keyOf(reader, "resume")) ?? false,
  };
}

/** Flags that have one value here. */
function refuseWeaker(reader: RunnerReader): void {
  const only = (name: string, wanted: boolean, fact: string) => {
    const flag = readFlag(reader, `taskRunner.${name}`, keyOf(reader, name));
    if (flag === undefined || flag === wanted) return;
    refuseKey(reader, [name], `is ${flag}, and ${fact}`, { help: "Leave the key out" });
  };
  only("privileged", false, "a container is never privileged");
  only("delete", true, "no container is left behind");
  only("wait", true, "a task ends when its container does");
}

/** The policy and the machine choose the engine, never the task. */
function refuseEngineChoice(reader: RunnerReader): void {
  const { engine, policy } = reader;
  const host = readText(reader, "taskRunner.host", keyOf(reader, "host"));
  if (host !== undefined && host !== engine.host) {
    refuseKey(
      reader,
      ["host"],
      `asks for the engine at ${JSON.stringify(host)}, which is not in use`,
      {
        rule: policy.containers.engine?.source,
        help: "Leave the key out; DOCKER_HOST says where the engine is",
      },
    );
  }
  const image = keyOf(reader, "image");
  if (image !== undefined) {
    refuseKey(reader, ["image"], "is one of old versions", { help: "Say it as containerImage" });
  }
}

function strategyOf(reader: RunnerReader): Lifecycle["files"] {
  const { isLocal } = reader.engine;
  const name = "fileHandlingStrategy";
  const wanted = readWord(reader, `taskRunner.${name}`, keyOf(reader, name), ["MOUNT", "VOLUME"]);
  if (wanted === "MOUNT" && !isLocal) {
    refuseKey(reader, [name], "is MOUNT, and the engine is on another host", {
      help: "Leave the key out: files are copied in and out then",
    });
  }
  return wanted ?? (isLocal ? "MOUNT" : "VOLUME");
}

function killGraceOf(reader: RunnerReader): number {
  const name = "killGracePeriod";
  const entry = keyOf(reader, name);
  const text = readText(reader, `taskRunner.${name}`, entry);
  if (text === undefined) return 0;
  return parseDuration(text) ??
    wrongValue(reader, `taskRunner.${name}`, 'a duration, "PT10S" for one', entry!.value) ?? 0;
}
