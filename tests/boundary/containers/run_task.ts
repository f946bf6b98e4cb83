import { deepEqual, equal } from "node:assert/strict";
import { runInContainer } from "../../../lib/execute/containers/run_in_container.ts";
import type { RenderedContainer } from "../../../lib/execute/render_script.ts";
import type { EventWithoutHead } from "../../../lib/execute/run_task.ts";
import { makeExecutionRoot, randomId } from "../../../lib/execute/workspace.ts";
import type {
  ContainerProgram,
  ContainerSpec,
  Ending,
  LimitValues,
} from "../../../lib/model/mod.ts";
import {
  CLIENT,
  HOST,
  IMAGE,
  programOf,
  readyFor,
  specOf,
  type Way,
} from "../../container_fixture.ts";
import { engineFacts } from "../../engine_facts.ts";
import { need } from "../../must.ts";
import type { Box } from "../box.ts";

/** The ways to run a container; each test about what a task sees is held with all. */
export const WAYS = [
  { transport: "cli", files: "MOUNT" },
  { transport: "cli", files: "VOLUME" },
  { transport: "api", files: "MOUNT" },
  { transport: "api", files: "VOLUME" },
] as const satisfies readonly Way[];

/** What a test asks of the engine itself. */
export function docker(...args: string[]) {
  return dockerAt(HOST, ...args);
}

/** The same of another engine. */
export function dockerAt(host: string, ...args: string[]) {
  const { success, stdout, stderr } = new Deno.Command(CLIENT, {
    args,
    env: { DOCKER_HOST: host },
    stdin: "null",
  }).outputSync();
  return {
    success,
    stdout: new TextDecoder().decode(stdout),
    stderr: new TextDecoder().decode(stderr),
  };
}

/** A machine whose engine lacks the image is as good as one without an engine. */
function needContainers(): { readonly ignore: boolean; readonly reason: string } {
  const engine = need("engine");
  if (engine.reason !== "") return engine;
  const demanded = (Deno.env.get("BULKHEAD_MUST") ?? "").split(",").includes("engine");
  return docker("image", "inspect", IMAGE).success
    ? { ignore: false, reason: "" }
    : { ignore: !demanded, reason: `the engine has no image ${IMAGE}` };
}

const { ignore, reason } = needContainers();

/** A test that runs containers. */
export function containerTest(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: ignore ? `boundary: ${name} [ignored: ${reason}]` : `boundary: ${name}`,
    ignore,
    async fn() {
      if (reason !== "") throw new Error(`BULKHEAD_MUST=engine: ${reason}`);
      await fn();
    },
  });
}

/** A task to run in a container. */
export interface Task {
  readonly script?: string;
  /** Instead of the shell and the script. */
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly images?: ContainerProgram["images"];
  readonly credentials?: RenderedContainer["credentials"];
  readonly pull?: ContainerProgram["pull"];
  readonly killGraceMs?: number;
  readonly timeoutMs?: number;
  readonly limits?: LimitValues;
  readonly signal?: AbortSignal;
  readonly resume?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  /** Files that are laid before. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly spec?: Partial<ContainerSpec>;
  readonly engine?: Partial<ContainerProgram["engine"]>;
  /** Looks at the workspace when the container is gone. */
  readonly look?: (workspace: string) => Promise<void>;
  readonly onLine?: (text: string) => void;
  /** Its engine is gone: whether something is left cannot be asked. */
  readonly mayStay?: boolean;
  /** Keeps no lines: there are many. */
  readonly quiet?: boolean;
  /**
   * Says more than its pipes hold, so the engine is not asked of its volumes meanwhile: whoever waits
   * for that answer reads no lines, and docker answers nothing about a container that cannot write.
   */
  readonly floods?: boolean;
}

/** What came of it. */
export interface Ran {
  readonly ending: Ending;
  readonly stdout: string;
  readonly stderr: string;
  readonly warnings: readonly string[];
  readonly events: readonly EventWithoutHead[];
}

