/**
 * What a second thread does: it reads YAML and nothing else.
 *
 * Started as a `Worker` by `openYamlThread()`, and imported by nobody: in the compiled binary it is a
 * file of its own.
 *
 * @module
 */
import { StageError } from "../model/mod.ts";
import { packLocated } from "../source/pack_located.ts";
import { parseYaml } from "../source/parse_yaml.ts";
import type { FromYamlThread, PackedRead, TextOfFile } from "./yaml_protocol.ts";

interface Thread {
  onmessage: ((event: { readonly data: readonly TextOfFile[] }) => void) | null;
  postMessage(message: FromYamlThread, transfer: readonly ArrayBuffer[]): void;
}

const thread = self as unknown as Thread;

thread.onmessage = ({ data }) => {
  const reads = data.map(read);
  const buffers = reads.flatMap((it) => it.packed === undefined ? [] : [it.packed.places.buffer]);
  thread.postMessage(reads, buffers);
};

function read({ file, text }: TextOfFile): PackedRead {
  try {
    const root = parseYaml(text, file);
    return root === undefined ? {} : { packed: packLocated(root) };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return { complaints: error.diagnostics };
  }
}
