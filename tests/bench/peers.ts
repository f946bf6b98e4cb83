import { containerArgv } from "../../lib/container/mod.ts";
import type { LeftOut } from "./comparison.ts";
import { findProgram } from "./find_program.ts";
import { runCommand, runHello, type Script } from "./hello.ts";

/** Another way to run a program that is not trusted. */
export interface Peer {
  readonly id: string;
  readonly name: string;
  /** What it keeps a task from, in a few words. */
  readonly about: string;
  /** The command that runs one of the programs of `makeScripts()`. */
  readonly argv: (script: Script) => readonly string[];
  /** Processes that belong to it and are none of its children, while it runs. */
  readonly elsewhere?: () => Promise<readonly number[]>;
}

/** Where peers are looked for, and what they run. */
export interface Ground {
  /** Where the programs are; all that a peer has to write. */
  readonly directory: string;
  /** The Deno that they all run. */
  readonly deno: string;
  /** Where `npm install --prefix DIR` has put peers. */
  readonly npm?: string;
}

export const IMAGE = "busybox:latest";

/** What was found of one peer. */
type Found = Omit<Peer, "id" | "name"> & { readonly version: string };

interface Search {
  readonly id: string;
  readonly name: string;
  readonly find: (ground: Ground) => Promise<Found | undefined>;
  /** Why it is not there when it is not, and how to have it. */
  readonly absent: string;
}

const NPM = "see `--peers` in tests/bench/compare_bench.ts";

const SEARCHES: readonly Search[] = [
  {
    id: "bwrap",
    name: "bubblewrap + Deno",
    absent: "not installed: `apt-get install bubblewrap`",
    find: async ({ directory, deno }) => {
      const bwrap = await findProgram("bwrap");
      return bwrap === undefined ? undefined : {
        version: await versionOf([bwrap, "--version"]),
        about: "/etc; network; writing but in one directory; other processes; capabilities",
        argv: (script) => [
          bwrap,
          ..."--unshare-all --die-with-parent --new-session --cap-drop ALL --ro-bind / /".split(
            " ",
          ),
          ...["--bind", directory, directory, "--tmpfs", "/etc"],
          ..."--dev /dev --proc /proc --".split(" "),
          ...denoRun(deno, directory, script),
        ],
      };
    },
  },
  {
    id: "firejail",
    name: "firejail + Deno",
    absent: "not installed: `apt-get install firejail`",
    find: async ({ directory, deno }) => {
      const firejail = await findProgram("firejail");
      return firejail === undefined ? undefined : {
        version: await versionOf([firejail, "--version"]),
        about: "its default profile: credentials, administrators' programs, capabilities; seccomp",
        argv: (script) => [
          ...[firejail, "--quiet", "--profile=default"],
          ...denoRun(deno, directory, script),
        ],
      };
    },
  },
  {
    id: "srt",
    name: "sandbox-runtime + Deno",
    absent: `no @anthropic-ai/sandbox-runtime: ${NPM}`,
    find: async ({ directory, deno, npm }) => {
      const root = `${npm}/node_modules/@anthropic-ai/sandbox-runtime`;
      const description = await Deno.readTextFile(`${root}/package.json`).catch(() => undefined);
      const node = await npmNode(npm) ?? await findProgram("node");
      if (description === undefined || node === undefined) return undefined;
      const settings = `${directory}/srt.json`;
      await Deno.writeTextFile(
        settings,
        JSON.stringify({
          network: { allowedDomains: [], deniedDomains: [] },
          filesystem: { denyRead: ["/etc"], allowWrite: [directory], denyWrite: [] },
        }),
      );
      return {
        version: JSON.parse(description).version,
        about: "/etc; network but by its proxy; writing but in one directory; other processes",
        argv: (script) => [
          ...[node, `${root}/dist/cli.js`, "--settings", settings],
          ...denoRun(deno, directory, script),
        ],
      };
    },
  },
  {
    id: "node",
    name: "node --permission",
    absent: "not installed: `apt-get install nodejs`",
    find: async (ground) => await nodePeer(await findProgram("node"), ground),
  },
  {
    id: "node-npm",
    name: "node --permission, from npm",
    absent: `no package node-linux-${npmArch()}: ${NPM}`,
    find: async (ground) => await nodePeer(await npmNode(ground.npm), ground),
  },
  {
    id: "docker",
    name: "docker run, hardened",
    absent: "no client: `apt-get install docker.io`, or `.ci/engine start`",
    find: async () => {
      const docker = await findProgram("docker");
      if (docker === undefined) return undefined;
      const format = ["version", "--format", "engine {{.Server.Version}}"];
      const said = await runCommand([docker, ...format], "/");
      const version = said.trim().replace(/\+.*$/, "");
      await runCommand([docker, "image", "inspect", IMAGE], "/");
      const name = `bulkhead-bench-${Deno.pid}`;
      return {
        version,
        about: "the host's files, network, processes; capabilities; seccomp; limits",
        argv: (script) => dockerRun(docker, name, script),
        elsewhere: async () => {
          const format = ["inspect", "--format", "{{.State.Pid}}", name];
          const pid = Number(await runCommand([docker, ...format], "/"));
          return [await parentOf(pid)];
        },
      };
    },
  },
];