/** Runs a task's container by `runInContainer()`, and sees that nothing of it is left. */
export async function runTask(box: Box, way: Way, task: Task): Promise<Ran> {
  const execution = randomId();
  const root = `${box.root}/ws`;
  await Deno.mkdir(root, { recursive: true, mode: 0o755 });
  await Deno.chmod(box.root, 0o755);
  const said = { stdout: [] as string[], stderr: [] as string[] };
  const events: EventWithoutHead[] = [];
  const host = task.engine?.host ?? HOST;
  const label = `bulkhead.execution=${execution}`;
  let volumes: readonly string[] | undefined;
  const engine = engineFacts({
    client: CLIENT,
    host,
    api: host.replace(/^unix:\/\//, ""),
    ...task.engine,
  });
  let ending: Ending;
  {
    await using executionRoot = await makeExecutionRoot(root, execution, false);
    await using workspace = await executionRoot.workspace(randomId());
    await Deno.mkdir(`${workspace.path}/output`, { mode: 0o700 });
    for (const [name, text] of Object.entries(task.inputs ?? {})) {
      await Deno.writeTextFile(`${workspace.path}/${name}`, text);
    }
    const plain = specOf(way, execution, task.spec);
    const spec = { ...plain, labels: { ...plain.labels, ...task.labels } };
    const command = task.command ?? ["/bin/sh", "-c", task.script ?? "true"];
    const program = programOf(way, spec, command, {
      engine,
      pull: task.pull ?? "IF_NOT_PRESENT",
      ...(task.images && { images: task.images }),
      killGraceMs: task.killGraceMs ?? 0,
      resume: task.resume ?? false,
    });
    ending = await runInContainer(
      program,
      { image: task.image ?? IMAGE, ...(task.credentials && { credentials: task.credentials }) },
      readyFor(program, {
        root: executionRoot,
        workspace,
        execution,
        ...(task.env && { env: task.env }),
        ...(task.limits && { limits: task.limits }),
        timeoutMs: task.timeoutMs,
        signal: task.signal,
        emit: (event) => events.push(event),
        onLine: (from, { text }) => {
          if (!task.quiet) said[from].push(text);
          if (!task.floods) volumes ??= volumesOf(host, label);
          task.onLine?.(text);
        },
      }),
    );
    await task.look?.(workspace.path);
  }
  const left = task.mayStay ? [] : leftOf(host, label, volumes ?? []);
  deepEqual(left, [], "something is left at the engine");
  if (way.files === "VOLUME" && volumes !== undefined && !task.mayStay && !task.resume) {
    equal(volumes.length, 1);
  }
  deepEqual(await Array.fromAsync(Deno.readDir(root)), [], "a workspace is left");
  return {
    ending,
    stdout: said.stdout.join("\n"),
    stderr: said.stderr.join("\n"),
    warnings: events.flatMap((it) => it.type === "task.log" ? [it.message] : []),
    events,
  };
}

/** The containers with a label. */
export function containersOf(host: string, label: string): readonly string[] {
  return dockerAt(host, "ps", "--all", "--quiet", "--filter", `label=${label}`).stdout
    .split("\n").filter((it) => it !== "");
}

/** What an engine still has of containers with a label, and of volumes. */
function leftOf(host: string, label: string, volumes: readonly string[]): readonly string[] {
  return [
    ...containersOf(host, label),
    ...volumes.filter((it) => dockerAt(host, "volume", "inspect", it).success),
  ];
}

/** The volumes without a name that the containers with a label have. */
function volumesOf(host: string, label: string): readonly string[] {
  const format = `--format={{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{end}}{{end}}`;
  return containersOf(host, label)
    .flatMap((it) => dockerAt(host, "inspect", format, it).stdout.trim().split(" "))
    .filter((it) => it !== "");
}

/** What stands in the process list of this machine. */
export function commandLines(): string {
  let all = "";
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      all += Deno.readTextFileSync(`/proc/${name}/cmdline`);
    } catch {
      // It has ended.
    }
  }
  return all;
}
