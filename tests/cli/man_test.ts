import { deepEqual, equal, match } from "node:assert/strict";
import { ENVIRONMENT } from "../../lib/cli/environment.ts";
import { EXIT_MEANINGS, ExitCode } from "../../lib/cli/exit_code.ts";
import { loadSheets } from "../../lib/cli/load_sheets.ts";
import { manPage } from "../../lib/cli/man_page.ts";
import { testWith } from "../must.ts";
import { bulkhead, makeFiles } from "./bulkhead.ts";

/** The codes that scripts of other people go by. A number here never changes its meaning. */
const CODES = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreadable: 3,
  refused: 4,
  timedOut: 124,
  host: 125,
  interrupted: 130,
  closedPipe: 141,
  terminated: 143,
};

Deno.test("exit codes: sources, README and manual page name the same", async () => {
  deepEqual(ExitCode, CODES);
  const numbers = Object.values(CODES);
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const paragraph = /^Exit codes:[^]*?\n\n/m.exec(readme)?.[0] ?? "";
  deepEqual([...paragraph.matchAll(/\b\d+\b/g)].map(([it]) => Number(it)).toSorted(ascending), [
    ...numbers,
  ]);
  const page = manPage(await loadSheets());
  const section = /^\.SH EXIT STATUS\n([^]*?)^\.SH/m.exec(page)?.[1] ?? "";
  const tags = [...section.matchAll(/^\.TP\n\.B (\d+)\n(.*)$/gm)];
  deepEqual(tags.map(([, it]) => Number(it)), numbers);
  deepEqual(
    tags.map(([, , it]) => it!.toLowerCase().replace(/\.$/, "").replaceAll("\\-", "-")),
    Object.entries(EXIT_MEANINGS)
      .toSorted(([a], [b]) =>
        ascending(CODES[a as keyof typeof CODES], CODES[b as keyof typeof CODES])
      )
      .map(([, it]) => it.toLowerCase()),
  );
});

Deno.test("the manual page has every section, command, option and variable", async () => {
  const sheets = await loadSheets();
  const page = manPage(sheets);
  deepEqual([...page.matchAll(/^\.SH (.*)$/gm)].map(([, it]) => it), [
    "NAME",
    "SYNOPSIS",
    "DESCRIPTION",
    "COMMANDS",
    "OPTIONS",
    "EXIT STATUS",
    "ENVIRONMENT",
    "FILES",
    "EXAMPLES",
  ]);
  const plain = page.replaceAll("\\-", "-");
  for (const { name, table } of sheets) {
    const section = new RegExp(`^\\.SS bulkhead ${name} [^]*?(?=^\\.S[SH])`, "m").exec(plain)?.[0];
    for (const option of Object.keys(table.options)) {
      match(section + plain.slice(plain.indexOf(".SH OPTIONS")), new RegExp(`--${option}\\b`));
    }
  }
  for (const { name } of ENVIRONMENT) equal(plain.includes(`\n.B ${name}\n`), true, name);
});

testWith("mandoc", "mandoc finds nothing wrong with the manual page", async () => {
  await using files = await makeFiles({});
  const { code, stdout } = await bulkhead(["man"], { cwd: files.path });
  equal(code, 0);
  deepEqual(await lint(stdout, files.path), { code: 0, said: "" });
  // The control: it does find what is wrong.
  const broken = stdout.replace(".SH EXAMPLES", ".SH EXAMPLES\n.XX");
  match((await lint(broken, files.path)).said, /unknown macro/);
});

async function lint(page: string, directory: string) {
  const path = `${directory}/bulkhead.1`;
  await Deno.writeTextFile(path, page);
  const { code, stdout, stderr } = await new Deno.Command("mandoc", {
    args: ["-T", "lint", "-W", "warning", path],
  }).output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** A name in quotes that looks like a variable of the environment. */
const ANY_NAME =
  /"((?:HOME|PATH|DOCKER|XDG|BULKHEAD|CONTAINERS?|CONTAINERD|NERDCTL|SSH_AUTH)(?:_[A-Z]+)*)"/g;

/** What children are given, and nobody sets for bulkhead. */
const GIVEN = ["BULKHEAD_GRANTED", "BULKHEAD_TASK_RUN", "BULKHEAD_WITHHELD"];

Deno.test("every variable that the sources read is in the table, and no other", async () => {
  const lib = new URL("../../lib/", import.meta.url);
  const read = new Set<string>();
  for (const room of ["cli", "host", "execute", "kernel", "policy", "plan", "report"]) {
    for await (const text of sourcesOf(new URL(`${room}/`, lib))) {
      for (const [, name] of text.matchAll(/\benv\.([A-Z][A-Z_]+)\b/g)) read.add(name!);
      for (const [, name] of text.matchAll(/\benv(?:\.get)?\(["`]([A-Z][A-Z_]+)/g)) read.add(name!);
      for (const [, name] of text.matchAll(ANY_NAME)) {
        read.add(name!);
      }
    }
  }
  for (const it of GIVEN) equal(read.delete(it), true, `${it} is not given any more`);
  const known = ENVIRONMENT.map((it) => it.name.replace("*", ""));
  deepEqual([...read].toSorted(), known.toSorted());
});

async function* sourcesOf(directory: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const at = new URL(isDirectory ? `${name}/` : name, directory);
    if (isDirectory) yield* sourcesOf(at);
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts") && name !== "environment.ts") {
      yield await Deno.readTextFile(at);
    }
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}
