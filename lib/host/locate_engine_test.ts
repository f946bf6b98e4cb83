import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Engine } from "../model/mod.ts";
import { locateEngine } from "./locate_engine.ts";

/** What a client answers, by the first word it is asked. */
interface Answers {
  readonly version?: unknown;
  readonly info?: unknown;
  readonly context?: string;
}

const DOCKER: Answers = {
  version: {
    Client: { Version: "27.1", ApiVersion: "1.46", DefaultAPIVersion: "1.46", Context: "default" },
    Server: { Version: "27.2", Components: [{ Name: "Engine" }, { Name: "containerd" }] },
  },
  info: {
    ServerVersion: "27.2",
    CgroupVersion: "2",
    MemoryLimit: true,
    PidsLimit: true,
    CpuCfsQuota: true,
    SwapLimit: true,
    SecurityOptions: ["name=seccomp,profile=builtin"],
  },
};
const CONTROLLERS = ["cpu", "memory", "pids"];
const PODMAN: Answers = {
  version: { Client: { APIVersion: "5.2", Version: "5.2", OsArch: "linux/amd64" } },
  info: podmanInfo({}),
};
const NERDCTL: Answers = {
  version: {
    Client: { Version: "v1.7", Components: [{ Name: "buildctl" }] },
    Server: { Components: [{ Name: "containerd", Version: "1.7.20" }, { Name: "runc" }] },
  },
  info: { ...DOCKER.info as object, ServerVersion: "1.7.20" },
};

function podmanInfo(
  { rootless = false, controllers = CONTROLLERS, socket = "/nonexistent/podman.sock" },
) {
  return {
    host: {
      security: { rootless },
      cgroupVersion: "v2",
      cgroupControllers: controllers,
      remoteSocket: { path: socket },
    },
    version: { Version: "5.2" },
  };
}

