import { deepEqual, equal } from "node:assert/strict";
import {
  type Attempt,
  confined,
  EVAL,
  idsOf,
  legsOf,
  pluginOf,
  SCRATCH,
  unconfined,
} from "./attack.ts";
import { type Box, lazily, makeBox, makeWord } from "./box.ts";
import { finished } from "./harness.ts";

/** A way around the guard of a class that may not spawn. */
interface Row {
  readonly name: string;
  /** Gives back `word`, which it has from what the guard stands before. */
  readonly code: string;
  /** The twin, where a class that may spawn must not do that either. */
  readonly control?: string;
}

const WORD = makeWord("reached");

/** Gives the word, said by a thread of the class that stands in `Thread`. */
const SAID = `const said = (Thread) => new Promise((resolve, reject) => {
  const source = "require('node:worker_threads').parentPort.postMessage('" + word + "')";
  new Thread(source, { eval: true }).on("message", resolve).on("error", reject);
});
`;
/** A module that gives the class of threads, by a static import. */
const MODULE = `const url = "data:text/javascript,export { Worker } from 'node:worker_threads'";
`;
/** The text of code that loads it, without that word in the script. */
const LOADS =
  `${SAID}${MODULE}const text = "return im" + "port('" + url.replaceAll("'", '"') + "')";
`;

/** Loads a CommonJS module, by a way that is open in all three legs. */
const COMMON = `const load = async (text) => {
  const file = scratch + "/" + crypto.randomUUID() + ".cjs";
  Deno.writeTextFileSync(file, text);
  try {
    return (await import("file://" + file)).default;
  } catch {
    return (await import("node:module")).createRequire(file)(file);
  }
};
`;

const generated = (made: string) =>
  `${LOADS}const { Worker: Thread } = await (${made}); return await said(Thread);`;

const AS_CLIENT = `const net = await import("node:net");
  const server = net.createServer((it) => it.end(word));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return await new Promise((resolve, reject) => {
    let all = "";
    net.connect(server.address().port, "127.0.0.1").on("data", (it) => all += it)
      .on("end", () => resolve(all)).on("error", reject);
  });`;

