import { deepEqual, equal, ok } from "node:assert/strict";
import { type Attempt, confined, idsOf, legsOf, unconfined } from "./attack.ts";
import { type Box, lazily, makeBox, makeWord } from "./box.ts";
import { finished, runHarness } from "./harness.ts";

/** A directory that is forbidden, and one beside it that may be read and written. */
interface Row {
  readonly name: string;
  readonly closed: string;
  readonly open: string;
}

const SECRET = makeWord("secret");
const GRANTED = makeWord("granted");

/** Flags take names as they stand: every byte counts, and nothing is expanded. */
const rows: readonly Row[] = [
  { name: "a blank", closed: "a b", open: "a  b" },
  { name: "a blank at the end", closed: "end ", open: "end" },
  { name: "a blank at the beginning", closed: " begin", open: "begin" },
  { name: "a composed letter", closed: "caf\u00e9", open: "cafe\u0301" },
  { name: "a letter with a mark of its own", closed: "re\u0301sume", open: "r\u00e9sume" },
  { name: "letters of another case", closed: "Case", open: "case" },
  { name: "letters beyond the first plane", closed: "\u{1f512}", open: "\u{1f513}" },
  { name: "letters from right to left", closed: "\u05d0\u05d1", open: "\u05d1\u05d0" },
  { name: "a sign that is not seen", closed: "zero\u200bwidth", open: "zerowidth" },
  { name: "an equals sign", closed: "k=v", open: "k" },
  { name: "quotes", closed: `it's "q"`, open: "its q" },
  { name: "a backslash", closed: "back\\slash", open: "backslash" },
  { name: "what a shell would expand", closed: "$HOME*?[a]{b}", open: "$HOME" },
  { name: "what a URL would decode", closed: "per%20cent", open: "per cent" },
  { name: "a tilde", closed: "~root", open: "root" },
  { name: "a semicolon and an ampersand", closed: "a;b&c", open: "a;b" },
  { name: "the beginning of a flag", closed: "--allow-all", open: "--allow" },
  { name: "a name that begins another", closed: "app", open: "app.d" },
  { name: "a name of 255 bytes", closed: "x".repeat(255), open: "x".repeat(254) },
];

const CODE = `const got = [];
const ways = [
  () => Deno.readTextFileSync(dir + "/secret.txt"),
  () => (Deno.writeTextFileSync(dir + "/new", ""), "wrote"),
];
for (const go of ways) {
  try { got.push(go()); } catch (error) { got.push(error.name); }
}
return got.join();`;

const boxes: Box[] = [];
Deno.test.afterAll(async () => {
  for (const it of boxes) await it[Symbol.asyncDispose]();
});

async function makeWorld(): Promise<Box> {
  const box = await makeBox();
  boxes.push(box);
  for (const [i, { closed, open }] of rows.entries()) {
    await box.write(`in/${i}/${closed}/secret.txt`, SECRET);
    await box.write(`in/${i}/${open}/secret.txt`, GRANTED);
  }
  return box;
}

const dirOf = ({ root }: Box, i: number, leg: "attack" | "control") =>
  `${root}/in/${i}/${rows[i]![leg === "attack" ? "closed" : "open"]}`;

const named = lazily(async () => {
  const [box, free] = [await makeWorld(), await makeWorld()];
  const paths = (leg: "attack" | "control") => rows.map((_, i) => dirOf(box, i, leg));
  const policy = await box.write(
    "policy.yaml",
    JSON.stringify({
      kestra: {
        ee: { "java-security": { enabled: true, "forbidden-paths": paths("attack") } },
      },
      bulkhead: { writable: paths("control") },
    }),
  );
  const attempt = (it: Box, i: number, leg: "attack" | "control"): Attempt => ({
    id: idsOf(i)[leg],
    code: CODE,
    given: { dir: dirOf(it, i, leg) },
  });
  const workspace = `${box.root}/work \u00e9 \u{1f4c1} 'q'`;
  const [said, reached] = await Promise.all([
    confined(
      rows.flatMap((_, i) => [attempt(box, i, "attack"), attempt(box, i, "control")]),
      `${box.root}/flow.yaml`,
      ["-p", policy, "--workspace", workspace],
    ),
    unconfined(rows.map((_, i) => attempt(free, i, "attack")), free.root),
  ]);
  return { said, reached };
});

Deno.test.each(rows.map((row, i) => ({ ...row, i })))(
  "boundary: a forbidden path with $name is closed, and its like is not",
  async ({ i }) => {
    const { said, reached } = await named();
    const { unconfined, control, attack } = legsOf(i, reached, said);
    equal(unconfined.result, `${SECRET},wrote`, unconfined.error);
    equal(control.outputs.result, `${GRANTED},wrote`, control.error);
    equal(attack.outputs.result, "NotCapable,NotCapable", attack.error);
  },
);

