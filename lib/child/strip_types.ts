import { nodeProcess } from "./node_process.ts";

/** What the other thread does: one text in, one text or the reason out. */
const OTHER_THREAD = `import { stripTypeScriptTypes } from "node:module";
self.onmessage = ({ data }) => {
  try {
    self.postMessage({ text: stripTypeScriptTypes(data) });
  } catch (error) {
    self.postMessage({ reason: error.message });
  }
};`;

type Answer = { readonly text: string } | { readonly reason: string };

/**
 * Blanks out the types of TypeScript: what is left is JavaScript, with everything where it was.
 *
 * The parser asks where the stack of its thread ends. Of the first thread the C library finds that in
 * `/proc`, which the kernel closes to what may start processes, and Deno 2.9 gives up there. So there
 * another thread does it, of which it is known.
 *
 * @param mayThread Whether threads may be made, and so `/proc` is closed.
 * @throws {SyntaxError} Where it is no TypeScript, or holds more than types (an `enum`, for one).
 */
export async function stripTypes(source: string, mayThread: boolean): Promise<string> {
  if (!mayThread) {
    return nodeProcess().getBuiltinModule("node:module").stripTypeScriptTypes(source);
  }
  const code = `data:text/javascript,${encodeURIComponent(OTHER_THREAD)}`;
  const worker = new Worker(code, { type: "module" });
  try {
    const answer = Promise.withResolvers<Answer>();
    worker.onmessage = ({ data }) => answer.resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      answer.resolve({ reason: event.message });
    };
    worker.postMessage(source);
    const said = await answer.promise;
    if ("reason" in said) throw new SyntaxError(said.reason);
    return said.text;
  } finally {
    worker.terminate();
  }
}