const rows: readonly Row[] = [
  {
    name: "what every object inherits, while the process is made",
    // First of all: unconfined, the process is made once for all attempts. Whoever is called in the middle has the process before it is locked.
    code: `const stolen = [];
      for (const name of ["argv", "env", "versions", "mainModule", "binding", "_exiting"]) {
        Object.defineProperty(Object.prototype, name, {
          set(value) {
            stolen.push(this);
            Object.defineProperty(this, name, { value, writable: true, configurable: true });
          },
          configurable: true,
        });
      }
      try {
        globalThis.process;
      } catch {}
      for (const name of ["argv", "env", "versions", "mainModule", "binding", "_exiting"]) {
        delete Object.prototype[name];
      }
      if (stolen.length === 0) throw new Error("nothing was called");
      return word;`,
  },
  { name: "a static import", code: `${SAID}${MODULE}return said((await import(url)).Worker);` },
  {
    name: "a static import of all",
    code: `${SAID}const url = "data:text/javascript,import * as it from 'node:worker_threads';" +
        "export { it }";
      return said((await import(url)).it.Worker);`,
  },
  {
    name: "a static import of a name in capitals",
    code: `${SAID}const url = "data:text/javascript,export { Worker } from 'NODE:worker_threads'";
      return said((await import(url)).Worker);`,
  },
  {
    name: "a static import of a bare name",
    code: `${SAID}const url = "data:text/javascript,export { Worker } from 'worker_threads'";
      return said((await import(url)).Worker);`,
    // Deno has the name without `node:` where a flag, or no import map, allows it.
    control: `${SAID}${MODULE}return said((await import(url)).Worker);`,
  },
  {
    name: "a cycle of imports",
    code: `${SAID}const at = (name) => scratch + "/" + name;
      Deno.writeTextFileSync(at("a.mjs"), "import './b.mjs'; export * from 'node:worker_threads';");
      Deno.writeTextFileSync(at("b.mjs"), "import * as it from './a.mjs'; globalThis.got = it.Worker;");
      await import("file://" + at("a.mjs"));
      return said(globalThis.got);`,
  },
  {
    name: "a cycle of imports of the loader",
    code: `const at = (name) => scratch + "/" + name;
      Deno.writeTextFileSync(at("c.mjs"), "import './d.mjs'; export * from 'node:module';");
      Deno.writeTextFileSync(at("d.mjs"),
        "import * as it from './c.mjs'; globalThis.hooks = it.registerHooks;");
      await import("file://" + at("c.mjs"));
      globalThis.hooks({});
      return word;`,
  },
  {
    name: "hooks of the loader by a static import",
    code:
      `const it = await import("data:text/javascript,export { registerHooks } from 'node:module'");
      it.registerHooks({});
      return word;`,
  },
  {
    name: "hooks of the loader by a static import, after the process was touched",
    code: `process.pid;
      const it = await import("data:text/javascript,export { registerHooks } from 'node:module'");
      it.registerHooks({});
      return word;`,
  },
  {
    name: "a CommonJS module",
    code: `${SAID}${COMMON}return said(await load("const it = require('node:worker_threads');" +
      "module.exports = it.Worker;"));`,
  },
  {
    name: "a CommonJS module, after the loader was touched",
    code: `${SAID}${COMMON}await import("node:module");
      return said(await load("module.exports = require('worker_threads').Worker;"));`,
  },
  {
    name: "a CommonJS module that imports",
    code:
      `${SAID}${COMMON}const it = await load("module.exports = () => import('node:worker_threads');");
      return said((await it()).Worker);`,
  },
  { name: "code of Function", code: generated("new Function(text)()") },
  { name: "code of Function, called", code: generated("Function(text)()") },
  {
    name: "code of a function's constructor",
    code: generated("(() => {}).constructor(text)()"),
  },
  {
    name: "code of an async function's constructor",
    code: generated("(async () => {}).constructor(text)()"),
  },
  {
    name: "code of what an async function's constructor inherits from",
    code: generated("Object.getPrototypeOf((async () => {}).constructor)(text)()"),
  },
  {
    name: "code of a generator's constructor",
    code: generated("(function* () {}).constructor(text)().next().value"),
  },
  {
    name: "code of an async generator's constructor",
    code: generated("(async function* () {}).constructor(text)().next().then((it) => it.value)"),
  },
  {
    name: "code of a subclass of Function",
    code: generated("new (class extends Function {})(text)()"),
  },
  {
    name: "code of Reflect.construct",
    code: generated("Reflect.construct(Function, [text], Object)()"),
  },
  {
    name: "code of an indirect eval",
    code: generated(`globalThis["ev" + "al"]("(() => {" + text + "})()")`),
  },
  {
    name: "code of a node:vm script",
    code: generated(
      `process.getBuiltinModule("node:vm").runInThisContext("(() => {" + text + "})()", {
      ["im" + "portModuleDynamically"]:
        process.getBuiltinModule("node:vm").constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    })`,
    ),
  },
  {
    name: "the process by another property",
    code: `${SAID}const own = Object.getOwnPropertyDescriptor(globalThis, "process");
      const it = own.get ? own.get.call(globalThis) : own.value;
      return said(it.getBuiltinModule("node:worker_threads").Worker);`,
  },
  {
    name: "a descriptor that is not its own",
    // The runtime has pipes of its own; held for good, so that none is closed.
    code: `const net = await import("node:net");
      let last;
      for (let fd = 3; fd < 64; fd++) {
        try {
          globalThis.held = new net.Socket({ fd, readable: false });
          return word;
        } catch (error) {
          last = error;
        }
      }
      throw last;`,
    control: `const net = await import("node:net");
      globalThis.held = new net.Socket({ fd: 1, readable: false });
      return word;`,
  },
];

