import { classOf } from "../../../catalog/classes.ts";
import type { Diagnostic } from "../../../model/mod.ts";
import { findLocated } from "../../../source/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { placeAt } from "../written/place_at.ts";
import { planOf } from "../written/planned_task.ts";
import { textsIn, writtenFlow, type WrittenTask } from "../written/written_flow.ts";

/** One way in which commands are riskier than they look. */
interface Risk {
  readonly code: Diagnostic["code"];
  readonly pattern: RegExp;
  readonly says: (found: string, task: string) => string;
  readonly help: string;
}

/** `curl … | sh`, `bash <(curl …)`, `sh -c "$(curl …)"`, `eval "$(curl …)"`; not over many lines. */
const REMOTE = new RegExp(
  [
    String.raw`\b(?:curl|wget)\s(?:[^\n|;]|\\\n){0,400}\|\s{0,9}(?:sudo\s{1,9})?(?:ba|z|da|k)?sh\b`,
    String.raw`\b(?:ba|z|da|k)?sh\s{1,9}<\(\s{0,9}(?:curl|wget)\s`,
    String.raw`\b(?:(?:ba|z|da|k)?sh\s{1,9}-c|eval)\s{1,9}"?(?:\$\(|\x60)\s{0,9}(?:curl|wget)\s`,
  ].join("|"),
);

const RISKS: readonly Risk[] = [
  {
    code: "check/remote-code",
    pattern: REMOTE,
    says: (_, task) =>
      `Task "${task}" runs whatever an address answers: a download goes into a shell`,
    help: "Put the tool into the image, or download it, compare its checksum, and run it then",
  },
  {
    code: "check/open-mode",
    pattern: /\bchmod\s{1,9}(?:-[A-Za-z]{1,9}\s{1,9})?(?:0?777|a\+rwx|ugo\+rwx)(?![\w])/,
    says: (found, task) => `Task "${task}" lets everybody write: "${found.replace(/\s+/g, " ")}"`,
    help: "Give the one user what it needs: u+rwX",
  },
];

function risk(code: Risk["code"]): LintRule["find"] {
  const { pattern, says, help } = RISKS.find((it) => it.code === code)!;
  return function* find({ flowRoots, texts }: LintContext): Generator<Diagnostic> {
    for (const root of flowRoots.values()) {
      for (const task of writtenFlow(root).tasks) {
        for (const scalar of commandsOf(task)) {
          const match = pattern.exec(scalar.value);
          if (match === null || isComment(scalar.value, match.index)) continue;
          yield {
            code,
            severity: "warning",
            message: says(match[0], task.id),
            at: placeAt({ texts }, scalar, match.index),
            help,
          };
        }
      }
    }
  };
}

function commandsOf({ type, map }: WrittenTask) {
  if (classOf(type.value)?.kind !== "script") return [];
  return ["beforeCommands", "commands", "script"].flatMap((key) => {
    const value = map.entries.get(key)?.value;
    return value === undefined ? [] : textsIn(value).map((it) => it.scalar);
  });
}

function isComment(text: string, index: number): boolean {
  return /^\s*#/.test(text.slice(text.lastIndexOf("\n", index - 1) + 1, index));
}

const SOCKET = /\b(?:docker|podman|containerd)\.sock\b/;
const VOLUMES = [["taskRunner", "volumes"], ["docker", "volumes"], ["volumes"]];

function* sockets(context: LintContext): Generator<Diagnostic> {
  for (const root of context.flowRoots.values()) {
    for (const task of writtenFlow(root).tasks) {
      if (classOf(task.type.value)?.kind !== "script") continue;
      if (planOf(context, task)?.refusal?.by === "policy") continue;
      for (const path of VOLUMES) {
        const volumes = findLocated(task.map, path);
        const found = volumes && textsIn(volumes).find((it) => SOCKET.test(it.scalar.value));
        if (found === undefined) continue;
        yield {
          code: "check/engine-socket",
          severity: "warning",
          message:
            `Task "${task.id}" mounts the engine's socket: with it, it can start a container that has the whole machine`,
          at: found.scalar.source,
          help: "Leave the volume out; what builds images without an engine is kaniko or buildah",
        };
      }
    }
  }
}

const flow = (command: string) =>
  `id: build
namespace: company.team
tasks:
  - id: compile
    type: io.kestra.plugin.scripts.shell.Commands
    commands:
      - ${command}
`;

const withVolume = (volume: string) =>
  `id: build
namespace: company.team
tasks:
  - id: compile
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.scripts.runner.docker.Docker
      volumes: ["${volume}"]
    commands:
      - make
`;

/** Downloads that are run unseen. */
export const REMOTE_CODE: LintRule = {
  code: "check/remote-code",
  severity: "warning",
  title: "a script hands a download to a shell",
  why:
    "What is run is what the address answers at that moment. Nobody has seen it, and the flow does not " +
    "say what it is; a connection that breaks runs half of it.",
  bad: flow("curl -sSf https://example.com/install.sh | sh"),
  good: flow("make"),
  find: risk("check/remote-code"),
};

/** Files that everybody may write. */
export const OPEN_MODE: LintRule = {
  code: "check/open-mode",
  severity: "warning",
  title: "a script lets everybody write a file",
  why:
    "Mode 777 lets every user of the machine, or of the volume, change what is run or read later.",
  bad: flow("chmod -R 777 data"),
  good: flow("chmod -R u+rwX data"),
  find: risk("check/open-mode"),
};

/** The engine's socket in a container. */
export const ENGINE_SOCKET: LintRule = {
  code: "check/engine-socket",
  severity: "warning",
  title: "a task mounts the socket of the container engine",
  why:
    "Who speaks to the engine may start a container with all of the host's files in it: the socket is " +
    "worth as much as root on the host. Where a policy has no such volume, the task is refused.",
  bad: withVolume("/var/run/docker.sock:/var/run/docker.sock"),
  good: withVolume("/srv/data:/data"),
  find: sockets,
};
