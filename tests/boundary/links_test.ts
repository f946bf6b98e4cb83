import { deepEqual, equal, match, ok } from "node:assert/strict";
import { need } from "../must.ts";
import { type Attempt, confined, idsOf, legsOf, SCRATCH, unconfined } from "./attack.ts";
import { type Box, lazily, makeBox, makeWord, placeOf } from "./box.ts";
import { finished, runHarness } from "./harness.ts";

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
    make: (tree, to) => mount(to, `${tree}/a`),
    code: read("a/secret.txt"),
  },
  {
    name: "a mount of all that is closed",
    tree: "read",
    mounts: true,
    make: (tree, to) => mount(to.slice(0, to.lastIndexOf("/")), `${tree}/a`),
    code: `return Deno.readTextFileSync(tree + "/a/" + last + "/secret.txt");`,
  },
  {
    name: "a mount",
    tree: "write",
    mounts: true,
    make: (tree, to) => mount(to, `${tree}/a`),
    code: `Deno.writeTextFileSync(tree + "/a/secret.txt", "changed");`,
  },
];

const mounted: string[] = [];
const boxes: Box[] = [];

async function mount(what: string, at: string): Promise<void> {
  await Deno.mkdir(at, { recursive: true });
  const { success, stderr } = await new Deno.Command("mount", { args: ["--bind", what, at] })
    .output();
  ok(success, new TextDecoder().decode(stderr));
  mounted.push(at);
}

