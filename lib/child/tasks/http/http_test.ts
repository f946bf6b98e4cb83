import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { sampleContext } from "../sample_context.ts";
import { httpDownload } from "./http_download.ts";
import { httpRequest } from "./http_request.ts";

/** Says what it was sent; `/N` answers with that status, `/move` leads to `/200`. */
function serve() {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/move") {
        return new Response(null, {
          status: 302,
          headers: { location: "/200" },
        });
      }
      if (pathname === "/empty") return new Response("");
      if (pathname === "/large.bin") return new Response(new Uint8Array(3_000_000).fill(7));
      if (pathname === "/named") {
        return new Response("x", {
          headers: { "content-disposition": 'attachment; filename="../a b.csv"' },
        });
      }
      if (pathname === "/never") {
        return new Response(new ReadableStream({ start: (it) => it.enqueue(new Uint8Array(1)) }));
      }
      const form = request.headers.get("content-type")?.startsWith("multipart/")
        ? await request.formData()
        : undefined;
      const said = {
        method: request.method,
        type: request.headers.get("content-type"),
        authorization: request.headers.get("authorization"),
        body: form === undefined ? await request.text() : undefined,
        form: form && await Promise.all(
          [...form].map(async (
            [key, it],
          ) => [key, typeof it === "string" ? it : [it.name, await it.text()]]),
        ),
      };
      return Response.json(said, { status: Number(pathname.slice(1)) || 200 });
    },
  );
  const { port } = server.addr as Deno.NetAddr;
  return {
    at: (path: string) => `http://127.0.0.1:${port}${path}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

interface Outputs {
  readonly uri: string;
  readonly code: number;
  readonly body: string;
  readonly length: number;
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

const request = async (properties: Record<string, unknown>, sample = sampleContext()) =>
  await httpRequest(properties, sample.context, sample.ask) as Outputs;
const download = async (properties: Record<string, unknown>, sample = sampleContext()) =>
  await httpDownload(properties, sample.context, sample.ask) as Outputs;

Deno.test("http.Request: which statuses fail it, and what it has all the same", async () => {
  await using server = serve();
  const codes = async (uri: string, more: object = {}) =>
    (await request({ uri: server.at(uri), ...more })).code;
  const fails = (uri: string, more: object = {}) =>
    rejects(
      request({ uri: server.at(uri), ...more }),
      (error: Error & { outputs: Outputs }) =>
        /^GET http.* answered \d+$/.test(error.message) && error.outputs.code > 0,
    );
  equal(await codes("/201"), 201);
  await fails("/404");
  equal(await codes("/404", { options: { allowFailed: true } }), 404);
  equal(await codes("/500", { allowFailed: "true" }), 500);
  equal(await codes("/404", { options: { allowedResponseCodes: [404] } }), 404);
  await fails("/201", { options: { allowedResponseCodes: [200] } });
  equal(await codes("/move"), 200);
  equal(await codes("/move", { options: { followRedirects: false } }), 302);
});

Deno.test("http.Request: what is sent", async () => {
  await using server = serve();
  const sent = async (more: object, sample = sampleContext()) =>
    JSON.parse((await request({ uri: server.at("/200"), method: "post", ...more }, sample)).body);
  const plain = await sent({ body: "text", contentType: "text/plain" });
  deepEqual([plain.method, plain.type, plain.body], ["POST", "text/plain", "text"]);
  equal((await sent({ body: { a: 1 } })).type, "application/json");
  equal((await sent({ body: { a: 1 } })).body, '{"a":1}');
  equal((await sent({ body: "<a/>", headers: { "Content-Type": "text/xml" } })).type, "text/xml");
  equal((await sent({ formData: { a: "1 2", b: 3 } })).body, "a=1+2&b=3");
  const basic = { auth: { type: "BASIC", username: "me", password: "ü" } };
  equal((await sent({ options: basic })).authorization, "Basic bWU6w7w=");
  const bearer = { auth: { type: "BEARER", token: "abc" } };
  equal((await sent({ options: bearer })).authorization, "Bearer abc");
  const sample = sampleContext();
  const uri = sample.context.storage.write("f.csv", "a,b");
  const parts = await sent({
    contentType: "multipart/form-data",
    formData: { plain: "x", file: uri, named: { name: "n.csv", content: uri } },
  }, sample);
  deepEqual(parts.form, [
    ["plain", "x"],
    ["file", ["0-f.csv", "a,b"]],
    ["named", ["n.csv", "a,b"]],
  ]);
});

Deno.test("http.Request: what cannot be honoured is refused", async () => {
  await using server = serve();
  const uri = server.at("/200");
  for (
    const [properties, says] of [
      [{ uri: "ftp://x" }, /it is no http or https address/],
      [{}, /it is no http or https address/],
      [{ uri, encryptBody: true }, /encryptBody/],
      [{ uri, options: { proxy: {} } }, /"options\.proxy"/],
      [{ uri, options: { ssl: { insecureTrustAllCertificates: true } } }, /"options\.ssl"/],
      [{ uri, options: { auth: { type: "DIGEST" } } }, /"type" "DIGEST"/],
      [{ uri, options: { defaultCharset: "UTF-16" } }, /bodies are UTF-8/],
      [{ uri, options: { timeout: { readIdleTimeout: "5s" } } }, /readIdleTimeout/],
      [{ uri, body: "x" }, /Cannot send a body with GET/],
      [
        { uri: server.at("/large.bin"), options: { maxContentLength: 1000 } },
        /more than 1000 bytes/,
      ],
    ] as const
  ) await rejects(request(properties), { name: "TaskFailure", message: says });
  equal(
    (await request({ uri, encryptBody: false, options: { maxContentLength: 1000 } })).code,
    200,
  );
});

Deno.test("http.Request: an answer that does not come to its end is given up", async () => {
  await using server = serve();
  await rejects(
    request({ uri: server.at("/never"), options: { timeout: { readIdleTimeout: "PT0.2S" } } }),
    /nothing came for 200 ms/,
  );
});

Deno.test("http.Download: the answer is stored in parts, under its own name", async () => {
  await using server = serve();
  const sample = sampleContext();
  const large = await download({ uri: server.at("/large.bin") }, sample);
  equal(large.length, 3_000_000);
  equal(large.code, 200);
  equal(large.uri.endsWith("-large.bin"), true);
  deepEqual(sample.files.get(large.uri), new Uint8Array(3_000_000).fill(7));
  const parts = sample.asked.flatMap((it) =>
    it.about === "file" && it.do === "write" ? [it.base64.length] : []
  );
  equal(parts.length > 3 && Math.max(...parts) <= Math.ceil(2 ** 20 / 3) * 4, true);
  deepEqual(sample.metrics, [{ name: "response.length", type: "counter", value: 3_000_000 }]);
  match((await download({ uri: server.at("/named") })).uri, /-a b\.csv$/);
});

Deno.test("http.Download: what fails leaves no file", async () => {
  await using server = serve();
  const fails = async (path: string, says: RegExp, more: object = {}) => {
    const sample = sampleContext();
    await rejects(download({ uri: server.at(path), ...more }, sample), says);
    equal(sample.files.size, 0);
  };
  await fails("/404", /answered 404/);
  await fails("/empty", /the answer is empty/);
  await fails("/large.bin", /more than 5 bytes/, { options: { maxContentLength: 5 } });
  const sample = sampleContext();
  const empty = await download({ uri: server.at("/empty"), failOnEmptyResponse: false }, sample);
  equal(empty.length, 0);
  equal(sample.files.size, 1);
  match(sample.logs.join(), /WARN File/);
});
