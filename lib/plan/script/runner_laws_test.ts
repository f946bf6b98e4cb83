import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { isWithin } from "../../paths/is_within.ts";
import { type Around, planRunner } from "../../../tests/plan_script_task.ts";

/** What an author may write, of it what nobody should get. */
const all = fc.record({
  privileged: fc.constantFrom<unknown>(true, false, "true", "{{ x }}", null),
  networkMode: fc.constantFrom(
    "host",
    "none",
    "bridge",
    "container:a",
    "other",
    "ns:/proc/1/ns/net",
  ),
  user: fc.constantFrom<unknown>("root", "0:0", "1000", "7:7", 0, "65534"),
  volumes: fc.array(
    fc.constantFrom(
      "/:/host",
      "/var/run/docker.sock:/var/run/docker.sock",
      ...["/data/in/a:/a", "/data/in/b:/h", "/data/in/c:/i:ro"],
      "/data/in:/b:rw",
      "/data/out:/c",
      "/data/out/x:/d",
      "/etc:/e:ro",
      "/data/in/socket:/f",
      "x:/g",
    ),
    { maxLength: 2 },
  ),
  extraHosts: fc.array(fc.constantFrom("a:host-gateway", "a:10.0.0.1", "--privileged:1.1.1.1"), {
    maxLength: 2,
  }),
  portBindings: fc.array(fc.constantFrom("80:80", "127.0.0.1:80:80", "22:22", "80"), {
    maxLength: 2,
  }),
  deviceRequests: fc.array(fc.constantFrom({ driver: "nvidia", count: 1 }, { driver: "cdi" }, {}), {
    maxLength: 1,
  }),
  cpu: fc.record({ cpus: fc.constantFrom<unknown>(0.5, 1, 2, 64, "1e9", -1) }),
  memory: fc.record({
    memory: fc.constantFrom("64MB", "512MB", "64GB", "0"),
    memorySwap: fc.constantFrom("64MB", "512MB", "-1", "64GB"),
    oomKillDisable: fc.boolean(),
  }, { requiredKeys: [] }),
  shmSize: fc.constantFrom("1MB", "64MB", "64GB"),
  pidMode: fc.constantFrom("host"),
  capAdd: fc.constantFrom(["SYS_ADMIN"]),
  host: fc.constantFrom("unix:///socket", "tcp://evil:2375"),
  entryPoint: fc.constantFrom([""], ["sh"], ["--privileged"]),
  fileHandlingStrategy: fc.constantFrom("MOUNT", "VOLUME"),
  killGracePeriod: fc.constantFrom("PT1S", "PT0S"),
});

/** A few of them: with all, there would always be one to refuse. */
const keys = fc.tuple(all, fc.uniqueArray(fc.nat(14), { maxLength: 2 }), fc.boolean()).map(
  ([all, some, mounts]) => {
    const entries = Object.entries(all);
    return Object.fromEntries([
      ...some.flatMap((i) => entries[i] === undefined ? [] : [entries[i]]),
      ...(mounts ? [["volumes", all.volumes]] : [["portBindings", all.portBindings]]),
    ]);
  },
);

const policies = fc.record({
  networks: fc.constantFrom<string[]>(["none"], ["bridge"], ["bridge", "none"]),
  users: fc.constantFrom<string[]>(["1000:1000"], ["1000:1000", "1000:7"]),
  volumes: fc.constantFrom(["/data/in:ro"], ["/data/in:ro", "/data/out:rw"], []),
  ports: fc.constantFrom(["80"], ["80"], []),
  devices: fc.constantFrom(["nvidia"], []),
  capabilities: fc.constantFrom(["CHOWN"], []),
  cpus: fc.constantFrom(1, 2),
  memory: fc.constantFrom("64MB", "1GB"),
}, { requiredKeys: ["volumes", "ports", "networks"] });

const MB = 2 ** 20;

Deno.test("no key of an author's puts on the command line what the policy does not give", async () => {
  const seen = { run: 0, refuse: 0, mounts: 0, ports: 0 };
  await fc.assert(
    fc.asyncProperty(keys, policies, async (keys, rules) => {
      const around: Around = {
        bulkhead: { containers: rules, kernel: "prefer" },
        host: {
          builtInPaths: [
            { path: "/data/in/socket", what: "the container engine's socket" },
            { path: "/var/run/docker.sock", what: "the container engine's socket" },
          ],
        },
      };
      const plan = await planRunner(keys, around);
      seen[plan.verdict]++;
      if (plan.verdict === "refuse") {
        return ok(plan.refusal !== undefined && plan.argv.length === 0);
      }
      const image = plan.argv.indexOf("docker.io/library/ubuntu:latest");
      const flags = plan.argv.slice(2, image);
      const of = (name: string) =>
        flags.filter((it) => it.startsWith(`--${name}=`)).map((it) => it.slice(name.length + 3));
      ok(flags.every((it) => it.startsWith("--")), "all are flags");
      for (
        const it of [
          "--privileged",
          "--pid",
          "--ipc",
          "--uts",
          "--userns",
          "--device",
          "-v",
          "--volume",
        ]
      ) {
        ok(!flags.some((flag) => flag === it || flag.startsWith(`${it}=`)), it);
      }
      ok(flags.includes("--read-only") && flags.includes("--cap-drop=ALL"));
      ok(flags.includes("--security-opt=no-new-privileges"));
      equal(of("cap-add").join(), (rules.capabilities ?? []).join());
      ok(["none", ...rules.networks ?? []].includes(of("network")[0]!), of("network")[0]);
      ok((rules.users ?? ["1000:1000"]).includes(of("user")[0]!), of("user")[0]);
      ok(Number(of("cpus")[0]) <= (rules.cpus ?? 1));
      const most = rules.memory === undefined
        ? 512 * MB
        : rules.memory === "1GB"
        ? 1024 * MB
        : 64 * MB;
      ok(Number(of("memory")[0]) <= most && Number(of("memory-swap")[0]) <= most);
      ok(of("publish").every((it) => (rules.ports ?? []).length > 0 && /:80:80\/tcp$/.test(it)));
      equal(of("gpus").length > 0 && (rules.devices ?? []).length === 0, false);
      ok(!of("add-host").some((it) => it.includes("host-gateway")));
      const [workspace, ...mounts] = of("mount");
      ok(/^type=(?:bind,source=<workspace>|volume),target=<workspace>$/.test(workspace!));
      for (const it of mounts) {
        const source = /^type=bind,source=([^,]+),target=/.exec(it)![1]!;
        const rule = (rules.volumes ?? []).find((it) => isWithin(it.split(":")[0]!, source));
        ok(rule !== undefined, it);
        if (rule.endsWith(":ro")) ok(it.endsWith(",readonly"), it);
        ok(!isWithin(source, "/data/in/socket") && !isWithin("/data/in/socket", source), it);
      }
      seen.mounts += mounts.length;
      seen.ports += of("publish").length;
    }),
    { numRuns: 1_500 },
  );
  ok(
    seen.run > 100 && seen.refuse > 300 && seen.mounts > 5 && seen.ports > 5,
    JSON.stringify(seen),
  );
});