Deno.test.afterAll(async () => {
  for (const at of mounted.toReversed()) {
    const { success, stderr } = await new Deno.Command("umount", { args: [at] }).output();
    // What is still mounted is not removed with the box.
    ok(success, new TextDecoder().decode(stderr));
  }
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

/** A tree to write with a link into a closed one, and the policy that says so. */
async function makeFind(filesystem: string, name: string) {
  const box = await makeBox();
  const secret = await box.write("in/closed/secret.txt", SECRET);
  const granted = await box.write("in/granted/secret.txt", GRANTED);
  await Deno.mkdir(`${box.root}/in/${name}`);
  const text = `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths: [${box.root}/in/closed]
bulkhead:
  filesystem: ${filesystem}
  kernel: off # which would close the links by itself, also where they lead to what is open
  writable: [${box.root}/in/out]
`;
  const policy = await box.write("policy.yaml", text);
  const flow = await box.write(
    "flow.yaml",
    JSON.stringify({
      id: "links",
      namespace: "boundary",
      tasks: [{ id: "log", type: "io.kestra.plugin.core.log.Log", message: "runs" }],
    }),
  );
  const place = (needle: string) => {
    const { line, column } = placeOf(text, needle);
    return `${policy}:${line}:${column}`;
  };
  return {
    box,
    secret,
    granted,
    closedAt: place(`${box.root}/in/closed`),
    openedAt: place(`${box.root}/in/out`),
    run: (...args: string[]) =>
      runHarness(["run", flow, "--json", "-p", policy, "--workspace", `${box.root}/ws`, ...args]),
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

Deno.test("boundary: a link into a closed tree is told with both places, and stops nothing", async () => {
  await using find = await makeFind("closed", "out");
  await Deno.symlink(find.granted, `${find.box.root}/in/out/harmless`);
  const before = await find.run();
  equal(finished(before, "log").state, "SUCCESS");
  ok(!before.stderr.includes("plan/alias"), before.stderr);

  await Deno.symlink(find.secret, `${find.box.root}/in/out/link`);
  const { stderr, code } = await find.run();
  equal(code, 0, stderr);
  ok(stderr.includes(`warning[plan/alias]: Cannot open "${find.box.root}/in/out/link"`), stderr);
  ok(stderr.includes(`leads to "${find.secret}"`), stderr);
  ok(stderr.includes(find.closedAt) && stderr.includes(find.openedAt), stderr);
  ok(!stderr.includes("harmless"), stderr);
});

Deno.test("boundary: known hole: a link in a writable tree to what is not closed is written through", async () => {
  await using find = await makeFind("closed", "out");
  const { root } = find.box;
  await Deno.symlink(find.granted, `${root}/in/out/way`);
  const code = `Deno.writeTextFileSync(target, "changed");`;
  const attempts = Object.entries({ hole: `${root}/in/out/way`, direct: find.granted })
    .map(([id, target]) => ({ id, code, given: { target } }));
  const args = ["-p", `${root}/policy.yaml`, "--workspace", `${root}/ws`];
  const said = await confined(attempts, `${root}/flow.yaml`, args);
  equal(finished(said, "direct").state, "WARNING");
  equal(finished(said, "hole").state, "SUCCESS");
  equal(await Deno.readTextFile(find.granted), "changed");
});

Deno.test("boundary: a hard link that was not found is told of, where it may be read", async () => {
  await using find = await makeFind("open", "out");
  ok(!(await find.run()).stderr.includes("plan/hard-links"));
  await Deno.mkdir(`${find.box.root}/in/elsewhere`);
  await Deno.link(find.secret, `${find.box.root}/in/elsewhere/hard`);
  const { stderr } = await find.run();
  ok(stderr.includes("warning[plan/hard-links]") && stderr.includes(find.closedAt), stderr);
});

Deno.test("boundary: a plugin directory with a link into a closed tree runs nothing", async () => {
  await using find = await makeFind("open", "out");
  const { root } = find.box;
  const type = "com.example.Word";
  await find.box.write(
    "in/plugins/word.ts",
    `const word = Deno.readTextFileSync("${root}/in/plugins/link");
export default { type: "${type}", run: () => ({ word }) };`,
  );
  await find.box.write(
    "flow.yaml",
    JSON.stringify({ id: "word", namespace: "boundary", tasks: [{ id: "word", type }] }),
  );
  await Deno.symlink(find.granted, `${root}/in/plugins/link`);
  const control = await find.run("--plugins", `${root}/in/plugins`);
  equal(finished(control, "word").outputs.word, GRANTED);
  await Deno.remove(`${root}/in/plugins/link`);
  await Deno.symlink(find.secret, `${root}/in/plugins/link`);
  equal(await Deno.readTextFile(`${root}/in/plugins/link`), SECRET);
  const { stderr, stdout, code } = await find.run("--plugins", `${root}/in/plugins`);
  equal(code, 4, stderr);
  ok(stderr.includes("error[host/plugin-alias]"), stderr);
  ok(!`${stdout}${stderr}`.includes(SECRET));
});

/** What stands where workspaces are to be made. */
Deno.test.each([
  { name: "nothing", code: 0 },
  { name: "a private directory", mode: 0o700, code: 0 },
  { name: "a directory that others may write", mode: 0o777, code: 125 },
  { name: "a link to a private directory", mode: 0o700, link: true, code: 125 },
])("boundary: workspaces are made where there is $name: ends with $code", async (row) => {
  await using find = await makeFind("closed", "out");
  const own = `${find.box.root}/ws/bulkhead-${Deno.uid()}`;
  const directory = row.link ? `${find.box.root}/elsewhere` : own;
  if (row.mode !== undefined) {
    await Deno.mkdir(directory, { recursive: true });
    await Deno.chmod(directory, row.mode);
  }
  if (row.link) {
    await Deno.mkdir(`${find.box.root}/ws`);
    await Deno.symlink(directory, own);
  }
  const { code, stderr, stdout } = await find.run();
  equal(code, row.code, stderr);
  if (row.code === 0) return;
  equal(stdout, "");
  ok(stderr.includes(`error[host/workspace-untrusted]: Cannot use the workspace "${own}"`), stderr);
  deepEqual(await Array.fromAsync(Deno.readDir(directory)), []);
});

Deno.test({
  name: `boundary: a mount of a closed tree is closed wherever it is${
    MOUNT.ignore ? ` [ignored: ${MOUNT.reason}]` : ""
  }`,
  ignore: MOUNT.ignore,
  async fn() {
    const find = await makeFind("open", "out");
    boxes.push(find.box);
    const { root } = find.box;
    await mount(`${root}/in/closed`, `${root}/far/away`);
    await mount(`${root}/in/granted`, `${root}/far/twin`);
    const code = "return Deno.readTextFileSync(dir + '/secret.txt');";
    const given = { attack: `${root}/far/away`, control: `${root}/far/twin` };
    const attempts = Object.entries(given).map(([id, dir]) => ({ id, code, given: { dir } }));
    const free = await unconfined(attempts, root);
    equal(free.get("attack")?.result, SECRET);
    const args = ["-p", `${root}/policy.yaml`, "--workspace"];
    const said = await confined(attempts, `${root}/flow.yaml`, [...args, `${root}/ws`]);
    equal(finished(said, "control").outputs.result, GRANTED);
    deepEqual(finished(said, "attack").outputs, {});
    ok(!said.stdout.includes(SECRET));
    ok(said.stderr.includes(find.closedAt), said.stderr);

    // Nor do workspaces come to lie in one.
    const refused = await confined(attempts, `${root}/flow.yaml`, [...args, `${root}/far/away`]);
    equal(refused.code, 125, refused.stderr);
    ok(refused.stderr.includes("error[host/workspace-forbidden]"), refused.stderr);
    const taken = await confined(attempts, `${root}/flow.yaml`, [...args, `${root}/far/twin`]);
    equal(taken.code, 0, taken.stderr);
  },
});
