import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import { coverPorts, judgeImage, parsePorts } from "../../container/mod.ts";
import { type ContainerRules, type Policy, StageError } from "../../model/mod.ts";
import { isWithin } from "../../paths/is_within.ts";
import { loadPolicy } from "../load_policy.ts";

const values = (list: readonly { readonly value: string }[]) => list.map((it) => it.value);

const load = (...files: object[]) =>
  loadPolicy(
    files.map((it, i) => ({ file: `${i}.yaml`, text: JSON.stringify({ bulkhead: it }) })),
  );
const containers = (keys: object) => ({ containers: keys });
const chain = async (...files: object[]) => (await load(...files.map(containers))).containers;

/** What widens, beside the twin that tightens: the same two files the other way round. */
Deno.test.each([
  {
    name: "an image by its tag, where a digest is required",
    outer: { images: { "require-digest": true } },
    inner: { images: { "require-digest": false } },
  },
  {
    name: "a root file system that can be written, where the outer file says it cannot",
    outer: { "read-only": true },
    inner: { "read-only": false },
  },
  {
    name: "a root file system that can be written, where the outer file is silent",
    outer: { cpus: 1 },
    inner: { "read-only": false },
  },
  {
    name: "a capability that is not given",
    outer: { capabilities: ["CHOWN"] },
    inner: { capabilities: ["CHOWN", "KILL"] },
  },
  {
    name: "a capability where none is given",
    outer: { cpus: 1 },
    inner: { capabilities: ["KILL"] },
  },
  {
    name: "a capability where none is given in words",
    outer: { capabilities: [] },
    inner: { capabilities: ["KILL"] },
  },
  {
    name: "a volume that holds the given one",
    outer: { volumes: ["/data/in"] },
    inner: { volumes: ["/data"] },
  },
  {
    name: "a volume for writing where it is given for reading",
    outer: { volumes: ["/data:ro"] },
    inner: { volumes: ["/data/out:rw"] },
    // The other way round it would be the holder that widens.
    control: [{ volumes: ["/data:rw"] }, { volumes: ["/data/out:ro"] }],
  },
  {
    name: "a volume where none is given in words",
    outer: { volumes: false },
    inner: { volumes: ["/data"] },
  },
  { name: "another driver", outer: { devices: ["a"] }, inner: { devices: ["a", "b"] } },
  { name: "more ports", outer: { ports: ["9000-9001"] }, inner: { ports: ["9000-9002"] } },
  { name: "the network, where the default holds", outer: { cpus: 1 }, inner: { networks: ["b"] } },
  { name: "another user", outer: { users: ["1:1"] }, inner: { users: ["1:1", "2:2"] } },
  {
    name: "another transport",
    outer: { transport: "cli" },
    inner: { transport: "api" },
    control: [{ transport: "cli" }, { transport: "cli" }],
  },
  {
    name: "a transport, where the default holds",
    outer: { cpus: 1 },
    inner: { transport: "api" },
  },
  {
    name: "another engine",
    outer: { engine: "podman" },
    inner: { engine: "/opt/podman" },
    control: [{ engine: "podman" }, { engine: "podman" }],
  },
])("loadPolicy() refuses an inner file that widens containers: $name", async (row) => {
  const { outer, inner, control = [inner, outer] } = row;
  await rejects(chain(outer, inner), (error) => {
    ok(error instanceof StageError);
    const [first] = error.diagnostics;
    equal(first?.code, "policy/widens");
    equal(first?.at?.file, "1.yaml");
    equal(first?.related?.[0]?.at.file, "0.yaml");
    return true;
  });
  await chain(...control);
});

Deno.test("loadPolicy() refuses scripts in a child where the outer file does not give them", async () => {
  const scripts = (...list: string[]) => ({ scripts: { "in-process": list } });
  await rejects(
    load(scripts("deno"), scripts("node")),
    /"bulkhead.scripts.in-process" of the outer/,
  );
  await rejects(load({ kernel: "prefer" }, scripts("deno")), /does not cover it/);
  const policy = await load(scripts("deno", "node"), scripts("node"));
  deepEqual(values(policy.scripts.inProcess), ["node"]);
});

Deno.test("loadPolicy() keeps every list of allowed images, and unites what is denied", async () => {
  const { images } = await chain(
    { images: { allow: ["a", "b"], deny: ["*:latest"] } },
    { images: { allow: ["**"], deny: ["*:latest", "c"], "require-digest": true } },
    { cpus: 1 },
  );
  deepEqual(images.allow.map(values), [["a", "b"], ["**"]]);
  deepEqual(values(images.deny), ["*:latest", "c"]);
  equal(images.digestRequired?.file, "1.yaml");
  equal((await chain({ cpus: 1 })).images.digestRequired, undefined);
});

