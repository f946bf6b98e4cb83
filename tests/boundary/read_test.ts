import { deepEqual, equal, ok } from "node:assert/strict";
import {
  type Attempt,
  confined,
  EVAL,
  idsOf,
  legsOf,
  SCRATCH,
  SPAWNING_EVAL,
  unconfined,
} from "./attack.ts";
import { type Box, fill, lazily, makeBox, makeWord, placeOf } from "./box.ts";
import { denied, finished } from "./harness.ts";
import { need } from "../must.ts";

/** One way to read, and what becomes of it. */
interface Row {
  readonly name: string;
  /** Gives back what it read. Finds `target`, a file in `dir`, which is `name` in `root`. */
  readonly code: string;
  /** The twin, where the technique itself is closed to every task. */
  readonly control?: string;
  /** A known hole ends in `reached`: it is a line in the README as well. */
  readonly ends?: "reached";
  /** Whose rule the denial names; `nobody` where the task is told otherwise. */
  readonly blames?: "policy" | "built-in" | "nobody";
  /** Its class may make threads and processes. */
  readonly spawns?: true;
  /** Denied by the kernel layer alone: a machine without it has a known hole here. */
  readonly needs?: "landlock";
  /** What counts as reached; else the word in the file. */
  readonly reaches?: readonly [forbidden: string, allowed: string];
}

const READ = "return await Deno.readTextFile(target);";
const SECRET = makeWord("secret");
const GRANTED = makeWord("granted");
const KEY = "kestra.ee.java-security.forbidden-paths";

