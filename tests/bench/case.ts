import { engineFacts } from "../engine_facts.ts";
import { hostFacts } from "../host_facts.ts";

/** How many teams have classes of their own: what the rules and the tasks share. */
const TEAMS = 500;

/**
 * A policy of `rules` class prefixes and as many plugin defaults.
 *
 * Every other one is for a class of a team, which some task may have; the rest are for classes
 * that nobody uses. The rules that everybody has (`worker-isolation.yaml`) come last, so that a
 * search through a list finds them late.
 */
export function policyText(rules: number): string {
  const half = Math.floor(rules / 2);
  const prefix = (i: number) => i % 2 === 0 ? `com.example.team${i % TEAMS}` : `org.unused.p${i}`;
  const defaults = Array.from({ length: rules - 3 }, (_, i) => ({
    type: i % 2 === 0 ? `com.example.team${i % TEAMS}.` : `org.unused.p${i}.Job`,
    forced: i % 4 === 0,
    values: { [`option${i % 7}`]: { owner: `team${i}`, tags: ["a", "b"] } },
  }));
  return JSON.stringify({
    kestra: {
      ee: {
        "java-security": {
          enabled: true,
          "forbidden-paths": ["/etc/", "/root", "/srv/secrets"],
          "authorized-class-prefix": [
            ...Array.from({ length: half - 1 }, (_, i) => prefix(i)),
            "io.kestra.plugin",
          ],
          "forbidden-class-prefix": [
            ...Array.from({ length: rules - half - 1 }, (_, i) => prefix(half + i)),
            "io.kestra.plugin.scripts",
          ],
        },
      },
      plugins: {
        defaults: [
          ...defaults,
          { type: "io.kestra.plugin.core.http", values: { description: "run by bulkhead" } },
          { type: "io.kestra.plugin.core.log.Log", values: { level: "INFO" } },
          {
            type: "io.kestra.plugin.scripts.shell.Commands",
            forced: true,
            values: {
              containerImage: "ubuntu:latest",
              taskRunner: { type: "io.kestra.plugin.scripts.runner.docker.Docker" },
            },
          },
        ],
      },
    },
    bulkhead: {
      writable: ["/data/out"],
      network: { deny: ["169.254.169.254"] },
      limits: { timeout: "PT1H", memory: "512MB" },
    },
  });
}

/** A flow of `tasks` tasks, a fifth of each kind. */
export function flowText(tasks: number, id = "bench"): string {
  const all = Array.from({ length: tasks }, (_, i) => KINDS[i % KINDS.length]!(i));
  return `id: ${id}\nnamespace: bench\n${INPUTS}tasks:\n${all.join("")}`;
}

const INPUTS = `inputs:
  - id: name
    type: STRING
  - id: target
    type: STRING
`;

const KINDS: readonly ((i: number) => string)[] = [
  (i) => `
  - id: log${i}
    type: io.kestra.plugin.core.log.Log
    message: "{{ inputs.name }} is at step ${i}"
`,
  (i) => `
  - id: eval${i}
    type: io.kestra.plugin.graalvm.js.Eval
    outputs: [sum, mean]
    script: |
      const rows = JSON.parse(await Deno.readTextFile("rows.json"));
      const sum = rows.reduce((all, it) => all + it.amount, ${i});
      const mean = sum / rows.length;
`,
  (i) => `
  - id: shell${i}
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    timeout: PT10M
    env:
      STEP: "${i}"
      TARGET: "{{ inputs.target }}"
    commands:
      - echo "step $STEP"
      - sha256sum data.csv > data.csv.sha256
`,
  (i) => `
  - id: request${i}
    type: io.kestra.plugin.core.http.Request
    uri: https://api.example.com/items/${i}
    method: POST
    contentType: application/json
    headers:
      X-Step: "${i}"
    body: "{{ outputs.eval${i - 2}.sum }}"
`,
  (i) => `
  - id: team${i}
    type: com.example.team${i % TEAMS}.jobs.Sync
    source: db${i}
    retry:
      type: constant
      interval: PT1S
      maxAttempts: 3
    target:
      table: orders
      columns: [id, amount, day]
`,
];

const names = (...list: string[]) => ({ entries: list.map((name) => ({ name })) });

/** A machine as `inspectHost()` finds it, without looking at this one. */
export const HOST = hostFacts({
  runtime: { found: true, value: { path: "/opt/bulkhead/deno", version: "2.9.6" } },
  childCode: {
    found: true,
    value: {
      directory: "/opt/bulkhead/code",
      builtIn: "/opt/bulkhead/code/built_in.mjs",
      eval: "/opt/bulkhead/code/eval.mjs",
      plugin: "/opt/bulkhead/code/plugin.mjs",
      script: "/opt/bulkhead/code/run_script.mjs",
      importMap: "/opt/bulkhead/code/import_map.json",
      guardedImportMap: "/opt/bulkhead/code/guarded_import_map.json",
      modules: ["/opt/bulkhead/code/zod.mjs", "/opt/bulkhead/code/bulkhead.mjs"],
    },
  },
  engine: {
    found: true,
    value: engineFacts({ client: "/usr/bin/docker", version: "27.0" }),
  },
  builtInPaths: [
    { path: "/proc", what: "what the kernel says of processes" },
    { path: "/sys", what: "what the kernel says of devices" },
    { path: "/dev", what: "devices" },
    { path: "/run/docker.sock", what: "the container engine's socket" },
    { path: "/run/containerd/containerd.sock", what: "the container engine's socket" },
    { path: "/run/user/1000", what: "sockets of this user" },
    { path: "/tmp/bulkhead-1000", what: "other executions' workspaces" },
    { path: "/home/me/.cache/bulkhead", what: "the harness's cache" },
    { path: "/opt/bulkhead/deno", what: "the runtime" },
    { path: "/home/me/.docker", what: "credentials of registries" },
  ],
  workspaceRoot: "/tmp/bulkhead-1000",
  listings: new Map([
    [
      "/",
      {
        entries: [
          { name: "bin", target: "/usr/bin" },
          { name: "lib", target: "/usr/lib" },
          ...names(
            ...["boot", "data", "dev", "etc", "home", "mnt", "opt", "proc", "root", "run"],
            ...["srv", "sys", "tmp", "usr", "var"],
          ).entries,
        ],
      },
    ],
    ["/srv", names("http", "ftp", "secrets", ...Array.from({ length: 20 }, (_, i) => `app${i}`))],
    ["/opt", names("bulkhead", "vendor")],
    ["/opt/bulkhead", names("code", "deno")],
    ["/run", names("docker.sock", "containerd", "lock", "user", "systemd", "udev")],
    ["/run/containerd", names("containerd.sock", "io.containerd.runtime.v2.task")],
    ["/run/user", names("1000")],
    ["/tmp", names("bulkhead-1000", ...Array.from({ length: 10 }, (_, i) => `work${i}`))],
    ["/home", names("me", "you")],
    ["/home/me", names(".cache", ".docker", ".config", "projects")],
    ["/home/me/.cache", names("bulkhead", "deno", "pip")],
  ]),
});
