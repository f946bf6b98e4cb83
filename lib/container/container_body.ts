import type { ContainerSpec, DeviceRequest, Mount } from "../model/mod.ts";

/** How the container is made, beside what it is. */
export interface BodyOptions {
  /** Whether the engine removes it, and its volumes, when it ends. */
  readonly autoRemove: boolean;
}

/**
 * The body of `POST /containers/create` of docker's HTTP API (1.40 and later): the same container as
 * {@linkcode containerArgv} makes.
 *
 * Only the variables differ in their way: here they stand in the body, which no process list shows.
 */
export function containerBody(spec: ContainerSpec, { autoRemove }: BodyOptions): object {
  const { user: { uid, gid }, resources } = spec;
  const [entrypoint = "", ...arguments_] = spec.entrypoint;
  return {
    Image: spec.image,
    // One text, as docker's client can say it; an empty one takes the image's own out.
    Entrypoint: [entrypoint],
    Cmd: [...arguments_, ...spec.command],
    Env: Object.entries(spec.env).map(([key, it]) => `${key}=${it}`),
    Labels: spec.labels,
    WorkingDir: spec.workdir,
    User: `${uid}:${gid}`,
    AttachStdout: true,
    AttachStderr: true,
    ExposedPorts: Object.fromEntries(
      spec.ports.map((it) => [`${it.containerPort}/${it.protocol}`, {}]),
    ),
    HostConfig: {
      AutoRemove: autoRemove,
      NetworkMode: spec.network,
      ExtraHosts: spec.extraHosts,
      PortBindings: portBindings(spec),
      ReadonlyRootfs: !spec.writableRoot,
      ...(spec.init && { Init: true }),
      CapDrop: ["ALL"],
      CapAdd: spec.capabilities.map((it) => `CAP_${it}`),
      SecurityOpt: ["no-new-privileges"],
      DeviceRequests: spec.deviceRequests.map(deviceRequest),
      PidsLimit: resources.processes,
      Memory: resources.memory,
      MemorySwap: resources.memorySwap,
      MemoryReservation: resources.memoryReservation,
      MemorySwappiness: resources.memorySwappiness,
      NanoCpus: Math.round(resources.cpus * 1e9),
      ShmSize: resources.shm,
      Ulimits: [
        { Name: "core", Soft: 0, Hard: 0 },
        ...limit("nofile", resources.files),
        ...limit("fsize", resources.file),
      ],
      Tmpfs: {
        "/tmp": `rw,exec,nosuid,nodev,mode=1777,uid=${uid},gid=${gid},size=${resources.tmp}`,
      },
      Mounts: spec.mounts.map(mount),
    },
  };
}

function portBindings({ ports }: ContainerSpec): Record<string, object[]> {
  const bindings: Record<string, object[]> = {};
  for (const { address, hostPort, containerPort, protocol } of ports) {
    (bindings[`${containerPort}/${protocol}`] ??= []).push({
      HostIp: address,
      HostPort: String(hostPort),
    });
  }
  return bindings;
}

/** As docker's client makes it of `--gpus`. */
function deviceRequest({ driver, count, deviceIds, capabilities, options }: DeviceRequest): object {
  return {
    Driver: driver,
    Count: count ?? (deviceIds === undefined ? 1 : 0),
    ...(deviceIds !== undefined && { DeviceIDs: deviceIds }),
    Capabilities: [[...(capabilities ?? []).flat(), "gpu"]],
    Options: options ?? {},
  };
}

function limit(name: string, value: number | undefined): readonly object[] {
  return value === undefined ? [] : [{ Name: name, Soft: value, Hard: value }];
}

function mount(it: Mount): object {
  return it.type === "volume"
    ? { Type: "volume", Target: it.target }
    : { Type: "bind", Source: it.source, Target: it.target, ReadOnly: it.readOnly };
}
