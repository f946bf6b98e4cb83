import { rowOf, ROWS, type Technique } from "./technique.ts";

/** Both kinds of thread say the word; how one comes to the class differs. */
const web = (made: string) =>
  `const source = "data:text/javascript,postMessage('" + word + "')";
  const options = { type: "module" };
  const thread = ${made};
  try {
    return await new Promise((resolve, reject) => {
      thread.onmessage = ({ data }) => resolve(data);
      thread.onerror = (event) => { event.preventDefault(); reject(new Error(event.message)); };
    });
  } finally {
    thread.terminate();
  }`;
const node = (Worker: string) =>
  `const source = "require('node:worker_threads').parentPort.postMessage('" + word + "')";
  const Thread = ${Worker};
  const thread = new Thread(source, { eval: true });
  return await new Promise((resolve, reject) =>
    thread.on("message", resolve).on("error", reject));`;
const loader = `process.getBuiltinModule("node:module")`;

/** Making threads, by a class that may not; and the loader's inside, which leads to them. */
export const threads: readonly Technique[] = [
  ...rowOf(
    "a thread of a class that may not spawn",
    [
      ["Worker of a data URL", web("new Worker(source, options)")],
      [
        "Worker of a blob",
        `const text = "postMessage('" + word + "')";
      const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      ${web("new Worker(url, options)")}`,
      ],
      [
        "Worker of a file",
        `Deno.writeTextFileSync(scratch + "/thread.mjs", "postMessage('" + word + "')");
      ${web(`new Worker("file://" + scratch + "/thread.mjs", options)`)}`,
      ],
      ["Reflect.construct", web("Reflect.construct(globalThis.Worker, [source, options])")],
      ["new Function", web(`new (new Function("return Worker")())(source, options)`)],
      [
        "node:vm",
        web(
          `new (process.getBuiltinModule("node:vm").runInThisContext("Worker"))(source, options)`,
        ),
      ],
      ["a subclass", web("new (class extends Worker {})(source, options)")],
      [
        "its parent put back",
        `try { Object.setPrototypeOf(Worker, EventTarget); } catch {}
      ${web("new Worker(source, options)")}`,
      ],
      ["node:worker_threads", node(`(await import("node:worker_threads")).Worker`)],
      ["its default export", node(`(await import("node:worker_threads")).default.Worker`)],
      [
        "its export in a data URL",
        node(`(await import(
        "data:text/javascript,export { Worker as default } from 'node:worker_threads'"
      )).default`),
      ],
      ["getBuiltinModule", node(`process.getBuiltinModule("node:worker_threads").Worker`)],
      ["require", node(`${loader}.createRequire("file:///x.js")("node:worker_threads").Worker`)],
      ["the loader's _load", node(`${loader}._load("worker_threads").Worker`)],
    ].map(([name, code]) => ({ name: `by ${name}`, code: code!, controlSpawns: true as const })),
  ),
  ...rowOf(
    ROWS.inside,
    [
      ["registerHooks", `${loader}.registerHooks({}); return word;`],
      ["registerHooks by import", `(await import("node:module")).registerHooks({}); return word;`],
      [
        "registerHooks by another spelling",
        `(await import("NODE:module")).registerHooks({}); return word;`,
      ],
      [
        "registerHooks by require",
        `${loader}.createRequire("file:///x.js")("module").registerHooks({}); return word;`,
      ],
      [
        "what Deno keeps for itself",
        `return Object.keys(Deno[Deno.internal].core).length && word;`,
      ],
    ].map(([name, code]) => ({
      name: name!,
      code: code!,
      controlSpawns: true as const,
      alone: true as const,
    })),
  ),
  ...rowOf(
    ROWS.inside,
    [
      ["by getBuiltinModule", `process.getBuiltinModule("node:test")`],
      ["by import", `(await import("node:test"))`],
    ].map(([name, test]) => ({
      name: `mocks ${name}`,
      code: `${test}.mock.module("data:text/javascript,1"); return word;`,
      // Under the kernel's rules Deno itself ends at a mock: the twin only loads what makes them.
      control: `return ${test}.mock && word;`,
      controlSpawns: true as const,
      alone: true as const,
    })),
  ),
  ...rowOf(
    ROWS.inside,
    [
      ["by getBuiltinModule", `process.getBuiltinModule("node:inspector")`],
      ["by import", `(await import("node:inspector"))`],
    ].map(([name, inspector]) => ({
      name: `the inspector ${name}`,
      code: `new (${inspector}.Session)().connect(); return word;`,
      // No task at all may inspect; the twin loads what belongs to it.
      control: `return ${inspector} && word;`,
      controlSpawns: true as const,
      alone: true as const,
    })),
  ),
  ...rowOf(ROWS.inside, [
    {
      name: "Deno.dlopen",
      code: `Deno.dlopen("libc.so.6", { getpid: { parameters: [], result: "i32" } }).close();
        return word;`,
      control: `return Deno.readTextFileSync(target);`,
    },
  ]),
];
