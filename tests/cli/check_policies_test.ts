import { deepEqual, equal, ok } from "node:assert/strict";
import { bulkhead, makeFiles } from "./bulkhead.ts";

interface Finding {
  readonly code: string;
  readonly at?: { readonly line: number };
}

/** What `check` finds in one policy, as `line code`. */
async function found(cwd: string, file: string, ...argv: string[]) {
  const { code, stdout } = await bulkhead(["check", "--format", "json", file, ...argv], { cwd });
  const { files } = JSON.parse(stdout) as { files: { diagnostics: Finding[] }[] };
  return { code, found: files[0]!.diagnostics.map((it) => `${it.at?.line} ${it.code}`) };
}

const forbidding = (paths: readonly string[], more = "") =>
  `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-class-prefix: [io.kestra.plugin.scripts]
      forbidden-paths:
${paths.map((it) => `        - ${it}\n`).join("")}bulkhead:
  limits: {timeout: PT1H}
${more}`;

Deno.test("check: what lies at the paths of a policy is asked of the disk", async () => {
  await using box = await makeFiles({ "real/sub/key": "k", "out/x": "x" });
  const { path } = box;
  await Deno.symlink(`${path}/real`, `${path}/link`);
  await Deno.symlink(`${path}/real/sub/key`, `${path}/key`);
  const policy = forbidding(
    [`${path}/real/sub`, `${path}/nope`, `${path}/key`],
    `  writable: [${path}/link, ${path}/out]\n`,
  );
  await Deno.writeTextFile(`${path}/policy.yaml`, policy);
  deepEqual(await found(path, "policy.yaml"), {
    code: 0,
    found: [
      "8 check/missing-path",
      // The third leads to what the first forbids: nothing is open when the link changes.
      "12 check/forbidden-by-link",
    ],
  });
  equal((await found(path, "policy.yaml", "--fail-on", "warning")).code, 1);
});

Deno.test("check: a link that leads out of what is forbidden is told, with where to", async () => {
  await using box = await makeFiles({ "real/key": "k" });
  const { path } = box;
  await Deno.symlink(`${path}/real`, `${path}/link`);
  await Deno.writeTextFile(`${path}/policy.yaml`, forbidding([`${path}/link`]));
  deepEqual((await found(path, "policy.yaml")).found, ["7 check/linked-path"]);
  await Deno.writeTextFile(`${path}/policy.yaml`, forbidding([`${path}/real`]));
  deepEqual((await found(path, "policy.yaml")).found, []);
});

Deno.test("check: --fix mends a policy where its meaning stays, and nowhere else", async () => {
  const policy = `kestra:
  ee:
    java-security:
      enabled: true
      authorized-class-prefix:
        - io.kestra.plugin.core
        - io.kestra.plugin.core.http # of no use
        - io.kestra.plugin.gcpx
  tasks:
    defaults: []
`;
  await using box = await makeFiles({ "policy.yaml": policy });
  const { code } = await bulkhead(["check", "--fix", "policy.yaml"], { cwd: box.path });
  equal(code, 0);
  const after = await Deno.readTextFile(`${box.path}/policy.yaml`);
  equal(
    after,
    policy.replace("        - io.kestra.plugin.core.http # of no use\n", "").replace(
      "  tasks:",
      "  plugins:",
    ),
  );
  ok(after.includes("gcpx"), "what it was to mean is a guess");
});
