/**
 * What stands in a file of policy tests. Parser and schema are made from it.
 *
 * @module
 */
import * as z from "zod/mini";
import { byteSize, duration, memorySize } from "../../policy/field_shapes.ts";
import { once } from "../../source/once.ts";

/** Deno's permissions, in the order of its own lists. */
export const PERMISSIONS = ["read", "write", "net", "env", "run", "ffi", "sys", "import"] as const;
/** What is asked with a value. */
export const VALUED = ["read", "write", "net", "env"] as const;
/** Names of limits in a policy, and in a plan. */
export const LIMITS = {
  timeout: "timeoutMs",
  memory: "memoryBytes",
  processes: "processes",
  files: "files",
  output: "outputBytes",
  workspace: "workspaceBytes",
} as const;

const said = <T extends z.ZodMiniType>(description: string, it: T): T => {
  z.globalRegistry.add(it, { description });
  return it;
};
const maybe = <T extends z.ZodMiniType>(description: string, it: T) =>
  said(description, z.optional(it));
const oneOf = <const T extends readonly string[]>(...them: T) =>
  z.enum(them, `expected one of ${them.join(", ")}`);
const text = (expected: string) =>
  z.string(`expected ${expected}`).check(z.minLength(1, `expected ${expected}`));
const texts = (expected: string) =>
  z.array(text("a text"), `expected ${expected}`).check(z.minLength(1, `expected ${expected}`));
const answer = () => oneOf("allowed", "denied");

const IncludesShape = once(() =>
  z.strictObject({
    includes: maybe("All of these are there", texts("a list of texts")),
    excludes: maybe("None of these is there", texts("a list of texts")),
  }, "expected includes, excludes")
);

const ListShape = once(() =>
  z.union([oneOf("all", "none"), IncludesShape()], "expected all, none, or includes and excludes")
);

/** `expect` of a test. */
export const ExpectShape = once(() =>
  z.strictObject({
    verdict: maybe("Whether it may run; without `task` of a whole flow", oneOf("run", "refuse")),
    refusal: maybe("The code of the refusal", text("the code of a refusal")),
    kind: maybe(
      "What kind of executor the class needs",
      oneOf("in-process", "script", "flowable", "unknown"),
    ),
    spawn: maybe("Whether its class may create threads and processes", answer()),
    argv: maybe("Words of the command line; an entry of --flag=a,b is --flag=a", IncludesShape()),
    permissions: maybe(
      "Deno's permissions. A list includes a path where one of its entries holds it",
      z.strictObject(
        Object.fromEntries(
          PERMISSIONS.map((it) => [
            it,
            z.optional(
              z.strictObject(
                { allow: z.optional(ListShape()), deny: z.optional(ListShape()) },
                "expected allow, deny",
              ),
            ),
          ]),
        ) as Record<
          typeof PERMISSIONS[number],
          z.ZodMiniOptional<
            z.ZodMiniObject<{
              allow: z.ZodMiniOptional<ReturnType<typeof ListShape>>;
              deny: z.ZodMiniOptional<ReturnType<typeof ListShape>>;
            }>
          >
        >,
        `expected ${PERMISSIONS.join(", ")}`,
      ),
    ),
    layers: maybe(
      "Which layers have a part in it",
      z.strictObject({
        preflight: z.optional(z.boolean("expected true or false")),
        deno: z.optional(z.boolean("expected true or false")),
        kernel: z.optional(z.boolean("expected true or false")),
        container: z.optional(z.boolean("expected true or false")),
      }, "expected preflight, deno, kernel, container"),
    ),
    values: maybe(
      "What the task has after defaults and rules, by dotted path: taskRunner.type, commands[0]. " +
        "null: it is not set",
      z.record(z.string(), z.unknown(), "expected a map of paths and values"),
    ),
    limits: maybe(
      "What a run may use up; null: as much as there is",
      z.strictObject({
        timeout: z.optional(z.nullable(duration())),
        memory: z.optional(z.nullable(memorySize())),
        processes: z.optional(z.nullable(z.int("expected a number"))),
        files: z.optional(z.nullable(z.int("expected a number"))),
        output: z.optional(z.nullable(byteSize())),
        workspace: z.optional(z.nullable(byteSize())),
      }, `expected ${Object.keys(LIMITS).join(", ")}`),
    ),
    container: maybe(
      "What its container is",
      z.strictObject(
        {
          engine: z.optional(oneOf("docker", "podman", "nerdctl")),
          image: z.optional(text("an image")),
          network: z.optional(text("the name of a network")),
          user: z.optional(text("uid:gid")),
          capabilities: z.optional(
            z.array(text("a capability"), "expected a list of capabilities"),
          ),
          "read-only": z.optional(z.boolean("expected true or false")),
          cpus: z.optional(z.number("expected a number")),
          memory: z.optional(memorySize()),
          shm: z.optional(byteSize()),
          tmp: z.optional(byteSize()),
          mounts: maybe("As source:target, with :ro where it is read-only", IncludesShape()),
        },
        "expected engine, image, network, user, capabilities, read-only, cpus, memory, shm, tmp, mounts",
      ),
    ),
    access: maybe(
      "What the task may do: each path, host or variable with allowed or denied",
      z.strictObject({
        read: maybe("Paths: absolute, or from the workspace", answers()),
        write: maybe("Paths: absolute, or from the workspace", answers()),
        net: maybe("Hosts, with :port where one is meant", answers()),
        env: maybe("Variables of the worker", answers()),
        spawn: z.optional(answer()),
      }, "expected read, write, net, env, spawn"),
    ),
    because: maybe(
      "What decides what is expected here: FILE:LINE, or a part of the rule, of what it does, or of " +
        "the line of the policy",
      texts("a list of FILE:LINE or texts"),
    ),
  }, "expected what the plan says: verdict, spawn, access, …")
);

