import { rowOf, ROWS, type Technique } from "./technique.ts";

const SCRATCH_OWN = `Deno.writeTextFileSync(scratch + "/own", "own");`;
const LINK = `root + "/out/write-" + name + "-" + dir.split("/").at(-1)`;
const changing = (
  row: string,
  techniques: readonly (Omit<Technique, "row" | "changes"> & { readonly row?: string })[],
): Technique[] => rowOf(row, techniques.map((it) => ({ ...it, changes: true })));

/** Changing what is forbidden. */
export const writes: readonly Technique[] = [
  ...changing(ROWS.writing, [
    { name: "Deno.writeTextFile", code: `await Deno.writeTextFile(target, "changed");` },
    {
      name: "written by dot-dot",
      code: `Deno.writeTextFileSync(dir + "/../" + dir.split("/").at(-1) + "/file", "changed");`,
    },
    { name: "a new file", code: `Deno.writeTextFileSync(dir + "/new", "");` },
    {
      name: "append",
      code: `await Deno.writeTextFile(target, "more", { append: true, create: false });`,
    },
    { name: "Deno.truncate", code: `Deno.truncateSync(target, 1);` },
    {
      name: "Deno.open to write",
      code: `using it = await Deno.open(target, { write: true }); it.truncateSync(0);`,
    },
    { name: "Deno.mkdir", code: `Deno.mkdirSync(dir + "/made");` },
    { name: "Deno.remove", code: `Deno.removeSync(target);` },
    { name: "Deno.remove of a directory", code: `Deno.removeSync(dir + "/empty");` },
    {
      name: "Deno.remove of all",
      code: `Deno.removeSync(dir, { recursive: true }); Deno.mkdirSync(dir);`,
    },
    {
      name: "Deno.rename into it",
      code: `${SCRATCH_OWN} Deno.renameSync(scratch + "/own", dir + "/own");`,
    },
    { name: "Deno.rename of its file", code: `Deno.renameSync(target, scratch + "/taken");` },
    {
      name: "Deno.copyFile into it",
      code: `${SCRATCH_OWN} Deno.copyFileSync(scratch + "/own", target);`,
    },
    { name: "Deno.makeTempFile", code: `Deno.makeTempFileSync({ dir });` },
    { name: "Deno.makeTempDir", code: `Deno.makeTempDirSync({ dir });` },
    { row: ROWS.modes, name: "Deno.chmod", code: `Deno.chmodSync(target, 0o600);` },
    {
      row: ROWS.modes,
      name: "Deno.chown",
      superuser: true,
      code: `Deno.chownSync(target, Deno.statSync(target).uid, 65534);`,
      control: `Deno.chmodSync(target, 0o600);`, // who is no superuser may not give files away
    },
    { row: ROWS.modes, name: "Deno.utime", code: `Deno.utimeSync(target, 1, 1);` },
    {
      name: "Deno.symlink in it",
      code: `Deno.symlinkSync("file", dir + "/link");`,
      control: `Deno.mkdirSync(dir + "/link");`,
    },
    {
      name: "Deno.link in it",
      code: `${SCRATCH_OWN} Deno.linkSync(scratch + "/own", dir + "/hard");`,
    },
  ]),
  ...changing(ROWS.writing, [
    {
      name: "writeFileSync",
      code: `(await import("node:fs")).writeFileSync(target, "changed");`,
    },
    {
      name: "createWriteStream",
      code: `const { createWriteStream } = await import("node:fs");
        await new Promise((resolve, reject) =>
          createWriteStream(target).on("error", reject)
            .end("changed", (error) => error ? reject(error) : resolve()));`,
    },
    { name: "promises.rm", code: `await (await import("node:fs/promises")).rm(target);` },
    {
      name: "truncateSync",
      code: `(await import("node:fs")).truncateSync(target, 1);`,
    },
    { name: "mkdtempSync", code: `(await import("node:fs")).mkdtempSync(dir + "/made-");` },
    {
      row: ROWS.modes,
      name: "chmodSync",
      code: `(await import("node:fs")).chmodSync(target, 0o600);`,
    },
    {
      name: "node:sqlite, a new file",
      code: `const { DatabaseSync } = await import("node:sqlite");
        new DatabaseSync(dir + "/new.db").exec("create table t (a)");`,
    },
    {
      name: "node:sqlite ATTACH",
      code: `const { DatabaseSync } = await import("node:sqlite");
        new DatabaseSync(":memory:").exec("attach '" + dir + "/new.db' as n; create table n.t (a)");`,
      control: `const { DatabaseSync } = await import("node:sqlite");
        new DatabaseSync(dir + "/new.db").exec("create table t (a)");`,
    },
    {
      name: "node:sqlite VACUUM INTO",
      code: `const { DatabaseSync } = await import("node:sqlite");
        new DatabaseSync(":memory:").exec("vacuum into '" + dir + "/new.db'");`,
      control: `const { DatabaseSync } = await import("node:sqlite");
        new DatabaseSync(dir + "/new.db").exec("create table t (a)");`,
    },
  ]),
  ...changing(ROWS.writing, [
    {
      name: "writeTextFile beside",
      at: "beside",
      code: `Deno.writeTextFileSync(target, "changed");`,
    },
    { name: "mkdir beside", at: "beside", code: `Deno.mkdirSync(dir + "/made");` },
    { name: "remove beside", at: "beside", code: `Deno.removeSync(target);` },
    { row: ROWS.modes, name: "chmod beside", at: "beside", code: `Deno.chmodSync(target, 0o600);` },
    {
      name: "renamed above",
      at: "above",
      code: `Deno.renameSync(dir, dir + "-moved"); Deno.mkdirSync(dir);`,
      control: `Deno.mkdirSync(scratch + "/a"); Deno.renameSync(scratch + "/a", scratch + "/b");
        Deno.writeTextFileSync(target, "changed");`,
    },
  ]),
  ...changing(ROWS.symlinkThere, [
    {
      name: "Deno through it",
      code: `Deno.writeTextFileSync(${LINK}, "changed");`,
    },
    {
      name: "node:fs through it",
      code: `(await import("node:fs")).truncateSync(${LINK}, 1);`,
    },
  ]),
  ...changing("the mode of a file that may be read", [
    {
      name: "mode by its descriptor",
      at: "beside",
      code: `const fs = await import("node:fs"); fs.fchmodSync(fs.openSync(target), 0o600);`,
      ends: "reached",
    },
    {
      name: "times by its descriptor",
      at: "beside",
      code: `const fs = await import("node:fs"); fs.futimesSync(fs.openSync(target), 1, 1);`,
      ends: "reached",
    },
  ]),
];
