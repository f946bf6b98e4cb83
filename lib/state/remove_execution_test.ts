import { deepEqual, equal } from "node:assert/strict";
import { removeExecution, removeGone } from "./remove_execution.ts";

const REMOVER = `
const [module, gone] = Deno.args;
const { removeGone } = await import(module);
Deno.stdout.writeSync(new Uint8Array(1));
Deno.stdin.readSync(new Uint8Array(1));
removeGone(gone);
`;

async function makeTree(root: string, name: string, files: number): Promise<string> {
  const path = `${root}/${name}`;
  await Deno.mkdir(`${path}/deep/deeper`, { recursive: true });
  for (let i = 0; i < files; i++) await Deno.writeTextFile(`${path}/deep/${i}`, "");
  return path;
}

Deno.test("removeExecution() leaves nothing, and finds nothing wrong where nothing is", async () => {
  const root = await Deno.makeTempDir();
  try {
    removeExecution(await makeTree(root, "one", 3));
    removeExecution(`${root}/one`);
    removeGone(`${root}/one.gone`);
    deepEqual(await Array.fromAsync(Deno.readDir(root)), []);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("removeGone() ends well where two processes remove the same at once", async () => {
  const root = await Deno.makeTempDir();
  try {
    const gone = await makeTree(root, "two.gone", 2_000);
    await Deno.writeTextFile(`${root}/remover.mjs`, REMOVER);
    const module = new URL("./remove_execution.ts", import.meta.url).href;
    const removers = Array.from({ length: 2 }, () =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-config", `${root}/remover.mjs`, module, gone],
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn());
    const said = removers.map((it) => new Response(it.stderr).text());
    for (const it of removers) await it.stdout.getReader({ mode: "byob" }).read(new Uint8Array(1));
    for (const it of removers) {
      const writer = it.stdin.getWriter();
      await writer.write(new Uint8Array(1));
      await writer.close();
    }
    const codes = await Promise.all(removers.map(async (it) => (await it.status).code));
    deepEqual([codes, await Promise.all(said)], [[0, 0], ["", ""]]);
    const left = await Array.fromAsync(Deno.readDir(root));
    equal(left.some((it) => it.name === "two.gone"), false);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
