import { deepEqual, equal, ok } from "node:assert/strict";
import { openEngineApi } from "../../../lib/execute/containers/engine_api.ts";
import { containerArgv, containerBody, fillSpec } from "../../../lib/container/mod.ts";
import type { ContainerSpec } from "../../../lib/model/mod.ts";
import { makeBox, makeWord } from "../box.ts";
import { HOST, IMAGE, specOf } from "../../container_fixture.ts";
import { containerTest, docker, WAYS } from "./run_task.ts";

/** What differs of two containers whatever they are: who they are, and when they were made. */
const OWN = ["Id", "Name", "Created", "Hostname", "ResolvConfPath", "HostnamePath", "HostsPath"];
/** What docker's client sends and means nothing for a container without a terminal. */
const OF_TERMINALS = ["ConsoleSize"];

/** What the engine says of a container, without what is its own. */
function inspected(name: string): Record<string, unknown> {
  const { Config, HostConfig } = JSON.parse(docker("inspect", name).stdout)[0];
  return normalized({ ...Config, ...HostConfig }) as Record<string, unknown>;
}

/** Without what says the same as nothing: null, empty lists and maps, an order that means nothing. */
function normalized(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) {
    const all = value.map((it) => normalized(it));
    // Ports, variables, limits and links are sets; a command is not.
    return ["Cmd", "Entrypoint"].includes(key)
      ? all
      : all.toSorted((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  }
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value)
    .filter(([name]) => !OWN.includes(name) && !OF_TERMINALS.includes(name))
    .map(([name, it]) => [name, normalized(it, name)] as const)
    .filter(([, it]) => it !== null && it !== "" && JSON.stringify(it) !== "[]")
    .filter(([, it]) => JSON.stringify(it) !== "{}").toSorted(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(entries);
}

const rows: Readonly<Record<string, Partial<ContainerSpec>>> = {
  "as little as can be": {},
  "all that can be said": {
    entrypoint: ["/bin/sh", "-e"],
    command: ["-c", "echo 'a b' \"$X\""],
    env: { X: "a=b c", EMPTY: "" },
    labels: { "bulkhead.execution": "none", "kestra.io/flow-id": "a,b=c" },
    extraHosts: ["one:10.0.0.1", "two:10.0.0.2"],
    ports: [
      { address: "127.0.0.1", hostPort: 18080, containerPort: 80, protocol: "tcp" },
      { address: "127.0.0.1", hostPort: 18081, containerPort: 80, protocol: "tcp" },
      { address: "127.0.0.1", hostPort: 18053, containerPort: 53, protocol: "udp" },
    ],
    capabilities: ["NET_BIND_SERVICE", "CHOWN"],
    writableRoot: true,
    init: true,
    deviceRequests: [{
      driver: "nvidia",
      deviceIds: ["0", "1"],
      capabilities: [["compute", "utility"]],
      options: { a: "b" },
    }, { driver: "other", count: -1 }],
    resources: {
      memory: 64 * 2 ** 20,
      memorySwap: 128 * 2 ** 20,
      memoryReservation: 32 * 2 ** 20,
      memorySwappiness: 10,
      cpus: 1.5,
      processes: 77,
      shm: 2 ** 20,
      tmp: 2 ** 20,
      files: 100,
      file: 2 ** 20,
    },
  },
};

for (const [name, own] of Object.entries(rows)) {
  for (const way of WAYS.filter((it) => it.transport === "api")) {
    containerTest(
      `the API makes the same container as the client: ${name}, ${way.files}`,
      async () => {
        await using box = await makeBox();
        const names = { cli: makeWord("bulkhead-same"), api: makeWord("bulkhead-same") };
        const { command = ["true"], env = {} } = own;
        const fill = (id: string) =>
          fillSpec(
            specOf(way, "none", own),
            { "<workspace>": box.root, "<container>": id },
            { image: IMAGE, command, env },
          );
        const envFile = await box.write(
          "env",
          Object.entries(env).map(([key, it]) => `${key}=${it}\n`).join(""),
        );
        try {
          const [, ...args] = containerArgv(fill(names.cli), {
            client: "docker",
            command: "create",
            envFile,
          });
          const made = docker(...args);
          equal(made.success, true, made.stderr);
          using api = await openEngineApi(HOST.slice("unix://".length), 10_000);
          const answer = await api.ask({
            method: "POST",
            path: ["containers", "create"],
            query: { name: names.api },
            json: containerBody(fill(names.api), { autoRemove: false }),
          });
          equal(answer.status, 201, answer.text);
          const [cli, overApi] = [inspected(names.cli), inspected(names.api)];
          const keys = Object.keys({ ...overApi, ...cli });
          ok(keys.length > 20, keys.join());
          for (const key of keys) deepEqual(overApi[key], cli[key], key);
        } finally {
          docker("rm", "--force", "--volumes", names.cli, names.api);
        }
      },
    );
  }
}
