import { equal, match } from "node:assert/strict";
import { plannedTask } from "../../tests/planned.ts";
import type { AccessKind, HostFacts } from "../model/mod.ts";
import { decideAccess } from "./decide_access.ts";

const EVAL = { type: "io.kestra.plugin.graalvm.js.Eval", script: "1" };
const SHELL = { type: "io.kestra.plugin.scripts.shell.Commands", commands: ["echo hi"] };
const PROCESS = {
  ...SHELL,
  taskRunner: { type: "io.kestra.plugin.core.runner.Process" },
};
const CLOSED = "bulkhead: {filesystem: closed}";
const HOST = `kestra:
  ee: {java-security: {enabled: true, authorized-class-prefix: [io.kestra.plugin.scripts]}}
  local-files: {allowed-paths: [/bin, /data]}
bulkhead:
  filesystem: closed
  writable: [/out]
  network: {allow: ["example.org:443"]}
  env: {allow: [LANG]}
`;
const VOLUMES = `bulkhead:
  containers:
    volumes: [/srv, "/out:rw"]
`;
const MOUNTED = {
  ...SHELL,
  taskRunner: {
    type: "io.kestra.plugin.scripts.runner.docker.Docker",
    volumes: ["/srv/in:/data", "/out:/out:rw"],
  },
};

interface Row {
  readonly about: string;
  readonly policy: string;
  readonly task: object;
  readonly host?: Partial<HostFacts>;
  readonly ask: readonly [AccessKind, string?, string?];
  readonly verdict: "allowed" | "denied";
  /** Of the facts of all parts. */
  readonly fact?: RegExp;
  /** Of the first reason: its rule, or where it stands. */
  readonly because?: RegExp;
}

const of = (about: string, policy: string, task: object) =>
(
  ask: Row["ask"],
  verdict: Row["verdict"],
  more: Partial<Row> = {},
): Row => ({ about, policy, task, ask, verdict, ...more });

const closed = of("a closed Eval", CLOSED, EVAL);
const process = of("a command on the host", HOST, PROCESS);
const container = of("a container", "bulkhead: {kernel: off}", SHELL);
const mounted = of("a container with volumes", VOLUMES, MOUNTED);
const child = of(
  "a script module",
  "bulkhead: {filesystem: closed, scripts: {in-process: [deno]}, env: {allow: [LANG]}}",
  { type: "io.kestra.plugin.scripts.deno.Script", script: "1", env: { MINE: "1" } },
);

