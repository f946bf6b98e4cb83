import { rowOf, ROWS, type Technique } from "./technique.ts";

const there = (name: string) => `root + "/links/${name}-" + name`;

/** Reading a forbidden file by another name that leads to it. */
export const links: readonly Technique[] = [
  ...rowOf(ROWS.symlinkThere, [
    { name: "to the file", code: `return Deno.readTextFileSync(${there("file")});` },
    {
      name: "to the directory",
      code: `return Deno.readTextFileSync(${there("dir")} + "/secret.txt");`,
    },
    {
      name: "relative, to the directory",
      code: `return Deno.readTextFileSync(${there("relative")} + "/secret.txt");`,
    },
    {
      name: "into a directory below, and up again",
      code: `return Deno.readTextFileSync(${there("dir")} + "/sub/../secret.txt");`,
    },
    {
      name: "to the root",
      code: `return Deno.readTextFileSync(root + "/links/slash" + target);`,
    },
    {
      name: "to /proc/self/root",
      code: `return Deno.readTextFileSync(root + "/links/proc" + target);`,
      control: `return Deno.readTextFileSync(root + "/links/slash" + target);`,
    },
    {
      name: "its names",
      code: `return Array.from(Deno.readDirSync(${there("dir")}), (it) => it.name).join();`,
    },
    {
      name: "copied",
      code: `Deno.copyFileSync(${there("file")}, scratch + "/copy");
        return Deno.readTextFileSync(scratch + "/copy");`,
    },
    {
      name: "openAsBlob through it",
      code: `return await (await (await import("node:fs")).openAsBlob(${there("file")})).text();`,
    },
    {
      name: "fetched",
      code: `return await (await fetch("file://" + ${there("file")})).text();`,
    },
    {
      name: "imported",
      code: `return (await import("file://" + ${there("dir")} + "/secret.mjs")).default;`,
    },
    {
      name: "node:sqlite through it",
      code: `const { DatabaseSync } = await import("node:sqlite");
        return new DatabaseSync(${there("dir")} + "/secret.db", { readOnly: true })
          .prepare("select word from t").get().word;`,
    },
    {
      name: "relative, moved up",
      code: `Deno.renameSync(root + "/out/a/b/c/up", root + "/out/up-" + name);
        try {
          return Deno.readTextFileSync(root + "/out/up-" + name + "/in/" + name + "/secret.txt");
        } finally {
          Deno.renameSync(root + "/out/up-" + name, root + "/out/a/b/c/up");
        }`,
      // What a search of the writable trees finds may not be moved, wherever it leads.
      control: `Deno.mkdirSync(scratch + "/a");
        Deno.renameSync(scratch + "/a", scratch + "/b");
        return Deno.readTextFileSync(target);`,
    },
  ]),
  ...rowOf(
    ROWS.linkMade,
    [
      { name: "Deno.symlink to the file", link: "Deno.symlinkSync(target, LINK)", rest: "" },
      { name: "Deno.symlink to the directory", link: "Deno.symlinkSync(dir, LINK)" },
      {
        name: "Deno.symlink to the root",
        link: `Deno.symlinkSync("/", LINK)`,
        rest: "/ + target",
      },
      {
        name: "node:fs symlinkSync",
        link: `(await import("node:fs")).symlinkSync(dir, LINK)`,
      },
      {
        name: "node:fs promises.symlink",
        link: `await (await import("node:fs/promises")).symlink(dir, LINK)`,
      },
    ].map(({ name, link, rest = "/secret.txt" }) => ({
      name,
      code: `${link.replace("LINK", `scratch + "/link"`)};
      return Deno.readTextFileSync(scratch + "/link" + ${
        rest === "/ + target" ? "target" : JSON.stringify(rest)
      });`,
      // Deno makes links only for who may read and write everything.
      control: `Deno.copyFileSync(target, scratch + "/copy");
      return Deno.readTextFileSync(scratch + "/copy");`,
    })),
  ),
  ...rowOf(
    ROWS.linkMade,
    [
      ["Deno.link", "Deno.linkSync"],
      ["node:fs linkSync", `(await import("node:fs")).linkSync`],
      ["node:fs promises.link", `await (await import("node:fs/promises")).link`],
    ].map(([name, link]) => ({
      name: name!,
      code: `${link}(target, scratch + "/hard");
      return Deno.readTextFileSync(scratch + "/hard");`,
      control: `Deno.copyFileSync(target, scratch + "/own");
      ${link}(scratch + "/own", scratch + "/hard");
      return Deno.readTextFileSync(scratch + "/hard");`,
    })),
  ),
  ...rowOf(
    "a directory above a forbidden path, renamed",
    [
      ["by Deno", "Deno.renameSync"],
      ["by node:fs", `(await import("node:fs")).renameSync`],
      ["by node:fs promises", `await (await import("node:fs/promises")).rename`],
    ].map(([name, rename]) => ({
      name: `renamed ${name}`,
      code: `${rename}(root, root + "-moved");
      try {
        return Deno.readTextFileSync(root + "-moved/" + name + "/secret.txt");
      } finally {
        Deno.renameSync(root + "-moved", root);
      }`,
      control: `Deno.mkdirSync(scratch + "/a");
      Deno.copyFileSync(target, scratch + "/a/copy");
      ${rename}(scratch + "/a", scratch + "/b");
      return Deno.readTextFileSync(scratch + "/b/copy");`,
    })),
  ),
  ...rowOf("a hard link that was there before", [
    {
      name: "hard link, read",
      code: `return Deno.readTextFileSync(${there("hard")});`,
      ends: "reached",
    },
  ]),
  ...rowOf(
    ROWS.kernelFiles,
    [
      ["/proc/self/root", `"/proc/self/root" + target`],
      ["/proc/thread-self/root", `"/proc/thread-self/root" + target`],
      [
        "/proc/self/cwd",
        `"/proc/self/cwd" + "/..".repeat(scratch.split("/").length + 9) + target`,
      ],
      ["/dev/fd", `"/dev/fd/" + (await import("node:fs")).openSync(target)`],
      ["/proc/self/fd", `"/proc/self/fd/" + (await import("node:fs")).openSync(target)`],
    ].map(([name, path]) => ({
      name: name!,
      code: `return Deno.readTextFileSync(${path});`,
      control: `return Deno.readTextFileSync(target);`,
    })),
  ),
];
