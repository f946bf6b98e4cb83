import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Around, containerOf, placesOf, planRunner } from "../../../tests/plan_script_task.ts";

/** `/data/in` is read, `/data/out` written, `/linked` leads to `/real`; `/secret`, which is forbidden, leads to `/home/secret`. */
const around: Around = {
  bulkhead: {
    containers: {
      volumes: ["/data/in:ro", "/data/out:rw", "/linked:ro", "/home:ro", "/data/out/sub:rw"],
    },
    writable: ["/scratch"],
  },
  kestra: { ee: { "java-security": { enabled: true, "forbidden-paths": ["/secret"] } } },
  host: {
    realPaths: new Map([
      ["/secret", "/home/secret"],
      ["/linked", "/real"],
      ["/linked/below", "/real/below"],
      ["/data/in/link", "/home/secret"],
      ["/data/in/inside", "/data/in/other"],
      ["/data/in/out", "/data/out"],
    ]),
    builtInPaths: [{ path: "/data/in/docker.sock", what: "the container engine's socket" }],
    aliases: {
      found: [
        {
          kind: "hard link",
          path: "/real/name",
          leadsTo: "/home/secret/x",
          closed: "/home/secret",
        },
        {
          kind: "symbolic link",
          path: "/data/out/name",
          leadsTo: "/home/secret",
          closed: "/home/secret",
        },
      ],
      unnamed: [],
      unsearched: [],
    },
  },
};

Deno.test.each([
  { volume: "/data/in/a:/in:ro", mount: "type=bind,source=/data/in/a,target=/in,readonly" },
  // What the policy gives to be read is not written because nobody said "ro".
  { volume: "/data/in/a:/in", mount: "type=bind,source=/data/in/a,target=/in,readonly" },
  { volume: "/data/out:/out", mount: "type=bind,source=/data/out,target=/out" },
  { volume: "/data/out/:/out:ro", mount: "type=bind,source=/data/out,target=/out,readonly" },
  { volume: "/linked/below:/in", mount: "type=bind,source=/real/below,target=/in,readonly" },
  { volume: "/data/in/inside:/in", mount: "type=bind,source=/data/in/other,target=/in,readonly" },
  { volume: "/home/me:/in", mount: "type=bind,source=/home/me,target=/in,readonly" },
])("volume $volume is mounted by its real path", async ({ volume, mount }) => {
  const plan = await planRunner({ volumes: [volume] }, around);
  equal(plan.verdict, "run", plan.refusal?.message);
  deepEqual(
    plan.argv.filter((it) => it.startsWith("--mount=")),
    ["--mount=type=bind,source=<workspace>,target=<workspace>", `--mount=${mount}`],
  );
  const { spec } = containerOf(plan);
  equal(spec.mounts.length, 2);
  ok(plan.because.some((it) => it.rule === "bulkhead.containers.volumes"));
});

/** On what line of the policy each of the volumes stands. */
const [IN, OUT, FORBIDDEN] = [
  "policy.yaml:5",
  "policy.yaml:6",
  "policy.yaml:21",
];

Deno.test.each([
  { volume: "/var/lib:/in", says: /the policy gives \/data\/in, \/data\/out/, at: IN },
  {
    volume: "/data/in/link:/in",
    says: /which leads to "\/home\/secret", and that path is closed/,
    at: FORBIDDEN,
  },
  {
    volume: "/home/secret/keys:/in",
    says: /lies in "\/home\/secret", which is closed/,
    at: FORBIDDEN,
  },
  { volume: "/home:/in", says: /holds "\/home\/secret", which is closed/, at: FORBIDDEN },
  {
    volume: "/data/in:/in",
    says: /holds "\/data\/in\/docker.sock", which is closed \(the container engine's socket\)/,
    at: IN,
  },
  {
    volume: "/data/in/docker.sock:/in",
    says: /is closed \(the container engine's socket\)/,
    at: IN,
  },
  {
    volume: "/linked:/in",
    says: /holds "\/real\/name", which is closed .*by a hard link/,
    at: FORBIDDEN,
  },
  { volume: "/data/out/a:/in", says: /lies in "\/data\/out": tasks write there/, at: OUT },
  { volume: "/data/out/sub:/in", says: /lies in "\/data\/out": tasks write there/, at: OUT },
  { volume: "/data/out/../in/a/../..:/in", says: /the policy gives/, at: IN },
  { volume: "/data/in/a:/in:rw", says: /the policy gives that path to be read only/, at: IN },
  { volume: "/data/in/a:/in:z", says: /of modes "ro" and "rw" are known/, at: IN },
  { volume: "/data/in/a:/in:ro:x", says: /which is no path of the host/, at: IN },
  { volume: "name:/in", says: /volumes by name are shared|which is no path of the host/, at: IN },
  { volume: "/data/in/a", says: /which is no path of the host/, at: IN },
  { volume: "/data/in/a:relative", says: /which is no path of the host/, at: IN },
  { volume: "/data/in/a,b:/in", says: /which is no path of the host/, at: IN },
  { volume: "/data/in/<workspace>:/in", says: /which is no path of the host/, at: IN },
  ...["/", "/proc", "/proc/self", "/sys/fs", "/dev", "/tmp", "/workspaces", "/workspaces/x/y"].map(
    (target) => ({
      volume: `/data/in/a:${target}`,
      says: /is no place of its own for a volume/,
      at: IN,
    }),
  ),
])("volume $volume is refused, with both lines", async ({ volume, says, at }) => {
  const plan = await planRunner({ volumes: [volume] }, around);
  match(plan.refusal?.message ?? "", says);
  deepEqual(placesOf(plan), [at, "flow.yaml:13"]);
});

Deno.test("two volumes do not take one place", async () => {
  const two = (target: string) =>
    planRunner({ volumes: ["/data/in/a:/in", `/data/in/b:${target}`] }, around);
  match((await two("/in/")).refusal?.message ?? "", /is no place of its own/);
  equal((await two("/in/b")).verdict, "run");
});

Deno.test("below what tasks write no volume is given, though a rule names it", async () => {
  const of = (volume: string) =>
    planRunner({ volumes: [`${volume}:/in`] }, {
      bulkhead: {
        containers: { volumes: ["/scratch/a:rw", "/scratch:rw"] },
        writable: ["/scratch"],
      },
    });
  match((await of("/scratch/a")).refusal?.message ?? "", /lies in "\/scratch": tasks write there/);
  equal((await of("/scratch")).verdict, "run");
});

Deno.test("without a rule no volume is given", async () => {
  const plan = await planRunner({ volumes: ["/data:/data"] });
  match(plan.refusal?.message ?? "", /and the policy gives no volumes/);
  deepEqual(placesOf(plan), ["flow.yaml:13"]);
  equal((await planRunner({ volumes: [] })).verdict, "run");
});