const rows: readonly Row[] = [
  closed(["read", "x"], "allowed", { because: /own/ }),
  closed(["read", "<workspace>/x"], "allowed"),
  closed(["read", "a/../../x"], "denied"),
  closed(["read", "/etc/hostname"], "denied", { because: /bulkhead.filesystem|policy.yaml:1/ }),
  closed(["env", "HOME"], "denied"),
  closed(["spawn"], "allowed", { because: /no rule restricts/ }),
  closed(["net", "example.org"], "allowed"),
  process(["read", "/data/x"], "allowed", { because: /allowed-paths.*policy.yaml:3/ }),
  process(["read", "/data2"], "denied"),
  process(["read", "/out/x"], "allowed", { because: /writable/ }),
  process(["write", "/out/x"], "allowed", { because: /writable/ }),
  process(["write", "/data/x"], "denied"),
  process(["read", "/data/link", "/root/x"], "denied", { fact: /\/root\/x, where it leads/ }),
  process(["write", "/dev/null"], "allowed", { because: /holds nothing/ }),
  process(["read", "/proc/1/environ"], "denied"),
  process(["spawn"], "allowed", { because: /policy.yaml:2/ }),
  process(["net", "example.org:443"], "allowed", { because: /network.allow.*policy.yaml:7/ }),
  // The kernel knows ports only, and the plan says so.
  process(["net", "other.org:443"], "allowed", { fact: /knows no hosts/ }),
  process(["net", "example.org:80"], "denied", { fact: /port 80/ }),
  process(["net", "example.org"], "denied", { fact: /only TCP ports 443/ }),
  process(["env", "LANG"], "allowed", { fact: /passed on/, because: /policy.yaml:8/ }),
  process(["env", "PATH"], "allowed"),
  process(["env", "SECRET"], "denied", { fact: /cleared/, because: /env.allow/ }),
  container(["read", "/etc/passwd"], "denied", { fact: /the image's own/ }),
  container(["read", "x"], "allowed", { fact: /workspace/ }),
  container(["write", "x"], "allowed"),
  container(["net", "example.org"], "denied", { fact: /network is none/ }),
  container(["spawn"], "allowed", { fact: /stays in the container/ }),
  container(["env", "PATH"], "denied", { fact: /passes none/ }),
  container(["env", "HOME"], "allowed"),
  mounted(["read", "/data/x"], "allowed", {
    fact: /\/srv\/in of the host is mounted at \/data/,
    because: /containers.volumes/,
  }),
  mounted(["write", "/data/x"], "denied", { fact: /read-only/, because: /containers.volumes/ }),
  mounted(["read", "/srv/in/x"], "allowed", { fact: /it is \/data\/x there/ }),
  mounted(["read", "/srv/other"], "denied", { fact: /image's own/ }),
  mounted(["write", "/out/x"], "allowed", { because: /containers.volumes/ }),
  child(["read", "x"], "allowed"),
  child(["read", "/usr/x"], "denied"),
  child(["env", "LANG"], "allowed", { because: /policy.yaml:1/ }),
  child(["env", "MINE"], "allowed", { because: /sets it/ }),
  child(["env", "OTHER"], "denied", { fact: /not there/ }),
  of("a disabled task", CLOSED, { ...EVAL, disabled: true })(["read", "x"], "denied", {
    because: /disabled: true/,
  }),
  of("a flowable", CLOSED, {
    type: "io.kestra.plugin.core.flow.Sequential",
    tasks: [{ id: "i", ...EVAL }],
  })(["spawn"], "denied", { because: /runs nothing itself/ }),
  of(
    "a refused task",
    "kestra: {plugins: {security: {excludes: [io.kestra.plugin.graalvm.js.Eval]}}}",
    EVAL,
  )(["read", "x"], "denied", { because: /plan\/restricted-plugin.*policy.yaml:1/ }),
  of("a task of ours", CLOSED, { type: "io.kestra.plugin.core.log.Log", message: "x" })(
    ["read", "/usr"],
    "denied",
    { because: /filesystem|part of bulkhead/ },
  ),
  of("an empty list of hosts", "bulkhead: {network: {allow: []}}", EVAL)(
    ["net", "example.org"],
    "denied",
    { because: /network.allow is empty/ },
  ),
  of("a list of hosts", 'bulkhead: {network: {allow: [a.org, "[::1]:80"]}}', EVAL)(
    ["net", "b.org"],
    "denied",
    { because: /network.allow does not name it.*policy.yaml:1/ },
  ),
  of("a list of hosts", 'bulkhead: {network: {allow: [a.org, "[::1]:80"]}}', EVAL)(
    ["net", "[0:0:0:0:0:0:0:1]:80"],
    "allowed",
  ),
  of("hosts that are denied", 'bulkhead: {network: {deny: [a.org, "b.org:80"]}}', EVAL)(
    ["net", "A.org.:1"],
    "denied",
    { because: /network.deny/ },
  ),
  of("an address that is denied", 'bulkhead: {network: {deny: ["127.0.0.1:80"]}}', EVAL)(
    ["net", "localhost:80"],
    "denied",
    { because: /network.deny.*policy.yaml:1/ },
  ),
  of("an address that is denied", 'bulkhead: {network: {deny: ["127.0.0.1:80"]}}', EVAL)(
    ["net", "0x7f.1:80"],
    "denied",
  ),
  of("an address that is denied", 'bulkhead: {network: {deny: ["127.0.0.1:80"]}}', EVAL)(
    ["net", "localhost:81"],
    "allowed",
  ),
  of("an address that is denied", 'bulkhead: {network: {deny: ["127.0.0.1:80"]}}', EVAL)(
    ["net", "a.org:80"],
    "allowed",
    { fact: /unless it comes to 127\.0\.0\.1:80/ },
  ),
  // An allowed address is none of its other names.
  of("an address that is allowed", "bulkhead: {network: {allow: [127.0.0.1]}}", EVAL)(
    ["net", "localhost:80"],
    "denied",
  ),
  of("hosts that are denied", 'bulkhead: {network: {deny: [a.org, "b.org:80"]}}', EVAL)(
    ["net", "b.org"],
    "allowed",
    { fact: /but for b.org:80/ },
  ),
  of("hosts that are denied", 'bulkhead: {network: {deny: [a.org, "b.org:80"]}}', EVAL)(
    ["net", "b.org:80"],
    "denied",
    { because: /network.deny/ },
  ),
];

Deno.test.each(rows.map((it) => ({ ...it, shown: it.ask.join(" ") })))(
  "decideAccess() of $about, $shown: $verdict",
  async ({ policy, task, host = {}, ask: [kind, value, real], verdict, fact, because }) => {
    const plan = await plannedTask(policy, task, {
      programs: new Map([["/bin/sh", "/bin/sh"]]),
      ...host,
    });
    const decision = decideAccess(plan, {
      kind,
      ...(value !== undefined && { value }),
      ...(real !== undefined && { real }),
    });
    const [first] = decision.because;
    const shown = JSON.stringify(decision, null, 1);
    equal(decision.verdict, verdict, shown);
    if (fact !== undefined) match(decision.parts.map((it) => it.fact).join("\n"), fact);
    if (because === undefined) return;
    const { source } = first!;
    const place = source === "built-in" ? source : `${source.file}:${source.line}`;
    match(`${first!.rule} ${place}`, because, shown);
  },
);