Deno.test("loadPolicy() takes the smallest of what containers may use up, wherever it stands", async () => {
  const wide = { cpus: 4, memory: "2GB", shm: "64MB", tmp: "64MB" };
  const narrow = { cpus: 0.5, memory: "1GB", shm: "1MB", tmp: "1KB" };
  for (const order of [[wide, narrow], [narrow, wide], [wide, narrow, { ports: [] }]]) {
    const { cpus, memory, shm, tmp } = await chain(...order);
    deepEqual([cpus, memory, shm, tmp].map((it) => it?.value), [0.5, 2 ** 30, 2 ** 20, 1024]);
  }
});

Deno.test("loadPolicy() lets root file systems be written only where that is said and kept", async () => {
  const [open, closed] = [{ "read-only": false }, { "read-only": true }];
  equal((await chain(open)).writableRoot?.value, true);
  equal((await chain(open, { cpus: 1 })).writableRoot?.value, true);
  equal((await chain(open, closed)).writableRoot?.value, false);
  equal((await chain({ cpus: 1 })).writableRoot, undefined);
});

Deno.test("loadPolicy() takes ports that several outer ranges cover together", async () => {
  const { ports } = await chain({ ports: ["9000", "9001-9005"] }, { ports: ["9000-9003"] });
  deepEqual(values(ports), ["9000-9003"]);
});

Deno.test("loadPolicy() warns of capabilities that no user of docker's containers has", async () => {
  const warnings = async (keys: object) =>
    (await load(containers(keys))).warnings.map((it) => [it.code, it.related?.length ?? 0]);
  const given = { capabilities: ["KILL"] };
  const idle = "policy/idle-capabilities";
  deepEqual(await warnings(given), [[idle, 0]]);
  deepEqual(await warnings({ ...given, engine: "docker", users: ["65534:0"] }), [[idle, 1]]);
  deepEqual(await warnings({ ...given, users: ["0:65534"] }), []);
  deepEqual(await warnings({ ...given, engine: "podman" }), []);
  deepEqual(await warnings({ capabilities: [], users: ["1:1"] }), []);
});

Deno.test("loadPolicy() refuses volumes that hold, are, or lie in a forbidden path", async () => {
  const withForbidden = (path: string) =>
    loadPolicy([
      {
        file: "0.yaml",
        text: JSON.stringify({
          kestra: {
            ee: { "java-security": { enabled: true, "forbidden-paths": ["/data/secret"] } },
          },
          bulkhead: { containers: { volumes: [path] } },
        }),
      },
    ]);
  for (const path of ["/data", "/data/secret:rw", "/data/secret/out"]) {
    await rejects(withForbidden(path), (error) => {
      ok(error instanceof StageError);
      const [first] = error.diagnostics;
      equal(first?.code, "policy/forbidden-volume");
      equal(first.message.includes('forbidden path "/data/secret"'), true);
      equal(first.related?.[0]?.message, "forbidden here");
      return true;
    });
  }
  const { containers } = await withForbidden("/data/secrets");
  deepEqual(values(containers.volumes), ["/data/secrets"]);
});

Deno.test("loadPolicy() gives each meaning of containers a digest of its own", async () => {
  const files = [
    { cpus: 1 },
    { cpus: 2 },
    { memory: "1GB" },
    { shm: "1GB" },
    { tmp: "1GB" },
    { "read-only": false },
    { images: { allow: ["a"] } },
    { images: { deny: ["a"] } },
    { images: { "require-digest": true } },
    { capabilities: ["KILL"] },
    { volumes: ["/a"] },
    { volumes: ["/a:rw"] },
    { devices: ["a"] },
    { ports: [1] },
    { transport: "api" },
    { engine: "podman" },
  ];
  const policies = await Promise.all([
    ...files.map((it) => load(containers(it))),
    load({ scripts: { "in-process": ["deno"] } }),
  ]);
  equal(new Set(policies.map((it) => it.digest)).size, policies.length);
  // The controls: other words for the same.
  const digests = async (...of: object[]) =>
    new Set((await Promise.all(of.map((it) => load(containers(it))))).map((it) => it.digest)).size;
  equal(await digests({ volumes: ["/a/:ro", "/b"] }, { volumes: ["/b", "/a"] }), 1);
  equal(await digests({ capabilities: ["CAP_KILL"] }, { capabilities: ["kill"] }), 1);
  equal(await digests({ memory: "1GB" }, { memory: "1024MB" }), 1);
  equal(await digests({ cpus: 1, "read-only": true }, { cpus: 1, volumes: false }), 1);
});

