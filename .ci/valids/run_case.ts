import type { Event } from "../../lib/model/mod.ts";
import type { Case } from "./cases.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** What a run came to. */
export interface Run {
  readonly code: number;
  readonly events: readonly Event[];
  readonly err: string;
}

/** Where flows lie, and where a run may leave what it leaves. */
export interface Places {
  readonly flows: string;
  readonly scratch: string;
  readonly policy: string;
}

/** Runs a flow as its case says; `BULKHEAD_BIN` names a binary to run instead of the sources. */
export async function runCase(file: string, it: Case, places: Places): Promise<Run> {
  const { flows, scratch, policy } = places;
  await Deno.writeTextFile(
    `${scratch}/lines`,
    Array.from({ length: 10 }, (_, i) => `${i + 1}\n`).join(""),
  );
  const binary = Deno.env.get("BULKHEAD_BIN");
  const given = (it.argv ?? []).map((arg) => arg.replace("=@lines", `=@${scratch}/lines`));
  const { code, stdout, stderr } = await new Deno.Command(binary ?? Deno.execPath(), {
    args: [
      ...(binary === undefined ? ["run", "-A", `${ROOT}main.ts`] : []),
      ...["run", `${flows}/${file}`, "--json", "-p", policy, "--flows", flows],
      ...["--workspace", scratch, ...given],
    ],
    env: { NO_COLOR: "1", BULKHEAD_STATE: `${scratch}/state`, ...it.env },
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stdout);
  return {
    code,
    events: said.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line)),
    err: new TextDecoder().decode(stderr),
  };
}

/** The execution that was asked for: those it starts say who started them. */
function mainOf(events: readonly Event[]): string | undefined {
  const begun = events.filter((it) => it.type === "execution.started");
  return begun.filter((it) => it.parent === undefined).at(-1)?.execution;
}

/** What is wrong with a run, a line each; nothing where all is as the case says. */
export function faultsOf({ code, events, err }: Run, it: Case): readonly string[] {
  const faults: string[] = [];
  const main = mainOf(events);
  const end = events.find((event) =>
    event.type === "execution.finished" && event.execution === main
  );
  const came = end?.type === "execution.finished" ? end.state : "nothing";
  if (came !== it.state) faults.push(`it ends with ${came}, code ${code}, not with ${it.state}`);
  if ((code === 0) !== ["SUCCESS", "WARNING"].includes(came)) {
    faults.push(`its exit code is ${code} with ${came}`);
  }
  const finished = events.filter((event) => event.type === "task.finished");
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  for (const [task, states] of Object.entries(it.runs ?? {})) {
    const found = finished.filter((event) => event.task === task).map((event) => event.state);
    if (!same(found.toSorted(), states.toSorted())) {
      faults.push(`task ${task} comes to [${found}], not to [${states}]`);
    }
  }
  for (const [task, outputs] of Object.entries(it.outputs ?? {})) {
    const left = finished.findLast((event) => event.task === task)?.outputs ?? {};
    for (const [name, value] of Object.entries(outputs)) {
      if (!same(left[name], value)) {
        faults.push(`output ${name} of ${task} is ${JSON.stringify(left[name])?.slice(0, 200)}`);
      }
    }
  }
  const logs = events.flatMap((event) => event.type === "task.log" ? [event.message] : []);
  for (const line of it.says ?? []) {
    if (!logs.includes(line)) faults.push(`it does not say ${JSON.stringify(line)}`);
  }
  for (const [task, count] of Object.entries(it.attempts ?? {})) {
    const begun = events.filter((event) =>
      (event.type === "task.started" || event.type === "task.retrying") && event.task === task
    );
    if (begun.length !== count) faults.push(`task ${task} takes ${begun.length} attempts`);
  }
  const executions = new Set(events.map((event) => event.execution)).size;
  if (it.executions !== undefined && executions !== it.executions) {
    faults.push(`it takes ${executions} executions, not ${it.executions}`);
  }
  return faults.length > 0 && err !== "" ? [...faults, ...err.trimEnd().split("\n")] : faults;
}
