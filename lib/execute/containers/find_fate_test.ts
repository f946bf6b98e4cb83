import { deepEqual } from "node:assert/strict";
import { eventsArgs, type Fate, readFate } from "./find_fate.ts";

const docker = (action: string, exitCode?: string) =>
  JSON.stringify({ status: action, Action: action, Actor: { Attributes: { exitCode } } });
const podman = (status: string, code?: number) =>
  JSON.stringify({ Status: status, ...(code !== undefined && { ContainerExitCode: code }) });

const rows: readonly (readonly [what: string, events: readonly string[], fate: Fate])[] = [
  ["nothing happened", [], { kind: "never-started" }],
  ["it was only made", [docker("create"), docker("destroy")], { kind: "never-started" }],
  ["it died unstarted", [docker("create"), docker("die", "127")], { kind: "never-started" }],
  ["it runs", [docker("create"), docker("start")], { kind: "started" }],
  ["it ended", [docker("start"), docker("die", "125")], { kind: "ended", code: 125 }],
  ["podman's ended", [podman("start"), podman("died", 126)], { kind: "ended", code: 126 }],
  ["podman's runs", [podman("create"), podman("start")], { kind: "started" }],
];

for (const [what, events, fate] of rows) {
  Deno.test(`readFate() tells that ${what}`, () => {
    deepEqual(readFate({ code: 0, stdout: events.join("\n"), stderr: "" }), fate);
  });
}

Deno.test("readFate() tells an engine that cannot say from one that does not answer", () => {
  const of = (stderr: string) => readFate({ code: 1, stdout: "", stderr });
  deepEqual(of("unknown flag: --since"), { kind: "unknown" });
  deepEqual(of("Error response from daemon: it is going down."), {
    kind: "unknown",
    reason: "it is going down",
  });
});

Deno.test("eventsArgs() asks for one container's whole past, and for no future", () => {
  const args = eventsArgs("it", 1_700_000_000_123, "docker");
  deepEqual(args.slice(1, 4), ["--since=1", "--until=1700000000.123", "--filter=container=it"]);
});
