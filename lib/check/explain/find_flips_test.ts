import { deepEqual, equal } from "node:assert/strict";
import type { Decision, PolicyEdit, Source, TaskPlan } from "../../model/mod.ts";
import { plannedTask } from "../../../tests/planned.ts";
import { loadPolicy } from "../../policy/mod.ts";
import { decideAccess } from "../../access/mod.ts";
import { editPolicy } from "./edit_policy.ts";
import { findFlips, type Tried } from "./find_flips.ts";

const EVAL = { type: "io.kestra.plugin.graalvm.js.Eval", script: "1" };

/** The same as the command does, on a machine that is made up. */
async function flipsOf(text: string, access: Decision["access"], task: object = EVAL) {
  const tried: (readonly PolicyEdit[])[] = [];
  const stateOf = async (policy: string): Promise<Tried> => {
    const plan: TaskPlan = await plannedTask(policy, task);
    return {
      plan,
      policy: await loadPolicy([{ file: "policy.yaml", text: policy }]),
      decision: decideAccess(plan, access),
    };
  };
  const flips = await findFlips(await stateOf(text), async (edits) => {
    tried.push(edits);
    const edited = editPolicy(text, edits);
    if (edited === undefined) return undefined;
    const state = await stateOf(edited.text).catch(() => undefined);
    const writtenAt = (at: Source) => {
      const before = edited.writtenAt(at);
      return before && { ...at, ...before };
    };
    return state && { ...state, writtenAt };
  });
  return { flips, tried };
}

const words = (edits: readonly PolicyEdit[]) =>
  edits.map((it) =>
    it.kind === "remove" ? `- ${it.key} ${it.value}` : `${it.kind} ${it.path.join(".")} ${it.value}`
  ).join(" & ");

Deno.test("findFlips() takes as many edits as it needs, and tells none that does nothing", async () => {
  const { flips, tried } = await flipsOf(
    "kestra: {ee: {java-security: {enabled: true, forbidden-paths: [/srv, /srv/a]}}}\n" +
      "bulkhead: {filesystem: closed, kernel: off}\n",
    { kind: "read", value: "/srv/a/x" },
  );
  deepEqual(flips.map((it) => words(it.edits)).slice(0, 1), [
    "- kestra.ee.java-security.forbidden-paths /srv/a & " +
    "- kestra.ee.java-security.forbidden-paths /srv & add kestra.local-files.allowed-paths /srv/a/x",
  ]);
  equal(tried.length <= 40, true, `${tried.length} tries`);
});

const DOCKER = "io.kestra.plugin.scripts.runner.docker.Docker";
const SHELL = { type: "io.kestra.plugin.scripts.shell.Commands", commands: ["echo hi"] };

Deno.test.each(
  [
    {
      what: "a volume",
      policy: "bulkhead: {containers: {volumes: [/opt]}}",
      task: { ...SHELL, taskRunner: { type: DOCKER, volumes: ["/srv/data:/data:rw"] } },
      access: { kind: "read", value: "/data/x" },
      flip: "add bulkhead.containers.volumes /srv/data:rw",
    },
    {
      what: "a network",
      policy: "bulkhead: {kernel: off}",
      task: { ...SHELL, taskRunner: { type: DOCKER, networkMode: "bridge" } },
      access: { kind: "net", value: "a.org" },
      flip: "add bulkhead.containers.networks bridge",
    },
    {
      what: "an image",
      policy: 'bulkhead: {containers: {images: {allow: ["ubuntu:*"]}}}',
      task: { ...SHELL, containerImage: "busybox:1" },
      access: { kind: "read", value: "x" },
      flip: "add bulkhead.containers.images.allow busybox:1",
    },
    {
      what: "an image that is denied",
      policy: 'bulkhead: {containers: {images: {allow: ["*:*"], deny: ["busybox:*", "x:*"]}}}',
      task: { ...SHELL, containerImage: "busybox:1" },
      access: { kind: "read", value: "x" },
      flip: "- bulkhead.containers.images.deny busybox:*",
    },
    {
      what: "a class that is not included",
      policy: 'kestra: {plugins: {security: {includes: ["io.kestra.plugin.core.*"]}}}',
      task: EVAL,
      access: { kind: "read", value: "x" },
      flip: "add kestra.plugins.security.includes io\\.kestra\\.plugin\\.graalvm\\.js\\.Eval",
    },
    {
      what: "a mount that is given",
      policy: "bulkhead: {containers: {volumes: [/srv, /opt]}}",
      task: { ...SHELL, taskRunner: { type: DOCKER, volumes: ["/srv/data:/data"] } },
      access: { kind: "read", value: "/data/x" },
      flip: "- bulkhead.containers.volumes /srv",
    },
  ] as const,
)("findFlips() finds the entry that decides of $what", async (row) => {
  const { flips } = await flipsOf(`${row.policy}\n`, row.access, row.task);
  equal(flips[0] && words(flips[0].edits), row.flip);
});

Deno.test("findFlips() prefers an entry to a mode, and one edit to two", async () => {
  const { flips } = await flipsOf("bulkhead: {filesystem: closed, kernel: off}\n", {
    kind: "read",
    value: "/srv/x",
  });
  deepEqual(flips.map((it) => words(it.edits)), [
    "add kestra.local-files.allowed-paths /srv/x",
    "set bulkhead.filesystem open",
  ]);
});

Deno.test("findFlips() finds nothing where a policy with the edit cannot be loaded", async () => {
  const { flips, tried } = await flipsOf("bulkhead: {filesystem: closed, kernel: off}\n", {
    kind: "env",
    value: "SECRET_X",
  });
  deepEqual(flips, []);
  equal(tried.length, 1, "it was tried");
});
