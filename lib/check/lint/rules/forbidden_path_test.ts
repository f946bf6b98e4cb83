import { deepEqual } from "node:assert/strict";
import { FORBIDDEN_PATH } from "./forbidden_path.ts";
import { found, inShort } from "./lint_sample.ts";

/** The interpreter and its libraries may be read, and `/etc` and a secret may not. */
const POLICY = `kestra:
  local-files:
    allowed-paths: [/bin, /usr, /lib]
  ee:
    java-security:
      enabled: true
      forbidden-paths: [/etc, /srv/secret]
      authorized-class-prefix: [io.kestra.plugin.scripts]
bulkhead:
  filesystem: closed
`;

const shell = (command: string, runner = "core.runner.Process") =>
  `id: f
namespace: a.b
tasks:
  - id: t
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.${runner}
    commands:
      - ${JSON.stringify(command)}
`;

const script = (text: string) =>
  `id: f
namespace: a.b
tasks:
  - id: t
    type: io.kestra.plugin.graalvm.js.Eval
    script: ${JSON.stringify(text)}
`;

interface Row {
  readonly name: string;
  readonly flow: string;
  /** What is named, with its column. */
  readonly finds: readonly string[];
}

const ROWS: readonly Row[] = [
  { name: "a word of a command", flow: shell("cat /etc/passwd"), finds: ["9:14 /etc/passwd"] },
  { name: "the path itself", flow: shell("ls /etc"), finds: ["9:13 /etc"] },
  { name: "the value of an option", flow: shell("x --in=/etc/a.b"), finds: ["9:17 /etc/a.b"] },
  { name: "a redirection", flow: shell("wc </etc/a"), finds: ["9:14 /etc/a"] },
  { name: "a URL of a file", flow: shell("curl file:///etc/a"), finds: ["9:22 /etc/a"] },
  {
    name: "each path once",
    flow: shell("a /etc/a /etc/a /srv/secret/x"),
    finds: [
      "9:12 /etc/a",
      "9:26 /srv/secret/x",
    ],
  },
  { name: "nothing beside it", flow: shell("cat /etcetera/x /srv/secrets /srv"), finds: [] },
  { name: "nothing below another root", flow: shell("cat ./etc/a $ROOT/etc/a x/etc/a"), finds: [] },
  { name: "nothing below an expression", flow: shell("cat {{ inputs.d }}/etc/a"), finds: [] },
  { name: "nothing of a host", flow: shell("curl https://x.y/etc/a //etc/a"), finds: [] },
  { name: "nothing of another machine", flow: shell("scp a@x.y:/etc/a ."), finds: [] },
  { name: "nothing of a pattern of sed", flow: shell("sed s|/etc/a|b| x"), finds: [] },
  { name: "nothing that climbs", flow: shell("cat /etc/../srv/a"), finds: [] },
  { name: "nothing with a pattern", flow: shell("cat /et*/a /etc*"), finds: [] },
  { name: "nothing in a comment", flow: shell("# as /etc/passwd"), finds: [] },
  {
    name: "nothing where a container has its own",
    flow: shell("cat /etc/passwd", "scripts.runner.docker.Docker"),
    finds: [],
  },
  { name: "a text of a script", flow: script("read('/etc/a')"), finds: ["6:20 /etc/a"] },
  { name: "nothing of a pattern of a script", flow: script("x.match(/etc/g)"), finds: [] },
  { name: "nothing of a sentence", flow: script("log('not in /etc/a')"), finds: [] },
  { name: "nothing of a comment", flow: script("// '/etc/a'"), finds: [] },
];
Deno.test.each(ROWS)("check/forbidden-path finds $name", async ({ flow, finds }) => {
  const seen = await found(FORBIDDEN_PATH, { flows: [flow], policy: POLICY });
  deepEqual(
    seen.map((it) => inShort(it).replace(/ Task .* names "(.*)": .*/, " $1")),
    finds,
  );
  for (const { related } of seen) deepEqual(related?.map((it) => it.at.file), ["policy.yaml"]);
});

Deno.test("check/forbidden-path says nothing without a policy", async () => {
  deepEqual(await found(FORBIDDEN_PATH, { flows: [shell("cat /etc/passwd")] }), []);
});
