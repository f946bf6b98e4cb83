import { deepEqual, equal, notDeepEqual, ok } from "node:assert/strict";
import { type Attempt, confined, idsOf, legsOf, SCRATCH, unconfined } from "./attack.ts";
import { type Box, lazily, makeBox, placeOf } from "./box.ts";
import { need } from "../must.ts";
import { snapshot } from "./snapshot.ts";

/**
 * One way to change files. Finds `dir`, which is called `name`, with a file `target` and an empty
 * directory; it has succeeded when anything in `dir` is another than before.
 */
interface Technique {
  readonly name: string;
  readonly code: string;
  /** The twin, where the technique itself is closed to every task. */
  readonly control?: string;
  /** Where it is a known hole for a file that may be read and not written. */
  readonly ends?: "reached";
  /** What the denial names; `nobody` where it names no permission. */
  readonly blames?: "nobody";
}

const techniques: readonly Technique[] = [
  { name: "Deno.writeTextFile", code: `await Deno.writeTextFile(target, "changed");` },
  {
    name: "a dot-dot walk",
    code: `Deno.writeTextFileSync(dir + "/../" + name + "/file", "changed");`,
  },
  { name: "a new file", code: `Deno.writeTextFileSync(dir + "/new", "");` },
  {
    name: "append",
    code: `await Deno.writeTextFile(target, "more", { append: true, create: false });`,
  },
  { name: "truncate", code: `Deno.truncateSync(target, 1);` },
  {
    name: "Deno.open to write",
    code: `(await Deno.open(target, { write: true })).truncateSync(0);`,
  },
  { name: "Deno.mkdir", code: `Deno.mkdirSync(dir + "/made");` },
  { name: "Deno.remove", code: `Deno.removeSync(target);` },
  { name: "Deno.remove of a directory", code: `Deno.removeSync(dir + "/empty");` },
  {
    name: "a rename into it",
    code: `Deno.writeTextFileSync(scratch + "/own", "own");
      Deno.renameSync(scratch + "/own", dir + "/own");`,
  },
  { name: "a rename out of it", code: `Deno.renameSync(target, scratch + "/taken");` },
  {
    name: "Deno.copyFile into it",
    code: `Deno.writeTextFileSync(scratch + "/own", "own");
      Deno.copyFileSync(scratch + "/own", target);`,
  },
  { name: "Deno.chmod", code: `Deno.chmodSync(target, 0o600);` },
  { name: "Deno.utime", code: `Deno.utimeSync(target, 1, 1);` },
  {
    name: "a symlink in it",
    code: `Deno.symlinkSync("file", dir + "/link");`,
    // Deno makes links only for who may read and write everything.
    control: `Deno.mkdirSync(dir + "/link");`,
    blames: "nobody",
  },
  {
    name: "a hard link in it",
    code: `Deno.writeTextFileSync(scratch + "/own", "own");
      Deno.linkSync(scratch + "/own", dir + "/hard");`,
  },
  { name: "Deno.makeTempFile", code: `Deno.makeTempFileSync({ dir });` },
  {
    name: "node:fs writeFileSync",
    code: `(await import("node:fs")).writeFileSync(target, "changed");`,
  },
  {
    name: "node:fs createWriteStream",
    code: `const { createWriteStream } = await import("node:fs");
      await new Promise((resolve, reject) =>
        createWriteStream(target).on("error", reject)
          .end("changed", (error) => error ? reject(error) : resolve()));`,
  },
  {
    name: "node:fs/promises rm",
    code: `await (await import("node:fs/promises")).rm(target);`,
  },
  {
    name: "node:sqlite",
    code: `const { DatabaseSync } = await import("node:sqlite");
      new DatabaseSync(dir + "/new.db").exec("create table t (a)");`,
  },
];

/** What the kernel layer refuses to every child, wherever it is: without it Deno has its say. */
const SOCKET: Technique = {
  name: "a unix socket",
  code: `Deno.listen({ transport: "unix", path: dir + "/socket" }).ref();`,
};

/** A technique at a place, and the twin's place. Places are below `in` of a box. */
interface Row extends Technique {
  readonly where: string;
  readonly place: string;
  /** What is looked at in the place, if not all of it. */
  readonly watch?: string;
  readonly source: "policy" | "built-in";
  /** What the policy says of the kernel layer; `prefer` unless it is said. */
  readonly kernel?: "off";
  /** Denied by the kernel layer alone: a machine without it has a known hole here. */
  readonly needs?: "landlock";
}

