import { equal, match } from "node:assert/strict";
import { openLibc } from "./libc.ts";
import { limitProcess } from "./limit_process.ts";

Deno.test("limitProcess() limits a process that runs, and what it starts", async () => {
  using libc = openLibc();
  const script = "read go; ulimit -n; ulimit -c; sh -c 'ulimit -Hn'";
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", script],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const before = await Deno.readTextFile(`/proc/${child.pid}/limits`);
  equal(/^Max open files +33 +33 /m.test(before), false);
  limitProcess(libc, Deno.build.arch, child.pid, { files: 33, fileSize: 5000 });
  const after = await Deno.readTextFile(`/proc/${child.pid}/limits`);
  match(after, /^Max open files +33 +33 /m);
  match(after, /^Max file size +5000 +5000 /m);
  match(after, /^Max core file size +0 +0 /m);
  // A limit that is there is not lifted.
  limitProcess(libc, Deno.build.arch, child.pid, { files: 1000 });
  match(await Deno.readTextFile(`/proc/${child.pid}/limits`), /^Max open files +33 +33 /m);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("\n"));
  await writer.close();
  equal(new TextDecoder().decode((await child.output()).stdout), "33\n0\n33\n");
});