/** What plugins of a class that may not spawn go on using. */
const uses = [
  {
    name: "createRequire",
    code: `const { createRequire } = await import("node:module");
    return createRequire("file:///x.js")("node:path").basename("/a/" + word);`,
  },
  {
    name: "node:crypto",
    code: `const { createHash } = await import("node:crypto");
    return createHash("sha256").update("").digest("hex").startsWith("e3b0c442") && word;`,
  },
  {
    name: "node:fs",
    code: `const { readFileSync, writeFileSync } = await import("node:fs");
    writeFileSync(scratch + "/it", word); return readFileSync(scratch + "/it", "utf8");`,
  },
  {
    name: "node:timers",
    code: `const { setTimeout } = await import("node:timers/promises");
    return await setTimeout(1, word);`,
  },
  { name: "node:net as a client", code: AS_CLIENT },
  {
    name: "node:zlib",
    code: `const it = await import("node:zlib");
    return String(it.gunzipSync(it.gzipSync(word)));`,
  },
  {
    name: "node:events",
    code: `const { EventEmitter, once } = await import("node:events");
    const it = new EventEmitter(); setTimeout(() => it.emit("it", word), 1);
    return (await once(it, "it"))[0];`,
  },
  { name: "Buffer", code: `return Buffer.from(word).toString();` },
  { name: "new Function", code: `return new Function("it", "return it")(word);` },
  { name: "eval", code: `return eval("word");` },
  {
    name: "a CommonJS module",
    code: `Deno.writeTextFileSync(scratch + "/it.cjs",
      "module.exports = require('node:path').basename('/a/" + word + "')");
    await import("node:module");
    return (await import("file://" + scratch + "/it.cjs")).default;`,
  },
];

const OPEN = "com.example.open.Probe";
const CLOSED = "com.example.closed.Probe";

/** Classes that nobody authorized, and the names of their legs. */
const attackers = [
  { who: "an Eval", type: EVAL, leg: (i: number) => idsOf(i).attack },
  { who: "a plugin", type: CLOSED, leg: (i: number) => `plugin_${i}` },
];
const use = (who: string, i: number) => `use_${who.replace(/\W/g, "_")}_${i}`;

const boxes: Box[] = [];
Deno.test.afterAll(async () => {
  for (const it of boxes) await it[Symbol.asyncDispose]();
});

const tried = lazily(async () => {
  const box = await makeBox();
  boxes.push(box);
  const policy = await box.write(
    "policy.yaml",
    "kestra: { ee: { java-security: { enabled: true, " +
      "authorized-class-prefix: [com.example.open] } } }\n",
  );
  await box.write("plugins/open.js", pluginOf(OPEN));
  await box.write("plugins/closed.js", pluginOf(CLOSED));
  await Deno.mkdir(`${box.root}/ws`);
  await Deno.mkdir(`${box.root}/free`);
  const given = { word: WORD, scratch: SCRATCH };
  const [said, reached] = await Promise.all([
    confined(
      [
        ...rows.flatMap(({ code, control = code }, i) => [
          ...attackers.map(({ type, leg }) => ({ id: leg(i), type, code, given })),
          { id: idsOf(i).control, type: OPEN, code: control, given },
        ]),
        ...uses.flatMap(({ code }, i) =>
          attackers.map(({ who, type }) => ({ id: use(who, i), type, code, given }))
        ),
      ],
      `${box.root}/flow.yaml`,
      ["-p", policy, "--plugins", `${box.root}/plugins`, "--workspace", `${box.root}/ws`],
    ),
    unconfined(
      rows.map(({ code }, i): Attempt => ({ id: idsOf(i).attack, code, given })),
      `${box.root}/free`,
    ),
  ]);
  return { said, reached };
});

Deno.test.each(rows.flatMap((row, i) => attackers.map((it) => ({ ...row, ...it, i }))))(
  "boundary: $name, as $who of a class that may not spawn, leads nowhere",
  async ({ i, leg }) => {
    const { said, reached } = await tried();
    const { unconfined, control } = legsOf(i, reached, said);
    equal(unconfined.result?.trim(), WORD, `the attack is broken: ${unconfined.error}`);
    equal(String(control.outputs.result).trim(), WORD, `the control is broken: ${control.error}`);
    const attack = finished(said, leg(i));
    equal(attack.state, "WARNING");
    deepEqual(attack.outputs, {});
  },
);

Deno.test.each(uses.flatMap((row, i) => attackers.map(({ who }) => ({ ...row, who, i }))))(
  "boundary: $name works, as $who of a class that may not spawn",
  async ({ who, i }) => {
    const { said } = await tried();
    const task = finished(said, use(who, i));
    equal(task.outputs.result, WORD, task.error);
  },
);