const rows: readonly Row[] = [
  ...techniques.map((it, i): Row => ({
    ...it,
    where: "below a forbidden path",
    place: `forbidden/${i}`,
    source: "policy",
  })),
  ...techniques.map((it, i): Row => ({
    ...it,
    where: "where it is not forbidden and not writable",
    place: `beside/${i}`,
    source: "built-in",
  })),
  {
    name: "a rename",
    where: "the directory above a forbidden path",
    code: `Deno.renameSync(dir, dir + "-moved"); Deno.mkdirSync(dir);`,
    place: "above",
    source: "built-in",
  },
  {
    name: "Deno.writeTextFile",
    where: "the policy",
    code: `Deno.writeTextFileSync(dir + "/policy.yaml", "bulkhead: { filesystem: open }");`,
    place: "policies",
    source: "built-in",
  },
  {
    name: "Deno.writeTextFile",
    where: "the harness's cache",
    code: `Deno.writeTextFileSync(dir + "/planted.mjs", "");`,
    place: "cache",
    watch: "planted.mjs",
    source: "built-in",
  },
  {
    ...SOCKET,
    where: "below a forbidden path, without the kernel layer",
    place: "forbidden/socket",
    source: "policy",
    kernel: "off",
  },
  {
    ...SOCKET,
    where: "where it is not forbidden and not writable, without the kernel layer",
    place: "beside/socket",
    source: "built-in",
    kernel: "off",
  },
  {
    ...SOCKET,
    where: "even where files may be made",
    place: "out/socket",
    control: `Deno.writeTextFileSync(dir + "/socket", "");`,
    source: "built-in",
    blames: "nobody",
    needs: "landlock",
  },
  {
    name: "node:fs fchmodSync",
    where: "known hole: the mode of a file that is open to be read",
    code: `const fs = await import("node:fs"); fs.fchmodSync(fs.openSync(target), 0o600);`,
    place: "readable",
    ends: "reached",
    source: "built-in",
  },
];

async function makeWorld(): Promise<Box> {
  const box = await makeBox();
  const places = rows.flatMap((it, i) => [it.place, `out/${i}`]);
  for (const it of places) {
    await box.write(`in/${it}/file`, "as it was");
    await Deno.chmod(`${box.root}/in/${it}/file`, 0o644);
    await Deno.mkdir(`${box.root}/in/${it}/empty`);
  }
  await box.write("in/above/closed/file", "as it was");
  await Deno.mkdir(`${box.root}/in/ws`);
  return box;
}

async function snapshots({ root }: Box): Promise<readonly (readonly unknown[])[]> {
  return await Promise.all(
    rows.map(({ place, watch = "" }) => snapshot(`${root}/in/${place}/${watch}`)),
  );
}

async function twins({ root }: Box): Promise<readonly (readonly unknown[])[]> {
  return await Promise.all(rows.map((_, i) => snapshot(`${root}/in/out/${i}`)));
}

const boxes: Box[] = [];
Deno.test.afterAll(async () => {
  for (const it of boxes) await it[Symbol.asyncDispose]();
});

const written = {
  prefer: lazily(() => writeAll("prefer")),
  off: lazily(() => writeAll("off")),
};

async function writeAll(kernel: "prefer" | "off") {
  const tried = rows.flatMap((row, i) => (row.kernel ?? "prefer") === kernel ? [i] : []);
  const [box, free] = await Promise.all([makeWorld(), makeWorld()]);
  boxes.push(box, free);
  const inside = (path: string) => `${box.root}/in/${path}`;
  const policyText = `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths:
        - ${inside("forbidden")}/
        - ${inside("above/closed")}
bulkhead:
  writable: [${inside("out")}]
  kernel: ${kernel}
`;
  const policy = await box.write("in/policies/policy.yaml", policyText);
  const before = {
    attacks: await snapshots(box),
    twins: await twins(box),
    free: await snapshots(free),
  };
  const attempt = ({ root }: Box, i: number, leg: "attack" | "control"): Attempt => {
    const { place, code, control = code } = rows[i]!;
    const dir = `${root}/in/${leg === "attack" ? place : `out/${i}`}`;
    const name = dir.slice(dir.lastIndexOf("/") + 1);
    const given = { dir, name, target: `${dir}/file`, scratch: SCRATCH };
    return { id: idsOf(i)[leg], code: leg === "attack" ? code : control, given };
  };
  const [said, reached] = await Promise.all([
    confined(
      tried.flatMap((i) => [attempt(box, i, "attack"), attempt(box, i, "control")]),
      `${box.root}/flow.yaml`,
      ["-p", policy, "--workspace", inside("ws")],
      { env: { BULKHEAD_CACHE: inside("cache") } },
    ),
    unconfined(tried.map((i) => attempt(free, i, "attack")), `${free.root}/in/ws`),
  ]);
  const after = {
    attacks: await snapshots(box),
    twins: await twins(box),
    free: await snapshots(free),
  };
  const source = { file: policy, ...placeOf(policyText, `${inside("forbidden")}/`) };
  return { said, reached, before, after, source };
}

const endOf = ({ ends, needs }: Row) =>
  ends ?? (needs && need(needs).reason ? "reached" : "denied");

Deno.test.each(
  rows.map((row, i) => ({ ...row, i, end: endOf(row), made: written[row.kernel ?? "prefer"] })),
)(
  "boundary: writing, $where, by $name ends in $end",
  async ({ i, end, blames, made, source: whose }) => {
    const { said, reached, before, after, source } = await made();
    const { unconfined, control, attack, denial } = legsOf(i, reached, said);
    notDeepEqual(after.free[i], before.free[i], `the attack is broken: ${unconfined.error}`);
    notDeepEqual(after.twins[i], before.twins[i], `the control is broken: ${control.error}`);
    equal(control.state, "SUCCESS", control.error);
    if (end === "reached") {
      notDeepEqual(after.attacks[i], before.attacks[i], `a known hole is closed: ${attack.error}`);
      return;
    }
    deepEqual(after.attacks[i], before.attacks[i]);
    equal(attack.state, "WARNING");
    if (blames === "nobody") return;
    ok(["read", "write"].includes(denial?.permission ?? ""), attack.error);
    deepEqual(denial!.because.source, whose === "policy" ? source : "built-in");
  },
);
