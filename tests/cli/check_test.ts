import { deepEqual, equal } from "node:assert/strict";
import { bulkhead, makeFiles } from "./bulkhead.ts";
import { FILES } from "./files.ts";

/** The files that `check` looked at below a directory. */
async function lookedAt(cwd: string, ...argv: string[]) {
  const call = await bulkhead(["check", "--format", "json", ...argv], { cwd });
  const { files } = JSON.parse(call.stdout) as { files: { file: string; kind: string }[] };
  return { code: call.code, files: files.map((it) => `${it.kind} ${it.file}`) };
}

Deno.test("check: a directory stands for all YAML below it, told apart by what is in it", async () => {
  const { "flow.yaml": flow, "policy.yaml": policy } = FILES as Record<string, string>;
  await using box = await makeFiles({
    "a/flow.yaml": flow!,
    "a/deep/er/policy.yml": policy!,
    "a/.git/config.yaml": "no: 1",
    "a/notes.txt": "no",
    "elsewhere/bad.yaml": "no: 1",
  });
  // A loop, a directory elsewhere, and a pipe that nobody writes into.
  await Deno.symlink(box.path, `${box.path}/a/loop`);
  await Deno.symlink(`${box.path}/elsewhere`, `${box.path}/a/link.yaml`);
  await new Deno.Command("mkfifo", { args: [`${box.path}/a/pipe.yaml`] }).output();
  deepEqual(await lookedAt(box.path, "a/"), {
    code: 0,
    files: ["policy a/deep/er/policy.yml", "flow a/flow.yaml"],
  });
  // The control: a link to a file is looked at, and one that leads nowhere is said.
  await Deno.symlink(`${box.path}/elsewhere/bad.yaml`, `${box.path}/a/bad.yaml`);
  equal((await lookedAt(box.path, "a")).files.includes("unknown a/bad.yaml"), true);
  equal((await lookedAt(box.path, "a")).code, 1);
  await Deno.symlink("/nonexistent", `${box.path}/a/nowhere.yaml`);
  equal((await lookedAt(box.path, "a")).code, 3);
});

Deno.test("check: what cannot be read does not keep the rest from being checked", async () => {
  await using box = await makeFiles(FILES);
  deepEqual(await lookedAt(box.path, "nope.yaml", "bad/twins.yaml", "flow.yaml"), {
    code: 3,
    files: ["unknown nope.yaml", "flow bad/twins.yaml", "flow flow.yaml"],
  });
  const unreadable = await lookedAt(box.path, "flow.yaml", "-p", "nope.yaml");
  equal(unreadable.code, 3);
  equal((await lookedAt(box.path, "flow.yaml", "-p", "policy.yaml")).code, 0);
});
