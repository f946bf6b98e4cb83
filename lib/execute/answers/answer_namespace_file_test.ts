import { deepEqual, match, ok } from "node:assert/strict";
import { answerNamespaceFile } from "./answer_namespace_file.ts";

Deno.test("answerNamespaceFile() reads files of the flow's namespace, and no others", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "namespace_files_" }));
  try {
    const namespaceFiles = `${root}/files`;
    await Deno.mkdir(`${namespaceFiles}/company.team/sub`, { recursive: true });
    await Deno.mkdir(`${namespaceFiles}/other`);
    await Deno.writeTextFile(`${namespaceFiles}/company.team/sub/a.txt`, "hello");
    await Deno.writeTextFile(`${namespaceFiles}/other/b.txt`, "other");
    await Deno.writeTextFile(`${root}/secret.txt`, "secret");
    await Deno.symlink(`${root}/secret.txt`, `${namespaceFiles}/company.team/link.txt`);
    const sources = { namespace: "company.team", namespaceFiles };
    const read = (path: string, offset = 0, length = 100) =>
      answerNamespaceFile({ about: "namespaceFile", do: "read", path, offset, length }, sources);
    const inBase64 = (text: string) => ({ ok: true, value: btoa(text) });
    deepEqual(await read("sub/a.txt"), inBase64("hello"));
    deepEqual(await read("sub/a.txt", 1, 3), inBase64("ell"));
    deepEqual(
      await answerNamespaceFile({ about: "namespaceFile", do: "size", path: "sub/a.txt" }, sources),
      { ok: true, value: 5 },
    );
    deepEqual(await read("nope.txt"), { ok: true });
    for (
      const [path, fact] of [
        ["../other/b.txt", /holds "\.\."/],
        ["/etc/passwd", /not relative/],
        ["link.txt", /leads out of the directory/],
        ["sub", /is a directory/],
      ] as const
    ) {
      const answer = await read(path);
      ok(!answer.ok, path);
      match(answer.message, fact);
    }
    const nowhere = await answerNamespaceFile({ about: "namespaceFile", do: "size", path: "a" }, {
      namespace: "company.team",
    });
    ok(!nowhere.ok);
    match(nowhere.message, /no --namespace-files were given/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
