import { deepEqual, equal, notEqual, ok, rejects } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { extractPayload } from "./extract.ts";
import { openPayload, packPayload, spliceIntoProgram } from "./payload.ts";

const encoder = new TextEncoder();
const RUNNABLE = "#!/bin/sh\necho tool 1\n";

/** A program with a payload, and a cache that is not there yet. */
async function makeBox(tool = RUNNABLE) {
  const root = await Deno.makeTempDir({ prefix: "extract_" });
  const base = new Uint8Array(64);
  const data = new Uint8Array(32);
  const view = new DataView(data.buffer);
  view.setUint32(16, 0x501e, true);
  view.setBigUint64(24, 32n, true);
  const files = [
    { name: "tool", data: encoder.encode(tool), mode: 0o500 },
    { name: "text.mjs", data: encoder.encode("export default 1;\n"), mode: 0o400 },
    { name: "large", data: new Uint8Array(5 * 1024 * 1024), mode: 0o400 },
  ];
  const program = `${root}/program`;
  const payload = await packPayload(files);
  await Deno.writeFile(program, spliceIntoProgram(new Uint8Array([...base, ...data]), payload));
  return {
    root,
    program,
    cache: `${root}/a/cache`,
    payload: (await openPayload(program))!,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

async function listNames(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory), (it) => it.name)).sort();
}

/** Also when it was born: a file system may give an inode's number again at once. */
async function identity(path: string): Promise<string> {
  const { dev, ino, birthtime } = await Deno.stat(path);
  return `${dev}:${ino}:${birthtime?.getTime()}`;
}

function codeOf(error: unknown): string {
  ok(error instanceof StageError, String(error));
  equal(error.fault, "host");
  ok(error.diagnostics[0]!.help);
  return error.diagnostics[0]!.code;
}

Deno.test("extractPayload() writes what was packed, for this user alone", async () => {
  await using box = await makeBox();
  const directory = await extractPayload(box.payload, box.cache);
  equal(directory, `${box.cache}/${box.payload.digest}`);
  deepEqual(await listNames(box.cache), [box.payload.digest]);
  deepEqual(await listNames(directory), [".complete", "large", "text.mjs", "tool"]);
  equal(await Deno.readTextFile(`${directory}/text.mjs`), "export default 1;\n");
  const modes = { "": 0o700, "/tool": 0o500, "/text.mjs": 0o400, "/../": 0o700 };
  for (const [name, mode] of Object.entries(modes)) {
    equal((await Deno.stat(directory + name)).mode! & 0o777, mode, name);
  }
});

Deno.test("extractPayload() extracts once", async () => {
  await using box = await makeBox();
  const first = await identity(await extractPayload(box.payload, box.cache));
  equal(await identity(await extractPayload(box.payload, box.cache)), first);
});

Deno.test("ten at once end with one directory, and all of it", async () => {
  await using box = await makeBox();
  const all = await Promise.all(
    Array.from({ length: 10 }, () => extractPayload(box.payload, box.cache)),
  );
  equal(new Set(all).size, 1);
  deepEqual(await listNames(box.cache), [box.payload.digest]);
  const first = await identity(all[0]!);
  equal(await identity(await extractPayload(box.payload, box.cache)), first);
});

Deno.test("ten processes at once end with one directory", async () => {
  await using box = await makeBox();
  const script = `${box.root}/extract.ts`;
  await Deno.writeTextFile(
    script,
    `import { extractPayload } from "${new URL("extract.ts", import.meta.url)}";
     import { openPayload } from "${new URL("payload.ts", import.meta.url)}";
     const directory = await extractPayload(await openPayload(Deno.args[0]), Deno.args[1]);
     console.log((await Deno.readTextFile(directory + "/text.mjs")).trim());`,
  );
  const outputs = await Promise.all(Array.from({ length: 10 }, async () => {
    const args = ["run", "-A", "--no-check", "--no-lock", script, box.program, box.cache];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).output();
    return new TextDecoder().decode(stdout);
  }));
  deepEqual(outputs, Array(10).fill("export default 1;\n"));
  deepEqual(await listNames(box.cache), [box.payload.digest]);
});

