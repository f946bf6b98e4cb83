import { ok } from "node:assert/strict";
import { posix } from "node:path";
import fc from "fast-check";
import { canonicalClass } from "../lib/catalog/aliases.ts";
import { parseFlow, readFlow } from "../lib/flow/mod.ts";
import { inspectHost } from "../lib/host/mod.ts";
import { isWithin } from "../lib/paths/is_within.ts";
import { makePlan } from "../lib/plan/mod.ts";
import { applyDefaults, applyRules, loadPolicy } from "../lib/policy/mod.ts";

// The counters below ask that enough runs meant something: the same runs every time.
fc.configureGlobal({ seed: 20261123 });

/** A tree to read, one to write, one elsewhere, and the closed one. */
const TREES = ["read", "write", "other", "closed"];
const OPEN = TREES.slice(0, -1);
const name = fc.constantFrom("a", "b", "c");
const below = (trees: readonly string[], minLength: number) =>
  fc.tuple(fc.constantFrom(...trees), fc.array(name, { minLength, maxLength: 3 }))
    .map(([tree, names]) => [tree, ...names].join("/"));

const world = fc.record({
  files: fc.array(below(TREES, 1), { minLength: 3, maxLength: 8 }),
  directories: fc.array(below(TREES, 1), { maxLength: 4 }),
  links: fc.array(
    fc.record({
      at: below(OPEN, 1),
      /** From the root of the world; written as an absolute path, or with as many dots as given. */
      to: fc.oneof(
        below(TREES, 0),
        fc.constantFrom("", "other", "read/a", "closed", "closed/secret"),
      ),
      ups: fc.option(fc.nat({ max: 4 })),
    }),
    { maxLength: 8 },
  ),
  hard: fc.array(fc.record({ at: below(OPEN, 1), to: below(TREES, 1) }), { maxLength: 3 }),
});

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}

/** Makes what can be made of a world; what stands in the way of another is left out. */
function make(root: string, { files, directories, links, hard }: World): void {
  const attempt = (path: string, act: (path: string) => void) => {
    // Not through a link that was made before: it would lead out of the tree.
    for (let at = posix.dirname(path); at !== root; at = posix.dirname(at)) {
      if (isLink(at)) return;
    }
    try {
      Deno.mkdirSync(posix.dirname(path), { recursive: true });
      act(path);
    } catch (error) {
      if (error instanceof TypeError) throw error;
    }
  };
  for (const it of TREES) Deno.mkdirSync(`${root}/${it}`);
  attempt(`${root}/closed/secret`, (it) => Deno.writeTextFileSync(it, "secret"));
  for (const it of directories) attempt(`${root}/${it}`, (it) => Deno.mkdirSync(it));
  for (const it of files) {
    attempt(`${root}/${it}`, (it) => Deno.writeTextFileSync(it, "", { createNew: true }));
  }
  for (const { at, to } of hard) {
    attempt(`${root}/${at}`, (it) => Deno.linkSync(`${root}/${to}`, it));
  }
  for (const { at, to, ups } of links) {
    const text = ups === null ? posix.join(root, to) : posix.join("../".repeat(ups), to) || ".";
    attempt(`${root}/${at}`, (it) => Deno.symlinkSync(text, it));
  }
}

const EVAL = "io.kestra.plugin.graalvm.js.Eval";

async function grants(root: string) {
  const policy = await loadPolicy([{
    file: "p",
    text: JSON.stringify({
      kestra: {
        ee: { "java-security": { enabled: true, "forbidden-paths": [`${root}/closed`] } },
        "local-files": { "allowed-paths": [`${root}/read`] },
      },
      bulkhead: { filesystem: "closed", writable: [`${root}/write`] },
    }),
  }]);
  const text = JSON.stringify({
    id: "f",
    namespace: "n",
    tasks: [{ id: "t", type: EVAL, script: "1" }],
  });
  const merged = applyDefaults(readFlow(text, "f"), policy);
  const { flow } = parseFlow(applyRules(merged, policy.rules, canonicalClass).flow);
  const env = Deno.env.toObject();
  const host = await inspectHost({ policy, env, workspace: `${root}/ws`, needsEngine: false });
  const { permissions } = makePlan(policy, [{ flow, warnings: [] }], host).flows[0]!.tasks[0]!;
  const lists = (kind: "read" | "write") => {
    const { allow, deny } = permissions![kind];
    ok(allow !== "all" && deny !== "all");
    return (path: string) =>
      allow.some((it) => isWithin(it, path)) && !deny.some((it) => isWithin(it, path));
  };
  return { read: lists("read"), write: lists("write"), found: host.aliases.found.length };
}

/** Every way from a directory down, through links too. */
function* ways(path: string, depth: number): Generator<string> {
  yield path;
  if (depth === 0) return;
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync(path)];
  } catch {
    return;
  }
  for (const it of entries) yield* ways(`${path}/${it.name}`, depth - 1);
}

function realOf(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
}

type Grants = Awaited<ReturnType<typeof grants>>;

/** What was looked at: little of it, and the law says little. */
const makeCounts = () => ({ ways: 0, read: 0, written: 0, moves: 0, finds: 0 });

function look(root: string, { read, write }: Grants, seen: ReturnType<typeof makeCounts>): void {
  const closed = `${root}/closed`;
  const inodes = new Set([...ways(closed, 4)].map((it) => Deno.statSync(it).ino));
  const directories: string[] = [];
  const links: string[] = [];
  for (const way of ["read", "write"].flatMap((it) => [...ways(`${root}/${it}`, 5)])) {
    seen.ways++;
    if (write(way)) {
      seen.written++;
      const { isSymlink, isDirectory } = Deno.lstatSync(way);
      if (isSymlink) links.push(way);
      if (isDirectory) directories.push(Deno.realPathSync(way));
    }
    const real = read(way) ? realOf(way) : undefined;
    if (real === undefined) continue;
    seen.read++;
    ok(!isWithin(closed, real), `${way} leads to ${real}`);
    ok(!inodes.has(Deno.statSync(way).ino), `${way} is a name of what is closed`);
  }
  for (const link of links) {
    const text = Deno.readLinkSync(link);
    if (text.startsWith("/")) continue;
    for (const directory of directories) {
      const real = realOf(posix.join(directory, text));
      if (real === undefined) continue;
      seen.moves++;
      ok(!isWithin(closed, real) && !isWithin(real, closed), `${link} in ${directory}: ${real}`);
    }
  }
}

Deno.test("no way through links, and no link that could be moved, leads to what is closed", async () => {
  const seen = makeCounts();
  await fc.assert(
    fc.asyncProperty(world, async (world) => {
      const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "links_" }));
      try {
        make(root, world);
        const granted = await grants(root);
        seen.finds += granted.found;
        look(root, granted, seen);
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    }),
    { numRuns: 150 },
  );
  for (const [what, count] of Object.entries(seen)) ok(count > 50, `${what}: ${count}`);
});
