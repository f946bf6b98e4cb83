import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { type EngineApi, openEngineApi } from "./engine_api.ts";

/** A server at a socket that says whatever a test wants, and what it was asked. */
async function withServer(
  answer: (request: Request) => Response | Promise<Response>,
  fn: (socket: string, asked: readonly string[]) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "engine_api_" });
  const path = `${directory}/socket`;
  const asked: string[] = [];
  const server = Deno.serve({ path, onListen: () => {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(`${request.method} ${pathname}${search}`);
    return answer(request);
  });
  try {
    await fn(path, asked);
  } finally {
    await server.shutdown();
    await Deno.remove(directory, { recursive: true });
  }
}

function ping(version: string): Response {
  return new Response("OK", { headers: { "Api-Version": version } });
}

const isPing = (request: Request) => request.url.endsWith("/_ping");

async function withApi(
  answer: (request: Request) => Response | Promise<Response>,
  fn: (api: EngineApi, asked: readonly string[]) => Promise<void>,
): Promise<void> {
  await withServer((it) => isPing(it) ? ping("1.41") : answer(it), async (socket, asked) => {
    using api = await openEngineApi(socket, 5_000);
    await fn(api, asked);
  });
}

for (
  const [theirs, ours] of [["1.40", "1.40"], ["1.41", "1.41"], ["1.48", "1.48"], ["1.60", "1.48"]]
) {
  Deno.test(`openEngineApi() speaks ${ours} with an engine of ${theirs}`, () =>
    withServer((it) => isPing(it) ? ping(theirs!) : new Response("{}"), async (socket, asked) => {
      using api = await openEngineApi(socket, 5_000);
      await api.ask({ method: "GET", path: ["info"], query: { a: "b c&d" } });
      deepEqual(asked, ["GET /_ping", `GET /v${ours}/info?a=b+c%26d`]);
    }));
}

for (const theirs of ["1.39", "2.0", "", "1.41.2"]) {
  Deno.test(`openEngineApi() does not speak with an engine of "${theirs}"`, () =>
    withServer(() => ping(theirs), async (socket) => {
      await rejects(openEngineApi(socket, 5_000), /speaks API version .* and 1\.40 is needed/);
    }));
}

Deno.test("openEngineApi() says that nobody is there, and that nobody answers", async () => {
  await rejects(openEngineApi("/nonexistent/socket", 5_000), /nothing listens at "\/nonexistent/);
  const hang = Promise.withResolvers<Response>();
  await withServer(() => hang.promise, async (socket) => {
    await rejects(openEngineApi(socket, 100), /the engine does not answer within 0\.1 s/);
    hang.resolve(ping("1.41"));
  });
});

Deno.test("a path cannot lead to another request", () =>
  withApi(() => new Response("{}"), async (api, asked) => {
    await api.ask({ method: "POST", path: ["containers", "../images/x?all=1", "start"] });
    equal(asked[1], "POST /v1.41/containers/..%2Fimages%2Fx%3Fall%3D1/start");
  }));

Deno.test("an answer in pieces is one text, an answer without end is refused", async () => {
  const pieces = (count: number) =>
    ReadableStream.from((async function* () {
      for (let i = 0; i < count; i++) {
        await Promise.resolve();
        yield new TextEncoder().encode("é".repeat(500));
      }
    })());
  await withApi(() => new Response(pieces(100)), async (api) => {
    const { text } = await api.ask({ method: "GET", path: ["info"] });
    equal(text, "é".repeat(50_000));
  });
  await withApi(() => new Response(pieces(10_000)), async (api) => {
    await rejects(api.ask({ method: "GET", path: ["info"] }), /longer than 1048576 bytes/);
  });
});

Deno.test("a body goes out as it comes", () =>
  withApi(async (it) => new Response(String((await it.bytes()).length)), async (api) => {
    const stream = ReadableStream.from((async function* () {
      for (let i = 0; i < 300; i++) {
        await Promise.resolve();
        yield new Uint8Array(10_000);
      }
    })());
    const { text } = await api.ask({ method: "PUT", path: ["archive"], stream });
    equal(text, "3000000");
  }));

Deno.test("a body that breaks is a reason, not a hanging request", () =>
  withApi(async (it) => {
    await it.bytes().catch(() => {});
    return new Response("{}");
  }, async (api) => {
    const stream = ReadableStream.from((async function* () {
      await Promise.resolve();
      yield new Uint8Array(10);
      throw new Error("the file is gone");
    })());
    const failed = await api.ask({ method: "PUT", path: ["archive"], stream }).then(
      () => "answered",
      (error) => error.message,
    );
    match(failed, /the file is gone/);
  }));
