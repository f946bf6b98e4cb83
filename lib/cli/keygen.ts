import { generateKeys } from "../bundle/mod.ts";
import { StageError } from "../model/mod.ts";
import { defineCommand, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { KEYGEN } from "./tables/keygen.ts";

const encoder = new TextEncoder();

/** `keygen`: a pair of keys, for who packs bundles and for who trusts them. */
export const keygen = defineCommand(KEYGEN, async ({ positionals, values }, io) => {
  if (positionals.length > 0) {
    throw new UsageError(`Cannot make a key of "${positionals[0]}": did you mean -o NAME?`);
  }
  const name = values.output ?? "bulkhead";
  const { id, privatePem, publicPem } = await generateKeys();
  const files = [
    { path: `${name}.key`, text: privatePem, mode: 0o600 },
    { path: `${name}.pub`, text: publicPem, mode: 0o644 },
  ];
  for (const { path } of files) {
    if (await Deno.lstat(path).then(() => true, () => false)) throw taken(path);
  }
  const made: string[] = [];
  try {
    for (const { path, text, mode } of files) {
      using file = await open(path, mode);
      made.push(path);
      const bytes = encoder.encode(text);
      for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
      await file.sync();
    }
  } catch (cause) {
    for (const path of made) await Deno.remove(path).catch(() => {});
    if (cause instanceof StageError) throw cause;
    throw new StageError(
      [{
        code: "bundle/unwritable",
        severity: "error",
        message: `Cannot write the keys "${name}.key" and "${name}.pub": ` +
          (cause as Error).message.replace(/ \(os error \d+\).*$/, "").toLowerCase(),
      }],
      "host",
      { cause },
    );
  }
  io.out(
    `key ${id}\n  ${name}.key signs bundles: keep it to yourself\n` +
      `  ${name}.pub is for the nodes: --trust ${name}.pub\n`,
  );
  return ExitCode.ok;
});

async function open(path: string, mode: number): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { createNew: true, write: true, mode });
  } catch (error) {
    throw error instanceof Deno.errors.AlreadyExists ? taken(path) : error;
  }
}

function taken(path: string): StageError {
  return new StageError([{
    code: "bundle/key-exists",
    severity: "error",
    message: `Cannot make the key "${path}": it is there already, and no key is written over`,
    help: "Choose another name with -o",
  }], "usage");
}
