import { deepEqual, equal, ok } from "node:assert/strict";
import { type AliasSearch, findAliases, underWrittenNames } from "./find_aliases.ts";
import { findHardLinks } from "./find_hard_links.ts";
import { walkTree } from "./walk_tree.ts";

/** A tree with links; gone when it is disposed of. */
async function makeTree(
  files: readonly string[],
  links: Readonly<Record<string, string>>,
  hard: Readonly<Record<string, string>> = {},
) {
  const root = await Deno.realPath(await Deno.makeTempDir());
  const at = async (path: string) => {
    const file = `${root}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    return file;
  };
  for (const it of files) await Deno.writeTextFile(await at(it), it);
  for (const [from, to] of Object.entries(links)) {
    await Deno.symlink(to.replace("ROOT", root), await at(from));
  }
  for (const [from, to] of Object.entries(hard)) await Deno.link(`${root}/${to}`, await at(from));
  return { root, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

function search(root: string, more: Partial<AliasSearch> = {}): AliasSearch {
  return {
    closed: [`${root}/closed`, "/proc"],
    onDisk: [`${root}/closed`],
    trees: [{ path: `${root}/open`, writable: false }],
    open: false,
    workspaceRoot: "/nowhere/workspaces",
    mountinfo: "",
    ...more,
  };
}

const found = async (root: string, more: Partial<AliasSearch> = {}) =>
  (await findAliases(search(root, more))).found.map(({ kind, path, leadsTo }) => [
    kind,
    path.slice(root.length + 1),
    leadsTo.replace(`${root}/`, ""),
  ]).toSorted();

const FILES = ["closed/key", "open/file", "other/file", "closed-not/file"];

/** Each link beside one that leads to where nothing is closed. */
Deno.test.each([
  { name: "a file", to: "ROOT/closed/key", leadsTo: "closed/key", twin: "ROOT/other/file" },
  { name: "a directory", to: "ROOT/closed", leadsTo: "closed", twin: "ROOT/closed-not" },
  { name: "a relative way", to: "../closed/key", leadsTo: "closed/key", twin: "../other/file" },
  { name: "what does not exist yet", to: "../closed/new", leadsTo: "closed/new", twin: "../new" },
  { name: "/proc", to: "/proc/version", leadsTo: "/proc/version", twin: "/dev/null" },
])("findAliases() finds a symbolic link to $name", async ({ to, twin, leadsTo }) => {
  await using tree = await makeTree(FILES, { "open/a": to, "open/b": twin });
  deepEqual(await found(tree.root), [["symbolic link", "open/a", leadsTo]]);
});

Deno.test("findAliases() finds a link to what holds a closed path, and not one that goes round", async () => {
  await using tree = await makeTree(FILES, { "open/up": "ROOT", "open/a": "b", "open/b": "a" });
  const { found, unnamed, unsearched } = await findAliases(search(tree.root));
  deepEqual(found, [{
    kind: "symbolic link",
    path: `${tree.root}/open/up`,
    leadsTo: tree.root,
    closed: `${tree.root}/closed`,
  }]);
  deepEqual([unnamed, unsearched], [[], []]);
});

Deno.test("findAliases() searches what a link opens, and closes links to a find", async () => {
  await using tree = await makeTree(FILES, {
    "open/elsewhere": "ROOT/other",
    "other/deep/way": "ROOT/closed",
    "open/a/way": "ROOT/closed",
    "open/b": "a",
    "open/c": "ROOT/closed-not",
  });
  deepEqual(await found(tree.root), [
    ["symbolic link", "open/a/way", "closed"],
    ["symbolic link", "open/b", "open/a"],
    ["symbolic link", "open/elsewhere", "other"],
    ["symbolic link", "other/deep/way", "closed"],
  ]);
});

Deno.test("findAliases() finds a link that a task could move, in writable trees only", async () => {
  await using tree = await makeTree(FILES, {
    "open/a/b/up": "../..",
    "open/a/b/sibling": "../../other",
    "open/a/b/odd": "x/../y",
  });
  deepEqual(await found(tree.root), []);
  const trees = [{ path: `${tree.root}/open`, writable: true }];
  const paths = (await found(tree.root, { trees })).map(([kind, path]) => [kind, path]);
  deepEqual(paths, [["movable link", "open/a/b/odd"], ["movable link", "open/a/b/up"]]);
});

Deno.test("findAliases() takes for writable what a link in a writable tree leads to", async () => {
  await using tree = await makeTree([...FILES, "read/file"], {
    "open/way": "ROOT/read",
    "read/a/b/up": "../..",
  });
  const trees = (writable: boolean) => [
    { path: `${tree.root}/read`, writable: false },
    { path: `${tree.root}/open`, writable },
  ];
  deepEqual(await found(tree.root, { trees: trees(false) }), []);
  deepEqual(
    (await found(tree.root, { trees: trees(true) })).map(([kind, path]) => [kind, path]),
    [["movable link", "read/a/b/up"], ["symbolic link", "open/way"]],
  );
});

Deno.test("findAliases() finds the other name of a closed file", async () => {
  await using tree = await makeTree(FILES, {}, {
    "open/deep/name": "closed/key",
    "open/own": "open/file",
  });
  deepEqual(await found(tree.root), [["hard link", "open/deep/name", "closed/key"]]);
});

Deno.test("findAliases() says which names it did not find", async () => {
  await using tree = await makeTree([...FILES, "closed/both"], {}, {
    "closed/within": "closed/both",
    "other/name": "closed/key",
  });
  const closed = `${tree.root}/closed`;
  const { unnamed } = await findAliases(search(tree.root, { open: true }));
  deepEqual(unnamed, [{ closed, first: `${closed}/key`, count: 1 }]);
  // Where only these trees are open, a name elsewhere is out of reach.
  deepEqual((await findAliases(search(tree.root))).unnamed, []);
  const trees = [{ path: `${tree.root}/other`, writable: false }];
  deepEqual((await findAliases(search(tree.root, { open: true, trees }))).unnamed, []);
});

Deno.test("findAliases() says what it did not search", async () => {
  await using tree = await makeTree(FILES, {});
  for (let i = 0; i < 120; i++) await Deno.writeTextFile(`${tree.root}/open/${i}`, "");
  const left = { left: 100 };
  equal(walkTree(`${tree.root}/open`, left, () => {}), false);
  equal(walkTree(`${tree.root}/open`, { left: 200 }, () => {}), true);
  const { unsearched } = findHardLinks([`${tree.root}/open`], { left: 100 });
  deepEqual(unsearched, [`${tree.root}/open`]);
});

Deno.test("findAliases() leaves out a mount that is no longer there", async () => {
  await using tree = await makeTree(FILES, {});
  const mountinfo = [
    "1 1 8:1 / / rw - ext4 /dev/a rw",
    `2 1 8:1 ${tree.root}/closed ${tree.root}/other rw - ext4 /dev/a rw`,
    `3 1 8:1 ${tree.root}/closed ${tree.root}/gone rw - ext4 /dev/a rw`,
  ].join("\n");
  deepEqual(await found(tree.root, { mountinfo }), [["mount", "other", "closed"]]);
});

Deno.test("underWrittenNames() adds the names that a policy uses", () => {
  const alias = { kind: "hard link", path: "/real/a/b", leadsTo: "/x", closed: "/x" } as const;
  const paths = underWrittenNames([alias], new Map([["/written", "/real/a"], ["/w", "/real/ab"]]), [
    "/written",
    "/w",
    "/elsewhere",
  ]).map((it) => it.path);
  deepEqual(paths, ["/real/a/b", "/written/b"]);
  ok(!paths.includes("/w/b"));
});