/** What may have happened to a cache of our own: it is mended without a word. */
Deno.test.each<{ name: string; damage(directory: string): Promise<void> }>([
  { name: "a file is gone", damage: (it) => Deno.remove(`${it}/tool`) },
  { name: "the marker is gone", damage: (it) => Deno.remove(`${it}/.complete`) },
  { name: "a small file has other content", damage: (it) => rewrite(`${it}/text.mjs`, "Export") },
  { name: "a large file is shorter", damage: (it) => rewrite(`${it}/large`, "short", true) },
  { name: "a program may no longer be run", damage: (it) => Deno.chmod(`${it}/tool`, 0o400) },
  {
    name: "a file became a link",
    async damage(it) {
      await Deno.rename(`${it}/text.mjs`, `${it}/../../elsewhere`);
      await Deno.symlink(`${it}/../../elsewhere`, `${it}/text.mjs`);
    },
  },
  {
    name: "the directory became a file",
    async damage(it) {
      await Deno.remove(it, { recursive: true });
      await Deno.writeTextFile(it, "");
    },
  },
])("extractPayload() extracts again where $name", async ({ damage }) => {
  await using box = await makeBox();
  const directory = await extractPayload(box.payload, box.cache);
  const first = await identity(directory);
  equal(await identity(await extractPayload(box.payload, box.cache)), first);
  await damage(directory);
  const again = await extractPayload(box.payload, box.cache);
  notEqual(await identity(again), first);
  equal(await Deno.readTextFile(`${again}/text.mjs`), "export default 1;\n");
  ok((await Deno.lstat(`${again}/text.mjs`)).isFile);
  deepEqual(await listNames(box.cache), [box.payload.digest]);
});

Deno.test("ten at once mend one damaged directory", async () => {
  await using box = await makeBox();
  const directory = await extractPayload(box.payload, box.cache);
  await Deno.remove(`${directory}/tool`);
  await Promise.all(Array.from({ length: 10 }, () => extractPayload(box.payload, box.cache)));
  deepEqual(await listNames(directory), [".complete", "large", "text.mjs", "tool"]);
  deepEqual(await listNames(box.cache), [box.payload.digest]);
});

type Row = { name: string; spoil(directory: string): Promise<void> };

/** What may be someone else's doing: it is refused, and left as it is. */
const spoiled: Row[] = [
  { name: "others may write the cache", spoil: (it) => Deno.chmod(`${it}/..`, 0o777) },
  { name: "the group may write the cache", spoil: (it) => Deno.chmod(`${it}/..`, 0o770) },
  { name: "others may write the directory", spoil: (it) => Deno.chmod(it, 0o702) },
  { name: "others may write a file", spoil: (it) => Deno.chmod(`${it}/text.mjs`, 0o402) },
  { name: "the group may write the program", spoil: (it) => Deno.chmod(`${it}/tool`, 0o520) },
];

const isRoot = Deno.uid() === 0;
const STRANGER = 65534;
const foreign: Row[] = [
  { name: "another user owns the cache", spoil: (it) => Deno.chown(`${it}/..`, STRANGER, null) },
  { name: "another user owns the directory", spoil: (it) => Deno.chown(it, STRANGER, null) },
  { name: "another user owns a file", spoil: (it) => Deno.chown(`${it}/tool`, STRANGER, null) },
  {
    name: "another user's link leads to the cache",
    async spoil(it) {
      const cache = it.replace(/\/[^/]+$/, "");
      await Deno.rename(cache, `${cache}.real`);
      await Deno.symlink(`${cache}.real`, cache);
      await new Deno.Command("chown", { args: ["-h", `${STRANGER}`, cache] }).output();
    },
  },
];

async function refuses({ spoil }: Row): Promise<void> {
  await using box = await makeBox();
  const directory = await extractPayload(box.payload, box.cache);
  equal(await extractPayload(box.payload, box.cache), directory);
  await spoil(directory);
  await rejects(
    extractPayload(box.payload, box.cache),
    (error) => codeOf(error) === "host/cache-untrusted",
  );
}

Deno.test.each(spoiled)("extractPayload() refuses where $name", refuses);

(isRoot ? Deno.test : Deno.test.ignore).each(foreign)(
  `extractPayload() refuses where $name${isRoot ? "" : " [ignored: not root]"}`,
  refuses,
);

Deno.test("extractPayload() follows a link of our own to the cache", async () => {
  await using box = await makeBox();
  await Deno.mkdir(`${box.root}/elsewhere`, { mode: 0o700 });
  await Deno.symlink(`${box.root}/elsewhere`, `${box.root}/link`);
  await extractPayload(box.payload, `${box.root}/link`);
  deepEqual(await listNames(`${box.root}/elsewhere`), [box.payload.digest]);
});

