import { rowOf, ROWS, type Technique } from "./technique.ts";

const FILE = `return Deno.readTextFileSync(target);`;
/** A class may have the network and no Unix socket: the twin speaks TCP. */
const TCP = `using it = await Deno.connect({ hostname: "127.0.0.1", port: +port });
  await it.write(new TextEncoder().encode("x\\n"));
  return await new Response(it.readable).text();`;

/** Taking what belongs to the harness, to other tasks or to other processes. */
export const harness: readonly Technique[] = [
  ...rowOf("the harness's environment", [
    { name: "Deno.env.get", code: `return Deno.env.get(variable);` },
    {
      name: "Deno.env.toObject",
      code: `return JSON.stringify(Deno.env.toObject());`,
      control: `return Deno.env.get(variable);`,
    },
    { name: "process.env", code: `return process.env[variable];` },
    {
      name: "every name of process.env",
      code: `return Object.entries(process.env).join();`,
      control: `return process.env[variable];`,
    },
    { name: "Deno.env.has", code: `return Deno.env.has(variable) && word;` },
  ]),
  ...rowOf(
    ROWS.kernelFiles,
    [
      ["environment", "environ"],
      ["memory map", "maps"],
      ["root", "root/../proc/self/status"],
      ["command line", "cmdline"],
    ].map(([name, file]) => ({
      name: name!,
      code: `return Deno.readTextFileSync("/proc/" + victim + "/${file}") && word;`,
      control: FILE,
    })),
  ),
  ...rowOf(ROWS.kernelFiles, [
    {
      name: "/sys",
      code: `return Array.from(Deno.readDirSync("/sys/kernel"), (it) => it.name).length && word;`,
      control: FILE,
    },
    {
      name: "/dev",
      code: `return Array.from(Deno.readDirSync("/dev"), (it) => it.name).length && word;`,
      control: FILE,
    },
    {
      name: "/proc",
      code: `return Array.from(Deno.readDirSync("/proc"), (it) => it.name).length && word;`,
      control: FILE,
    },
  ]),
  ...rowOf("a Unix socket", [
    {
      name: "Deno.connect",
      code: `using it = await Deno.connect({ transport: "unix", path: socket });
        await it.write(new TextEncoder().encode("x\\n"));
        return await new Response(it.readable).text();`,
      control: TCP,
    },
    {
      name: "node:net",
      code: `const it = (await import("node:net")).createConnection(socket);
        it.write("x\\n");
        return (await Array.fromAsync(it)).join("");`,
      control: TCP,
    },
    {
      name: "node:http",
      code: `const { get } = await import("node:http");
        return await new Promise((resolve, reject) =>
          get({ socketPath: socket, path: "/" }, async (it) =>
            resolve((await Array.fromAsync(it)).join(""))).on("error", reject));`,
      control: TCP,
    },
    {
      name: "fetch",
      code: `const client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
        return await (await fetch("http://127.0.0.1:" + allowedPort, { client })).text();`,
      control: TCP,
    },
  ]),
  ...rowOf("policy files and other executions", [
    { name: "the policy", code: `return Deno.readTextFileSync(policy);` },
    {
      name: "a workspace of another execution",
      code: `return Deno.readTextFileSync(other + "/secret.txt");`,
    },
    {
      name: "their names",
      code: `return Array.from(Deno.readDirSync(other), (it) => it.name).join();`,
    },
  ]),
  ...rowOf("what outlives a task: storage and caches", [
    {
      name: "localStorage",
      code: `localStorage.setItem("word", word); return localStorage.getItem("word");`,
      control: FILE,
    },
    {
      name: "caches",
      code: `const cache = await caches.open("word");
        await cache.put("http://word/", new Response(word));
        return await (await cache.match("http://word/")).text();`,
      control: FILE,
    },
  ]),
];
