import { equal } from "node:assert/strict";
import { openLibc } from "./libc.ts";
import { lockFile } from "./lock_file.ts";

Deno.test("lockFile() is held by one, until that one lets go", async () => {
  using libc = openLibc();
  const { arch } = Deno.build;
  const file = await Deno.makeTempFile();
  try {
    const first = lockFile(libc, arch, file);
    equal(typeof first, "object");
    equal(lockFile(libc, arch, file), "held");
    if (typeof first === "object") first[Symbol.dispose]();
    const again = lockFile(libc, arch, file);
    equal(typeof again, "object");
    if (typeof again === "object") again[Symbol.dispose]();
    equal(lockFile(libc, arch, `${file}.not`), "missing");
  } finally {
    await Deno.remove(file);
  }
});
