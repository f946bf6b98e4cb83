import { deepEqual, match, ok } from "node:assert/strict";

const LIB = new URL("../lib/", import.meta.url);

/** What is declared by `using` and named once afterwards, a line each. */
function namedOnce(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.flatMap((line, i) => {
    const [, indent, name] = /^(\s*)(?:await )?using (\w+) = /.exec(line) ?? [];
    if (indent === undefined || name === undefined) return [];
    const after = lines.slice(i + 1);
    const end = after.findIndex((it) => it.trim() !== "" && !it.startsWith(indent));
    const block = after.slice(0, end < 0 ? after.length : end).join("\n");
    const uses = block.match(new RegExp(`(?<![.\\w])${name}(?!\\w)`, "g")) ?? [];
    return uses.length === 1 ? [`${i + 1}: ${line.trim()}`] : [];
  });
}

Deno.test("what `using` holds is not named just once: the bundler puts its value there and forgets it", async () => {
  const lost: string[] = [];
  let seen = 0;
  const walk = async (directory: URL): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(directory)) {
      const at = new URL(isDirectory ? `${name}/` : name, directory);
      if (isDirectory) await walk(at);
      else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) {
        seen++;
        const found = namedOnce(await Deno.readTextFile(at));
        lost.push(...found.map((it) => `${at.href.slice(LIB.href.length)}:${it}`));
      }
    }
  };
  await walk(LIB);
  deepEqual(lost, [], "write `const it = …; using _it = it;`");
  ok(seen > 300, `the walk found ${seen} files`);
});

Deno.test("the bundler does forget what is named once, and keeps what is not", async () => {
  const directory = await Deno.makeTempDir({ prefix: "bulkhead_bundle_" });
  try {
    const held =
      "const held = () => ({ [Symbol.dispose]: () => console.log('done'), on: true });\n";
    const run = async (name: string, body: string) => {
      const file = `${directory}/${name}.ts`;
      await Deno.writeTextFile(file, `${held}function run() {\n${body}}\nconsole.log(run());\n`);
      const bundle = await new Deno.Command(Deno.execPath(), {
        args: ["bundle", "--quiet", "--minify", "--output", `${file}.js`, file],
        env: { NO_COLOR: "1" },
      }).output();
      ok(bundle.success, new TextDecoder().decode(bundle.stderr));
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-config", `${file}.js`],
      }).output();
      return new TextDecoder().decode(stdout);
    };
    // Where this no longer holds, the rule above is needed no more.
    match(await run("once", "  using it = held();\n  return it.on ? 1 : 2;\n"), /^1\n$/);
    match(
      await run("kept", "  const it = held();\n  using _it = it;\n  return it.on ? 1 : 2;\n"),
      /^done\n1\n$/,
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
