import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { Alias, Flow, HostFacts, Listing, LocatedMap, Policy, Task } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { normalizePath } from "../paths/normalize_path.ts";
import { parseYaml } from "../source/mod.ts";
import { makePlan } from "./make_plan.ts";
import { containerRules } from "../../tests/container_rules.ts";
import { hostFacts } from "../../tests/host_facts.ts";

/** Names as directories hold them, also such as no policy may use. */
const NAMES = [
  "a",
  "ab",
  "a b",
  "caf\u00e9",
  "cafe\u0301",
  "k=v",
  "x,y",
  "n\nl",
  "<w>",
  "lost\ufffd",
];
const name = fc.constantFrom(...NAMES);
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((it) => `/${it.join("/")}`);
/** A path that a policy may name. */
const written = path.filter((it) => normalizePath(it).ok);
const writtenPaths = fc.array(written, { maxLength: 3 });

/** What lies in a tree, and where its links lead. */
const tree = fc.record({
  files: fc.array(path, { maxLength: 12 }),
  links: fc.array(fc.tuple(path, path), { maxLength: 4 }),
});

const said = fc.record({
  tree,
  forbidden: writtenPaths,
  writable: writtenPaths,
  allowed: writtenPaths,
  real: fc.array(fc.tuple(written, path), { maxLength: 3 }),
  builtIn: fc.array(written, { maxLength: 2 }),
  aliases: fc.array(path, { maxLength: 2 }),
  plugins: written,
  open: fc.boolean(),
  authorized: fc.constantFrom([], ["io"], ["com"]),
  hosts: fc.option(fc.uniqueArray(fc.constantFrom("a.example", "b.example:443"))),
  denied: fc.uniqueArray(fc.constantFrom("a.example", "c.example")),
  env: fc.uniqueArray(fc.constantFrom("A", "B")),
});

type Said = typeof said extends fc.Arbitrary<infer T> ? T : never;

const source = { file: "p", line: 1, column: 1 };
const sourced = (value: string) => ({ value, source });

function policyOf(said: Said): Policy {
  return {
    files: [],
    digest: "",
    forbiddenPaths: said.forbidden.map(sourced),
    authorizedClassPrefixes: said.authorized.length > 0 ? [said.authorized.map(sourced)] : [],
    forbiddenClassPrefixes: [],
    spawn: { value: "by-class" },
    disabledAt: [],
    defaults: [],
    forcedPrecedence: "admin",
    filesystem: { value: said.open ? "open" : "closed" },
    allowedPaths: said.allowed.map(sourced),
    writable: said.writable.map(sourced),
    kernel: { value: "prefer" },
    network: {
      ...(said.hosts && { allow: said.hosts.map(sourced) }),
      deny: said.denied.map(sourced),
    },
    env: said.env.map(sourced),
    limits: {},
    containers: containerRules(),
    scripts: { inProcess: [sourced("deno")] },
    plugins: { includes: [], excludes: [] },
    rules: [],
    warnings: [],
  };
}

const CODE = {
  directory: "/code",
  builtIn: "/code/built_in",
  eval: "/code/eval",
  plugin: "/code/plugin",
  script: "/code/script",
  importMap: "/code/map",
  guardedImportMap: "/code/guarded",
  modules: ["/code/zod"],
};

function hostOf(said: Said): HostFacts {
  const listings = new Map<string, { entries: { name: string; target?: string }[] }>();
  const add = (whole: string, target?: string) => {
    const parts = whole.split("/").slice(1);
    parts.forEach((name, i) => {
      const directory = `/${parts.slice(0, i).join("/")}`;
      const listing = listings.get(directory) ?? { entries: [] };
      listings.set(directory, listing);
      if (listing.entries.some((it) => it.name === name)) return;
      const isLink = target !== undefined && i === parts.length - 1;
      listing.entries.push({ name, ...(isLink && { target }) });
    });
  };
  const realPaths = new Map(said.real);
  const links = [...realPaths, ...said.tree.links];
  for (const [from, to] of links.toSorted(([a], [b]) => a.length - b.length)) add(from, to);
  for (const it of [...said.tree.files, ...said.forbidden, ...said.builtIn]) add(it);
  const aliases = said.forbidden.length === 0 ? [] : said.aliases.map((path): Alias => ({
    kind: "hard link",
    path,
    leadsTo: `${said.forbidden[0]}/file`,
    closed: said.forbidden[0]!,
  }));
  return hostFacts({
    uid: 0,
    gid: 0,
    childCode: { found: true, value: CODE },
    builtInPaths: ["/code", ...said.builtIn].map((path) => ({ path, what: "ours" })),
    realPaths,
    aliases: { found: aliases, unnamed: [], unsearched: [] },
    listings: listings as ReadonlyMap<string, Listing>,
    plugins: [{
      type: "com.example.Plugin",
      module: `${said.plugins}/a.ts`,
      directory: said.plugins,
    }],
  });
}

const TASKS = [
  { type: "io.kestra.plugin.core.log.Log", message: "x" },
  { type: "io.kestra.plugin.core.http.Request", uri: "http://a.example" },
  { type: "io.kestra.plugin.graalvm.js.Eval", script: "1" },
  { type: "com.example.Plugin" },
  { type: "io.kestra.plugin.scripts.deno.Script", script: "1", env: { OWN: "1" } },
];

const FLOW = {
  file: "f",
  id: "f",
  namespace: "n",
  labels: {},
  inputs: [],
  variables: {},
  tasks: TASKS.map((it, i): Task => {
    const effective = parseYaml(JSON.stringify({ id: "t", ...it }), "f") as LocatedMap;
    return {
      id: "t",
      path: `tasks[${i}]`,
      type: { value: it.type, source },
      effective,
      allowFailure: false,
      disabled: false,
      children: [],
    };
  }),
  errors: [],
  finally: [],
  afterExecution: [],
  refusals: [],
} as unknown as Flow;

