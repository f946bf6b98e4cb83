import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { packTree } from "./pack_tree.ts";
import { BLOCK, padded, writeHeader } from "./tar_header.ts";
import { unpackTree } from "./unpack_tree.ts";

const NOBODY = { uid: 0, gid: 0 };

interface Made {
  readonly name: string;
  readonly type?: "file" | "directory" | "symlink" | "link";
  readonly text?: string;
  readonly linkName?: string;
  readonly mode?: number;
  /** Another letter for what it is, as devices have. */
  readonly flag?: string;
}

/** A tar of some entries, as a hostile engine or container may send it. */
function tarOf(entries: readonly Made[], chunk = 700): ReadableStream<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const { name, type = "file", text = "", linkName, mode = 0o644, flag } of entries) {
    const content = new TextEncoder().encode(text);
    const size = content.length;
    const header = writeHeader({ name, type, mode, size, ...(linkName && { linkName }) }, NOBODY);
    if (flag !== undefined) retype(header, flag);
    parts.push(header);
    const body = new Uint8Array(padded(size));
    body.set(content);
    parts.push(body);
  }
  parts.push(new Uint8Array(2 * BLOCK));
  const whole = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const it of parts) {
    whole.set(it, at);
    at += it.length;
  }
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < whole.length; i += chunk) pieces.push(whole.slice(i, i + chunk));
  return ReadableStream.from(pieces);
}

function retype(header: Uint8Array, flag: string): void {
  header[156] = flag.charCodeAt(0);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((all, it) => all + it, 0);
  header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
}

const ROOT: Made = { name: "work/", type: "directory", mode: 0o755 };

