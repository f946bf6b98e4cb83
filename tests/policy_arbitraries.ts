import fc from "fast-check";

export const LOG = "io.kestra.plugin.core.log.Log";
const EVAL = "io.kestra.plugin.graalvm.js.Eval";
const NASHORN = "io.kestra.plugin.scripts.nashorn.Eval";
export const CLASSES = [LOG, EVAL, NASHORN, "com.example.Unknown"];
/** Names of directories, three in each, three deep. */
export const NAMES = ["a", "b", "c"];

/** A path of the small disk. */
export const path = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })
  .map((it) => `/${it.join("/")}`);
/** One to three of it. */
export const some = <T>(it: fc.Arbitrary<T>) => fc.array(it, { minLength: 1, maxLength: 3 });
/** A class, or a package of classes. */
export const prefix = fc.constantFrom(
  "io.kestra",
  "io.kestra.plugin.core",
  "io.kestra.plugin.scripts",
  EVAL,
  "com",
);
const host = fc.constantFrom("a.example", "b.example", "c.example:443");
const requiredKey = fc.constantFrom("message", "script", "level", "taskRunner");

/** A policy file of whatever there is. */
const fileWith = (bulkhead: fc.Arbitrary<object>) =>
  fc.record({
    security: fc.record({
      "forbidden-paths": some(path),
      "authorized-class-prefix": some(prefix),
      "forbidden-class-prefix": some(prefix),
    }, { requiredKeys: [] }),
    plugins: fc.record({
      includes: fc.constant(["io[.]kestra[.].*"]),
      excludes: some(fc.constantFrom(...CLASSES)),
    }, { requiredKeys: [] }),
    bulkhead,
    policies: fc.array(
      fc.oneof(
        fc.record({
          type: fc.constant("io.kestra.plugin.ee.rules.Deny"),
          on: fc.constant("PLUGIN"),
          where: fc.constantFrom(...CLASSES).map((
            value,
          ) => [{ field: "type", operator: "EQUAL_TO", value }]),
          errorMessage: fc.constant("no"),
        }),
        fc.record({
          type: fc.constant("io.kestra.plugin.ee.rules.Require"),
          on: fc.constant("PLUGIN"),
          where: fc.constant([{ field: "type", operator: "STARTS_WITH", value: "io." }]),
          properties: some(requiredKey),
        }),
      ),
      { maxLength: 1 },
    ),
  }).map(({ security, plugins, bulkhead, policies }) => ({
    kestra: {
      ee: { "java-security": { enabled: true, ...security } },
      plugins: { security: plugins },
      ...(policies.length > 0 &&
        { policies: [{ id: "p", enforcement: "ACTIVE", rules: policies }] }),
    },
    bulkhead,
  }));

const network = fc.record({ allow: some(host), deny: some(host) }, { requiredKeys: [] });
const limits = fc.record({
  timeout: fc.constantFrom("PT1S", "PT1M"),
  memory: fc.constantFrom("64MB", "1GB"),
}, { requiredKeys: [] });
/** What grants, and may widen what an outer file grants. */
const granting = fc.record({
  filesystem: fc.constantFrom("open", "closed"),
  spawn: fc.constantFrom("by-class", "never"),
  writable: some(path),
  network,
  env: fc.record({ allow: some(fc.constantFrom("A", "B", "C")) }),
  limits,
}, { requiredKeys: ["filesystem"] });
/** What can only tighten. */
const tightening = fc.record({
  filesystem: fc.constant("closed"),
  spawn: fc.constant("never"),
  network,
  limits,
}, { requiredKeys: ["filesystem"] });
/** A policy file that grants and forbids whatever there is. */
export const policyFile = fileWith(granting);
/** One that mostly tightens, for the inside of a chain. */
export const innerFile = fileWith(fc.oneof({ weight: 4, arbitrary: tightening }, granting));