/** What would not mean in a flag what it means in the policy, beside what would. */
Deno.test.each([
  { name: "a comma", text: "/srv/a,b", twin: "/srv/a;b" },
  { name: "a newline", text: "/srv/a\nb", twin: "/srv/a b" },
  { name: "a NUL", text: "/srv/a\0b", twin: "/srv/ab" },
  { name: "an escape sequence", text: "/srv/\x1b[2J", twin: "/srv/[2J" },
  { name: "a home directory", text: "~/x", twin: "/home/x" },
  { name: "a relative path", text: "srv/x", twin: "/srv/x" },
  { name: "a file URL", text: "file:///srv/x", twin: "/srv/x" },
  { name: "a placeholder", text: "/srv/<workspace>", twin: "/srv/workspace" },
])("boundary: a policy with $name in a path runs nothing", async ({ text, twin }) => {
  await using box = await makeBox();
  const flow = await box.write(
    "flow.yaml",
    JSON.stringify({
      id: "names",
      namespace: "boundary",
      tasks: [{ id: "log", type: "io.kestra.plugin.core.log.Log", message: "runs" }],
    }),
  );
  const run = async (forbidden: string, opened: string[]) => {
    const policy = await box.write(
      "policy.yaml",
      JSON.stringify({
        kestra: {
          ee: { "java-security": { enabled: true, "forbidden-paths": [forbidden] } },
          "local-files": { "allowed-paths": opened },
        },
        bulkhead: { writable: opened },
      }),
    );
    return { ...await runHarness(["run", flow, "--json", "-p", policy]), policy };
  };
  equal(finished(await run(twin, ["/media"]), "log").state, "SUCCESS");
  const { code, events, stderr, policy } = await run(text, [text]);
  equal(code, 3, stderr);
  deepEqual(events, []);
  equal(stderr.split(`at ${policy}:1:`).length - 1, 3, stderr);
  ok(!stderr.includes("\x1b["), "an escape sequence came through");
});

Deno.test("boundary: what a flag cannot name stays closed beside a forbidden path", async () => {
  await using box = await makeBox();
  await box.write("in/closed/file", SECRET);
  const attack = await box.write("in/a,b/file", SECRET);
  const control = await box.write("in/a;b/file", GRANTED);
  // Half of the name alone is open, and takes nothing of the other with it.
  const half = await box.write("in/a/file", GRANTED);
  const policy = await box.write(
    "policy.yaml",
    `kestra: { ee: { java-security: { enabled: true, forbidden-paths: [${box.root}/in/closed] } } }`,
  );
  const code = "return Deno.readTextFileSync(target);";
  const attempts = Object.entries({ attack, control, half })
    .map(([id, target]) => ({ id, code, given: { target } }));
  equal((await unconfined(attempts, box.root)).get("attack")?.result, SECRET);
  const said = await confined(attempts, `${box.root}/flow.yaml`, [
    "-p",
    policy,
    "--workspace",
    `${box.root}/ws`,
  ]);
  for (const it of ["control", "half"]) equal(finished(said, it).outputs.result, GRANTED);
  deepEqual(finished(said, "attack").outputs, {});
  ok(!said.stdout.includes(SECRET));
});

/** Places that come to hold a comma by a link: neither a crash, nor half a path. */
Deno.test("boundary: a forbidden path that leads to a name no flag can hold is closed", async () => {
  await using box = await makeBox();
  const attack = await box.write("in/real,name/file", SECRET);
  const control = await box.write("in/real;name/file", GRANTED);
  await box.write("in/out/file", GRANTED);
  await Deno.symlink(`${box.root}/in/real,name`, `${box.root}/in/closed`);
  await Deno.symlink(`${box.root}/in/real,name`, `${box.root}/in/out/way,out`);
  const policy = await box.write(
    "policy.yaml",
    `kestra: { ee: { java-security: { enabled: true, forbidden-paths: [${box.root}/in/closed] } } }
bulkhead: { writable: [${box.root}/in/out] }
`,
  );
  const places = {
    attack,
    alias: `${box.root}/in/closed/file`,
    way: `${box.root}/in/out/way,out/file`,
    control,
    beside: `${box.root}/in/out/file`,
  };
  const code = "return Deno.readTextFileSync(target);";
  const attempts = Object.entries(places).map(([id, target]) => ({ id, code, given: { target } }));
  const free = await unconfined(attempts, box.root);
  const args = ["-p", policy, "--workspace", `${box.root}/ws`];
  const said = await confined(attempts, `${box.root}/flow.yaml`, args);
  for (const it of ["control", "beside"]) equal(finished(said, it).outputs.result, GRANTED);
  for (const it of ["attack", "alias", "way"]) {
    equal(free.get(it)?.result, SECRET);
    equal(finished(said, it).state, "WARNING");
    deepEqual(finished(said, it).outputs, {});
  }
  ok(!said.stdout.includes(SECRET));
});

Deno.test.each([
  { name: "workspaces", flag: "--workspace", error: "host/workspace", code: 2 },
  { name: "plugins", flag: "--plugins", error: "plugin/no-directory", code: 3 },
])(
  "boundary: $name in a directory that no flag can name run nothing",
  async ({ flag, error, code }) => {
    await using box = await makeBox();
    const type = "com.example.Word";
    const flow = await box.write(
      "flow.yaml",
      JSON.stringify({ id: "word", namespace: "boundary", tasks: [{ id: "word", type }] }),
    );
    const plugin = `export default { type: "${type}", run: () => ({ word: "x" }) };`;
    for (const it of ["a,b", "a;b", "own"]) await box.write(`in/${it}/word.ts`, plugin);
    await Deno.symlink(`${box.root}/in/a,b`, `${box.root}/in/link`);
    const run = (directory: string) => {
      const where = { "--plugins": `${box.root}/in/own`, "--workspace": `${box.root}/ws` };
      const args = Object.entries({ ...where, [flag]: `${box.root}/in/${directory}` }).flat();
      return runHarness(["run", flow, "--json", ...args]);
    };
    equal(finished(await run("a;b"), "word").outputs.word, "x");
    for (const it of ["a,b", "link"]) {
      const said = await run(it);
      equal(said.code, code, said.stderr);
      ok(said.stderr.includes(`error[${error}]`), said.stderr);
      ok(said.stderr.includes("a comma would split it in two"), said.stderr);
      deepEqual(said.events, []);
    }
  },
);
