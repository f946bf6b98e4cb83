import { containerBody } from "../../container/mod.ts";
import type { ContainerSpec } from "../../model/mod.ts";
import { readOutput } from "../read_output.ts";
import { type ContainerHandle, EngineFailure, type Output } from "./container_handle.ts";
import type { ApiAnswer, ApiRequest, ApiStream, EngineApi } from "./engine_api.ts";
import { engineWords, PATIENCE_MS, startWords } from "./engine_client_calls.ts";
import { splitFrames } from "./split_frames.ts";

/** A container to be made over an engine's HTTP API. */
export interface ApiContainer {
  /** Gives the same each time, or fails each time. */
  readonly open: () => Promise<EngineApi>;
  readonly spec: ContainerSpec;
  /**
   * Takes files out of it by the engine's client: that can be left before its end, which takes the
   * engine's hold off the container; Deno 2.4 does not let go of an answer that is left.
   */
  readonly copyOut: ContainerHandle["copyOut"];
  /** Whether the engine removes it when it ends; not where files are to be copied out. */
  readonly autoRemove: boolean;
}

/** Making and starting one may take long where its disk is slow; not for ever. */
const MAKE_MS = 120_000;
const PAUSE_MS = 50;

/** A container by the requests that docker's own client makes: create, attach, wait, start. */
export function apiContainer({ open, spec, copyOut, autoRemove }: ApiContainer): ContainerHandle {
  const at = (...path: string[]) => ["containers", spec.name, ...path];
  const ask = async (request: ApiRequest) => await (await open()).ask(request);
  const stream = async (request: ApiRequest) => await (await open()).open(request);
  let making: Promise<unknown> | undefined;
  return {
    stays: !autoRemove,
    async create() {
      const made = ask({
        method: "POST",
        path: ["containers", "create"],
        query: { name: spec.name },
        json: containerBody(spec, { autoRemove }),
        timeoutMs: MAKE_MS,
      });
      making = made;
      const answer = await made.catch(failWith("not-started"));
      if (answer.status === 201) return;
      const words = wordsOf(answer);
      const isImage = answer.status === 404 && /no such image/i.test(words);
      throw new EngineFailure(isImage ? "no-image" : "not-started", words);
    },
    async copyIn(directory, tar) {
      const answer = await ask({
        method: "PUT",
        path: at("archive"),
        query: { path: directory },
        stream: tar,
      }).catch(failWith("not-started"));
      if (answer.status !== 200) {
        throw new EngineFailure(
          "not-started",
          `its files cannot be copied in: ${wordsOf(answer)}`,
        );
      }
    },
    async run(output) {
      const opened: ApiStream[] = [];
      try {
        const query = { stream: 1, stdout: 1, stderr: 1 };
        const attached = await stream({ method: "POST", path: at("attach"), query })
          .catch(failWith("not-started"));
        opened.push(attached);
        if (attached.status >= 300) throw await notStarted(attached);
        const condition = autoRemove ? "removed" : "next-exit";
        const waiting = await stream({ method: "POST", path: at("wait"), query: { condition } })
          .catch(failWith("not-started"));
        opened.push(waiting);
        if (waiting.status >= 300) throw await notStarted(waiting);
        const started = await ask({ method: "POST", path: at("start"), timeoutMs: MAKE_MS })
          .catch(failWith("lost"));
        if (started.status !== 204) {
          throw new EngineFailure("not-started", startWords(wordsOf(started)));
        }
        const [, code] = await Promise.all([readFrames(attached.body, output), codeOf(waiting)]);
        return code;
      } finally {
        opened.forEach((it) => it.close());
      }
    },
    copyOut,
    async end(graceMs) {
      await making?.catch(() => {});
      const isThere = await open().then(() => true, () => false);
      if (!isThere) return; // nothing was ever asked of it
      if (graceMs > 0) {
        const query = { t: Math.ceil(graceMs / 1000) };
        const timeoutMs = graceMs + PATIENCE_MS;
        await ask({ method: "POST", path: at("stop"), query, timeoutMs }).catch(() => {});
      }
      const query = { force: 1, v: 1 };
      const remove = () =>
        ask({ method: "DELETE", path: at(), query, timeoutMs: PATIENCE_MS })
          .catch((error) => ({ status: 0, text: (error as Error).message }));
      for (const since = performance.now();;) {
        const answer = await remove();
        // 409: somebody removes it already, and is not done. 0: the engine may be starting anew.
        if (answer.status === 204 || answer.status === 404) return;
        if (performance.now() - since > PATIENCE_MS) {
          throw new Error(answer.status === 0 ? answer.text : wordsOf(answer));
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    },
  };
}

function failWith(kind: "not-started" | "lost"): (error: Error) => never {
  return (error) => {
    throw new EngineFailure(kind, error.message);
  };
}

/** What the engine says has gone wrong. */
function wordsOf({ status, text }: ApiAnswer): string {
  try {
    const { message } = JSON.parse(text);
    if (typeof message === "string" && message !== "") return engineWords(message);
  } catch {
    // Not the engine's own words: whatever stands between it and us.
  }
  return `the engine answers ${status}: ${text.slice(0, 200).trim() || "nothing"}`;
}

async function notStarted({ status, body }: ApiStream): Promise<EngineFailure> {
  let text = "";
  for await (const chunk of body) {
    text += new TextDecoder().decode(chunk);
    if (text.length > 10_000) break;
  }
  return new EngineFailure("not-started", startWords(wordsOf({ status, text })));
}

/** Passes frames on to where their stream is read, one after the other. */
async function readFrames(
  body: AsyncIterable<Uint8Array>,
  { meter, onLine }: Output,
): Promise<void> {
  const pipeOf = (from: "stdout" | "stderr") => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const { done } = readOutput(readable, meter, (it) => onLine(from, it));
    return { writer: writable.getWriter(), done };
  };
  const pipes = { stdout: pipeOf("stdout"), stderr: pipeOf("stderr") };
  try {
    for await (const { from, bytes } of splitFrames(body)) await pipes[from].writer.write(bytes);
  } catch (error) {
    throw new EngineFailure("lost", (error as Error).message);
  } finally {
    for (const { writer, done } of Object.values(pipes)) {
      await writer.close().catch(() => {});
      await done;
    }
  }
}

/** The exit code, when the container has ended. */
async function codeOf({ body }: ApiStream): Promise<number> {
  let text = "";
  try {
    for await (const chunk of body) text += new TextDecoder().decode(chunk);
    const { StatusCode, Error: error } = JSON.parse(text);
    if (typeof error?.Message === "string" && error.Message !== "") throw new Error(error.Message);
    if (typeof StatusCode === "number") return StatusCode;
  } catch (error) {
    throw new EngineFailure(
      "lost",
      `its engine was gone before it ended: ${(error as Error).message}`,
    );
  }
  throw new EngineFailure("lost", `its engine did not say how it ended: ${text.slice(0, 200)}`);
}
