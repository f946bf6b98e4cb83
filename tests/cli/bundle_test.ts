import { deepEqual, equal, match } from "node:assert/strict";
import { readSigningKey, type SigningKey } from "../../lib/bundle/keys.ts";
import { type FileToPack, writeBundle } from "../../lib/bundle/write_bundle.ts";
import { bulkhead, type Call, makeFiles } from "./bulkhead.ts";
import { testWith } from "../must.ts";

const POLICY = "bulkhead:\n  filesystem: closed\n  kernel: off\n";
const flow = (id: string, message: string) =>
  `id: ${id}
namespace: a.b
inputs:
  - {id: name, type: STRING, defaults: world}
tasks:
  - id: say
    type: io.kestra.plugin.core.debug.Return
    format: "${message} {{ inputs.name }}"
`;
const FILES = {
  "policy.yaml": POLICY,
  "flows/hello.yaml": flow("hello", "hello"),
};
const DAY_MS = 24 * 60 * 60 * 1000;

/** A node with a state and a cache of its own, and who packs for it. */
async function makeNode(files: Readonly<Record<string, string>> = FILES) {
  const box = await makeFiles({ ...files });
  const cwd = box.path;
  const env = { BULKHEAD_STATE: `${cwd}/state`, BULKHEAD_CACHE: `${cwd}/cache` };
  const call = (argv: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    bulkhead(argv, { cwd, env: { ...env, ...more } });
  const done = async (argv: readonly string[]) => {
    const it = await call(argv);
    equal(it.code, 0, it.stderr);
    return it;
  };
  await done(["keygen", "-o", "edge"]);
  return {
    cwd,
    env,
    call,
    done,
    /** Packs what lies there, by the command line. */
    pack: (sequence: number, ...more: readonly string[]) =>
      done([
        ...["pack", "-p", "policy.yaml", "--flows", "flows", "--key", "edge.key", "-o", "node.tar"],
        ...["--sequence", `${sequence}`, ...more],
      ]),
    run: (...more: readonly string[]) =>
      call(["run", "--bundle", "node.tar", "--trust", "edge.pub", ...more]),
    key: () => signingKey(`${cwd}/edge.key`),
    write: (name: string, content: string | Uint8Array) =>
      typeof content === "string"
        ? Deno.writeTextFile(`${cwd}/${name}`, content)
        : Deno.writeFile(`${cwd}/${name}`, content),
    read: (name: string) => Deno.readFile(`${cwd}/${name}`),
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

async function signingKey(path: string): Promise<SigningKey> {
  const read = await readSigningKey(await Deno.readTextFile(path));
  if (!read.ok) throw new Error(read.fact);
  return read.key;
}

/** What `pack` would not make. */
async function crafted(
  key: SigningKey,
  { sequence = 10, message = "hello", fromDays = -1, untilDays = 30 } = {},
): Promise<Uint8Array> {
  const file = (path: string, role: FileToPack["role"], text: string) => ({
    path,
    role,
    content: new TextEncoder().encode(text),
  });
  const at = (days: number) => new Date(Date.now() + days * DAY_MS);
  const files = [
    file("policies/policy.yaml", "policy", POLICY),
    file("flows/hello.yaml", "flow", flow("hello", message)),
  ];
  return await writeBundle(
    { files, sequence, createdAt: at(fromDays), expiresAt: at(untilDays) },
    key,
  );
}

/** The text that the flow's only task gave. */
const said = (call: Call): string | undefined => {
  const text = /value = (.*)/.exec(call.stdout)?.[1];
  return text === undefined ? undefined : JSON.parse(text);
};
const noTrace = (call: Call) =>
  equal(/\n\s+at (file|async|ext):|TypeError|Uncaught/.test(call.stderr), false, call.stderr);

Deno.test("bundle: keygen, pack, plan and run, and tar(1) lists it", async () => {
  await using node = await makeNode();
  match((await node.pack(1)).stdout, /^node\.tar: sequence 1, expires 20.*key [0-9a-f]{16}\n/);
  equal((await Deno.stat(`${node.cwd}/edge.key`)).mode! & 0o777, 0o600);
  const { stdout } = await new Deno.Command("tar", { args: ["tf", "node.tar"], cwd: node.cwd })
    .output();
  deepEqual(new TextDecoder().decode(stdout).trim().split("\n"), [
    "bulkhead-bundle.json",
    "bulkhead-bundle.sig",
    "policies/policy.yaml",
    "flows/hello.yaml",
  ]);
  const plan = await node.call(["plan", "--bundle", "node.tar", "--trust", "edge.pub"]);
  equal(plan.code, 0, plan.stderr);
  match(plan.stdout, /flow {4}a\.b\/hello {2}node\.tar!flows\/hello\.yaml/);
  match(plan.stdout, /enforce nothing by the kernel|node\.tar!policies\/policy\.yaml:\d+:\d+/);
  equal(await exists(`${node.cwd}/state`), false, "to plan is not to accept");
  const run = await node.run("-i", "name=you");
  equal(run.code, 0, run.stderr);
  equal(said(run), "hello you");
  match(run.stderr, /^bundle node\.tar: sequence 1, made /m);
  equal((await Deno.stat(`${node.cwd}/state`)).mode! & 0o777, 0o700);
});

Deno.test("bundle: the same files, key and times give the same bytes", async () => {
  await using node = await makeNode();
  const pack = async (name: string, epoch: string) => {
    const argv = ["-p", "policy.yaml", "--flows", "flows", "--key", "edge.key", "-o", name];
    const call = await node.call(["pack", ...argv], { SOURCE_DATE_EPOCH: epoch });
    equal(call.code, 0, call.stderr);
    return await node.read(name);
  };
  const now = Math.floor(Date.now() / 1000);
  const first = await pack("a.tar", `${now}`);
  deepEqual(await pack("b.tar", `${now}`), first);
  equal((await pack("c.tar", `${now - 1}`)).every((it, i) => it === first[i]), false);
});

/** Each is refused on a node that has accepted none, and then the good one runs there. */
const REFUSED: readonly {
  name: string;
  make: (node: Awaited<ReturnType<typeof makeNode>>) => Promise<Uint8Array | undefined>;
  code: number;
  says: RegExp;
}[] = [
  {
    name: "unsigned",
    make: async (node) => {
      const it = await node.read("node.tar");
      const size = parseInt(new TextDecoder().decode(it.subarray(124, 135)), 8);
      const manifest = 512 + Math.ceil(size / 512) * 512;
      return Uint8Array.from([...it.subarray(0, manifest), ...it.subarray(manifest + 1024)]);
    },
    code: 4,
    says: /^error\[bundle\/unsigned\]: Cannot use bundle "node\.tar"/,
  },
  {
    name: "of another key",
    make: async (node) => {
      await node.done(["keygen", "-o", "other"]);
      return await crafted(await signingKey(`${node.cwd}/other.key`));
    },
    code: 4,
    says: /^error\[bundle\/bad-signature\]: .*\n {2}help: Trust the key/,
  },
  {
    name: "with another flow in it",
    make: async (node) => {
      const it = await node.read("node.tar");
      const at = new TextDecoder("latin1").decode(it).indexOf('format: "hello');
      it[at + 9]! ^= 1;
      return it;
    },
    code: 4,
    says: /^error\[bundle\/altered\]: .*"flows\/hello\.yaml" is not what was signed/,
  },
  {
    name: "that ends early",
    make: async (node) => (await node.read("node.tar")).slice(0, -512),
    code: 4,
    says: /^error\[bundle\/altered\]/,
  },
  {
    name: "that expired",
    make: async (node) => await crafted(await node.key(), { fromDays: -3, untilDays: -1 }),
    code: 4,
    says: /^error\[bundle\/expired\]/,
  },
  {
    name: "from the future",
    make: async (node) => await crafted(await node.key(), { fromDays: 1 }),
    code: 4,
    says: /^error\[bundle\/from-the-future\]/,
  },
  {
    name: "that is another file",
    make: async (node) => await node.read("policy.yaml"),
    code: 4,
    says: /^error\[bundle\/not-a-bundle\]/,
  },
  {
    name: "that is empty",
    make: () => Promise.resolve(new Uint8Array()),
    code: 4,
    says: /^error\[bundle\/not-a-bundle\]/,
  },
  {
    name: "that is not there",
    make: () => Promise.resolve(undefined),
    code: 3,
    says: /^error\[bundle\/unreadable\]: .*there is no such file/,
  },
];

Deno.test.each(REFUSED)(
  "bundle: one $name is refused, and nothing runs",
  async ({ make, code, says }) => {
    await using node = await makeNode();
    await node.pack(1);
    const good = await node.read("node.tar");
    const bad = await make(node);
    if (bad === undefined) await Deno.remove(`${node.cwd}/node.tar`);
    else await node.write("node.tar", bad);
    for (const command of ["run", "plan"]) {
      const it = await node.call([command, "--bundle", "node.tar", "--trust", "edge.pub"]);
      equal(it.code, code, it.stderr);
      match(it.stderr, says);
      equal(it.stdout, "");
      noTrace(it);
    }
    equal(await exists(`${node.cwd}/state/accepted.json`), false);
    await node.write("node.tar", good);
    equal((await node.run()).code, 0);
  },
);

Deno.test("bundle: what is no file is refused at once: a directory, a pipe, a device without end", async () => {
  await using node = await makeNode();
  await new Deno.Command("mkfifo", { args: [`${node.cwd}/pipe`] }).output();
  for (
    const [path, says] of [
      ["flows", /it is a directory/],
      ["pipe", /it is no regular file/],
      ["/dev/zero", /it is no regular file/],
      ["-", /there is no such file/],
    ] as const
  ) {
    const it = await node.call(["run", "--bundle", path, "--trust", "edge.pub"]);
    equal(it.code, 3, it.stderr);
    match(it.stderr, says);
    noTrace(it);
  }
});

Deno.test("bundle: a larger file than any bundle is refused without being read", async () => {
  await using node = await makeNode();
  await node.write("node.tar", "");
  await Deno.truncate(`${node.cwd}/node.tar`, 2 ** 40);
  const it = await node.run();
  equal(it.code, 3);
  match(it.stderr, /error\[bundle\/too-large\]: .* more than 67108864 bytes/);
});

Deno.test("bundle: an older one is refused, and so is another one of the same sequence", async () => {
  await using node = await makeNode();
  const key = await node.key();
  const bring = async (sequence: number, message: string) => {
    await node.write("node.tar", await crafted(key, { sequence, message }));
    return await node.run();
  };
  equal(said(await bring(10, "ten")), "ten world");
  equal(said(await node.run()), "ten world", "the same again is no other one");
  equal(said(await bring(11, "eleven")), "eleven world");
  for (const [sequence, code] of [[10, "older"], [0, "older"], [11, "same-sequence"]] as const) {
    const it = await bring(sequence, "rolled back");
    match(it.stderr, new RegExp(`^error\\[bundle/${code}\\]`));
    match(it.stderr, /^warning\[bundle\/last-good\]: .*sequence 11, made /m);
    equal(it.code, 0, it.stderr);
    equal(said(it), "eleven world");
  }
  equal(said(await bring(12, "twelve")), "twelve world");
});

Deno.test("bundle: an older one of another trusted key is older all the same", async () => {
  await using node = await makeNode();
  await node.done(["keygen", "-o", "next"]);
  const next = await signingKey(`${node.cwd}/next.key`);
  const run = async (bytes: Uint8Array) => {
    await node.write("node.tar", bytes);
    return await node.run("--trust", "next.pub");
  };
  equal(said(await run(await crafted(next, { sequence: 5, message: "next" }))), "next world");
  const it = await run(await crafted(await node.key(), { sequence: 4, message: "edge" }));
  match(it.stderr, /^error\[bundle\/older\]/);
  equal(said(it), "next world");
  equal(
    said(await run(await crafted(await node.key(), { sequence: 6, message: "edge" }))),
    "edge world",
  );
});

Deno.test("bundle: while each kind of fault lasts, the last good one stays in force", async () => {
  await using node = await makeNode();
  await node.pack(1);
  const good = await node.read("node.tar");
  equal((await node.run()).code, 0);
  for (const { name, make, says } of REFUSED) {
    if (name === "of another key") await Deno.remove(`${node.cwd}/other.key`).catch(() => {});
    const bad = await make(node);
    if (bad === undefined) await Deno.remove(`${node.cwd}/node.tar`);
    else await node.write("node.tar", bad);
    const it = await node.run("-i", `name=${name}`.replaceAll(" ", "-"));
    equal(it.code, 0, `${name}: ${it.stderr}`);
    match(it.stderr, says);
    match(
      it.stderr,
      /^warning\[bundle\/last-good\]: .*the last good one stays in force, sequence 1/m,
    );
    equal(said(it), `hello ${name.replaceAll(" ", "-")}`);
    await node.write("node.tar", good);
  }
});

Deno.test("bundle: one whose flows cannot be read is refused, and the last good one stays", async () => {
  await using node = await makeNode();
  await node.pack(1);
  equal((await node.run()).code, 0);
  const key = await node.key();
  const text = (it: string) => new TextEncoder().encode(it);
  const bytes = await writeBundle({
    files: [
      { path: "policies/policy.yaml", role: "policy", content: text(POLICY) },
      { path: "flows/hello.yaml", role: "flow", content: text("id: hello\ntask: []\n") },
    ],
    sequence: 2,
    createdAt: new Date(),
    expiresAt: new Date(Date.now() + DAY_MS),
  }, key);
  await node.write("node.tar", bytes);
  const it = await node.run();
  equal(said(it), "hello world");
  match(it.stderr, /at node\.tar!flows\/hello\.yaml:\d+:\d+\n/);
  match(it.stderr, /^warning\[bundle\/last-good\]/m);
  await node.write("node.tar", await crafted(key, { sequence: 2, message: "two" }));
  equal(said(await node.run()), "two world", "what was refused was not accepted");
});

Deno.test("bundle: the last good one is verified again, with the keys that are trusted now", async () => {
  await using node = await makeNode();
  await node.pack(1);
  equal((await node.run()).code, 0);
  const [copy] = (await names(`${node.cwd}/state`)).filter((it) => it.endsWith(".tar"));
  const good = await node.read(`state/${copy}`);
  await node.write("node.tar", "broken");
  equal((await node.run()).code, 0, "the control");

  const altered = good.slice();
  altered[good.length - 1100]! ^= 1;
  await node.write(`state/${copy}`, altered);
  const first = await node.run();
  equal(first.code, 4);
  match(first.stderr, /error\[bundle\/not-a-bundle\][^]*error\[bundle\/altered\]/);

  await node.write(`state/${copy}`, await crafted(await node.key(), { sequence: 99 }));
  match((await node.run()).stderr, /it is another one than was accepted/);
  await Deno.remove(`${node.cwd}/state/${copy}`);
  equal((await node.run()).code, 4);

  await node.write(`state/${copy}`, good);
  await Deno.chmod(`${node.cwd}/state/${copy}`, 0o600);
  equal((await node.run()).code, 0, "the control");
  await node.done(["keygen", "-o", "other"]);
  const untrusted = await node.call(["run", "--bundle", "node.tar", "--trust", "other.pub"]);
  equal(untrusted.code, 4);
  match(untrusted.stderr, /error\[bundle\/bad-signature\]: Cannot use bundle "\/.*\/state\//);
  noTrace(untrusted);
});

Deno.test("bundle: one that expires in less than a week says so", async () => {
  await using node = await makeNode();
  const key = await node.key();
  for (const [sequence, untilDays] of [[1, 8], [2, 6]] as const) {
    await node.write("node.tar", await crafted(key, { sequence, untilDays }));
    const it = await node.run();
    equal(it.code, 0, it.stderr);
    equal(/^warning\[bundle\/expires-soon\]/m.test(it.stderr), untilDays < 7, it.stderr);
  }
});

Deno.test("bundle: nothing takes the place of a trusted key", async () => {
  await using node = await makeNode();
  await node.pack(1);
  await node.done(["keygen", "-o", "other"]);
  const run = (argv: readonly string[], env: Record<string, string> = {}) =>
    node.call(["run", "--bundle", "node.tar", ...argv], env);
  match((await run([])).stderr, /^error\[bundle\/no-trust\]: .*\n {2}help: .*--trust NAME\.pub/);
  equal((await run([])).code, 2);
  equal((await run([], { BULKHEAD_TRUST: "other.pub:edge.pub" })).code, 0, "the control");

  const bad = await crafted(await signingKey(`${node.cwd}/other.key`), { sequence: 2 });
  await node.write("node.tar", bad);
  await Deno.remove(`${node.cwd}/state`, { recursive: true });
  for (
    const flag of [
      "--no-verify",
      "--insecure",
      "--force",
      "--skip-verification",
      "--allow-unsigned",
      "--no-trust",
      "--trust=",
      "--trust=/dev/null",
    ]
  ) {
    const it = await run(["--trust", "edge.pub", flag]);
    equal([2, 3].includes(it.code), true, `${flag}: ${it.code} ${it.stderr}`);
    equal(it.stdout, "", flag);
  }
  for (
    const name of [
      "BULKHEAD_INSECURE",
      "BULKHEAD_NO_VERIFY",
      "BULKHEAD_SKIP_VERIFY",
      "BULKHEAD_TRUST_ALL",
      "BULKHEAD_DEBUG",
    ]
  ) {
    const it = await run(["--trust", "edge.pub"], { [name]: "1" });
    equal(it.code, 4, `${name}: ${it.stderr}`);
    match(it.stderr, /error\[bundle\/bad-signature\]/);
  }
  for (const help of ["run", "plan", "pack"]) {
    const { stdout } = await node.call([help, "--help"]);
    const options = stdout.split("\n").filter((it) => /^ {2}(-\w, )?--/.test(it));
    equal(options.length > 5, true, stdout);
    deepEqual(options.filter((it) => /verif|insecure|unsigned|skip|force|any key/i.test(it)), []);
  }
});

Deno.test("bundle: keys that others could have written are not trusted", async () => {
  await using node = await makeNode();
  await node.pack(1);
  await Deno.mkdir(`${node.cwd}/keys`);
  await Deno.copyFile(`${node.cwd}/edge.pub`, `${node.cwd}/keys/edge.pub`);
  const run = () => node.call(["run", "--bundle", "node.tar", "--trust", "keys"]);
  equal((await run()).code, 0, "the control");
  for (const path of ["keys", "keys/edge.pub"]) {
    const { mode } = await Deno.stat(`${node.cwd}/${path}`);
    await Deno.chmod(`${node.cwd}/${path}`, mode! & 0o777 | 0o002);
    const it = await run();
    equal(it.code, 3);
    match(it.stderr, /error\[bundle\/trust-unusable\]: .*other users may write it/);
    await Deno.chmod(`${node.cwd}/${path}`, mode! & 0o777);
  }
  for (const [path, says] of [["edge.key", /private key/], ["flows", /no \.pub file/]] as const) {
    const it = await node.call(["run", "--bundle", "node.tar", "--trust", path]);
    equal(it.code, 3);
    match(it.stderr, says);
  }
});

Deno.test("bundle: a state that others may write, or that is damaged, stops the run", async () => {
  await using node = await makeNode();
  await node.pack(1);
  equal((await node.run()).code, 0, "the control");
  await Deno.chmod(`${node.cwd}/state`, 0o770);
  const open = await node.run();
  equal(open.code, 125);
  match(open.stderr, /error\[host\/state-untrusted\]: .*other users may write it/);
  await Deno.chmod(`${node.cwd}/state`, 0o700);
  for (const text of ["", "{}", '{"v":1,"sequence":-1,"digest":"x"}', "x".repeat(9_999)]) {
    await node.write("state/accepted.json", text);
    const it = await node.run();
    equal(it.code, 125, text);
    match(it.stderr, /error\[bundle\/state-damaged\]: /);
    noTrace(it);
  }
  const nowhere = await node.call(["run", "--bundle", "node.tar", "--trust", "edge.pub"], {
    BULKHEAD_STATE: "",
    HOME: "",
  });
  equal(nowhere.code, 125);
  match(nowhere.stderr, /error\[bundle\/no-state\]/);
});

Deno.test("bundle: ten processes take two bundles at once, and the later one stays", async () => {
  await using node = await makeNode();
  const key = await node.key();
  await node.write("one.tar", await crafted(key, { sequence: 1, message: "one" }));
  await node.write("two.tar", await crafted(key, { sequence: 2, message: "two" }));
  const calls = await Promise.all(
    Array.from(
      { length: 10 },
      (_, i) =>
        node.call(["run", "--bundle", i % 2 ? "one.tar" : "two.tar", "--trust", "edge.pub"]),
    ),
  );
  for (const [i, it] of calls.entries()) {
    equal(it.code, 0, it.stderr);
    match(said(it) ?? "", i % 2 ? /^(one|two) world$/ : /^two world$/);
  }
  const record = JSON.parse(await Deno.readTextFile(`${node.cwd}/state/accepted.json`));
  equal(record.sequence, 2);
  deepEqual(
    await names(`${node.cwd}/state`),
    ["accepted.json", "executions", "lock", `${record.digest}.tar`].sort(),
  );
  const last = await node.call(["run", "--bundle", "one.tar", "--trust", "edge.pub"]);
  equal(said(last), "two world");
});

Deno.test("bundle: flows are named by path, by namespace and id, and by id", async () => {
  await using node = await makeNode({
    ...FILES,
    "flows/deep/second.yaml": flow("second", "second"),
  });
  await node.pack(1);
  for (const name of ["second", "a.b/second", "flows/deep/second.yaml"]) {
    equal(said(await node.run(name)), "second world", name);
  }
  for (
    const [names, says] of [
      [[], /Cannot choose a flow: the bundle has a\.b\/second, a\.b\/hello/],
      [["secnd"], /Cannot choose flow "secnd".*\n {2}help: Did you mean "second"\?/],
      [["flows/hello.yaml", "second"], /one flow at a time/],
    ] as const
  ) {
    const it = await node.run(...names);
    equal(it.code, 2, it.stderr);
    match(it.stderr, says);
    equal(/last good/.test(it.stderr), false, "a slip of the hand is no fault of the bundle");
  }
  const plan = await node.call(["plan", "--bundle", "node.tar", "--trust", "edge.pub"]);
  match(plan.stdout, /a\.b\/second[^]*a\.b\/hello/);
});

Deno.test("bundle: a policy of the command line tightens the bundle's, and cannot widen it", async () => {
  await using node = await makeNode({
    ...FILES,
    "tighter.yaml": "bulkhead:\n  limits: {timeout: PT1M}\n",
    "wider.yaml": "bulkhead:\n  filesystem: open\n",
    "second.yaml": "bulkhead:\n  spawn: never\n",
  });
  await node.pack(1, "-p", "second.yaml");
  equal((await node.run("-p", "tighter.yaml")).code, 0);
  const it = await node.run("-p", "wider.yaml");
  equal(it.code, 3, it.stderr);
  match(it.stderr, /at wider\.yaml:2:\d+[^]*at node\.tar!policies\/policy\.yaml:2:\d+/);
  const plan = await node.call([
    ...["plan", "--bundle", "node.tar", "--trust", "edge.pub", "-p", "tighter.yaml", "--json"],
  ]);
  deepEqual(
    JSON.parse(plan.stdout).policy.files.map((it: { file: string }) => it.file),
    ["node.tar!policies/policy.yaml", "node.tar!policies/second.yaml", "tighter.yaml"],
  );
});

const PLUGIN = {
  ...FILES,
  "flows/hello.yaml": `id: hello
namespace: a.b
tasks:
  - {id: say, type: com.example.Task, n: "{{ 20 + 1 }}"}
`,
  "own/task.ts": `import { helper } from "./lib/helper.ts";
export default {
  type: "com.example.Task",
  run: ({ n }: { n: string }) => ({ value: helper(Number(n)), here: import.meta.dirname }),
};
`,
  "own/lib/helper.ts": "export const helper = (n: number): number => 2 * n;\n",
};

Deno.test("bundle: plugins run from it, and what was laid of them is laid again when it differs", async () => {
  await using node = await makeNode(PLUGIN);
  await node.pack(1, "--plugins", "own");
  await Deno.remove(`${node.cwd}/own`, { recursive: true });
  const first = await node.run();
  equal(first.code, 0, first.stderr);
  match(first.stdout, /value = 42/);
  const laid = /here = "(\S+)"/.exec(first.stdout)![1]!;
  equal(laid.startsWith(`${node.cwd}/cache/bundles/`), true, laid);
  equal((await Deno.stat(`${laid}/task.ts`)).mode! & 0o777, 0o400);
  equal((await Deno.stat(laid)).mode! & 0o777, 0o700);
  const changes: readonly (() => Promise<void>)[] = [
    async () => {
      await Deno.chmod(`${laid}/lib/helper.ts`, 0o600);
      await Deno.writeTextFile(
        `${laid}/lib/helper.ts`,
        "export const helper = (n: number): number => 3 * n;\n",
      );
    },
    () => Deno.writeTextFile(`${laid}/more.ts`, "export default { type: 'a.B', run() {} };\n"),
    () => Deno.mkdir(`${laid}/more`),
    () => Deno.remove(`${laid}/lib`, { recursive: true }),
  ];
  for (const change of changes) {
    await change();
    const again = await node.run();
    equal(again.code, 0, again.stderr);
    match(again.stdout, /value = 42/);
    deepEqual(await names(laid), ["lib", "task.ts"]);
    deepEqual(await names(`${laid}/lib`), ["helper.ts"]);
  }
  const own = await node.run("--plugins", "flows");
  equal(own.code, 2);
  match(own.stderr, /Cannot use --plugins with --bundle/);
});

Deno.test("bundle: a plugin of one reads its own directory, and nothing else of the harness's", async () => {
  const reads = (path: string) => `
      try { Deno.readTextFileSync(${path}); said.push("reached"); }
      catch (error) { said.push(error.name); }`;
  await using node = await makeNode({
    ...PLUGIN,
    "own/task.ts": `export default {
  type: "com.example.Task",
  run: (_: unknown, { workspace }: { workspace: string }) => {
    const said: string[] = [];
    const here = import.meta.dirname!;
    Deno.writeTextFileSync(workspace + "/x", "x");
${reads('here + "/lib/helper.ts"')}
${reads('here + "/../../../../state/accepted.json"')}
${reads('here + "/../../../../node.tar"')}
${reads('here + "/../../other.ts"')}
${reads('here + "/../../../../edge.pub"')}
${reads('here + "/../../../../policy.yaml"')}
      try { Deno.writeTextFileSync(here + "/lib/new.ts", ""); said.push("reached"); }
      catch (error) { said.push((error as Error).name); }
    return { value: said.join(" ") };
  },
};
`,
    "cache/bundles/other.ts": "",
    "policy.yaml": "bulkhead:\n  filesystem: open\n  kernel: off\n  writable: [/var]\n",
  });
  await node.pack(1, "--plugins", "own");
  equal((await node.run()).code, 0);
  const it = await node.run();
  equal(
    said(it),
    "reached NotCapable NotCapable NotCapable NotCapable reached NotCapable",
    it.stderr,
  );
});

Deno.test("bundle: a policy that forbids the cache forbids plugins that lie in it", async () => {
  await using node = await makeNode(PLUGIN);
  await node.pack(1, "--plugins", "own");
  await node.write(
    "forbid.yaml",
    "kestra:\n  ee:\n    java-security:\n      enabled: true\n" +
      `      forbidden-paths: [${node.cwd}/cache]\n      authorized-class-prefix: [com.example]\n`,
  );
  equal((await node.run()).code, 0, "the control");
  const it = await node.run("-p", "forbid.yaml");
  equal(it.code, 4, it.stderr);
  match(it.stderr, /error\[plan\/plugin-forbidden\]: .*at forbid\.yaml/s);
});

Deno.test("bundle: pack takes nothing that no node could use, and writes nothing then", async () => {
  await using node = await makeNode({
    ...PLUGIN,
    "bad.yaml": "bulkhead:\n  kernal: off\n",
    "wide.yaml": "bulkhead:\n  filesystem: open\n",
    "bad_flow.yaml": "id: f\ntask: []\n",
    "twin/policy.yaml": POLICY,
    "empty/readme.txt": "",
    "other.tar": "not a bundle",
    "thrower/a.ts": "throw new Error('no');\n",
    "leaver/a.ts": "import '../bad.yaml';\nexport default { type: 'a.B', run() {} };\n",
  });
  await Deno.symlink("/etc", `${node.cwd}/own/etc`);
  await Deno.mkdir(`${node.cwd}/clean`);
  await node.write("clean/a.ts", "export default { type: 'com.example.Task', run() {} };\n");
  await Deno.copyFile(`${node.cwd}/edge.key`, `${node.cwd}/open.key`);
  await Deno.chmod(`${node.cwd}/open.key`, 0o644);
  const good = {
    "-p": "policy.yaml",
    "--flows": "flows",
    "--plugins": "clean",
    "--key": "edge.key",
    "-o": "node.tar",
  };
  const pack = (changed: Readonly<Record<string, string>>, ...more: readonly string[]) =>
    node.call(["pack", ...Object.entries({ ...good, ...changed }).flat(), ...more]);
  const rows: readonly [Record<string, string>, readonly string[], number, RegExp][] = [
    [{ "-p": "bad.yaml" }, [], 3, /Did you mean "kernel"\?/],
    [{}, ["-p", "wide.yaml"], 3, /at wide\.yaml:2/],
    [{ "-p": "nope.yaml" }, [], 3, /there is no such file/],
    [{}, ["-p", "twin/policy.yaml"], 3, /is "policies\/policy\.yaml" in the bundle as well/],
    [{ "-p": "empty" }, [], 3, /it holds no file to pack/],
    [{ "-p": "/dev/zero" }, [], 3, /it is no regular file/],
    [{ "-p": "-" }, [], 2, /standard input/],
    [{ "--flows": "bad_flow.yaml" }, [], 3, /at bad_flow\.yaml:\d/],
    [{ "--plugins": "own" }, [], 3, /it is a link to a directory/],
    [{ "--plugins": "policy.yaml" }, [], 3, /packed by the directory/],
    [{ "--plugins": "empty" }, [], 3, /it holds no module/],
    [{ "--plugins": "thrower" }, [], 3, /Cannot use plugin .*thrower\/a\.ts": Error: no/],
    [{ "--plugins": "leaver" }, [], 4, /error\[preflight\/outside-import\]/],
    [{ "--key": "edge.pub" }, [], 3, /other users may read|public key/],
    [{ "--key": "open.key" }, [], 3, /other users may read .*\n {2}help: chmod 600/],
    [{ "--key": "nope.key" }, [], 3, /there is no such file/],
    [{ "-o": "other.tar" }, [], 2, /only a bundle is written over/],
    [{ "-o": "flows" }, [], 2, /only a bundle is written over/],
    [{ "-o": "nope/node.tar" }, [], 125, /error\[bundle\/unwritable\]/],
    [{}, ["--expires", "2020-01-01"], 2, /that was at 2020-01-01T00:00:00\.000Z/],
    [{}, ["--expires", "PT0S"], 2, /that was at/],
    [{}, ["--expires", "soon"], 2, /expected a duration/],
    [{}, ["--sequence", "-1"], 2, /sequence|argument/],
    [{}, ["--sequence", "1.5"], 2, /expected a whole number/],
    [{}, ["--sequence", "9007199254740993"], 2, /expected a whole number/],
    [{}, ["more.yaml"], 2, /Cannot pack "more\.yaml"/],
  ];
  for (const [changed, more, code, says] of rows) {
    const it = await pack(changed, ...more);
    equal(it.code, code, `${JSON.stringify(changed)} ${more}: ${it.stderr}`);
    match(it.stderr, says);
    noTrace(it);
    equal(await exists(`${node.cwd}/node.tar`), false);
  }
  for (const missing of ["-p", "--flows", "--key", "-o"]) {
    const argv = Object.entries(good).filter(([name]) => name !== missing).flat();
    const it = await node.call(["pack", ...argv]);
    equal(it.code, 2, it.stderr);
  }
  equal(await Deno.readTextFile(`${node.cwd}/other.tar`), "not a bundle");
  equal((await pack({})).code, 0, "the control");
  equal((await pack({})).code, 0, "a bundle is written over");
  deepEqual((await names(node.cwd)).filter((it) => it.startsWith(".")), []);
});

Deno.test("bundle: keygen writes over nothing", async () => {
  await using node = await makeNode();
  const before = await node.read("edge.key");
  for (const gone of [undefined, "edge.pub", "edge.key"]) {
    if (gone !== undefined) await Deno.remove(`${node.cwd}/${gone}`);
    const it = await node.call(["keygen", "-o", "edge"]);
    if (gone === "edge.key") break;
    equal(it.code, 2);
    match(it.stderr, /error\[bundle\/key-exists\]/);
    deepEqual(await node.read("edge.key"), before);
  }
  const it = await node.call(["keygen", "-o", "nope/edge"]);
  equal(it.code, 125);
  match(it.stderr, /error\[bundle\/unwritable\]/);
  noTrace(it);
  equal((await node.call(["keygen"])).code, 0);
  equal((await Deno.stat(`${node.cwd}/bulkhead.pub`)).mode! & 0o777, 0o644);
});

testWith("mount", "bundle: a full disk under the state stops the run, with a reason", async () => {
  await using node = await makeNode();
  await node.pack(1);
  await Deno.mkdir(`${node.cwd}/small`);
  const mount = await new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", `${node.cwd}/small`],
  }).output();
  equal(mount.success, true, new TextDecoder().decode(mount.stderr));
  try {
    const state = { BULKHEAD_STATE: `${node.cwd}/small` };
    const run = () => node.call(["run", "--bundle", "node.tar", "--trust", "edge.pub"], state);
    equal((await run()).code, 0, "the control");
    await fill(`${node.cwd}/small/filler`);
    equal((await run()).code, 0, "what is accepted already needs no room");
    await node.pack(2);
    const it = await run();
    equal(it.code, 125, it.stderr);
    match(it.stderr, /error\[host\/state-full\]: .*no space left/);
    equal(it.stdout, "");
    noTrace(it);
    const record = JSON.parse(await Deno.readTextFile(`${node.cwd}/small/accepted.json`));
    equal(record.sequence, 1);
    deepEqual(
      (await names(`${node.cwd}/small`)).filter((name) => name.startsWith(".")),
      [],
      "nothing half-written stays",
    );
  } finally {
    await new Deno.Command("umount", { args: [`${node.cwd}/small`] }).output();
  }
});

Deno.test("bundle: Ctrl-C ends a run of one, and nothing half-written stays", async () => {
  await using node = await makeNode({
    ...FILES,
    "flows/hello.yaml": `id: hello
namespace: a.b
tasks:
  - {id: sleep, type: io.kestra.plugin.core.flow.Sleep, duration: PT1M}
`,
  });
  await node.pack(1);
  const it = await bulkhead(["run", "--bundle", "node.tar", "--trust", "edge.pub", "--json"], {
    cwd: node.cwd,
    env: node.env,
    signal: { name: "SIGINT", when: "task.started" },
  });
  equal(it.code, 130, it.stderr);
  deepEqual((await names(`${node.cwd}/state`)).filter((name) => name.startsWith(".")), []);
  equal((await names(`${node.cwd}/state`)).length, 4); // with the executions that can be resumed
});

async function fill(path: string): Promise<void> {
  const block = new Uint8Array(4096).fill(1);
  using file = await Deno.open(path, { create: true, write: true });
  try {
    while (true) await file.write(block);
  } catch (error) {
    equal((error as { code?: string }).code, "ENOSPC");
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

async function names(path: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(path))).map((it) => it.name).toSorted();
}
