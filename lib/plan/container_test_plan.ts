import type { Attempt, ContainerTestPlan, Prop, Trial } from "../model/mod.ts";
import { CONTAINER, containerArgv, type EngineFlavour, ENV_FILE } from "../container/mod.ts";
import { userInside } from "./user_inside.ts";
import { WORKSPACE } from "./permissions.ts";

/** What a self-test of containers is made for. */
export interface ContainerTestQuestion {
  /** Absolute, real path of a directory that is the test's own. */
  readonly directory: string;
  /** Path of the engine's client. */
  readonly client: string;
  /** Docker's, as a user's own or not, where nothing is said. */
  readonly engine?: EngineFlavour;
  /** One that is there already, and has a shell. */
  readonly image: string;
  /** Who runs the harness: a container gets no more rights than that. */
  readonly uid: number;
  readonly gid: number;
}

/** The user without rights of most systems: who stands in for root. */
const NOBODY = 65534;
const MEMORY_BYTES = 64 * 2 ** 20;
const PROCESSES = 32;
/** Where the container has its workspace: below nothing that an image may have closed, as /root is. */
const INSIDE = "/bulkhead-self-test";

/** Interfaces that some kernels put into every namespace; nothing is at their other end. */
const FALLBACK_DEVICES =
  "tunl0|gre0|gretap0|erspan0|ip_vti0|ip6_vti0|sit0|ip6tnl0|ip6gre0|dummy0|bond0|teql0";

/** Ends well where there is such an interface. A row is `NAME: NUMBERS`, a heading has bars. */
const SEES_INTERFACE = `sees() {
  while read -r name rest; do
    case "\${name%%:*}" in
      *'|'* | face | ${FALLBACK_DEVICES}) ;;
      lo) [ "$1" = loopback ] && return 0 ;;
      *) [ "$1" = other ] && return 0 ;;
    esac
  done </proc/net/dev
  return 1
}`;

/** Plans the proof that a container reaches nothing but its workspace: one with all that tasks have. */
export function containerTestPlan(question: ContainerTestQuestion): ContainerTestPlan {
  const { directory, client, engine = { kind: "docker" }, image, uid, gid } = question;
  const at = (name: string) => `${directory}/${name}`;
  const workspace = at("workspace");
  const name = `bulkhead-self-test-${directory.split("/").at(-1)!.replace(/[^\w-]/g, "")}`;
  const owner = uid === 0 ? { uid: NOBODY, gid: NOBODY } : { uid, gid };
  const user = userInside(engine, owner);
  const trials = trialsIn(INSIDE, at("beside/word"));
  const places: Readonly<Record<string, string>> = {
    [WORKSPACE]: workspace,
    [CONTAINER]: name,
    [ENV_FILE]: at("env"),
  };
  const argv = containerArgv({
    name: CONTAINER,
    image,
    entrypoint: [],
    command: ["/bin/sh", "-c", scriptOf(trials.map((it) => it.attempt))],
    env: {},
    labels: { "bulkhead.self-test": "1" },
    workdir: INSIDE,
    user,
    network: "none",
    extraHosts: [],
    ports: [],
    mounts: [{ type: "bind", source: WORKSPACE, target: INSIDE, readOnly: false }],
    deviceRequests: [],
    capabilities: [],
    writableRoot: false,
    resources: {
      memory: MEMORY_BYTES,
      memorySwap: MEMORY_BYTES,
      cpus: 1,
      processes: PROCESSES,
      tmp: MEMORY_BYTES,
    },
  }, { client, command: "run", envFile: ENV_FILE, engine });
  const fill = (text: string) =>
    Object.entries(places).reduce((all, [place, value]) => all.replaceAll(place, value), text);
  const props: readonly Prop[] = [
    { path: workspace },
    { path: at("beside") },
    { path: at("beside/word"), text: "word\n" },
    { path: at("env"), text: "" },
  ];
  // Its own file, so that it is not the file's mode that keeps the container from it.
  const owned = [workspace, at("beside"), at("beside/word")];
  return { argv: argv.map(fill), name, owned, owner, props, trials };
}

function trialsIn(workspace: string, beside: string): readonly Trial[] {
  const trial = (kind: Trial["kind"], what: string, attempt: Attempt): Trial => (
    { layer: "container", kind, what, by: "container", attempt }
  );
  return [
    trial("control", "write in the workspace", { do: "write", path: `${workspace}/new` }),
    trial("probe", "write in the root directory", { do: "write", path: "/bulkhead-new" }),
    trial("control", "read in the workspace", { do: "read", path: `${workspace}/new` }),
    trial("probe", "read a file beside the workspace", { do: "read", path: beside }),
    trial("control", "see the loopback interface", { do: "see-interface", which: "loopback" }),
    trial("probe", "see another interface", { do: "see-interface", which: "other" }),
  ];
}

/** A shell script that makes attempts and says what came of each, a word a line. */
function scriptOf(attempts: readonly Attempt[]): string {
  const tries = attempts.map((it) =>
    `if (${commandOf(it)}) 2>/dev/null; then echo ok; else echo refused; fi`
  );
  return [SEES_INTERFACE, ...tries].join("\n");
}

function commandOf(attempt: Attempt): string {
  switch (attempt.do) {
    case "write":
      return `echo written >${quoted(attempt.path)}`;
    case "read":
      return `read -r line <${quoted(attempt.path)}`;
    case "see-interface":
      return `sees ${attempt.which}`;
    default:
      throw new TypeError(`a container makes no attempt "${attempt.do}"`);
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