const rows: readonly Row[] = [
  { name: "Deno.readTextFile", code: READ },
  {
    name: "a dot-dot walk",
    code: `return Deno.readTextFileSync(root + "/beside/../" + name + "/secret.txt");`,
  },
  {
    name: "double slashes",
    code: `return Deno.readTextFileSync("/" + dir + "//secret.txt");`,
  },
  { name: "dot segments", code: `return Deno.readTextFileSync(dir + "/./secret.txt");` },
  { name: "a file URL", code: `return Deno.readTextFileSync(new URL("file://" + target));` },
  {
    name: "an encoded URL",
    code: `const walk = "/beside/%2e%2e/" + name + "/%73ecret.txt";
      return Deno.readTextFileSync(new URL("file://" + root + walk));`,
  },
  {
    name: "a relative path",
    code: `Deno.chdir(scratch);
      const up = "../".repeat(scratch.split("/").length - 1);
      return Deno.readTextFileSync(up + target.slice(1));`,
  },
  { name: "Deno.chdir", code: `Deno.chdir(dir); return Deno.readTextFileSync("secret.txt");` },
  {
    name: "Deno.open",
    code: `const file = await Deno.open(target); return await new Response(file.readable).text();`,
  },
  {
    name: "Deno.copyFile",
    code: `Deno.copyFileSync(target, scratch + "/copy");
      return Deno.readTextFileSync(scratch + "/copy");`,
  },
  {
    name: "Deno.readDir",
    code: `return Array.from(Deno.readDirSync(dir), (it) => it.name).join();`,
  },
  {
    name: "Deno.stat",
    code: `return "size " + Deno.statSync(target).size;`,
    reaches: [`size ${SECRET.length}`, `size ${GRANTED.length}`],
  },
  {
    name: "node:fs readFileSync",
    code: `return (await import("node:fs")).readFileSync(target, "utf8");`,
  },
  {
    name: "node:fs readFileSync of a Buffer",
    code: `return (await import("node:fs")).readFileSync(Buffer.from(target), "utf8");`,
  },
  {
    name: "node:fs createReadStream",
    code: `const { createReadStream } = await import("node:fs");
      return (await Array.fromAsync(createReadStream(target, "utf8"))).join("");`,
  },
  {
    name: "node:fs/promises readFile",
    code: `return await (await import("node:fs/promises")).readFile(target, "utf8");`,
  },
  {
    name: "node:fs/promises open",
    code: `return (await (await import("node:fs/promises")).open(target)).readFile("utf8");`,
  },
  {
    name: "node:fs openAsBlob",
    code: `return await (await (await import("node:fs")).openAsBlob(target)).text();`,
  },
  { name: "fetch of a file URL", code: `return await (await fetch("file://" + target)).text();` },
  {
    name: "an import of a module",
    code: `return (await import("file://" + dir + "/secret.mjs")).default;`,
  },
  {
    name: "an import of JSON",
    code: `const options = { with: { type: "json" } };
      return (await import("file://" + dir + "/secret.json", options)).default;`,
  },
  {
    name: "an import of text",
    code: `const options = { with: { type: "text" } };
      return (await import("file://" + target, options)).default;`,
  },
  {
    name: "a data URL that imports it",
    code: `const source = 'export { default } from "file://' + dir + '/secret.mjs"';
      return (await import("data:text/javascript," + source)).default;`,
  },
  {
    name: "require of a module",
    code: `const { createRequire } = process.getBuiltinModule("node:module");
      return createRequire(target)(dir + "/secret.cjs");`,
  },
  {
    name: "require of JSON",
    code: `const { createRequire } = process.getBuiltinModule("node:module");
      return createRequire(target)(dir + "/secret.json");`,
  },
  {
    name: "node:sqlite",
    code: `const { DatabaseSync } = await import("node:sqlite");
      const database = new DatabaseSync(dir + "/secret.db", { readOnly: true });
      return database.prepare("select word from t").get().word;`,
  },
  {
    name: "process.loadEnvFile",
    code: `process.loadEnvFile(dir + "/secret.env"); return process.env.BOX_VALUE;`,
    // It wants all variables, which no task has.
    control: `const { parseEnv } = await import("node:util");
      return parseEnv(Deno.readTextFileSync(dir + "/secret.env")).BOX_VALUE;`,
    blames: "nobody",
  },
  {
    name: "a symlink that the task makes",
    code: `Deno.symlinkSync(dir, scratch + "/link");
      return Deno.readTextFileSync(scratch + "/link/secret.txt");`,
    // Deno makes links only for who may read and write everything.
    control: `Deno.copyFileSync(target, scratch + "/copy");
      return Deno.readTextFileSync(scratch + "/copy");`,
    blames: "nobody",
  },
  {
    name: "a hard link that the task makes",
    code: `Deno.linkSync(target, scratch + "/hard");
      return Deno.readTextFileSync(scratch + "/hard");`,
    control: `Deno.copyFileSync(target, scratch + "/own");
      Deno.linkSync(scratch + "/own", scratch + "/hard");
      return Deno.readTextFileSync(scratch + "/hard");`,
  },
  {
    name: "a rename of the directory above",
    code: `Deno.renameSync(root, root + "-moved");
      try {
        return Deno.readTextFileSync(root + "-moved/" + name + "/secret.txt");
      } finally {
        Deno.renameSync(root + "-moved", root);
      }`,
    control: `Deno.mkdirSync(scratch + "/a");
      Deno.copyFileSync(target, scratch + "/a/copy");
      Deno.renameSync(scratch + "/a", scratch + "/b");
      return Deno.readTextFileSync(scratch + "/b/copy");`,
    blames: "built-in",
  },
  {
    name: "/proc/self/root",
    code: `return Deno.readTextFileSync("/proc/self/root" + target);`,
    control: READ,
    blames: "built-in",
  },
  {
    name: "/proc/self/cwd",
    code: `Deno.chdir(scratch);
      const up = "/..".repeat(scratch.split("/").length - 1);
      return Deno.readTextFileSync("/proc/self/cwd" + up + target);`,
  },
  {
    name: "/dev/fd",
    code: `const fs = await import("node:fs");
      return fs.readFileSync("/dev/fd/" + fs.openSync(target), "utf8");`,
    control: `const fs = await import("node:fs");
      return fs.readFileSync(fs.openSync(target), "utf8");`,
  },
  {
    name: "a thread of a class that may spawn",
    spawns: true,
    code: `const source = "postMessage(Deno.readTextFileSync(" + JSON.stringify(target) + "))";
      const url = "data:text/javascript," + encodeURIComponent(source);
      return await new Promise((resolve, reject) => {
        const thread = new Worker(url, { type: "module" });
        thread.onmessage = ({ data }) => resolve(data);
        thread.onerror = (event) => {
          event.preventDefault();
          reject(new Error(event.message));
        };
      });`,
    blames: "nobody",
  },
  // What follows is stopped by the kernel, which tells no permission.
  {
    name: "a symlink that was already there, in no tree that is searched",
    code: `return Deno.readTextFileSync(root + "/links/to-" + name + "/secret.txt");`,
    blames: "nobody",
    needs: "landlock",
  },
  {
    name: "a process of a class that may spawn",
    spawns: true,
    code: `const it = await new Deno.Command("/bin/cat", { args: [target] }).output();
      if (!it.success) throw new Error(new TextDecoder().decode(it.stderr));
      return new TextDecoder().decode(it.stdout);`,
    blames: "nobody",
    needs: "landlock",
  },
  {
    name: "known hole: a hard link that was already there, in no tree that is searched",
    code: `return Deno.readTextFileSync(root + "/links/hard-" + name);`,
    ends: "reached",
  },
];

