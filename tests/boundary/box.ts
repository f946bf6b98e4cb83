import { DatabaseSync } from "node:sqlite";

/** A directory tree for one table, gone when it is disposed of. */
export interface Box extends AsyncDisposable {
  /** Real path, without links on the way. */
  readonly root: string;
  /** Writes a file and the directories on the way, and gives its path. */
  write(path: string, text: string): Promise<string>;
}

/** Makes an empty box. */
export async function makeBox(): Promise<Box> {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "boundary_" }));
  return {
    root,
    async write(path, text) {
      const file = `${root}/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, text);
      return file;
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

/** A word that stands nowhere else. */
export function makeWord(what: string): string {
  return `${what}-${crypto.randomUUID().replaceAll("-", "")}`;
}

/** Fills a directory with one word in every form that a technique may look for. */
export async function fill(box: Box, directory: string, word: string): Promise<string> {
  const at = (name: string) => `${directory}/${name}`;
  await box.write(at("secret.txt"), word);
  await box.write(at("secret.json"), JSON.stringify(word));
  await box.write(at("secret.mjs"), `export default ${JSON.stringify(word)};`);
  await box.write(at("secret.cjs"), `module.exports = ${JSON.stringify(word)};`);
  await box.write(at("secret.env"), `BOX_VALUE=${word}\n`);
  await box.write(at(`named-${word}`), "");
  using database = new DatabaseSync(`${box.root}/${at("secret.db")}`);
  database.exec(`create table t (word text); insert into t values ('${word}')`);
  return `${box.root}/${directory}`;
}

/** Where a text first stands in another, as diagnostics and events name places. */
export function placeOf(text: string, needle: string): { line: number; column: number } {
  const before = text.slice(0, text.indexOf(needle)).split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** Computes a value when it is first asked for, and once. */
export function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  const made: Promise<T>[] = [];
  return () => made[0] ??= make();
}
