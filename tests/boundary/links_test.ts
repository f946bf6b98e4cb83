import { deepEqual, equal, match, ok } from "node:assert/strict";
import { need } from "../must.ts";
import { type Attempt, confined, idsOf, legsOf, SCRATCH, unconfined } from "./attack.ts";
import { type Box, lazily, makeBox, makeWord, placeOf } from "./box.ts";
import { makeMounts } from "./mounts.ts";

/** One way by which a tree that is open leads to one that is closed. */
interface Row {
  readonly name: string;
  /** Whether the tree may be written or only read. */
  readonly tree: "read" | "write";
  /** Makes it in `tree`, leading to the directory `to`, where `secret.txt` lies. */
  readonly make: (tree: string, to: string) => Promise<void>;
  /** Reads the file, or writes "changed" to it. Finds `tree`, and `last`, the name of `to`. */
  readonly code: string;
  /** The denial names a directory on the way, which is not open itself. */
  readonly blames?: "way";
  /** It takes the right to mount. */
  readonly mounts?: true;
}

const SECRET = makeWord("secret");
const GRANTED = makeWord("granted");
const MOUNT = need("mount");
const mounts = makeMounts();

const read = (path: string) => `return Deno.readTextFileSync(tree + "/${path}");`;

const rows: readonly Row[] = [
  {
    name: "a symbolic link to a file",
    tree: "read",
    make: (tree, to) => Deno.symlink(`${to}/secret.txt`, `${tree}/a`),
    code: read("a"),
  },
  {
    name: "a symbolic link to a directory",
    tree: "read",
    make: (tree, to) => Deno.symlink(to, `${tree}/a`),
    code: read("a/secret.txt"),
  },
  {
    name: "a relative symbolic link, deep in it",
    tree: "read",
    async make(tree, to) {
      await Deno.mkdir(`${tree}/x/y`, { recursive: true });
      await Deno.symlink(`../../../${to.split("/").slice(-2).join("/")}`, `${tree}/x/y/a`);
    },
    code: read("x/y/a/secret.txt"),
  },
  {
    name: "a symbolic link to a file through /proc",
    tree: "read",
    make: (tree, to) => Deno.symlink(`/proc/self/root${to}/secret.txt`, `${tree}/a`),
    code: read("a"),
  },
  {
    name: "a symbolic link to a directory that holds another",
    tree: "read",
    async make(tree, to) {
      await Deno.mkdir(`${tree}-elsewhere/deep`, { recursive: true });
      await Deno.symlink(to, `${tree}-elsewhere/deep/way`);
      await Deno.symlink(`${tree}-elsewhere`, `${tree}/a`);
    },
    code: read("a/deep/way/secret.txt"),
  },
  {
    name: "a symbolic link to a directory beside it that holds another",
    tree: "read",
    async make(tree, to) {
      await Deno.mkdir(`${tree}/deep`);
      await Deno.symlink(to, `${tree}/deep/way`);
      await Deno.symlink("deep", `${tree}/a`);
    },
    code: read("a/way/secret.txt"),
  },
  {
    name: "a hard link",
    tree: "read",
    make: (tree, to) => Deno.link(`${to}/secret.txt`, `${tree}/a`),
    code: read("a"),
  },
  {
    name: "a hard link in a directory that a symbolic link leads to",
    tree: "read",
    async make(tree, to) {
      await Deno.mkdir(`${tree}-beyond`);
      await Deno.link(`${to}/secret.txt`, `${tree}-beyond/hard`);
      await Deno.symlink(`${tree}-beyond`, `${tree}/a`);
    },
    code: read("a/hard"),
  },
  {
    name: "a symbolic link to a file",
    tree: "write",
    make: (tree, to) => Deno.symlink(`${to}/secret.txt`, `${tree}/a`),
    code: `Deno.writeTextFileSync(tree + "/a", "changed");`,
  },
  {
    name: "a symbolic link to a directory",
    tree: "write",
    make: (tree, to) => Deno.symlink(to, `${tree}/a`),
    code: `Deno.writeTextFileSync(tree + "/a/secret.txt", "changed");`,
  },
  {
    name: "a hard link",
    tree: "write",
    make: (tree, to) => Deno.link(`${to}/secret.txt`, `${tree}/a`),
    code: `Deno.writeTextFileSync(tree + "/a", "changed");`,
  },
  {
    name: "a symbolic link under another name",
    tree: "write",
    async make(tree, to) {
      await Deno.mkdir(`${tree}/x`);
      await Deno.symlink(to, `${tree}/x/a`);
    },
    blames: "way",
    code: `Deno.renameSync(tree + "/x", tree + "/z");
      return Deno.readTextFileSync(tree + "/z/a/secret.txt");`,
  },
  {
    name: "a relative symbolic link that is moved up",
    tree: "write",
    async make(tree, to) {
      await Deno.mkdir(`${tree}/x/y`, { recursive: true });
      await Deno.symlink(`../${to.split("/").slice(-2).join("/")}`, `${tree}/x/y/a`);
    },
    code: `Deno.renameSync(tree + "/x/y/a", tree + "/a");
      return Deno.readTextFileSync(tree + "/a/secret.txt");`,
  },
  {
    name: "a mount",
    tree: "read",
    mounts: true,
    make: (tree, to) => mounts.bind(to, `${tree}/a`),
    code: read("a/secret.txt"),
  },
  {
    name: "a mount of all that is closed",
    tree: "read",
    mounts: true,
    make: (tree, to) => mounts.bind(to.slice(0, to.lastIndexOf("/")), `${tree}/a`),
    code: `return Deno.readTextFileSync(tree + "/a/" + last + "/secret.txt");`,
  },
  {
    name: "a mount",
    tree: "write",
    mounts: true,
    make: (tree, to) => mounts.bind(to, `${tree}/a`),
    code: `Deno.writeTextFileSync(tree + "/a/secret.txt", "changed");`,
  },
];