async function makeWorld(): Promise<Box> {
  const box = await makeBox();
  await fill(box, "in/forbidden", SECRET);
  await fill(box, "in/allowed", GRANTED);
  await box.write("in/beside/file", "");
  for (const name of ["links", "out", "ws"]) {
    await Deno.mkdir(`${box.root}/in/${name}`, { recursive: true });
  }
  for (const name of ["forbidden", "allowed"]) {
    const to = `${box.root}/in/${name}`;
    await Deno.symlink(to, `${box.root}/in/links/to-${name}`);
    await Deno.link(`${to}/secret.txt`, `${box.root}/in/links/hard-${name}`);
  }
  return box;
}

const boxes: Box[] = [];
Deno.test.afterAll(async () => {
  for (const it of boxes) await it[Symbol.asyncDispose]();
});

async function open(box: Promise<Box>): Promise<Box> {
  boxes.push(await box);
  return await box;
}

const below = lazily(async () => {
  const [box, free] = await Promise.all([open(makeWorld()), open(makeWorld())]);
  const policyText = `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths:
        - ${box.root}/in/forbidden/
      authorized-class-prefix: [${SPAWNING_EVAL}]
bulkhead:
  writable: [${box.root}/in/out]
`;
  const policy = await box.write("policy.yaml", policyText);
  const attempt = (
    { root }: Box,
    row: number,
    leg: "attack" | "control",
  ): Attempt => {
    const { code, control = code, spawns } = rows[row]!;
    const name = leg === "attack" ? "forbidden" : "allowed";
    const dir = `${root}/in/${name}`;
    return {
      id: idsOf(row)[leg],
      type: spawns ? SPAWNING_EVAL : EVAL,
      code: leg === "attack" ? code : control,
      given: { root: `${root}/in`, name, dir, target: `${dir}/secret.txt`, scratch: SCRATCH },
    };
  };
  const [said, reached] = await Promise.all([
    confined(
      rows.flatMap((_, i) => [attempt(box, i, "attack"), attempt(box, i, "control")]),
      `${box.root}/flow.yaml`,
      ["-p", policy, "--workspace", `${box.root}/in/ws`],
    ),
    unconfined(rows.map((_, i) => attempt(free, i, "attack")), `${free.root}/in/ws`),
  ]);
  const place = placeOf(policyText, `${box.root}/in/forbidden/`);
  return { said, reached, source: { file: policy, ...place } };
});

const endOf = ({ ends, needs }: Row) =>
  ends ?? (needs && need(needs).reason ? "reached" : "denied");

Deno.test.each(rows.map((row, i) => ({ ...row, i, end: endOf(row) })))(
  "boundary: reading below a forbidden path by $name ends in $end",
  async ({ i, end, blames = "policy", reaches: [secret, granted] = [SECRET, GRANTED] }) => {
    const { said, reached, source } = await below();
    const { unconfined, control, attack, denial } = legsOf(i, reached, said);
    ok(unconfined.result?.includes(secret), `the attack is broken: ${unconfined.error}`);
    ok(String(control.outputs.result).includes(granted), `the control is broken: ${control.error}`);
    const told = JSON.stringify(
      said.events.filter((it) => "task" in it && it.task === attack.task),
    );
    if (end === "reached") {
      ok(told.includes(secret), `a known hole is closed: ${attack.error}`);
      return;
    }
    equal(attack.state, "WARNING");
    ok(!told.includes(secret), told);
    deepEqual(attack.outputs, {});
    if (blames === "nobody") return;
    equal(denial?.permission, "read");
    deepEqual(denial.because.source, blames === "policy" ? source : "built-in");
    if (blames === "policy") equal(denial.because.rule, KEY);
  },
);

