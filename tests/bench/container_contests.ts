import { containerArgv, fillSpec } from "../../lib/container/mod.ts";
import { runInContainer } from "../../lib/execute/containers/run_in_container.ts";
import { makeExecutionRoot, randomId } from "../../lib/execute/workspace.ts";
import { CLIENT, IMAGE, programOf, readyFor, specOf, type Way } from "../container_fixture.ts";
import type { Contest, Contestant, LeftOut } from "./comparison.ts";
import { runCommand, runHello } from "./hello.ts";
import { elapsed } from "./measure.ts";

const ABOUT = "what is done beside";
const COMMAND = ["/bin/sh", "-c", "echo hello"];
const TASKS = 10;
const AT_ONCE = 2;

/** A way to run one container, to its end. */
interface Runner {
  readonly row: Pick<Contestant, "id" | "name" | "about" | "side">;
  /** Runs `count` of them, `AT_ONCE` at a time where there are more. */
  readonly run: (count: number) => Promise<void>;
}

/**
 * Containers beside `docker run` with the same flags, one and ten of them: by the engine's client and
 * over its API. Ours is `runInContainer()`: with a workspace of its own each time, and its removal.
 */
export async function containerContests(directory: string): Promise<readonly Contest[]> {
  const runners = await findRunners(directory);
  const [cases, leftOut] = typeof runners === "string"
    ? [[], [{ id: "container", name: "bulkhead, container", reason: runners }]]
    : [runners, []];
  return [
    contestOf("container", "One container", cases, leftOut, "ms", 1),
    contestOf(
      "containers",
      `${TASKS} containers, ${AT_ONCE} at a time`,
      cases,
      leftOut,
      "ms",
      TASKS,
    ),
  ];
}

function contestOf(
  id: string,
  title: string,
  runners: readonly Runner[],
  leftOut: readonly LeftOut[],
  unit: "ms",
  count: number,
): Contest {
  return {
    ...{ id, title, unit, leftOut },
    charted: false,
    aboutHead: ABOUT,
    oneOf: count === 1 ? 1 : 4,
    cases: runners.map(({ row, run }) => ({ ...row, take: () => elapsed(() => run(count)) })),
  };
}

async function findRunners(directory: string): Promise<readonly Runner[] | string> {
  try {
    await runCommand([CLIENT, "image", "inspect", IMAGE], "/");
  } catch (error) {
    return (error as Error).message;
  }
  await Deno.chmod(directory, 0o755);
  const root = `${directory}/containers`;
  await Deno.mkdir(root);
  return [
    await shell(directory),
    await ours(root, "cli", { transport: "cli", files: "MOUNT" }),
    await ours(root, "api", { transport: "api", files: "MOUNT" }),
  ];
}

/** A shell with the same command line, again and again. */
async function shell(directory: string): Promise<Runner> {
  const workspace = `${directory}/by-hand`;
  await Deno.mkdir(`${workspace}/output`, { recursive: true });
  const envFile = `${directory}/by-hand.env`;
  const env = { WORKING_DIR: workspace, OUTPUT_DIR: `${workspace}/output` };
  await Deno.writeTextFile(
    envFile,
    Object.entries(env).map(([key, it]) => `${key}=${it}\n`).join(""),
  );
  const spec = specOf({ transport: "cli", files: "MOUNT" }, "by-hand");
  const places = { "<workspace>": workspace, "<container>": "bulkhead-bench-NAME" };
  const filled = fillSpec(spec, places, { image: IMAGE, command: COMMAND, env });
  const argv = containerArgv(filled, { client: CLIENT, command: "run", envFile });
  const quoted = argv.map((it) => `'${it}'`.replace("-NAME", `-${Deno.pid}-'$0'`)).join(" ");
  return {
    row: { id: "docker", name: "docker run, the same flags", about: "nothing", side: "other" },
    async run(count) {
      if (count === 1) {
        return await runHello(argv.map((it) => it.replace("-NAME", `-${Deno.pid}`)), "/");
      }
      const loop = `seq ${count} | xargs -P${AT_ONCE} -I{} sh -c "$1" {}`;
      const said = await runCommand(["/bin/sh", "-c", loop, "loop", quoted], "/", envHere());
      if (said !== "hello\n".repeat(count)) throw new Error(`it said ${JSON.stringify(said)}`);
    },
  };
}

function envHere(): Record<string, string> {
  return Object.fromEntries(
    ["PATH", "HOME", "DOCKER_HOST"].flatMap((it) => {
      const value = Deno.env.get(it);
      return value === undefined ? [] : [[it, value]];
    }),
  );
}

async function ours(root: string, id: string, way: Way): Promise<Runner> {
  // One execution for all: what it costs is not a container's. It is gone with the directory.
  const execution = randomId();
  const executionRoot = await makeExecutionRoot(root, execution, false);
  const one = async () => {
    await using workspace = await executionRoot.workspace(randomId());
    await Deno.mkdir(`${workspace.path}/output`, { mode: 0o700 });
    const program = programOf(way, specOf(way, execution), COMMAND);
    const said: string[] = [];
    const ready = readyFor(program, {
      root: executionRoot,
      workspace,
      execution,
      emit: () => {},
      onLine: (_, { text }) => said.push(text),
    });
    const ending = await runInContainer(program, { image: IMAGE }, ready);
    if (said.join() !== "hello") throw new Error(`${JSON.stringify(ending)}, it said ${said}`);
  };
  return {
    row: {
      id,
      name: `bulkhead, ${way.transport === "cli" ? "by the client" : "over the API"}`,
      about: "workspace, variables, limits, removal",
      side: "ours",
    },
    async run(count) {
      let left = count;
      const work = async () => {
        while (left-- > 0) await one();
      };
      await Promise.all(Array.from({ length: Math.min(count, AT_ONCE) }, work));
    },
  };
}
