import type {
  Because,
  ContainerSpec,
  Engine,
  HostFacts,
  Policy,
  Refusal,
  Sourced,
  Task,
} from "../model/mod.ts";

type Limited = NonNullable<Engine["unlimited"]>[number];

/** Which engine runs containers, in a few words: its kind, its version, where it is. */
export function engineWords({ kind, version, host, rootless }: Engine): string {
  const where = host === "" ? "without a daemon" : `at ${host}`;
  return `${kind} ${version} ${where}${rootless ? ", rootless" : ""}`;
}

/** Why containers run with this engine, and which of the ceilings that nobody set do not hold there. */
export function becauseOfEngine(policy: Policy, { engine: found }: HostFacts): Because[] {
  if (!found.found) return [];
  const engine = found.value;
  const limits = ceilings(policy);
  return [
    {
      effect: `use engine ${engineWords(engine)}`,
      rule: engine.chosen ?? "it is there",
      source: policy.containers.engine?.source ?? "built-in",
    },
    ...(engine.unlimited ?? []).filter((it) => limits[it] === undefined).map((it): Because => ({
      effect: `do not limit ${it}`,
      rule: reasonOf(engine),
      source: "built-in",
    })),
  ];
}

/**
 * Refuses what the engine would not do as it is told.
 *
 * A ceiling that the policy sets and the engine does not know is one of these: podman, for one, runs
 * the container without it. The harness's own ceilings are left out instead, and the plan says so.
 */
export function refuseEngine(
  task: Task,
  spec: ContainerSpec,
  policy: Policy,
  engine: Engine,
): Refusal | undefined {
  const limits = ceilings(policy);
  for (const it of engine.unlimited ?? []) {
    const limit = limits[it];
    if (limit === undefined) continue;
    return {
      code: "plan/engine-limit",
      message:
        `Cannot run task "${task.id}": ${engine.kind} cannot limit ${it} to ${limit.value}, ${
          reasonOf(engine)
        }`,
      by: "host",
      source: limit.source,
      help: "Use an engine that has control groups; doctor says what this one lacks",
    };
  }
  // Added to podman with version 5, as another name for devices that are described on the host.
  if (spec.deviceRequests.length > 0 && engine.kind === "podman") {
    return {
      code: "plan/engine-devices",
      message: `Cannot run task "${task.id}": podman hands out no devices by request`,
      by: "host",
      source: task.type.source,
      help: "Use docker, or leave deviceRequests out",
    };
  }
  return undefined;
}

function reasonOf({ rootless }: Engine): string {
  return rootless
    ? "its user may use no control group for that"
    : "it has no control group for that";
}

/** What the policy itself limits, by what an engine may lack. */
function ceilings(
  { limits, containers }: Policy,
): Readonly<Record<Limited, Sourced<number> | undefined>> {
  return {
    memory: containers.memory ?? limits.memoryBytes,
    processes: limits.processes,
    cpus: containers.cpus,
  };
}