/** A way to write a forbidden path, and a path by which a task may come to it. */
interface Form {
  readonly name: string;
  /** In the policy. */
  readonly forbidden: string;
  /** What the attack reads, and what the control reads. */
  readonly target: string;
  readonly twin: string;
  readonly ends?: "reached";
  readonly blames?: "policy" | "built-in";
}

const forms: readonly Form[] = [
  {
    name: "the forbidden path is a file",
    forbidden: "single/key.txt",
    target: "single/key.txt",
    twin: "single/other.txt",
  },
  {
    name: "a sibling begins with its name",
    forbidden: "app",
    target: "app/key.txt",
    twin: "app-data/key.txt",
  },
  {
    name: "the policy writes dots",
    forbidden: "app/../dotted/.",
    target: "dotted/key.txt",
    twin: "app-data/key.txt",
  },
  {
    name: "the policy doubles slashes",
    forbidden: "/doubled//",
    target: "doubled/key.txt",
    twin: "app-data/key.txt",
  },
  {
    name: "the policy names a link, and the task what it leads to",
    forbidden: "alias",
    target: "real/key.txt",
    twin: "app-data/key.txt",
  },
  {
    name: "the policy names a link, and so does the task",
    forbidden: "alias",
    target: "alias/key.txt",
    twin: "good-link/key.txt",
  },
  {
    name: "the policy names a directory, and the task a link beside it",
    forbidden: "named",
    target: "pointer/key.txt",
    twin: "good-link/key.txt",
    blames: "built-in",
  },
  {
    name: "a link stands on the way of the policy's path",
    forbidden: "way/closed",
    target: "real-way/closed/key.txt",
    twin: "real-way/open/key.txt",
  },
  {
    name: "it is made while the task runs",
    forbidden: "later/closed",
    target: "later/closed/key.txt",
    twin: "later/there.txt",
  },
  {
    name: "another file is made beside it while the task runs",
    forbidden: "later/closed",
    target: "later/fresh.txt",
    twin: "later/there.txt",
    blames: "built-in",
  },
  {
    name: "what the policy's link leads to is made while the task runs",
    forbidden: "dangling",
    target: "tree/promised/key.txt",
    twin: "tree/there.txt",
  },
];

/** What comes into being while the confined run is on. */
const LATER = ["later/closed/key.txt", "later/fresh.txt", "tree/promised/key.txt"];

async function makeForms(later: readonly string[]): Promise<Box> {
  const box = await makeBox();
  const secrets = ["single", "app", "dotted", "doubled", "real", "named", "real-way/closed"];
  const granted = ["app-data", "real-way/open"];
  for (const it of secrets) await box.write(`in/${it}/key.txt`, SECRET);
  for (const it of granted) await box.write(`in/${it}/key.txt`, GRANTED);
  for (const it of ["single/other.txt", "later/there.txt", "tree/there.txt"]) {
    await box.write(`in/${it}`, GRANTED);
  }
  for (const it of later) await box.write(`in/${it}`, SECRET);
  const links = {
    alias: "real",
    pointer: "named",
    "good-link": "app-data",
    way: "real-way",
    dangling: "tree/promised",
  };
  for (const [from, to] of Object.entries(links)) {
    await Deno.symlink(`${box.root}/in/${to}`, `${box.root}/in/${from}`);
  }
  await Deno.mkdir(`${box.root}/in/out`);
  await Deno.mkdir(`${box.root}/in/ws`);
  return box;
}

