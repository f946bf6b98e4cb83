import { type InputFile, inputFileUri, type StoreOwner } from "../execute/mod.ts";
import { type Input, StageError } from "../model/mod.ts";

/** The files of one execution's inputs, as they are found out. */
export interface InputFiles {
  /** Those to be stored. */
  readonly files: readonly InputFile[];
  /** The value of a FILE input that a person gives by a path. */
  take(input: string, path: string): string;
  /** The value of `NAME=TEXT` for a FILE: `@path` is a file, `@@text` is `@text`. */
  fromText(input: string, text: string): string;
  /**
   * The value of a FILE input once it is resolved: what is named with `file:` or `nsfile:` is to be stored
   * as well.
   *
   * @throws {StageError} For a `kestra:` file, of which there is none before an execution.
   */
  settle(input: Input, value: unknown): unknown;
}

/** Begins with no files. */
export function openInputFiles(owner: StoreOwner): InputFiles {
  const files: InputFile[] = [];
  const uris = new Set<string>();
  const add = (input: string, from: InputFile["from"], place: string) => {
    const name = place.split("/").filter((it) => it !== "").at(-1) ?? input;
    const uri = inputFileUri(owner, input, name);
    const known = files.findIndex((it) => it.input === input);
    files.splice(known < 0 ? files.length : known, known < 0 ? 0 : 1, { input, name, from });
    uris.add(uri);
    return uri;
  };
  const take = (input: string, path: string) => add(input, { is: "path", path }, path);
  return {
    files,
    take,
    fromText(input, text) {
      if (text.startsWith("@@")) return text.slice(1);
      return text.startsWith("@") ? take(input, text.slice(1)) : text;
    },
    settle({ id, type, source }, value) {
      if (type !== "FILE" || typeof value !== "string" || uris.has(value)) return value;
      if (!value.startsWith("kestra:")) return add(id, { is: "uri", uri: value }, value);
      throw new StageError([{
        code: "usage/bad-input",
        severity: "error",
        message: `Cannot use "${value}" for input "${id}": this execution has stored no such file`,
        at: source,
        help: `Give it with -i ${id}=@path`,
      }], "usage");
    },
  };
}
