import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { loadPolicy } from "./load_policy.ts";

const values = (list: readonly { readonly value: string }[] | undefined) =>
  list?.map((it) => it.value);

const load = (...texts: string[]) =>
  loadPolicy(texts.map((text, i) => ({ file: `${i}.yaml`, text })));

const security = (lines: Record<string, unknown>) =>
  JSON.stringify({ kestra: { ee: { "java-security": { enabled: true, ...lines } } } });

const bulkhead = (lines: Record<string, unknown>) => JSON.stringify({ bulkhead: lines });

Deno.test("loadPolicy() unites what is forbidden and keeps every list of authorized classes", async () => {
  const policy = await load(
    security({ "forbidden-paths": ["/a"], "authorized-class-prefix": ["io.x"] }),
    security({
      "forbidden-paths": ["/a", "/b"],
      "authorized-class-prefix": ["io.x.y"],
      "forbidden-class-prefix": ["io.z"],
    }),
  );
  deepEqual(values(policy.forbiddenPaths), ["/a", "/b"]);
  deepEqual(policy.authorizedClassPrefixes.map(values), [["io.x"], ["io.x.y"]]);
  deepEqual(values(policy.forbiddenClassPrefixes), ["io.z"]);
});

Deno.test("loadPolicy() takes the smaller limit, wherever it stands", async () => {
  for (const order of [["PT1H", "PT2H"], ["PT2H", "PT1H"]]) {
    const policy = await load(...order.map((timeout) => bulkhead({ limits: { timeout } })));
    equal(policy.limits.timeoutMs?.value, 3_600_000);
  }
  const [wide, narrow] = [1, 2].map((it) => 4 - it).map((it) => ({
    files: 100 * it,
    output: `${it}MB`,
    workspace: `${it}GB`,
    memory: `${it}00MB`,
    processes: it,
  }));
  for (const order of [[wide, narrow], [narrow, wide]]) {
    const { limits } = await load(...order.map((it) => bulkhead({ limits: it })));
    deepEqual(Object.fromEntries(Object.entries(limits).map(([key, it]) => [key, it.value])), {
      files: 200,
      outputBytes: 2 * 2 ** 20,
      workspaceBytes: 2 * 2 ** 30,
      memoryBytes: 200 * 2 ** 20,
      processes: 2,
    });
  }
});

Deno.test("loadPolicy() keeps of allowed hosts what all files allow", async () => {
  const policy = await load(
    bulkhead({ network: { allow: ["a.b", "c.d"] } }),
    bulkhead({ network: { allow: ["c.d", "e.f"], deny: ["g.h"] } }),
  );
  deepEqual(values(policy.network.allow), ["c.d"]);
  deepEqual(values(policy.network.deny), ["g.h"]);
});

Deno.test("loadPolicy() drops a block that is switched off, and says where", async () => {
  const off = JSON.stringify({
    kestra: { ee: { javaSecurity: { enabled: false, forbiddenPaths: ["/a"] } } },
  });
  const policy = await load(off);
  deepEqual(policy.forbiddenPaths, []);
  deepEqual(policy.disabledAt.map((it) => it.file), ["0.yaml"]);
  deepEqual(values((await load(off.replace("false", "true"))).forbiddenPaths), ["/a"]);
});