const written = lazily(async () => {
  const [box, free] = await Promise.all([open(makeForms([])), open(makeForms(LATER))]);
  const inside = (path: string) => `${box.root}/in/${path}`;
  const policyText = `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths:
${[...new Set(forms.map((it) => it.forbidden))].map((it) => `        - ${inside(it)}\n`).join("")}
bulkhead:
  writable: [${inside("out")}]
`;
  const policy = await box.write("policy.yaml", policyText);
  const meeting: Attempt = {
    id: "meeting",
    code: `Deno.writeTextFileSync(out + "/ready", "");
      for (let i = 0; i < 500; i++) {
        try { return Deno.readTextFileSync(out + "/go"); } catch {}
        await new Promise((resolve) => setTimeout(resolve, 20));
      }`,
    given: { out: inside("out") },
  };
  const attempt = ({ root }: Box, i: number, leg: "attack" | "control"): Attempt => {
    const path = leg === "attack" ? forms[i]!.target : forms[i]!.twin;
    return { id: idsOf(i)[leg], code: READ, given: { target: `${root}/in/${path}` } };
  };
  const [said, reached] = await Promise.all([
    confined(
      [
        meeting,
        ...forms.flatMap((_, i) => [attempt(box, i, "attack"), attempt(box, i, "control")]),
      ],
      `${box.root}/flow.yaml`,
      ["-p", policy, "--workspace", inside("ws")],
    ),
    unconfined(forms.map((_, i) => attempt(free, i, "attack")), `${free.root}/in/ws`),
    (async () => {
      for (let i = 0; i < 500; i++) {
        if (await Deno.stat(inside("out/ready")).catch(() => undefined)) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      for (const it of LATER) await box.write(`in/${it}`, SECRET);
      await box.write("in/out/go", "go");
    })(),
  ]);
  const sources = forms.map(({ forbidden }) => ({
    file: policy,
    ...placeOf(policyText, `${inside(forbidden)}\n`),
  }));
  return { said, reached, sources };
});

Deno.test.each(forms.map((form, i) => ({ ...form, i, end: form.ends ?? "denied" })))(
  "boundary: reading when $name ends in $end",
  async ({ i, ends, blames = "policy" }) => {
    const { said, reached, sources } = await written();
    equal(finished(said, "meeting").outputs.result, "go");
    const { unconfined, control, attack, denial } = legsOf(i, reached, said);
    equal(unconfined.result, SECRET, `the attack is broken: ${unconfined.error}`);
    equal(control.outputs.result, GRANTED, `the control is broken: ${control.error}`);
    if (ends === "reached") {
      equal(attack.outputs.result, SECRET, "a known hole is closed");
      return;
    }
    deepEqual(attack.outputs, {});
    equal(attack.state, "WARNING");
    equal(denial?.permission, "read");
    deepEqual(denial.because.source, blames === "policy" ? sources[i] : "built-in");
  },
);

Deno.test("boundary: with a closed filesystem only the allowed paths are read", async () => {
  await using box = await makeBox();
  const target = await box.write("in/beside/file", SECRET);
  const twin = await box.write("in/allowed/file", GRANTED);
  const policyText = `bulkhead:
  filesystem: closed
kestra:
  local-files:
    allowed-paths: [${box.root}/in/allowed]
`;
  const policy = await box.write("policy.yaml", policyText);
  const attempts = [
    { id: "attack", code: READ, given: { target } },
    { id: "control", code: READ, given: { target: twin } },
  ];
  const args = ["--workspace", `${box.root}/ws`];
  const flow = `${box.root}/flow.yaml`;
  const said = await confined(attempts, flow, ["-p", policy, ...args]);
  equal(finished(said, "control").outputs.result, GRANTED);
  deepEqual(finished(said, "attack").outputs, {});
  ok(!said.stdout.includes(SECRET));
  deepEqual(denied(said, "attack")?.because.source, {
    file: policy,
    ...placeOf(policyText, "closed"),
  });

  // The unconfined leg: a policy that does not close it.
  const open = await box.write("open.yaml", "bulkhead:\n  filesystem: open\n");
  equal(
    finished(await confined(attempts, flow, ["-p", open, ...args]), "attack").outputs.result,
    SECRET,
  );

  // No policy at all is the baseline.
  const none = await confined(attempts, flow, args);
  for (const it of attempts) deepEqual(finished(none, it.id).outputs, {});
});