/**
 * Looks for peers, and has each of them say hello once.
 *
 * @param isAsked Whether a peer of this id is wanted.
 */
export async function findPeers(
  ground: Ground,
  isAsked: (id: string) => boolean,
): Promise<{ readonly peers: readonly Peer[]; readonly leftOut: readonly LeftOut[] }> {
  const peers: Peer[] = [];
  const leftOut: LeftOut[] = [];
  for (const { id, name, find, absent } of SEARCHES.filter((it) => isAsked(it.id))) {
    try {
      const found = await find(ground);
      if (found === undefined) {
        leftOut.push({ id, name, reason: absent });
        continue;
      }
      const { version, ...peer } = found;
      await runHello(peer.argv("hello"), ground.directory);
      peers.push({ id, name: `${name} (${version})`, ...peer });
    } catch (error) {
      const said = (error as Error).message.split("\n")[0]!.replaceAll(ground.directory, "…");
      leftOut.push({ id, name, reason: `it does not work here: ${said}` });
    }
  }
  return { peers, leftOut };
}

function denoRun(deno: string, directory: string, script: Script): readonly string[] {
  return [deno, "run", `${directory}/${script}.js`];
}

/** What a container of `bulkhead run` gets, without its workspace and its variables. */
function dockerRun(docker: string, name: string, script: Script): readonly string[] {
  const memory = 512 * 2 ** 20;
  const argv = containerArgv({
    name,
    image: IMAGE,
    entrypoint: [],
    command: ["/bin/sh", "-c", script === "hello" ? "echo hello" : "echo hello; sleep 1"],
    env: {},
    labels: {},
    workdir: "/",
    user: { uid: 65534, gid: 65534 },
    network: "none",
    extraHosts: [],
    ports: [],
    mounts: [],
    deviceRequests: [],
    capabilities: [],
    writableRoot: false,
    resources: { memory, memorySwap: memory, cpus: 1, processes: 64, tmp: 64 * 2 ** 20 },
  }, { client: docker, command: "run", envFile: "" });
  return argv.filter((it) => !it.startsWith("--env-file="));
}

async function nodePeer(
  node: string | undefined,
  { directory }: Ground,
): Promise<Found | undefined> {
  if (node === undefined) return undefined;
  const version = (await runCommand([node, "--version"], directory)).trim().replace(/^v/, "");
  const major = Number(version.split(".")[0]);
  const flag = major < 24 ? "--experimental-permission" : "--permission";
  const files = "files, processes, threads, add-ons, by the runtime's own checks";
  return {
    version,
    about: major < 25 ? files : `${files}; network`,
    argv: (script) => [
      ...[node, "--no-warnings", flag, `--allow-fs-read=${directory}`],
      `${directory}/${script}.js`,
    ],
  };
}

function npmArch(): string {
  return Deno.build.arch === "x86_64" ? "x64" : "arm64";
}

async function npmNode(npm: string | undefined): Promise<string | undefined> {
  const path = `${npm}/node_modules/node-linux-${npmArch()}/bin/node`;
  const info = await Deno.stat(path).catch(() => undefined);
  return info?.isFile ? path : undefined;
}

async function versionOf(argv: readonly string[]): Promise<string> {
  return /\d+(\.\d+)+/.exec(await runCommand(argv, "/"))?.[0] ?? "unknown version";
}

/** A container's first process is the child of the shim that the engine has started for it. */
async function parentOf(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/stat`);
  return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
}
