import { equal, rejects } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { makeOwnDirectory, type Use } from "./own_directory.ts";

const codeOf = (error: unknown) => error instanceof StageError ? error.diagnostics[0]?.code : "";
const IS_ROOT = Deno.uid() === 0;
/** Somebody who has nothing to do with us. */
const STRANGER = 12345;

Deno.test("makeOwnDirectory() makes a private directory, whatever the umask, and takes it again", async () => {
  const root = await Deno.makeTempDir();
  const before = Deno.umask(0);
  try {
    await makeOwnDirectory(`${root}/a/b`, "workspace");
  } finally {
    Deno.umask(before);
  }
  for (const it of ["a", "a/b"]) equal((await Deno.stat(`${root}/${it}`)).mode! & 0o777, 0o700);
  await makeOwnDirectory(`${root}/a/b`, "workspace");
  await Deno.remove(root, { recursive: true });
});

/** What lies at the path already. */
interface Row {
  readonly name: string;
  readonly mode?: number;
  /** The path is a link to it. */
  readonly link?: true;
  readonly owner?: number;
  readonly linkOwner?: number;
  readonly taken: readonly Use[];
}

const all: readonly Use[] = ["cache", "workspace", "state"];
const own: readonly Row[] = [
  { name: "a private directory", taken: all },
  { name: "one that others may read", mode: 0o755, taken: all },
  { name: "one that its group may write", mode: 0o770, taken: [] },
  { name: "one that all may write", mode: 0o777, taken: [] },
  { name: "one that all may write, with the sticky bit", mode: 0o1777, taken: [] },
  { name: "a link of our own to a private one", link: true, taken: ["cache", "state"] },
  { name: "a link of our own to one that all may write", mode: 0o777, link: true, taken: [] },
];
const foreign: readonly Row[] = [
  { name: "one that belongs to another", owner: STRANGER, taken: [] },
  { name: "a link of our own to another's", link: true, owner: STRANGER, taken: [] },
  { name: "a link of another's to ours", link: true, linkOwner: STRANGER, taken: [] },
];

async function takes({ mode = 0o700, link, owner, linkOwner, taken }: Row): Promise<void> {
  for (const use of all) {
    const root = await Deno.makeTempDir();
    const directory = link ? `${root}/elsewhere` : `${root}/own`;
    await Deno.mkdir(directory);
    await Deno.chmod(directory, mode);
    if (owner !== undefined) await Deno.chown(directory, owner, owner);
    if (link) await Deno.symlink(directory, `${root}/own`);
    if (linkOwner !== undefined) {
      await new Deno.Command("chown", { args: ["-h", `${linkOwner}`, `${root}/own`] }).output();
      equal((await Deno.lstat(`${root}/own`)).uid, linkOwner);
    }
    const made = makeOwnDirectory(`${root}/own`, use);
    if (taken.includes(use)) await made;
    else await rejects(made, (error) => codeOf(error) === `host/${use}-untrusted`);
    // What is refused is left as it is.
    equal((await Deno.stat(directory)).mode! & 0o7777, mode);
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test.each(own)("makeOwnDirectory() and what is there: $name", takes);

(IS_ROOT ? Deno.test : Deno.test.ignore).each(foreign)(
  `makeOwnDirectory() and what is there: $name${IS_ROOT ? "" : " [ignored: not root]"}`,
  takes,
);
