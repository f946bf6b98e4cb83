/** The user that a container runs as, in numbers. */
export interface ContainerUser {
  readonly uid: number;
  readonly gid: number;
}

/** What is mounted into a container. */
export type Mount =
  /** A directory or file of the host; `source` is its real path. */
  | {
    readonly type: "bind";
    readonly source: string;
    readonly target: string;
    readonly readOnly: boolean;
  }
  /** A volume without a name: gone with its container. */
  | { readonly type: "volume"; readonly target: string };

/** A port of the container that is reached at a port of the host. */
export interface PortBinding {
  /** Address of the host. */
  readonly address: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: "tcp" | "udp";
}

/** Devices that a driver of the engine hands out, graphics processors for one. */
export interface DeviceRequest {
  readonly driver: string;
  /** How many; -1 is all of them. */
  readonly count?: number;
  readonly deviceIds?: readonly string[];
  /** Alternatives, each a list of what a device must be able to do. */
  readonly capabilities?: readonly (readonly string[])[];
  readonly options?: Readonly<Record<string, string>>;
}

/** What a container may use up. Sizes in bytes. */
export interface ContainerResources {
  readonly memory: number;
  /** Memory and swap together; the same number as `memory` is no swap. */
  readonly memorySwap: number;
  /** A soft limit, for when the machine runs short. */
  readonly memoryReservation?: number;
  /** In percent. */
  readonly memorySwappiness?: number;
  /** Processors. */
  readonly cpus: number;
  readonly processes: number;
  /** Of `/dev/shm`. */
  readonly shm?: number;
  /** Of `/tmp`, which is in memory. */
  readonly tmp: number;
  /** Open files of one process. */
  readonly files?: number;
  /** Of one file that is written. */
  readonly file?: number;
}

/**
 * All that an engine is told to make a container. One function makes docker's command line of it,
 * another the body for the engine's HTTP API: both mean the same container.
 *
 * What is not here, a container never has: host namespaces, privileges, devices of the host.
 */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  /** Replaces that of the image; empty: the image's own is taken out, as Kestra does. */
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly workdir: string;
  readonly user: ContainerUser;
  /** One network; `none` is none. */
  readonly network: string;
  /** `name:address`. */
  readonly extraHosts: readonly string[];
  readonly ports: readonly PortBinding[];
  readonly mounts: readonly Mount[];
  readonly deviceRequests: readonly DeviceRequest[];
  /** Kept of all capabilities, without `CAP_`: those that the policy gives. */
  readonly capabilities: readonly string[];
  /** Whether its root file system can be written. */
  readonly writableRoot: boolean;
  /** Whether process 1 is the engine's own, which hands signals on and takes up orphans; else the task's. */
  readonly init?: boolean;
  readonly resources: ContainerResources;
}

/** When an image is pulled, in Kestra's words. */
export type PullPolicy = "IF_NOT_PRESENT" | "ALWAYS" | "NEVER";

/** How an engine is spoken to: by its client, or over its socket. */
export type Transport = "cli" | "api";

/** A variant of docker's client. */
export type EngineKind = "docker" | "podman" | "nerdctl";
