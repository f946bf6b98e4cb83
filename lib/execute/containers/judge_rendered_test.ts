import { deepEqual, match } from "node:assert/strict";
import type { ContainerProgram, Mount } from "../../model/mod.ts";
import { judgeRendered } from "./judge_rendered.ts";

const source = { file: "policy.yaml", line: 1, column: 1 };
const program = (mounts: readonly Mount[] = []) =>
  ({
    images: { allow: [[{ value: "docker.io/library/*", source }]], deny: [] },
    spec: { mounts },
  }) as unknown as ContainerProgram;

Deno.test("a rendered image is judged by the policy's patterns", async () => {
  deepEqual(await judgeRendered(program(), "ubuntu"), { image: "docker.io/library/ubuntu:latest" });
  for (const image of ["ghcr.io/a/b", "--privileged", "", "ubuntu --privileged"]) {
    match((await judgeRendered(program(), image) as { fact: string }).fact, /^Cannot use image /);
  }
});

Deno.test("a volume whose place was taken since by a link is not mounted", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "bulkhead_volume_" }));
  try {
    const [there, link, gone] = ["there", "link", "gone"].map((it) => `${root}/${it}`);
    await Deno.mkdir(there!);
    await Deno.symlink("/etc", link!);
    const judge = (source: string) =>
      judgeRendered(
        program([
          { type: "bind", source: "<workspace>", target: "<workspace>", readOnly: false },
          { type: "bind", source, target: "/in", readOnly: true },
        ]),
        "ubuntu",
      );
    deepEqual(await judge(there!), { image: "docker.io/library/ubuntu:latest" });
    match((await judge(link!) as { fact: string }).fact, /leads to "\/etc" now/);
    match((await judge(gone!) as { fact: string }).fact, /is not there/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
