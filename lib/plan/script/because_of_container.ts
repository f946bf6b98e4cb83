import type {
  Because,
  ContainerProgram,
  ContainerSpec,
  HostFacts,
  Policy,
} from "../../model/mod.ts";
import { becauseOfLimits } from "../because_of.ts";
import { becauseOfEngine } from "../plan_engine.ts";
import type { ChosenImage } from "./image_of.ts";
import type { ContainerNetwork } from "./network_of.ts";
import type { ChosenUser } from "./user_of.ts";
import type { GivenVolume } from "./volumes_of.ts";

/** What was decided of one container. */
export interface ChosenContainer {
  readonly image: ChosenImage;
  readonly network: ContainerNetwork;
  readonly user: ChosenUser;
  readonly volumes: readonly GivenVolume[];
  readonly spec: ContainerSpec;
  readonly files: ContainerProgram["files"];
  readonly transport: ContainerProgram["transport"];
}

const RULES = "bulkhead.containers";

/** Why a container has what it has: what the policy gives, and what is closed to all of them. */
export function becauseOfContainer(
  chosen: ChosenContainer,
  policy: Policy,
  host: HostFacts,
): readonly Because[] {
  const { network, user, volumes, spec } = chosen;
  const { containers } = policy;
  return [
    { effect: "run", rule: "no rule refuses it", source: "built-in" },
    ...becauseOfEngine(policy, host),
    becauseOfTransport(chosen, policy),
    ...becauseOfImage(chosen, policy),
    {
      effect: `container network ${network.network}`,
      rule: network.rule,
      source: network.source,
    },
    ...network.ports.map((it): Because => ({
      effect: `publish port ${it.hostPort} of the host`,
      rule: `${RULES}.ports`,
      source: containers.ports[0]!.source,
    })),
    {
      effect: containers.users.length === 0
        ? `container user ${spec.user.uid}:${spec.user.gid}, who has no rights`
        : `container user ${spec.user.uid}:${spec.user.gid}`,
      rule: `${RULES}.users`,
      source: user.source,
    },
    ...volumes.map(({ mount, rule }): Because => ({
      effect: `mount ${mount.source} at ${mount.target}${mount.readOnly ? ", read-only" : ""}`,
      rule: `${RULES}.volumes`,
      source: rule.source,
    })),
    ...containers.capabilities.map((it): Because => ({
      effect: `keep capability ${it.value}`,
      rule: `${RULES}.capabilities`,
      source: it.source,
    })),
    ...spec.deviceRequests.flatMap((it) =>
      containers.devices.filter(({ value }) => value === it.driver).slice(0, 1)
        .map(({ source }): Because => ({
          effect: `request devices of ${it.driver}`,
          rule: `${RULES}.devices`,
          source,
        }))
    ),
    {
      effect: spec.writableRoot ? "container root is writable" : "container root is read-only",
      rule: `${RULES}.read-only`,
      source: containers.writableRoot?.source ?? "built-in",
    },
    {
      effect: `${
        containers.capabilities.length === 0 ? "no" : "no other"
      } capabilities, no new privileges, never privileged, no namespaces of the host`,
      rule: "hardened by default",
      source: "built-in",
    },
    ...becauseOfResources(spec, policy),
    ...becauseOfLimits(policy),
  ];
}

function becauseOfTransport({ transport }: ChosenContainer, { containers }: Policy): Because {
  return {
    effect: transport === "api"
      ? "speak to the engine over its socket"
      : "speak to the engine by its client",
    rule: `${RULES}.transport: ${containers.transport?.value ?? "auto"}`,
    source: containers.transport?.source ?? "built-in",
  };
}

function becauseOfImage({ image, files }: ChosenContainer, { containers }: Policy): Because[] {
  const { allow, deny, digestRequired } = containers.images;
  const [rule] = [...allow.flat(), ...deny];
  return [
    rule === undefined
      ? { effect: "any image", rule: "no rule restricts images", source: "built-in" }
      : { effect: `image ${image.name}`, rule: `${RULES}.images`, source: rule.source },
    {
      by: {
        effect: "image by its name, which its registry may give to another",
        rule: "no digest is named",
        source: image.source,
      },
      pinned: {
        effect: "image pinned by its digest",
        rule: "a digest is named",
        source: image.source,
      },
      later: {
        effect: "image judged when it is rendered",
        rule: "it holds an expression",
        source: image.source,
      },
    }[image.pinned === "by name" ? "by" : image.pinned === "by digest" ? "pinned" : "later"],
    ...(digestRequired === undefined ? [] : [
      {
        effect: "image must be named by its digest",
        rule: `${RULES}.images.require-digest`,
        source: digestRequired,
      },
    ]),
    {
      effect: files === "MOUNT"
        ? "mount the workspace, and nothing else of the host that is not named here"
        : "copy the workspace in and out, and mount nothing of the host that is not named here",
      rule: "taskRunner.fileHandlingStrategy",
      source: "built-in",
    },
  ];
}

/** Ceilings that the harness sets where nobody does, and those that are containers' own. */
function becauseOfResources(
  { resources }: ContainerSpec,
  { containers, limits }: Policy,
): Because[] {
  const said = (
    effect: string,
    rule: string,
    of: { readonly source: Because["source"] } | undefined,
  ): Because => ({ effect, rule, source: of?.source ?? "built-in" });
  return [
    said(`limit processors to ${resources.cpus}`, `${RULES}.cpus`, containers.cpus),
    ...(limits.memoryBytes === undefined || containers.memory !== undefined
      ? [said(`limit memory to ${resources.memory} bytes`, `${RULES}.memory`, containers.memory)]
      : []),
    ...(limits.processes === undefined
      ? [said(`limit processes to ${resources.processes}`, "bulkhead.limits.processes", undefined)]
      : []),
    ...(containers.shm
      ? [said(`limit /dev/shm to ${resources.shm} bytes`, `${RULES}.shm`, containers.shm)]
      : []),
    said(`limit /tmp to ${resources.tmp} bytes`, `${RULES}.tmp`, containers.tmp),
  ];
}
