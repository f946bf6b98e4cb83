import { rowOf, ROWS, type Technique } from "./technique.ts";

/** Reading a forbidden file by its name, in all spellings and by all functions. */
export const files: readonly Technique[] = [
  ...rowOf(ROWS.reading, [
    { name: "as it is", code: `return await Deno.readTextFile(target);` },
    {
      name: "dot-dot",
      code: `return Deno.readTextFileSync(root + "/beside/../" + name + "/secret.txt");`,
    },
    { name: "double slashes", code: `return Deno.readTextFileSync("/" + dir + "//secret.txt");` },
    { name: "dot segments", code: `return Deno.readTextFileSync(dir + "/./secret.txt");` },
    {
      name: "a file URL",
      code: `return Deno.readTextFileSync(new URL("file://" + target));`,
    },
    {
      name: "a file URL of localhost",
      code: `return Deno.readTextFileSync(new URL("file://localhost" + target));`,
    },
    {
      name: "an encoded URL",
      code: `const walk = "/beside/%2e%2e/" + name + "/%73ecret.txt";
        return Deno.readTextFileSync(new URL("file://" + root + walk));`,
    },
    {
      name: "relative",
      code: `Deno.chdir(scratch);
        const up = "../".repeat(scratch.split("/").length - 1);
        return Deno.readTextFileSync(up + target.slice(1));`,
    },
    {
      name: "Deno.chdir",
      code: `Deno.chdir(dir); return Deno.readTextFileSync("secret.txt");`,
    },
    {
      name: "process.chdir",
      code: `process.chdir(dir); return Deno.readTextFileSync("secret.txt");`,
    },
  ]),
  ...rowOf(ROWS.reading, [
    {
      name: "Deno.open",
      code: `const it = await Deno.open(target); return await new Response(it.readable).text();`,
    },
    { name: "Deno.readFile", code: `return new TextDecoder().decode(Deno.readFileSync(target));` },
    {
      name: "Deno.copyFile",
      code: `Deno.copyFileSync(target, scratch + "/copy");
        return Deno.readTextFileSync(scratch + "/copy");`,
    },
    {
      name: "Deno.rename out of it",
      code: `Deno.renameSync(dir + "/movable", scratch + "/taken");
        try { return Deno.readTextFileSync(scratch + "/taken"); }
        finally { Deno.renameSync(scratch + "/taken", dir + "/movable"); }`,
      control: `Deno.copyFileSync(target, scratch + "/own");
        Deno.renameSync(scratch + "/own", scratch + "/taken");
        return Deno.readTextFileSync(scratch + "/taken");`,
    },
    {
      name: "Deno.readDir",
      code: `return Array.from(Deno.readDirSync(dir), (it) => it.name).join();`,
    },
    {
      row: ROWS.metadata,
      name: "Deno.realPath",
      code: `return Deno.realPathSync(dir + "/secret.txt") && word;`,
    },
    {
      row: ROWS.metadata,
      name: "Deno.readLink",
      code: `return Deno.readLinkSync(dir + "/pointer");`,
    },
    { row: ROWS.metadata, name: "Deno.stat", code: `return Deno.statSync(target).size && word;` },
    { row: ROWS.metadata, name: "Deno.lstat", code: `return Deno.lstatSync(target).size && word;` },
    {
      row: ROWS.metadata,
      name: "Deno.stat of the directory",
      code: `return Deno.statSync(dir).isDirectory && word;`,
    },
    {
      row: ROWS.metadata,
      name: "whether a file is there, by the error",
      code: `const told = (path) => {
          try { Deno.statSync(path); return "there"; } catch (error) { return error.name; }
        };
        return told(target) === told(dir + "/none") ? "same" : word;`,
    },
    {
      row: ROWS.metadata,
      name: "Deno.watchFs",
      code: `Deno.watchFs(dir).close(); return word;`,
    },
    { name: "fetch of a file URL", code: `return await (await fetch("file://" + target)).text();` },
  ]),
  ...rowOf(ROWS.reading, [
    {
      name: "readFileSync",
      code: `return (await import("node:fs")).readFileSync(target, "utf8");`,
    },
    {
      name: "readFileSync of a Buffer",
      code: `return (await import("node:fs")).readFileSync(Buffer.from(target), "utf8");`,
    },
    {
      name: "createReadStream",
      code: `const { createReadStream } = await import("node:fs");
        return (await Array.fromAsync(createReadStream(target, "utf8"))).join("");`,
    },
    {
      name: "promises.readFile",
      code: `return await (await import("node:fs/promises")).readFile(target, "utf8");`,
    },
    {
      name: "promises.open",
      code: `const it = await (await import("node:fs/promises")).open(target);
        try { return await it.readFile("utf8"); } finally { await it.close(); }`,
    },
    {
      name: "openAsBlob",
      code: `return await (await (await import("node:fs")).openAsBlob(target)).text();`,
    },
    {
      name: "copyFileSync",
      code: `(await import("node:fs")).copyFileSync(target, scratch + "/copy");
        return Deno.readTextFileSync(scratch + "/copy");`,
    },
    {
      name: "cpSync",
      code: `(await import("node:fs")).cpSync(target, scratch + "/copies");
        return Deno.readTextFileSync(scratch + "/copies");`,
      // It looks at the directory above as well, which no task may.
      control: `(await import("node:fs")).copyFileSync(target, scratch + "/copy");
        return Deno.readTextFileSync(scratch + "/copy");`,
    },
    { name: "readdirSync", code: `return (await import("node:fs")).readdirSync(dir).join();` },
    {
      name: "opendirSync",
      code: `const all = (await import("node:fs")).opendirSync(dir);
        let names = "";
        for (let it = all.readSync(); it; it = all.readSync()) names += it.name;
        all.closeSync();
        return names;`,
    },
    {
      name: "globSync",
      code: `return (await import("node:fs")).globSync("named-*", { cwd: dir }).join();`,
      // It wants variables that no task has.
      control: `return (await import("node:fs")).readdirSync(dir).join();`,
    },
    {
      row: ROWS.metadata,
      name: "statSync",
      code: `return (await import("node:fs")).statSync(target).size && word;`,
    },
    {
      row: ROWS.metadata,
      name: "realpathSync.native",
      code: `return (await import("node:fs")).realpathSync.native(target) && word;`,
    },
    {
      row: ROWS.metadata,
      name: "accessSync",
      code: `(await import("node:fs")).accessSync(target); return word;`,
      // It wants to know the user, which no task may.
      control: `return (await import("node:fs")).statSync(target).size && word;`,
    },
    {
      name: "node:vm",
      code: `const { runInThisContext } = await import("node:vm");
        return runInThisContext("(it) => Deno.readTextFileSync(it)")(target);`,
    },
    {
      name: "node:sqlite",
      code: `const { DatabaseSync } = await import("node:sqlite");
        return new DatabaseSync(dir + "/secret.db", { readOnly: true })
          .prepare("select word from t").get().word;`,
    },
    {
      name: "node:sqlite by URL",
      code: `const { DatabaseSync } = await import("node:sqlite");
        return new DatabaseSync(new URL("file://" + dir + "/secret.db?mode=ro"))
          .prepare("select word from t").get().word;`,
      // Where paths are checked a URL is none.
      control: `const { DatabaseSync } = await import("node:sqlite");
        return new DatabaseSync(dir + "/secret.db", { readOnly: true })
          .prepare("select word from t").get().word;`,
    },
    {
      name: "process.loadEnvFile",
      code: `process.loadEnvFile(dir + "/secret.env"); return process.env.BOX_VALUE;`,
      // It wants all variables, which no task has.
      control: `return (await import("node:util"))
        .parseEnv(Deno.readTextFileSync(dir + "/secret.env")).BOX_VALUE;`,
    },
  ]),
  ...rowOf(ROWS.loading, [
    {
      name: "import()",
      code: `return (await import("file://" + dir + "/secret.mjs")).default;`,
    },
    {
      name: "import() of JSON",
      code: `const how = { with: { type: "json" } };
        return (await import("file://" + dir + "/secret.json", how)).default;`,
    },
    {
      name: "import() of text",
      code: `const how = { with: { type: "text" } };
        return (await import("file://" + target, how)).default;`,
    },
    {
      name: "a data URL that imports it",
      code: `const source = 'export { default } from "file://' + dir + '/secret.mjs"';
        return (await import("data:text/javascript," + source)).default;`,
    },
    {
      name: "a blob that imports it",
      code: `const source = 'export { default } from "file://' + dir + '/secret.mjs"';
        const blob = new Blob([source], { type: "text/javascript" });
        return (await import(URL.createObjectURL(blob))).default;`,
    },
    {
      name: "a file of the task's own that imports it",
      code: `const source = 'export { default } from "' + dir + '/secret.mjs"';
        Deno.writeTextFileSync(scratch + "/own.mjs", source);
        return (await import("file://" + scratch + "/own.mjs")).default;`,
    },
    ...["cjs", "json"].map((kind) => ({
      name: `require of ${kind}`,
      code: `const { createRequire } = process.getBuiltinModule("node:module");
        return createRequire(target)(dir + "/secret.${kind}");`,
    })),
    {
      name: "Module._load",
      code: `return process.getBuiltinModule("node:module")._load(dir + "/secret.cjs");`,
    },
    {
      name: "Module._extensions",
      code: `const Module = process.getBuiltinModule("node:module");
        const it = new Module(dir + "/secret.json");
        Module._extensions[".json"](it, dir + "/secret.json");
        return it.exports;`,
    },
  ]),
];

/** Imports that a module makes before a line of it runs. */
export const staticImports: readonly Technique[] = rowOf(
  "code of a forbidden file, imported by a plugin's own text",
  [
    { name: "static import of a module", code: `import word from "DIR/secret.mjs";` },
    {
      name: "static import of JSON",
      code: `import word from "DIR/secret.json" with { type: "json" };`,
    },
    {
      name: "static import of text",
      code: `import word from "DIR/secret.txt" with { type: "text" };`,
    },
    { name: "literal import()", code: `const word = (await import("DIR/secret.mjs")).default;` },
    {
      name: "an import of an import",
      code:
        `import word from "data:text/javascript,export { default } from 'file://DIR/secret.mjs'";`,
    },
  ].map((it) => ({ ...it, module: true })),
);