const boxes: Box[] = [];

Deno.test.afterAll(async () => {
  await mounts[Symbol.asyncDispose]();
  for (const it of boxes) await it[Symbol.asyncDispose]();
});

/** The rows that this machine can make, with their places in the table. */
const made = rows.map((row, i) => ({ ...row, i })).filter((it) => !it.mounts || !MOUNT.ignore);

async function makeWorld(): Promise<Box> {
  const box = await makeBox();
  boxes.push(box);
  for (const { i, make } of made) {
    for (const [leg, to, word] of [["attack", "closed", SECRET], ["control", "granted", GRANTED]]) {
      await box.write(`in/${to}/${i}/secret.txt`, word!);
      await box.write(`in/${leg}_${i}/own.txt`, "");
      await make(`${box.root}/in/${leg}_${i}`, `${box.root}/in/${to}/${i}`);
    }
  }
  await Deno.mkdir(`${box.root}/ws`);
  return box;
}

function policyOf({ root }: Box, filesystem: string): string {
  const trees = (kind: Row["tree"]) =>
    made.filter((it) => it.tree === kind)
      .flatMap(({ i }) => ["attack", "control"].map((leg) => `    - ${root}/in/${leg}_${i}\n`))
      .join("");
  return `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths:
        - ${root}/in/closed/
  local-files:
    allowed-paths:
${trees("read")}
bulkhead:
  filesystem: ${filesystem}
  kernel: off # which would close the links by itself, also where they lead to what is open
  writable:
${trees("write")}
`;
}

async function linked(filesystem: string) {
  const [box, free] = [await makeWorld(), await makeWorld()];
  const text = policyOf(box, filesystem);
  const policy = await box.write("policy.yaml", text);
  const attempt = ({ root }: Box, i: number, leg: "attack" | "control"): Attempt => ({
    id: idsOf(i)[leg],
    code: rows[i]!.code,
    given: { tree: `${root}/in/${leg}_${i}`, last: `${i}`, scratch: SCRATCH },
  });
  const [said, reached] = await Promise.all([
    confined(
      made.flatMap(({ i }) => [attempt(box, i, "attack"), attempt(box, i, "control")]),
      `${box.root}/flow.yaml`,
      ["-p", policy, "--workspace", `${box.root}/ws`],
    ),
    unconfined(made.map(({ i }) => attempt(free, i, "attack")), `${free.root}/ws`),
  ]);
  const source = { file: policy, ...placeOf(text, `${box.root}/in/closed/`) };
  return { box, free, said, reached, source, text };
}

const worlds = {
  open: lazily(() => linked("open")),
  closed: lazily(() => linked("closed")),
};
const modes = Object.keys(worlds) as (keyof typeof worlds)[];

for (const filesystem of modes) {
  for (const [i, { name, tree, mounts, blames }] of rows.entries()) {
    const ignore = mounts === true && MOUNT.ignore;
    Deno.test({
      name: `boundary: where the file system is ${filesystem}, ${name} in a tree to ${tree} ` +
        `leads to nothing closed${ignore ? ` [ignored: ${MOUNT.reason}]` : ""}`,
      ignore,
      async fn() {
        const { box, free, said, reached, source } = await worlds[filesystem]();
        const { unconfined, control, attack, denial } = legsOf(i, reached, said);
        const textIn = (it: Box, to: string) =>
          Deno.readTextFile(`${it.root}/in/${to}/${i}/secret.txt`);
        if (rows[i]!.code.includes("changed")) {
          equal(await textIn(free, "closed"), "changed", unconfined.error);
          equal(await textIn(box, "granted"), "changed", control.error);
          equal(await textIn(box, "closed"), SECRET);
        } else {
          equal(unconfined.result, SECRET, unconfined.error);
          equal(control.outputs.result, GRANTED, control.error);
        }
        equal(attack.state, "WARNING");
        deepEqual(attack.outputs, {});
        const told = said.events.filter((it) => "task" in it && it.task === attack.task);
        ok(!JSON.stringify(told).includes(SECRET), JSON.stringify(told));
        ok(["read", "write"].includes(denial?.permission ?? ""), attack.error);
        if (blames === "way") return;
        deepEqual(denial!.because.source, source);
        match(denial!.because.rule, /forbidden-paths, by (a|what)/);
      },
    });
  }
}
