import type { ClientRequest, IncomingMessage } from "node:http";

/** A request to an engine. Paths and queries are of docker's HTTP API, without the version. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Each segment is encoded. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | number>>;
  readonly json?: object;
  readonly stream?: ReadableStream<Uint8Array>;
  /** How long the whole of it may take; without it there is no end. */
  readonly timeoutMs?: number;
}

/** A whole answer. */
export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
}

/** An answer that goes on. */
export interface ApiStream {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
  readonly close: () => void;
}

/** An engine's HTTP API over its socket; open until disposed of. */
export interface EngineApi extends Disposable {
  /** The answer, of at most 1 MiB. */
  ask(request: ApiRequest): Promise<ApiAnswer>;
  /** The head of the answer; its body is read no faster than it is used. */
  open(request: ApiRequest): Promise<ApiStream>;
}

const MAX_ANSWER_BYTES = 2 ** 20;
/** What we speak: the newest that what we send was compared with, and the oldest. */
const NEWEST = 48;
const OLDEST = 40;

/**
 * Opens the API of the engine that listens at `socket`, in a version that both know.
 *
 * @throws {Error} Where nobody answers, or in words that no version is shared.
 */
export async function openEngineApi(socket: string, patienceMs: number): Promise<EngineApi> {
  const { Agent, request } = await import("node:http");
  const kept = new Agent({ keepAlive: true });
  // What is left before its end must not leave its rest to the next request.
  const single = new Agent({ keepAlive: false });
  const close = () => [kept, single].forEach((it) => it.destroy());
  const send = (prefix: string, it: ApiRequest, agent = kept) =>
    new Promise<Exchange>((resolve, reject) => {
      const query = new URLSearchParams(
        Object.entries(it.query ?? {}).map(([key, value]) => [key, String(value)]),
      ).toString();
      const path = `${prefix}/${it.path.map(encodeURIComponent).join("/")}${query && `?${query}`}`;
      const body = it.json && new TextEncoder().encode(JSON.stringify(it.json));
      const sent: ClientRequest = request({
        socketPath: socket,
        agent,
        method: it.method,
        path,
        headers: {
          Host: "engine",
          ...(body && { "Content-Type": "application/json", "Content-Length": body.length }),
          ...(it.stream && { "Content-Type": "application/x-tar" }),
        },
      });
      const timer = it.timeoutMs === undefined ? undefined : setTimeout(() => {
        sent.destroy(new Error(`the engine does not answer within ${it.timeoutMs! / 1000} s`));
      }, it.timeoutMs);
      const done = () => clearTimeout(timer);
      sent.on("response", (answer) => resolve({ sent, answer, done }));
      sent.on("error", (error) => {
        done();
        reject(new Error(plainWords(error, socket), { cause: error }));
      });
      if (it.stream === undefined) sent.end(body);
      else pour(it.stream, sent).catch((error) => sent.destroy(error));
    });
  try {
    const prefix = `/v1.${await negotiate((it) => send("", it), patienceMs)}`;
    return {
      async ask(it) {
        const { answer, done, sent } = await send(prefix, it);
        try {
          return { status: answer.statusCode ?? 0, text: await textOf(answer) };
        } catch (error) {
          sent.destroy();
          throw new Error(plainWords(error as Error, socket), { cause: error });
        } finally {
          done();
        }
      },
      async open(it) {
        const { answer, done, sent } = await send(prefix, it, single);
        done();
        answer.on("error", () => {}); // told to whoever reads it
        return {
          status: answer.statusCode ?? 0,
          body: answer,
          close: () => {
            if (!answer.readableEnded) sent.destroy();
          },
        };
      },
      [Symbol.dispose]: close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

interface Exchange {
  readonly sent: ClientRequest;
  readonly answer: IncomingMessage;
  readonly done: () => void;
}

/** The newest minor version that both speak. */
async function negotiate(
  send: (request: ApiRequest) => Promise<Exchange>,
  timeoutMs: number,
): Promise<number> {
  const { answer, done } = await send({ method: "GET", path: ["_ping"], timeoutMs });
  await textOf(answer);
  done();
  const said = String(answer.headers["api-version"] ?? "");
  const minor = /^1\.(\d+)$/.exec(said)?.[1];
  if (minor === undefined || Number(minor) < OLDEST) {
    throw new Error(`the engine speaks API version "${said}", and 1.${OLDEST} is needed`);
  }
  return Math.min(Number(minor), NEWEST);
}

async function textOf(answer: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of answer) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_ANSWER_BYTES) {
      throw new Error(`the engine's answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    }
  }
  return text + decoder.decode();
}

/** Writes a stream into a request, no faster than it goes out. */
async function pour(stream: ReadableStream<Uint8Array>, sent: ClientRequest): Promise<void> {
  for await (const chunk of stream) {
    if (sent.destroyed) return;
    if (sent.write(chunk)) continue;
    const free = Promise.withResolvers<void>();
    sent.on("drain", free.resolve).on("close", free.resolve);
    await free.promise;
    sent.off("drain", free.resolve).off("close", free.resolve);
  }
  sent.end();
}

/** What node says of a socket, in words. */
function plainWords(error: Error & { readonly code?: string }, socket: string): string {
  switch (error.code) {
    case "ENOENT":
    case "ECONNREFUSED":
      return `nothing listens at "${socket}"`;
    case "EACCES":
    case "EPERM":
      return `"${socket}" is closed to this user`;
    case "ECONNRESET":
    case "EPIPE":
      return "the engine has cut the connection";
    default:
      return error.message;
  }
}