/** A directory of clients: shell scripts that note what variables they are called with. */
async function makeClients(clients: Readonly<Record<string, Answers | "silent">>) {
  const directory = await Deno.makeTempDir({ prefix: "bulkhead_clients_" });
  for (const [name, it] of Object.entries(clients)) {
    const answer = (value: unknown) =>
      `printf '%s\\n' '${typeof value === "string" ? value : JSON.stringify(value)}'`;
    // Docker's client says who it is itself, also without an engine.
    const { Client } = DOCKER.version as { Client: object };
    const body = it === "silent"
      ? `${
        answer({ Client, Server: null })
      }\necho "Cannot connect to the ${name} daemon. Is it running?" >&2\nexit 1`
      : `case "$1" in
  version) ${answer(it.version)} ;;
  info) ${answer(it.info)} ;;
  context) ${answer(it.context ?? "")} ;;
esac`;
    const path = `${directory}/${name}`;
    await Deno.writeTextFile(path, `#!/bin/sh\n/usr/bin/env >"$0.env.$1"\n${body}\n`);
    await Deno.chmod(path, 0o755);
  }
  return {
    path: directory,
    /** Variables that one was asked with. */
    async seen(name: string, question = "version"): Promise<Readonly<Record<string, string>>> {
      const text = await Deno.readTextFile(`${directory}/${name}.env.${question}`);
      return Object.fromEntries(
        text.split("\n").filter((it) => it !== "").map((it) => {
          const at = it.indexOf("=");
          return [it.slice(0, at), it.slice(at + 1)];
        }),
      );
    },
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

interface Row {
  readonly name: string;
  readonly clients: Readonly<Record<string, Answers | "silent">>;
  readonly named?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is found, as far as the row is about it; of the client, its name. */
  readonly is?: Partial<Engine>;
  /** Or why nothing is. */
  readonly says?: RegExp;
}

const rows: readonly Row[] = [
  {
    name: "docker, where all are there",
    clients: { docker: DOCKER, podman: PODMAN, nerdctl: NERDCTL },
    is: {
      kind: "docker",
      version: "27.2",
      host: "unix:///var/run/docker.sock",
      isLocal: true,
      api: "/var/run/docker.sock",
      rootless: false,
      lacks: [],
      chosen: "no policy names one, and it is the first of docker, podman, nerdctl that answers",
    },
  },
  {
    name: "podman, where docker does not answer",
    clients: { docker: "silent", podman: PODMAN, nerdctl: NERDCTL },
    is: { kind: "podman", version: "5.2", host: "", isLocal: true, lacks: [] },
  },
  {
    name: "nerdctl, where nothing else is",
    clients: { nerdctl: NERDCTL },
    is: { kind: "nerdctl", version: "1.7.20", host: "", lacks: ["docker's HTTP API"] },
  },
  {
    name: "what the policy names, though docker answers",
    clients: { docker: DOCKER, podman: PODMAN },
    named: "podman",
    is: { kind: "podman", chosen: "the policy names it" },
  },
  {
    name: "a docker that is podman",
    clients: { docker: PODMAN },
    named: "docker",
    is: { kind: "podman", host: "" },
  },
  {
    name: "docker by DOCKER_HOST, on another machine",
    clients: { docker: DOCKER, podman: PODMAN },
    env: { DOCKER_HOST: "tcp://build.example.com:2376", DOCKER_TLS_VERIFY: "1" },
    is: {
      host: "tcp://build.example.com:2376",
      isLocal: false,
      lacks: ["files of this machine: they are copied to tcp://build.example.com:2376 and back"],
      clientEnv: { DOCKER_TLS_VERIFY: "1" },
      chosen: "DOCKER_HOST is set",
    },
  },
  {
    name: "docker by ssh",
    clients: { docker: DOCKER },
    env: { DOCKER_HOST: "ssh://me@build.example.com", SSH_AUTH_SOCK: "/run/agent" },
    is: { isLocal: false, clientEnv: { SSH_AUTH_SOCK: "/run/agent" } },
  },
  {
    name: "a context with a socket of this machine",
    clients: { docker: withContext("mine", "unix:///run/user/7/docker.sock") },
    is: { host: "unix:///run/user/7/docker.sock", api: "/run/user/7/docker.sock", clientEnv: {} },
  },
  {
    name: "a context of another machine, whose keys only the context has",
    clients: { docker: withContext("far", "tcp://far.example.com:2376") },
    is: {
      host: "tcp://far.example.com:2376",
      isLocal: false,
      clientEnv: { DOCKER_CONTEXT: "far" },
    },
  },
  {
    name: "podman by CONTAINER_HOST",
    clients: { docker: DOCKER, podman: PODMAN },
    env: { CONTAINER_HOST: "ssh://me@far.example.com/run/podman/podman.sock" },
    is: {
      kind: "podman",
      isLocal: false,
      chosen: "CONTAINER_HOST is set",
      clientEnv: { CONTAINER_HOST: "ssh://me@far.example.com/run/podman/podman.sock" },
    },
  },
  {
    name: "podman of an ordinary user, without control groups",
    clients: { podman: { ...PODMAN, info: podmanInfo({ rootless: true, controllers: ["pids"] }) } },
    is: {
      rootless: true,
      unlimited: ["memory", "cpus"],
      lacks: [
        "limits of memory, cpus: that takes control groups v2, which it has none of as an ordinary user",
      ],
    },
  },
  {
    name: "docker of an ordinary user, which counts no swap",
    clients: {
      docker: {
        ...DOCKER,
        info: { ...DOCKER.info as object, SwapLimit: false, SecurityOptions: ["name=rootless"] },
      },
    },
    is: { rootless: true, lacks: ["a limit of swap: the kernel does not count it"] },
  },
  {
    name: "nothing by DOCKER_HOST, though podman would answer",
    clients: { docker: "silent", podman: PODMAN },
    env: { DOCKER_HOST: "unix:///nonexistent" },
    says: /docker version" at unix:\/\/\/nonexistent says: Cannot connect to the docker daemon$/,
  },
  {
    name: "nothing of another name",
    clients: { docker: DOCKER },
    named: "podman",
    says: /there is no "podman" on PATH$/,
  },
  {
    name: "nothing on an empty machine",
    clients: {},
    says: /there is no "docker", "podman" or "nerdctl" on PATH$/,
  },
  {
    name: "nothing in a client that is none",
    clients: { docker: { version: "hello", info: "hello" } },
    named: "docker",
    says: /docker version" is answered as by no engine's client that is known$/,
  },
];

function withContext(name: string, host: string): Answers {
  const { Client, Server } = DOCKER.version as { Client: object; Server: object };
  return { ...DOCKER, version: { Client: { ...Client, Context: name }, Server }, context: host };
}

for (const { name, clients, named, env = {}, is, says } of rows) {
  Deno.test(`locateEngine() finds ${name}`, async () => {
    await using directory = await makeClients(clients);
    const engine = await locateEngine(named, { PATH: directory.path, ...env });
    if (is === undefined) {
      ok(!engine.found);
      match(engine.problem.message, says!);
      equal(engine.problem.code, "host/no-engine");
      return;
    }
    ok(engine.found, engine.found ? "" : engine.problem.message);
    const about = Object.keys(is) as (keyof Engine)[];
    deepEqual(Object.fromEntries(about.map((it) => [it, engine.value[it]])), is);
    ok(engine.value.client.startsWith(`${directory.path}/`));
  });
}

Deno.test("locateEngine() takes an absolute path of a client, whatever it is called", async () => {
  await using directory = await makeClients({ "my-engine": PODMAN });
  const engine = await locateEngine(`${directory.path}/my-engine`, { PATH: "/nonexistent" });
  ok(engine.found);
  equal(engine.value.kind, "podman");
});

Deno.test("locateEngine() gives clients what they find their engine by, and nothing else", async () => {
  await using directory = await makeClients({ docker: DOCKER });
  const given = { PATH: directory.path, HOME: "/home/me", DOCKER_CONFIG: "/home/me/.docker" };
  await locateEngine(undefined, { ...given, SECRET_WORD: "c2VjcmV0", AWS_KEY: "key" });
  for (const question of ["version", "info"]) {
    const { PWD: _, SHLVL: _1, _: _2, OLDPWD: _3, ...seen } = await directory.seen(
      "docker",
      question,
    );
    deepEqual(seen, given);
  }
});

Deno.test("locateEngine() finds podman's service where somebody listens, and only there", async () => {
  const home = await Deno.makeTempDir({ prefix: "b-" });
  try {
    const socket = `${home}/podman.sock`;
    const info = podmanInfo({ rootless: true, socket });
    await using directory = await makeClients({ podman: { ...PODMAN, info } });
    const apiOf = async () => {
      const engine = await locateEngine(undefined, { PATH: directory.path });
      return engine.found ? engine.value.api : engine.problem.message;
    };
    equal(await apiOf(), undefined);
    using _listener = Deno.listen({ transport: "unix", path: socket });
    equal(await apiOf(), socket);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
