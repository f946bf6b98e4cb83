import { deepEqual, notEqual, ok } from "node:assert/strict";
import { testWith } from "../../tests/must.ts";
import { PROJECT } from "../host/bundle_child.ts";
import { buildBinary } from "./compile.ts";

/** What the sources are built from; all else in a checkout is tests and words. */
const SOURCES = ["deno.json", "deno.lock", "main.ts", "lib", "policies"];

async function makeBox() {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "reproducible_" }));
  for (const name of ["home", "tmp", "deeper/down/elsewhere"]) {
    await Deno.mkdir(`${root}/${name}`, { recursive: true });
  }
  const args = [
    "-r",
    ...SOURCES.map((it) => new URL(it, PROJECT).pathname),
    `${root}/deeper/down/elsewhere`,
  ];
  ok((await new Deno.Command("cp", { args }).output()).success);
  return { root, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

/** Where Deno keeps npm packages; it is found through HOME, which another build may have other. */
async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

testWith(
  "compile",
  "bulkhead itself is built alike elsewhere, by another user's shell and clock",
  async () => {
    await using box = await makeBox();
    const here = await buildBinary(`${box.root}/here`);

    const copy = `${box.root}/deeper/down/elsewhere`;
    // Its files are older than these, its umask, home and time zone are others.
    const script = `umask 077
find . -exec touch -d @86400 {} +
exec "$@"`;
    const { success, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-euc", script, "sh", Deno.execPath(), "run", "-A", "lib/build/compile.ts"],
      cwd: copy,
      env: {
        DENO_DIR: await denoDir(),
        HOME: `${box.root}/home`,
        TMPDIR: `${box.root}/tmp`,
        TZ: "Asia/Tokyo",
        LANG: "tr_TR.UTF-8",
      },
    }).output();
    ok(success, new TextDecoder().decode(stderr));
    const there = new TextDecoder().decode(stdout).trim().split("\n").map((it) =>
      it.split(/ +/)[0]
    );
    deepEqual(there, here.map((it) => it.sha256));
    const [one, other] = await Promise.all(
      [`${box.root}/here`, `${copy}/dist/bulkhead`].map((it) => Deno.stat(it)),
    );
    notEqual(one!.ino, other!.ino);
    deepEqual([other!.size, other!.mode], [one!.size, one!.mode]);
  },
);