/** The flags of a command line, read as Deno 2.9.6 reads them: a comma divides, nothing escapes it. */
function flagsOf(argv: readonly string[]) {
  const flags = argv.slice(2, -1);
  return {
    flags,
    isBare: (flag: string) => flags.includes(flag),
    list: (flag: string) =>
      flags.filter((it) => it.startsWith(`${flag}=`))
        .flatMap((it) => it.slice(flag.length + 1).split(",")),
  };
}

const ALWAYS = [
  "--no-prompt",
  "--no-config",
  "--no-lock",
  "--no-npm",
  "--no-remote",
  "--cached-only",
];
const KINDS = ["read", "write", "net", "env", "run", "ffi", "sys", "import"];
/** Flags that stand in a child's command line at all, up to their `=`. */
const KNOWN = new Set([
  ...ALWAYS,
  ...[
    "--quiet",
    "--no-check",
    "--v8-flags",
    "--import-map",
    "--allow-net",
    "--deny-net",
    "--allow-env",
  ],
  ...["--allow-read", "--deny-read", "--allow-write", "--deny-write", "--allow-run", "--deny-run"],
  ...["--deny-ffi", "--deny-import", "--ignore-env"],
]);

function judge(
  argv: readonly string[],
  closed: readonly string[],
  leadsTo: (path: string) => string | undefined,
): { granted: number; denied: number } {
  const { flags, isBare, list } = flagsOf(argv);
  deepEqual(argv.slice(0, 2), ["/deno", "run"]);
  ok(
    [CODE.builtIn, CODE.eval, CODE.plugin, CODE.script].includes(argv.at(-1)!),
    "the main module is ours",
  );
  for (const it of ALWAYS) equal(flags.filter((flag) => flag === it).length, 1, it);
  for (const it of flags) ok(KNOWN.has(it.replace(/=.*$/s, "")), it);
  for (const kind of KINDS) {
    const isDenied = isBare(`--deny-${kind}`);
    ok(!isDenied || list(`--allow-${kind}`).length === 0, `bare --deny-${kind} beside a list`);
    ok(!isDenied || !isBare(`--allow-${kind}`), `--allow-${kind} and --deny-${kind}`);
  }
  for (const kind of ["read", "write", "env"]) ok(!isBare(`--allow-${kind}`), kind);
  equal(list("--allow-run").length, 0);
  for (const kind of ["ffi", "import"]) ok(isBare(`--deny-${kind}`), kind);
  const counts = { granted: 0, denied: 0 };
  for (const kind of ["read", "write"]) {
    const [allow, deny] = [list(`--allow-${kind}`), list(`--deny-${kind}`)];
    counts.granted += allow.length;
    counts.denied += deny.length;
    for (const it of [...allow, ...deny]) {
      // deno-lint-ignore no-control-regex
      ok(it === "<workspace>" || /^\/[^\x00-\x1f\x7f<>\ufffd]*$/.test(it), JSON.stringify(it));
    }
    for (const it of allow) {
      ok(!deny.some((no) => isWithin(no, it) || isWithin(it, no)), `${it} beside a denial`);
      if (CODE.modules.includes(it)) continue;
      const touched = closed.find((no) => isWithin(no, it) || isWithin(it, no));
      equal(touched, undefined, `${kind} of ${it}`);
      const target = leadsTo(it);
      const behind = target && closed.find((no) => isWithin(no, target) || isWithin(target, no));
      equal(behind, undefined, `${kind} of ${it}, which leads to ${target}`);
    }
  }
  const readable = list("--allow-read");
  for (const it of list("--allow-write")) {
    ok(readable.some((root) => isWithin(root, it)), `${it} may be written and not read`);
  }
  return counts;
}

Deno.test("no policy and no tree make a command line that Deno would read otherwise", () => {
  const seen = { granted: 0, denied: 0, run: 0, refused: 0, spawning: 0 };
  fc.assert(
    fc.property(said, (said) => {
      const host = hostOf(said);
      const { tasks } = makePlan(policyOf(said), [{ flow: FLOW, warnings: [] }], host).flows[0]!;
      const closed = [
        ...said.forbidden.flatMap((it) => [it, host.realPaths.get(it) ?? it]),
        ...host.builtInPaths.map((it) => it.path),
        ...host.aliases.found.map((it) => it.path),
      ];
      // What a policy names is known by its real path, what lies beside a closed path by the listing.
      const named = new Set([...said.writable, ...said.allowed]);
      const leadsTo = (path: string) => {
        // A plugin's directory is a real path.
        if (path === said.plugins) return undefined;
        if (named.has(path)) return host.realPaths.get(path);
        const at = path.lastIndexOf("/");
        const entries = host.listings.get(path.slice(0, at) || "/")?.entries;
        return entries?.find((it) => it.name === path.slice(at + 1))?.target;
      };
      for (const { argv, verdict, refusal } of tasks) {
        if (verdict === "refuse") {
          equal(refusal?.code, "plan/plugin-forbidden");
          seen.refused++;
          continue;
        }
        const { granted, denied } = judge(argv, closed, leadsTo);
        seen.run++;
        seen.granted += granted;
        seen.denied += denied;
        if (argv.includes("--allow-run")) seen.spawning++;
      }
    }),
    { numRuns: 2_000, seed: 20261123 },
  );
  // Enough of everything, or the law says little.
  for (const [what, count] of Object.entries(seen)) ok(count > 500, `${what}: ${count}`);
});
