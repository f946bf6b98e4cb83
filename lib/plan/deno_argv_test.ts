import { equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import type { Permission, Permissions } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { type ClosedPath } from "./closed_paths.ts";
import { denoArgv } from "./deno_argv.ts";
import { permissionsFor } from "./permissions.ts";

const none: Permission = { allow: [], deny: [] };
const closed: Permission = { allow: [], deny: "all" };
const START = { runtime: "/deno", main: "/child.mjs" };
const NOTHING: Permissions = {
  read: none,
  write: none,
  net: none,
  env: none,
  run: closed,
  ffi: closed,
  sys: none,
  import: closed,
};

Deno.test("denoArgv() ends in the bootstrap, and starts no config, npm or remote code", () => {
  const argv = denoArgv(START, NOTHING);
  equal(argv.at(-1), "/child.mjs");
  for (const flag of ["--no-prompt", "--no-config", "--no-npm", "--no-remote", "--cached-only"]) {
    ok(argv.includes(flag), flag);
  }
});

/** What must never be emitted, beside the twin that may. */
Deno.test.each([
  {
    name: "a bare grant of reading",
    bad: { read: { allow: "all", deny: ["/etc"] } },
    good: { read: { allow: ["/srv"], deny: ["/etc"] } },
  },
  {
    name: "a bare grant of writing",
    bad: { write: { allow: "all", deny: [] } },
    good: { write: { allow: ["/srv"], deny: [] } },
  },
  { name: "FFI", bad: { ffi: { allow: "all", deny: [] } }, good: { ffi: closed } },
  {
    name: "a bare denial beside a list",
    bad: { env: { allow: ["A"], deny: "all" } },
    good: { env: { allow: ["A"], deny: [] } },
  },
  {
    name: "a comma",
    bad: { read: { allow: ["/a,b"], deny: [] } },
    good: { read: { allow: ["/a b"], deny: [] } },
  },
  {
    name: "that what is not granted is absent, but of variables",
    bad: { read: { allow: ["/srv"], deny: [], rest: "absent" } },
    good: { env: { allow: ["A"], deny: [], rest: "absent" } },
  },
  {
    name: "an empty value",
    bad: { read: { allow: [""], deny: [] } },
    good: { read: { allow: ["/"], deny: [] } },
  },
] as { name: string; bad: Partial<Permissions>; good: Partial<Permissions> }[])(
  "denoArgv() never emits $name",
  ({ bad, good }) => {
    throws(() => denoArgv(START, { ...NOTHING, ...bad }), TypeError);
    denoArgv(START, { ...NOTHING, ...good });
  },
);

Deno.test("denoArgv() spreads a long list over several flags, and loses nothing", () => {
  const paths = Array.from({ length: 5_000 }, (_, i) => `/srv/some/long/path/number/${i}`);
  const argv = denoArgv(START, { ...NOTHING, read: { allow: paths, deny: [] } });
  const flags = argv.filter((it) => it.startsWith("--allow-read="));
  ok(flags.length > 1 && flags.every((it) => it.length < 128 * 1024));
  equal(flags.map((it) => it.slice("--allow-read=".length)).join(","), paths.join(","));
});

const name = fc.constantFrom("a", "b", "c");
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((it) => `/${it.join("/")}`);

Deno.test("no policy makes an allow below a denial, or a grant that holds a closed path", () => {
  fc.assert(fc.property(
    fc.array(path, { maxLength: 4 }),
    fc.array(path, { maxLength: 3 }),
    fc.array(path, { maxLength: 3 }),
    fc.boolean(),
    fc.boolean(),
    (forbidden, writable, allowed, open, spawn) => {
      const source = { file: "p", line: 1, column: 1 };
      const sourced = (it: string) => ({ value: it, source });
      const paths: ClosedPath[] = forbidden.map((it) => ({
        path: it,
        how: "deny",
        rule: "r",
        source,
      }));
      const entries = ["a", "b", "c"].map((it) => ({ name: it }));
      const all = [
        "/",
        ...["a", "b", "c"].flatMap((x) => [`/${x}`, ...["a", "b", "c"].map((y) => `/${x}/${y}`)]),
      ];
      const permissions = permissionsFor(
        { files: true, net: true, env: true, spawn, modules: [] },
        {
          filesystem: { value: open ? "open" : "closed" },
          writable: writable.map(sourced),
          allowedPaths: allowed.map(sourced),
          network: { deny: [] },
          env: [],
        } as never,
        paths,
        { listings: new Map(all.map((it) => [it, { entries }])), realPaths: new Map() } as never,
      );
      const argv = denoArgv(START, permissions);
      for (const kind of ["read", "write"]) {
        const list = (side: string) =>
          argv.filter((it) => it.startsWith(`--${side}-${kind}=`))
            .flatMap((it) => it.slice(it.indexOf("=") + 1).split(","));
        for (const grant of list("allow")) {
          for (const no of list("deny")) ok(!isWithin(no, grant) && !isWithin(grant, no));
        }
        ok(!argv.includes(`--allow-${kind}`) && !argv.includes(`--deny-${kind}`));
      }
      ok(
        !argv.some((it) =>
          it === "-A" || it.startsWith("--allow-ffi") || it.startsWith("--allow-sys")
        ),
      );
      equal(argv.includes("--allow-run"), spawn);
      equal(argv.includes("--deny-run"), !spawn);
    },
  ));
});
