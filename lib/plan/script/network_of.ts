import { coverPorts, parsePorts } from "../../container/mod.ts";
import type { PortBinding, Source } from "../../model/mod.ts";
import { keyOf, refuseKey, type RunnerReader, shownValue } from "./runner_reader.ts";
import { readText, readTexts } from "./task_reader.ts";

/** What a container reaches, and is reached at. */
export interface ContainerNetwork {
  readonly network: string;
  readonly ports: readonly PortBinding[];
  readonly extraHosts: readonly string[];
  /** The key that says so, and where. */
  readonly rule: string;
  readonly source: Source | "built-in";
}

const RULE = "bulkhead.containers.networks";

/** The network of a container: the policy's first, or of the policy's the one that the task names. */
export function networkOf(reader: RunnerReader): ContainerNetwork {
  const { networks } = reader.policy.containers;
  const [first] = networks;
  const chosen = chosenNetwork(reader);
  const by = networks.find((it) => it.value === chosen) ??
    (chosen === undefined ? first : undefined);
  const network = chosen ?? first?.value ?? "none";
  return {
    network,
    ports: portsOf(reader, network),
    extraHosts: extraHostsOf(reader),
    rule: by === undefined && chosen !== undefined ? "taskRunner.networkMode" : RULE,
    source: by?.source ??
      (chosen === undefined ? "built-in" : keyOf(reader, "networkMode")!.value.source),
  };
}

function chosenNetwork(reader: RunnerReader): string | undefined {
  const { networks } = reader.policy.containers;
  const mode = readText(reader, "taskRunner.networkMode", keyOf(reader, "networkMode"));
  if (mode === undefined || mode === "none") return mode;
  const shown = JSON.stringify(mode);
  if (mode === "host" || /^(?:container|ns):/.test(mode)) {
    return refuseKey(reader, ["networkMode"], `asks for ${shown}, which is never given`, {
      rule: networks[0]?.source,
      help: "Leave the key out",
    });
  }
  if (networks.some((it) => it.value === mode)) return mode;
  const given = networks.length === 0 ? "none" : networks.map((it) => it.value).join(", ");
  return refuseKey(reader, ["networkMode"], `asks for ${shown}, and the policy gives ${given}`, {
    rule: networks[0]?.source,
    help: `Leave the key out, or name the network in ${RULE}`,
  });
}

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9])?$/;

function isAddress(text: string): boolean {
  const isV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) &&
    text.split(".").every((it) => Number(it) < 256);
  return isV4 || (/^[0-9A-Fa-f:]+$/.test(text) && URL.canParse(`http://[${text}]`));
}

/** Names that a container resolves to an address that is written out. */
function extraHostsOf(reader: RunnerReader): readonly string[] {
  const hosts = readTexts(reader, "taskRunner.extraHosts", keyOf(reader, "extraHosts"));
  for (const it of hosts) {
    const [, name = "", address = ""] = /^([^:]*):(.*)$/.exec(it) ?? [];
    const bare = address.replace(/^\[(.*)\]$/, "$1");
    if (NAME.test(name) && isAddress(bare)) continue;
    const fact = address === "host-gateway"
      ? "leads to the host"
      : 'is not a name, ":" and an address';
    refuseKey(reader, ["extraHosts"], `holds ${JSON.stringify(it)}, which ${fact}`, {
      help: 'For example "database:10.0.0.5"',
    });
  }
  return hosts;
}

/** Ports of the host at which the container is reached: those that the policy gives. */
function portsOf(reader: RunnerReader, network: string): readonly PortBinding[] {
  const entry = keyOf(reader, "portBindings");
  const texts = readTexts(reader, "taskRunner.portBindings", entry);
  if (texts.length === 0) return [];
  const { ports, networks } = reader.policy.containers;
  const bindings = texts.map(parsePort);
  const odd = bindings.indexOf(undefined);
  const refuse = (fact: string, rule: Source | undefined, help: string) =>
    refuseKey(reader, ["portBindings"], fact, { rule, help }) ?? [];
  if (odd !== -1) {
    return refuse(
      `holds ${
        JSON.stringify(texts[odd])
      }, which is no port of the host, ":" and one of the container`,
      undefined,
      'For example "127.0.0.1:8080:80/tcp"',
    );
  }
  const ranges = ports.flatMap((it) => parsePorts(it.value) ?? []);
  const known = bindings.filter((it) => it !== undefined);
  const closed = known.find((it) => !coverPorts(ranges, { first: it.hostPort, last: it.hostPort }));
  if (closed !== undefined) {
    const given = ports.length === 0 ? "none" : ports.map((it) => it.value).join(", ");
    return refuse(
      `is ${shownValue(entry!.value)}, and of the host's ports the policy gives ${given}`,
      ports[0]?.source,
      "Leave the key out, or name the port in bulkhead.containers.ports",
    );
  }
  if (network === "none") {
    return refuse(
      `is ${shownValue(entry!.value)}, and the container has no network to be reached by`,
      networks[0]?.source,
      `Name a network in ${RULE}`,
    );
  }
  return known;
}

/** `[address:]port-of-host:port-of-container[/protocol]`, as the engine's client reads it. */
function parsePort(text: string): PortBinding | undefined {
  const parts = /^(?:(.+):)?(\d{1,5}):(\d{1,5})(?:\/(tcp|udp))?$/.exec(text);
  if (parts === null) return undefined;
  const address = (parts[1] ?? "0.0.0.0").replace(/^\[(.*)\]$/, "$1");
  const [hostPort, containerPort] = [Number(parts[2]), Number(parts[3])];
  if (!isAddress(address) || ![hostPort, containerPort].every((it) => it > 0 && it < 65536)) {
    return undefined;
  }
  return { address, hostPort, containerPort, protocol: parts[4] === "udp" ? "udp" : "tcp" };
}