/** What widens, beside the twin that tightens: the same two files the other way round. */
Deno.test.each([
  {
    name: "switching the block off",
    outer: security({}),
    inner: '{"kestra":{"ee":{"java-security":{"enabled":false}}}}',
  },
  {
    name: "opening the file system",
    outer: bulkhead({ filesystem: "closed" }),
    inner: bulkhead({ filesystem: "open" }),
  },
  {
    name: "letting classes spawn again",
    outer: bulkhead({ spawn: "never" }),
    inner: bulkhead({ spawn: "by-class" }),
  },
  {
    name: "a weaker kernel layer",
    outer: bulkhead({ kernel: "require" }),
    inner: bulkhead({ kernel: "prefer" }),
  },
  {
    name: "a writable path that is not given",
    outer: bulkhead({ writable: ["/w/a"] }),
    inner: bulkhead({ writable: ["/w"] }),
  },
  {
    name: "a writable path where none is given",
    outer: bulkhead({ kernel: "prefer" }),
    inner: bulkhead({ writable: ["/w"] }),
  },
  {
    name: "a variable that is not given",
    outer: bulkhead({ env: { allow: ["A"] } }),
    inner: bulkhead({ env: { allow: ["A", "B"] } }),
  },
  {
    name: "a precedence, where the default holds",
    outer: bulkhead({ filesystem: "closed" }),
    inner: bulkhead({ "forced-precedence": "flow-first" }),
  },
  {
    name: "no kernel layer, where the default holds",
    outer: bulkhead({ filesystem: "closed" }),
    inner: bulkhead({ kernel: "off" }),
  },
  {
    name: "another engine, where the default holds",
    outer: bulkhead({ filesystem: "closed" }),
    inner: bulkhead({ containers: { engine: "/opt/other" } }),
  },
  {
    name: "a network that is not given",
    outer: bulkhead({ containers: { networks: ["none"] } }),
    inner: bulkhead({ containers: { networks: ["none", "bridge"] } }),
  },
])("loadPolicy() refuses an inner file that widens: $name", async ({ outer, inner }) => {
  await rejects(load(outer, inner), (error) => {
    ok(error instanceof StageError);
    const [first] = error.diagnostics;
    equal(first?.code, "policy/widens");
    equal(first?.at?.file, "1.yaml");
    equal(first?.related?.[0]?.at.file, "0.yaml");
    return true;
  });
  await load(inner, outer);
});

Deno.test("loadPolicy() refuses to open what holds a forbidden path, and what lies in one", async () => {
  for (const path of ["/data", "/data/secret", "/data/secret/out"]) {
    await rejects(
      load(security({ "forbidden-paths": ["/data/secret"] }), bulkhead({ kernel: "prefer" })).then(
        () =>
          loadPolicy([{
            file: "p",
            text: JSON.stringify({
              ...JSON.parse(security({ "forbidden-paths": ["/data/secret"] })),
              bulkhead: { writable: [path] },
            }),
          }]),
      ),
      /forbidden path "\/data\/secret"/,
    );
  }
  await loadPolicy([{
    file: "p",
    text: JSON.stringify({
      ...JSON.parse(security({ "forbidden-paths": ["/data/secret"] })),
      bulkhead: { writable: ["/data/secrets"] },
    }),
  }]);
});

Deno.test("loadPolicy() gives equal digests to equal meanings, and others to others", async () => {
  const kebab = await load(security({ "forbidden-paths": ["/a", "/b/"] }));
  const camel = await load(
    "# other words\nkestra:\n  ee:\n    javaSecurity:\n      forbiddenPaths:\n        - /b\n        - /a/.\n      enabled: true\n",
  );
  equal(kebab.digest, camel.digest);
  const other = await load(security({ "forbidden-paths": ["/a"] }));
  equal(kebab.digest === other.digest, false);
  equal(kebab.files[0]?.digest === camel.files[0]?.digest, false);
});

Deno.test("loadPolicy() tells the problems of every file of a chain", async () => {
  await rejects(load("bulkhead: {a: 1}", "bulkhead: {b: 1}"), (error) => {
    ok(error instanceof StageError);
    deepEqual(error.diagnostics.map((it) => it.at?.file), ["0.yaml", "1.yaml"]);
    return true;
  });
});

Deno.test("loadPolicy() keeps the network that containers get, and drops others", async () => {
  const networks = (...list: string[]) => bulkhead({ containers: { networks: list } });
  await rejects(load(networks("none", "bridge"), networks("bridge")), /Cannot put "bridge" first/);
  const { containers } = await load(networks("none", "bridge"), networks("none"));
  deepEqual(values(containers.networks), ["none"]);
});

Deno.test("loadPolicy() lets an inner file tighten what is silent", async () => {
  const silent = bulkhead({ filesystem: "closed" });
  equal((await load(silent, bulkhead({ kernel: "require" }))).kernel.value, "require");
  const { forcedPrecedence } = await load(
    silent,
    bulkhead({ "forced-precedence": "ignore-flow-forced" }),
  );
  equal(forcedPrecedence, "ignore-flow-forced");
});
