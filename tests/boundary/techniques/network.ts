import { rowOf, ROWS, type Technique } from "./technique.ts";

const dialled = (host: string) =>
  `using it = await Deno.connect({ hostname: ${JSON.stringify(host)}, port: +port });
  await it.write(new TextEncoder().encode("x\\n"));
  return await new Response(it.readable).text();`;
const socketOf = (options: string) =>
  `const it = (await import("node:net")).createConnection(${options});
  it.write("x\\n");
  return (await Array.fromAsync(it)).join("");`;
/** Only the host as it is allowed, in the twin. */
const TWIN = dialled("127.0.0.1");

/** Reaching a port that the policy does not allow. */
export const network: readonly Technique[] = [
  ...rowOf(ROWS.network, [
    { name: "Deno.connect", code: TWIN },
    { name: "fetch", code: `return await (await fetch("http://127.0.0.1:" + port)).text();` },
    {
      name: "fetch, redirected",
      code: `return await (await fetch("http://127.0.0.1:" + allowedPort + "/to/" + port)).text();`,
    },
    { name: "node:net", code: socketOf(`+port, "127.0.0.1"`) },
    {
      name: "node:http",
      code: `const { get } = await import("node:http");
        return await new Promise((resolve, reject) =>
          get("http://127.0.0.1:" + port, async (it) =>
            resolve((await Array.fromAsync(it)).join(""))).on("error", reject));`,
    },
  ]),
  ...rowOf(ROWS.network, [
    ...["localhost", "127.1", "0x7f000001", "2130706433", "::ffff:127.0.0.1"].map((host) => ({
      name: `Deno.connect to ${host}`,
      code: dialled(host),
      control: TWIN,
    })),
    ...["127.1", "0x7f000001", "2130706433"].map((host) => ({
      name: `node:net to ${host}`,
      code: socketOf(`+port, "${host}"`),
      control: TWIN,
    })),
    {
      row: ROWS.otherHost,
      name: "Deno.connect to another host",
      code: `using it = await Deno.connect({ hostname: otherHost, port: +allowedPort });
        await it.write(new TextEncoder().encode("x\\n"));
        return await new Response(it.readable).text();`,
      control: TWIN,
    },
    {
      name: "fetch of localhost",
      code: `return await (await fetch("http://localhost:" + port)).text();`,
      control: TWIN,
    },
    {
      name: "a name that is looked up by the task",
      code: socketOf(`{ port: +port, host: "allowed.invalid",
        lookup: (_, how, done) => how.all
          ? done(null, [{ address: "127.0.0.1", family: 4 }])
          : done(null, "127.0.0.1", 4) }`),
      control: TWIN,
      alone: true,
    },
  ]),
  ...rowOf(ROWS.network, [
    {
      name: "Deno.listen",
      code: `Deno.listen({ hostname: "127.0.0.1", port: 0 }).close(); return word;`,
      control: TWIN,
    },
    {
      name: "Deno.serve",
      code: `await Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () =>
        new Response()).shutdown(); return word;`,
      control: TWIN,
    },
    {
      name: "node:net listen",
      code: `const it = (await import("node:net")).createServer();
        await new Promise((resolve, reject) =>
          it.on("error", reject).listen(0, "127.0.0.1", resolve));
        it.close();
        return word;`,
      control: TWIN,
    },
  ]),
  ...rowOf(ROWS.otherHost, [
    {
      name: "node:dgram",
      code: `const it = (await import("node:dgram")).createSocket("udp4");
        try {
          return await new Promise((resolve, reject) =>
            it.on("error", reject).on("message", (told) => resolve(String(told)))
              .send("x", +datagramPort, "127.0.0.1", (error) => error && reject(error)));
        } finally {
          it.close();
        }`,
      control: TWIN,
    },
  ]),
];
