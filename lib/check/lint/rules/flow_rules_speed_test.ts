import { ok } from "node:assert/strict";
import { FLOW_RULES } from "./flow_rules.ts";
import { lintContext } from "./lint_sample.ts";

const POLICY = `kestra:
  local-files:
    allowed-paths: [/bin, /usr, /lib]
  ee:
    java-security:
      enabled: true
      forbidden-paths: [/etc]
      authorized-class-prefix: [io.kestra.plugin.scripts]
bulkhead:
  filesystem: closed
`;

/** What makes a search that starts over at every letter take for ever. */
const REPEATED = [
  "{{ ",
  "{% raw %} ",
  "{{ ' }} ",
  "{{ outputs.a }} ",
  "{{ outputs[' ",
  "{{ a | ",
  "{{ json( | json ",
  "curl ",
  "curl a | s ",
  "chmod -R ",
  "/etc/",
  " /etc/a",
  "'/etc/",
  "a://b:c",
  "password='",
  "-----BEGIN ",
  'import "/etc/a" ',
  "from ' ",
  "\n",
  "\n# ",
  "# /etc/a ",
];
const LETTERS = 60_000;

Deno.test.each(REPEATED.map((text) => ({ text })))(
  "no rule takes for ever on a flow full of $text",
  async ({ text }) => {
    const long = JSON.stringify(text.repeat(LETTERS / text.length));
    const flow = `id: f
namespace: a.b
tasks:
  - id: script
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    commands: [${long}]
  - id: evaluated
    type: io.kestra.plugin.graalvm.js.Eval
    script: ${long}
  - id: said
    type: io.kestra.plugin.core.log.Log
    message: ${long}
`;
    const context = await lintContext({ flows: [flow], policy: POLICY });
    for (const rule of FLOW_RULES) {
      const started = performance.now();
      const found = [...rule.find(context)].length;
      const ms = performance.now() - started;
      ok(ms < 2_000, `${rule.code} takes ${ms.toFixed(0)} ms for ${found} findings`);
    }
  },
);