/** A directory with `in/`, where things are unpacked, and `secret` beside it. */
async function withPlace(fn: (place: string) => Promise<void>): Promise<void> {
  const place = await Deno.makeTempDir({ prefix: "unpack_" });
  try {
    await Deno.mkdir(`${place}/in`);
    await Deno.writeTextFile(`${place}/secret`, "untouched");
    await fn(place);
    equal(await Deno.readTextFile(`${place}/secret`), "untouched");
    deepEqual(
      (await Array.fromAsync(Deno.readDir(place))).map((it) => it.name).toSorted(),
      ["in", "secret"],
    );
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

Deno.test("unpackTree() lays what a tar holds, instead of what was there", () =>
  withPlace(async (place) => {
    await Deno.mkdir(`${place}/in/old`, { recursive: true });
    await Deno.writeTextFile(`${place}/in/old/file`, "old");
    const long = `work/${"d".repeat(90)}/${"é".repeat(60)}`;
    const { leftOut, isOver } = await unpackTree(
      tarOf([
        ROOT,
        { name: "work/a.txt", text: "a".repeat(3000), mode: 0o750 },
        { name: "work/sub/", type: "directory", mode: 0o500 },
        { name: "work/sub/b.txt", text: "b" },
        { name: "work/hard", type: "link", linkName: "work/a.txt" },
        { name: "work/soft", type: "symlink", linkName: "sub/b.txt" },
        { name: "work/sub/up", type: "symlink", linkName: "../a.txt" },
        { name: `work/${"d".repeat(90)}/`, type: "directory" },
        { name: long, text: "long" },
      ], 1),
      `${place}/in`,
    );
    deepEqual({ leftOut, isOver }, { leftOut: [], isOver: false });
    const read = (name: string) => Deno.readTextFile(`${place}/in/${name}`);
    equal(await read("a.txt"), "a".repeat(3000));
    equal((await Deno.stat(`${place}/in/a.txt`)).mode! & 0o777, 0o750);
    equal(await read("hard"), "a".repeat(3000));
    equal(await read("soft"), "b");
    equal(await read("sub/up"), "a".repeat(3000));
    equal(await read(long.slice("work/".length)), "long");
    equal(await Deno.stat(`${place}/in/old`).catch(() => "gone"), "gone");
  }));

const refused: Readonly<Record<string, readonly Made[]>> = {
  "a name that goes up": [{ name: "work/../../secret", text: "x" }],
  "a name that goes up at once": [{ name: "work/..", type: "directory" }],
  "an absolute name": [{ name: "/etc/planted", text: "x" }],
  "a file through a link": [
    { name: "work/sub", type: "symlink", linkName: "other" },
    { name: "work/sub/file", text: "x" },
  ],
  "a file in no directory": [{ name: "work/none/file", text: "x" }],
  "a link to a file outside": [{ name: "work/hard", type: "link", linkName: "work/../../secret" }],
  "a link to a link": [
    { name: "work/soft", type: "symlink", linkName: "a" },
    { name: "work/hard", type: "link", linkName: "work/soft" },
  ],
  "a directory below a file": [
    { name: "work/file", text: "x" },
    { name: "work/file/sub/", type: "directory" },
  ],
};

for (const [what, entries] of Object.entries(refused)) {
  Deno.test(`unpackTree() takes no tar with ${what}`, () =>
    withPlace(async (place) => {
      await rejects(unpackTree(tarOf([ROOT, ...entries]), `${place}/in`), TypeError);
    }));
}

Deno.test("unpackTree() writes nothing a second time, not even through a link of its own", () =>
  withPlace(async (place) => {
    const twice = [
      ROOT,
      { name: "work/a", text: "first" },
      { name: "work/soft", type: "symlink", linkName: "a" },
      { name: "work/soft", text: "second" },
    ] as const;
    await rejects(unpackTree(tarOf(twice), `${place}/in`), TypeError);
    equal(await Deno.readTextFile(`${place}/in/a`), "first");
  }));

Deno.test("unpackTree() leaves out links that lead outside, and what is no file", () =>
  withPlace(async (place) => {
    const { leftOut } = await unpackTree(
      tarOf([
        ROOT,
        { name: "work/up", type: "symlink", linkName: "../secret" },
        { name: "work/root", type: "symlink", linkName: "/etc/passwd" },
        { name: "work/round", type: "symlink", linkName: "a/../../secret" },
        { name: "work/device", flag: "3" },
        { name: "work/pipe", flag: "6" },
        { name: "work/a", text: "a" },
      ]),
      `${place}/in`,
    );
    deepEqual(leftOut.map((it) => it.split(":")[0]), ["up", "root", "round", "device", "pipe"]);
    deepEqual((await Array.fromAsync(Deno.readDir(`${place}/in`))).map((it) => it.name), ["a"]);
  }));

Deno.test("unpackTree() takes no more than allowed, of large files and of many", () =>
  withPlace(async (place) => {
    const large = [ROOT, { name: "work/a", text: "a".repeat(20_000) }];
    equal((await unpackTree(tarOf(large), `${place}/in`, 20_000)).isOver, false);
    equal((await unpackTree(tarOf(large), `${place}/in`, 19_999)).isOver, true);
    const many = [ROOT, ...Array.from({ length: 5 }, (_, i) => ({ name: `work/${i}` }))];
    equal((await unpackTree(tarOf(many), `${place}/in`, 5 * 4096)).isOver, false);
    equal((await unpackTree(tarOf(many), `${place}/in`, 5 * 4096 - 1)).isOver, true);
  }));

Deno.test("unpackTree() takes no tar that is cut, or is none", () =>
  withPlace(async (place) => {
    const whole = await bytesOf(tarOf([ROOT, { name: "work/a", text: "a".repeat(2000) }]));
    for (const length of [0, 100, 600, 1100, 2000]) {
      const cut = ReadableStream.from([whole.slice(0, length)]);
      await rejects(unpackTree(cut, `${place}/in`), TypeError, String(length));
    }
    const odd = new Uint8Array(1024).fill(7);
    await rejects(unpackTree(ReadableStream.from([odd]), `${place}/in`), TypeError);
  }));

Deno.test("packTree() and unpackTree() bring a tree over as it is, and tar(1) reads it", async () => {
  const place = await Deno.makeTempDir({ prefix: "pack_" });
  try {
    const from = `${place}/from`;
    await Deno.mkdir(`${from}/sub/empty`, { recursive: true });
    await Deno.mkdir(`${place}/to`);
    const long = `${"n".repeat(120)}.txt`;
    const files = {
      "a.txt": "a",
      [`sub/${long}`]: "x".repeat(100_000),
      "sub/é 漢": "",
      "run": "r",
    };
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${from}/${name}`, text);
    }
    await Deno.chmod(`${from}/run`, 0o755);
    await Deno.symlink("sub", `${from}/link`);
    const owner = { uid: 65534, gid: 65533 };
    const tar = await bytesOf(packTree(from, "work", owner));
    equal((await unpackTree(ReadableStream.from([tar]), `${place}/to`)).isOver, false);
    for (const [name, text] of Object.entries(files)) {
      equal(await Deno.readTextFile(`${place}/to/${name}`), text, name);
    }
    equal((await Deno.stat(`${place}/to/run`)).mode! & 0o777, 0o755);
    equal(await Deno.readLink(`${place}/to/link`), "sub");
    await Deno.writeFile(`${place}/it.tar`, tar);
    const list = await new Deno.Command("tar", {
      args: ["--list", "--verbose", "--numeric-owner", "--file", `${place}/it.tar`],
      env: { LC_ALL: "C.UTF-8" },
    }).output();
    equal(new TextDecoder().decode(list.stderr), "");
    const lines = new TextDecoder().decode(list.stdout).trim().split("\n");
    equal(lines.length, 8);
    for (const it of lines) match(it, /65534\/65533/);
    match(lines.join("\n"), new RegExp(long));
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream as BodyInit).arrayBuffer());
}
