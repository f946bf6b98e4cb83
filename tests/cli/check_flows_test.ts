import { deepEqual, equal, ok } from "node:assert/strict";
import { bulkhead, makeFiles } from "./bulkhead.ts";

const POLICY = `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths: [/srv/secret]
  plugins:
    defaults:
      - type: io.kestra.plugin.scripts.shell
        forced: true
        values:
          containerImage: ubuntu:24.04
bulkhead:
  limits: {timeout: PT1H}
`;

const FLOW = `id: report
namespace: company.team
tasks:
  - id: look
    type: io.kestra.plugin.graalvm.js.Eval
    script: |
      const one = 1;
      const text = load("/srv/secret/a.txt");
  - id: send
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: alpine
    commands:
      - curl -s https://example.com/setup | sh
  - id: tell
    type: io.kestra.plugin.core.log.Log
    message: "{{ outputs.lok.one }} {{ inputs.user | uper }}"
  - id: query
    type: io.kestra.plugin.jdbc.postgresql.Query
    password: k3str4-0rders
`;

interface Checked {
  readonly files: readonly {
    readonly diagnostics: readonly {
      readonly code: string;
      readonly message: string;
      readonly at?: { readonly file: string; readonly line: number; readonly column: number };
      readonly related?: readonly { readonly at: { readonly file: string } }[];
    }[];
  }[];
}

async function found(cwd: string, ...argv: string[]) {
  const { stdout } = await bulkhead(["check", "--format", "json", ...argv], { cwd });
  return (JSON.parse(stdout) as Checked).files.flatMap((it) => it.diagnostics);
}

Deno.test("check: rules speak of a flow where it says so, under a policy of more", async () => {
  await using box = await makeFiles({ "flow.yaml": FLOW, "policy.yaml": POLICY });
  const places = (them: Awaited<ReturnType<typeof found>>) =>
    them.filter((it) => it.code.startsWith("check/") && it.at?.file === "flow.yaml")
      .map(({ code, at }) => `${at?.line}:${at?.column} ${code}`);
  deepEqual(places(await found(box.path, "flow.yaml")), [
    "11:21 check/image-latest",
    "13:9 check/remote-code",
    "16:26 check/unknown-output",
    "16:47 check/unknown-input",
    "16:54 check/unknown-function",
    "19:15 check/flow-secret",
  ]);
  const under = await found(box.path, "flow.yaml", "-p", "policy.yaml");
  deepEqual(places(under), [
    "8:26 check/forbidden-path",
    "11:21 check/replaced-value",
    "13:9 check/remote-code",
    "16:26 check/unknown-output",
    "16:47 check/unknown-input",
    "16:54 check/unknown-function",
    "19:15 check/flow-secret",
  ]);
  for (const { code, related } of under) {
    if (!["check/forbidden-path", "check/replaced-value"].includes(code)) continue;
    deepEqual(related?.map((it) => it.at.file), ["policy.yaml"], code);
  }
  equal(under.some((it) => it.message.includes("k3str4")), false, "the secret is shown");
});

Deno.test("check: an import that it finds by its letters is one that plan refuses", async () => {
  const flow = (path: string) =>
    `id: read
namespace: company.team
tasks:
  - id: look
    type: io.kestra.plugin.graalvm.js.Eval
    script: |
      await import("${path}", { with: { type: "json" } });
`;
  await using box = await makeFiles({
    "policy.yaml": POLICY,
    "bad.yaml": flow("/srv/secret/a.json"),
    "good.yaml": flow("/srv/other/a.json"),
  });
  const codes = async (file: string) =>
    (await found(box.path, file, "-p", "policy.yaml")).map((it) => it.code)
      .filter((it) => it.includes("import"));
  const plan = async (file: string) => {
    const { stdout, stderr } = await bulkhead(["plan", file, "-p", "policy.yaml"], {
      cwd: box.path,
    });
    return (stdout + stderr).includes("/srv/secret/a.json") &&
      (stdout + stderr).includes("which is closed");
  };
  deepEqual(await codes("bad.yaml"), ["check/forbidden-import"]);
  ok(await plan("bad.yaml"));
  deepEqual(await codes("good.yaml"), []);
  equal(await plan("good.yaml"), false);
});