Deno.test("extractPayload() leaves nothing behind of a payload that is damaged", async () => {
  await using box = await makeBox();
  const bytes = await Deno.readFile(box.program);
  bytes[64 + 20]! ^= 1; // in "tool", behind its gzip header
  await Deno.writeFile(box.program, bytes);
  const payload = await openPayload(box.program);
  await rejects(
    extractPayload(payload!, box.cache),
    (error) => codeOf(error) === "host/payload-corrupt",
  );
  deepEqual(await listNames(box.cache), []);
});

Deno.test.each([
  { name: "fails", tool: "#!/bin/sh\necho 'GLIBC_2.99 not found' >&2\nexit 1\n" },
  { name: "has no interpreter", tool: "#!/nonexistent/interpreter\n" },
])("extractPayload() refuses a runtime that $name", async ({ tool }) => {
  await using box = await makeBox(tool);
  await rejects(
    extractPayload(box.payload, box.cache),
    (error) => codeOf(error) === "host/runtime-unusable",
  );
  deepEqual(await listNames(box.cache), []);
});

Deno.test.each([
  { name: "below a file", cache: "/dev/null/cache" },
  { name: "in a file system without files", cache: "/proc/self/cache" },
])("extractPayload() says that nothing can be made $name", async ({ cache }) => {
  await using box = await makeBox();
  await rejects(
    extractPayload(box.payload, cache),
    (error) => codeOf(error) === "host/cache-unwritable",
  );
});

Deno.test("extractPayload() removes what was left half-made an hour ago, and only that", async () => {
  await using box = await makeBox();
  const old = `.${box.payload.digest}-old`, young = `.${box.payload.digest}-young`;
  for (const name of [old, young, "other"]) {
    await Deno.mkdir(`${box.cache}/${name}`, { recursive: true, mode: 0o700 });
  }
  await Deno.chmod(box.cache, 0o700);
  const anHourAgo = Date.now() / 1000 - 3700;
  await Deno.utime(`${box.cache}/${old}`, anHourAgo, anHourAgo);
  await Deno.utime(`${box.cache}/other`, anHourAgo, anHourAgo);
  await extractPayload(box.payload, box.cache);
  deepEqual(await listNames(box.cache), [young, box.payload.digest, "other"].sort());
});

/** A file system of its own, which takes root and the right to mount. */
async function mount(path: string, options: string): Promise<boolean> {
  await Deno.mkdir(path, { recursive: true });
  const args = ["-t", "tmpfs", "-o", `mode=0700,${options}`, "tmpfs", path];
  return await new Deno.Command("mount", { args, stderr: "null" }).output()
    .then((it) => it.success, () => false);
}

async function mountable(): Promise<boolean> {
  if (!isRoot) return false;
  const root = await Deno.makeTempDir();
  const mounted = await mount(`${root}/m`, "size=64k");
  if (mounted) await unmount(`${root}/m`);
  await Deno.remove(root, { recursive: true });
  return mounted;
}

async function unmount(path: string): Promise<void> {
  await new Deno.Command("umount", { args: [path] }).output();
}

const canMount = await mountable();

(canMount ? Deno.test : Deno.test.ignore).each([
  { name: "full", options: "size=1m", code: "host/cache-full" },
  { name: "read-only", options: "ro", code: "host/cache-unwritable" },
  { name: "mounted noexec", options: "noexec", code: "host/cache-noexec" },
  { name: "none of these", options: "size=16m", code: undefined },
])(
  `extractPayload() into a file system that is $name${canMount ? "" : " [ignored: cannot mount]"}`,
  async ({ options, code }) => {
    await using box = await makeBox();
    const place = `${box.root}/mounted`;
    ok(await mount(place, options));
    try {
      const extracted = extractPayload(box.payload, place);
      if (code === undefined) return void await extracted;
      await rejects(extracted, (error) => codeOf(error) === code);
      deepEqual(await listNames(place), []);
    } finally {
      await unmount(place);
    }
  },
);

async function rewrite(path: string, text: string, truncate = false): Promise<void> {
  await Deno.chmod(path, 0o600);
  using file = await Deno.open(path, { write: true, truncate });
  await file.write(encoder.encode(text));
  await Deno.chmod(path, 0o400);
}