const some = <T>(it: fc.Arbitrary<T>) => fc.array(it, { minLength: 1, maxLength: 3 });
const maybe = <T>(it: fc.Arbitrary<T>) => fc.array(it, { maxLength: 3 });
const pattern = fc.constantFrom("a", "*", "ghcr.io/**", "*:latest", "ghcr.io/x/*", "**/b");
const volume = fc.tuple(
  fc.constantFrom("/x", "/x/y", "/x/z", "/x/y/z", "/w"),
  fc.constantFrom("", ":ro", ":rw"),
).map((it) => it.join(""));
const size = fc.constantFrom("6MB", "1GB", "2GB");
const block = fc.record({
  engine: fc.constantFrom("docker", "podman"),
  transport: fc.constantFrom("auto", "api"),
  images: fc.record({ allow: some(pattern), deny: some(pattern), "require-digest": fc.boolean() }, {
    requiredKeys: [],
  }),
  networks: some(fc.constantFrom("none", "bridge")),
  users: some(fc.constantFrom("1:1", "2:2")),
  capabilities: maybe(fc.constantFrom("KILL", "CHOWN")),
  volumes: fc.oneof(fc.constant(false), maybe(volume)),
  devices: maybe(fc.constantFrom("a", "b")),
  ports: maybe(fc.constantFrom(5, "1-5", "6-9", "3-7", 4)),
  "read-only": fc.boolean(),
  cpus: fc.constantFrom(0.5, 1, 2),
  memory: size,
  shm: size,
  tmp: size,
}, { requiredKeys: [] });
const scripts = fc.record({ "in-process": maybe(fc.constantFrom("deno", "node", "bun")) });
/** Few keys at once, so that not every chain widens in one of them. */
const file = fc.record({
  containers: fc.tuple(block, fc.infiniteStream(fc.nat(4))).map(([it, dice]) =>
    Object.fromEntries(
      Object.entries(it).filter(() => dice.next().value === 0).concat([["privileged", false]]),
    )
  ),
  scripts,
}, { requiredKeys: ["containers"] }).map((it) => ({ kernel: "prefer", ...it }));

const IMAGES = ["a", "a:1", "b:1", "ghcr.io/x/b:1", "ghcr.io/x/y", "c/b"].flatMap((
  it,
) => [it, `${it}@sha256:${"0".repeat(64)}`]);
const PATHS = ["/x", "/x/y", "/x/y/z", "/x/z", "/w", "/w/q"];

/** All that containers may have, as a list of single things. */
function everything({ containers, scripts }: Policy): readonly string[] {
  const { volumes, ports, images }: ContainerRules = containers;
  const ranges = ports.flatMap((it) => parsePorts(it.value) ?? []);
  return [
    ...IMAGES.filter((it) => judgeImage(it, images).allowed).map((it) => `image ${it}`),
    ...PATHS.flatMap((path) =>
      volumes.filter((it) => isWithin(it.value, path)).flatMap((it) => [
        `read ${path}`,
        ...(it.readOnly ? [] : [`write ${path}`]),
      ])
    ),
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].filter((it) => coverPorts(ranges, { first: it, last: it }))
      .map((it) => `port ${it}`),
    ...containers.capabilities.map((it) => `capability ${it.value}`),
    ...containers.devices.map((it) => `device ${it.value}`),
    ...containers.networks.map((it) => `network ${it.value}`),
    ...containers.users.map((it) => `user ${it.value}`),
    ...scripts.inProcess.map((it) => `in process ${it.value}`),
    ...(containers.writableRoot?.value ? ["writable root"] : []),
  ];
}

Deno.test("a later file never widens what containers and scripts may", async () => {
  const seen = { widens: 0, less: 0, same: 0 };
  await fc.assert(
    fc.asyncProperty(file, file, async (outer, inner) => {
      const loaded = await Promise.all([load(outer), load(inner)]).catch(() => undefined);
      if (loaded === undefined) return; // Wrong by itself.
      const [before] = loaded;
      const after = await load(outer, inner).catch((error) => {
        ok(error instanceof StageError);
        for (const it of error.diagnostics) equal(it.code, "policy/widens");
        return undefined;
      });
      if (after === undefined) {
        seen.widens++;
        return;
      }
      const [was, is] = [before, after].map((it) => new Set(everything(it)));
      deepEqual([...is!].filter((it) => !was!.has(it)), []);
      seen[is!.size < was!.size ? "less" : "same"]++;
      for (const key of ["cpus", "memory", "shm", "tmp"] as const) {
        const [most, now] = [before, after].map((it) => it.containers[key]?.value ?? Infinity);
        ok(now! <= most!, key);
      }
      const [old, now] = [before.containers, after.containers];
      equal(now.engine?.value ?? "docker", old.engine?.value ?? "docker");
      equal(now.transport?.value ?? "auto", old.transport?.value ?? "auto");
      if (old.images.digestRequired) ok(now.images.digestRequired);
      // Which network and which user a container gets.
      equal(now.networks[0]?.value, old.networks[0]?.value);
      equal(now.users[0]?.value, old.users[0]?.value);
    }),
    { numRuns: 3_000 },
  );
  ok(seen.widens > 200 && seen.less > 200 && seen.same > 100, JSON.stringify(seen));
});

Deno.test("a file over itself takes nothing away", async () => {
  let gave = 0;
  await fc.assert(
    fc.asyncProperty(file, async (it) => {
      const once = await load(it).catch(() => undefined);
      if (once === undefined) return;
      const [was, is] = [everything(once), everything(await load(it, it))];
      deepEqual(is, was);
      if (is.length > IMAGES.length) gave++;
    }),
    { numRuns: 500 },
  );
  ok(gave > 50, `only ${gave} gave something`);
});
