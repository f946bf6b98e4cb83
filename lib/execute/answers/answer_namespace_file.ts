import { toBase64 } from "./to_base64.ts";
import type { Answer, Question } from "../../model/mod.ts";
import { checkFileName } from "../files/check_file_name.ts";
import { directoryOf, type FileSources } from "../files/file_sources.ts";
import { openFile } from "../files/open_file.ts";
import { refuse } from "./asker.ts";

/**
 * Answers a question about a file of the flow's namespace: of no other, and of nothing that a link leads
 * to outside the directory of all namespaces.
 */
export async function answerNamespaceFile(
  question: Extract<Question, { readonly about: "namespaceFile" }>,
  { namespace, namespaceFiles }: Pick<FileSources, "namespace" | "namespaceFiles">,
): Promise<Answer> {
  const cannot = (fact: string) => refuse(`Cannot read "${question.path}": ${fact}`);
  if (namespaceFiles === undefined) return cannot("no --namespace-files were given");
  const checked = checkFileName(question.path);
  if (!checked.ok) return cannot(checked.fact);
  const opened = await openFile(`${directoryOf(namespace, namespaceFiles)}/${checked.name}`, [
    namespaceFiles,
  ]);
  if (!opened.ok) return opened.is === "missing" ? { ok: true } : cannot(opened.fact);
  using file = opened.file;
  if (question.do === "size") return { ok: true, value: opened.size };
  await file.seek(question.offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(question.length);
  let length = 0;
  while (length < bytes.length) {
    const read = await file.read(bytes.subarray(length));
    if (read === null) break;
    length += read;
  }
  return { ok: true, value: toBase64(bytes.subarray(0, length)) };
}