function answers() {
  return z.record(z.string(), answer(), "expected a map: each with allowed or denied");
}

/** `host` of a file or of a test: what the assumed machine has not. */
export const HostShape = once(() =>
  z.strictObject({
    kernel: maybe("Whether it has the kernel layer", z.boolean("expected true or false")),
    engine: maybe("Its container engine", oneOf("docker", "podman", "nerdctl", "none")),
    plugins: maybe(
      "Whether classes that are not part of bulkhead are implemented by plugins",
      z.boolean("expected true or false"),
    ),
  }, "expected what the machine has: kernel, engine, plugins")
);

/** One of `tests`. What stands in `expect` is read when a table has been filled in. */
export const TestShape = once(() =>
  z.strictObject({
    name: said("What is promised, in a few words", text("a name")),
    description: z.optional(z.string("expected a text")),
    disabled: z.optional(z.boolean("expected true or false")),
    task: maybe(
      "A task, with its type and properties; beside `flow` the id of one of its tasks",
      z.union([text("an id"), z.record(z.string(), z.unknown())], "expected a task: type, …"),
    ),
    namespace: maybe("Of the flow that `task` stands in", text("a namespace")),
    flow: maybe(
      "A flow, or the path of one from this file on",
      z.union([text("a path"), z.record(z.string(), z.unknown())], "expected a flow, or its path"),
    ),
    table: maybe(
      "Makes a test of each row: ${column} in the test stands for its cell; $${ is ${",
      z.strictObject({
        columns: z.array(
          z.string("expected a name").check(
            z.regex(/^[A-Za-z_][\w-]*$/, "expected a name of letters and digits"),
          ),
          "expected a list of names",
        ).check(z.minLength(1, "expected at least one name")),
        rows: z.array(
          z.array(z.unknown(), "expected a row: a list with a cell for each column"),
          "expected a list of rows",
        ).check(z.minLength(1, "expected at least one row")),
      }, "expected a table: columns, rows"),
    ),
    host: z.optional(z.record(z.string(), z.unknown(), "expected what the machine has")),
    expect: z.record(z.string(), z.unknown(), "expected what the plan says: verdict, access, …"),
  }, "expected a test: name, task or flow, expect")
);

/** `tests` of a file, or of a policy itself. */
export const TestsShape = once(() =>
  z.array(TestShape(), "expected a list of tests").check(
    z.minLength(1, "expected at least one test"),
  )
);

/** A whole file. */
export const PolicyTestsShape = once(() =>
  z.strictObject({
    policy: said(
      "The policy that is tested: a path from this file on, or a list of them, outermost first",
      z.union([text("a path"), texts("a list of paths")], "expected a path, or a list of paths"),
    ),
    description: z.optional(z.string("expected a text")),
    host: z.optional(z.record(z.string(), z.unknown(), "expected what the machine has")),
    tests: TestsShape(),
  })
);
