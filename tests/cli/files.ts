/**
 * Files that the golden tests are run on, by name. Their policies leave the kernel out: what it offers
 * is another thing on every machine.
 */
export const FILES: Readonly<Record<string, string | Uint8Array>> = {
  "policy.yaml": `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths:
        - /etc/
      authorized-class-prefix:
        - io.kestra.plugin.core
  plugins:
    defaults:
      - type: io.kestra.plugin.core.log.Log
        forced: true
        values:
          level: WARN
bulkhead:
  filesystem: closed
  kernel: off
`,
  "spec.yaml": `kestra:
  tasks:
    defaults:
      - type: io.kestra.plugin.scripts.shell.Commands
        forced: true
        values:
          containerImage: ubuntu:latest
          taskRunner:
            type: io.kestra.plugin.scripts.runner.docker.Docker
bulkhead:
  kernel: off
`,
  "flow.yaml": `id: flow
namespace: a.b
inputs:
  - id: name
    type: STRING
    defaults: world
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: "hello {{ inputs.name }}"
    level: DEBUG
  - id: eval
    type: io.kestra.plugin.graalvm.js.Eval
    outputs: [answer]
    script: "var answer = 6 * 7; answer"
  - id: use
    type: io.kestra.plugin.core.debug.Return
    format: "{{ outputs.eval.outputs.answer }}"
`,
  "denied.yaml": `id: denied
namespace: a.b
tasks:
  - id: read
    type: io.kestra.plugin.graalvm.js.Eval
    script: await Deno.readTextFile("/etc/hostname")
errors:
  - id: alarm
    type: io.kestra.plugin.core.log.Log
    message: it failed
`,
  "hinted.yaml": `id: hinted
namespace: a.b
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: hi
    runIf: "true"
`,
  "slow.yaml": `id: slow
namespace: a.b
tasks:
  - id: sleep
    type: io.kestra.plugin.core.flow.Sleep
    duration: PT1M
    timeout: PT0.2S
`,
  "sleep.yaml": `id: sleep
namespace: a.b
tasks:
  - id: sleep
    type: io.kestra.plugin.core.flow.Sleep
    duration: PT1M
`,
  "script.yaml": `id: script
namespace: a.b
tasks:
  - id: sh
    type: io.kestra.plugin.scripts.shell.Commands
    commands: ["echo hi"]
`,
  "privileged.yaml": `id: privileged
namespace: a.b
tasks:
  - id: sh
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
      privileged: true
    commands: ["echo hi"]
`,
  "unknown.yaml": `id: unknown
namespace: a.b
tasks:
  - id: query
    type: io.kestra.plugin.jdbc.postgresql.Query
    sql: select 1
  - id: typo
    type: io.kestra.plugin.core.log.Log
    mesage: hi
  - id: nested
    type: io.kestra.plugin.core.flow.ForEach
    values: [1]
    tasks:
      - id: inner
        type: io.kestra.plugin.core.log.Log
        message: hi
finally:
  - id: last
    type: io.kestra.plugin.core.log.Log
    message: bye
triggers: []
workerGroup: {key: gpu}
`,
  "required.yaml": `id: required
namespace: a.b
inputs:
  - {id: count, type: INT}
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: "{{ inputs.count }}"
`,
  "expression.yaml": `id: expression
namespace: a.b
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: "{{ inputs.nmae }}"
`,
  "control.yaml": `id: control
namespace: a.b
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: "\\e[31mred\\e[0m \\u202e"
`,
  "open.yaml": "bulkhead:\n  filesystem: open\n  kernel: off\n",
  "tmp.yaml": "bulkhead:\n  filesystem: closed\n  kernel: off\n  writable: [/proc, /media]\n",
  "off.yaml":
    "kestra:\n  ee:\n    java-security:\n      enabled: false\n      forbidden-paths: [/etc]\nbulkhead:\n  kernel: off\n",
  "bad/duplicate.yaml": "bulkhead:\n  kernel: off\n  kernel: prefer\n",
  "bad/unknown.yaml": "bulkhead:\n  kernal: off\n",
  "bad/spellings.yaml":
    "kestra:\n  ee:\n    java-security:\n      enabled: true\n      forbidden-paths: [/a]\n      forbiddenPaths: [/b]\n",
  "bad/path.yaml":
    "kestra:\n  ee:\n    java-security:\n      enabled: true\n      forbidden-paths: [etc, ~/x, '/a,b']\n",
  "bad/syntax.yaml": "bulkhead:\n  kernel: [off\n",
  "bad/documents.yaml": "bulkhead: {kernel: off}\n---\nbulkhead: {kernel: off}\n",
  "bad/nothing.yaml": "# nothing\n",
  "bad/flow_as_policy.yaml": "id: a\nnamespace: b\ntasks: []\n",
  "bad/list.yaml": "- 1\n",
  "bad/binary.yaml": new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0x02, 0x01, 0x01, 0x00, 0xff, 0xfe]),
  "bad/nul.yaml": "bulkhead: {kernel: off} # \0\n",
  "bad/large.yaml": "#".repeat(9 * 1024 * 1024),
  "bad/bomb.yaml": Array.from(
    { length: 9 },
    (_, i) =>
      i === 0
        ? "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"
        : `a${i}: &a${i} [${Array(10).fill(`*a${i - 1}`).join(", ")}]`,
  ).join("\n"),
  "bad/twins.yaml":
    "id: f\nnamespace: a\ntasks:\n  - {id: t, type: io.a.B}\n  - {id: t, type: io.a.B}\n",
  "bad/flow.yaml": "id: a b\nnamespace: A\ntask: []\ninputs:\n  - {id: i, type: FOO}\n",
  "bad/inputs.yaml": "- 1\n",
  "empty/readme.txt": "no policy here\n",
  "chain/10-outer.yaml":
    "bulkhead:\n  filesystem: closed\n  kernel: off\n  limits: {timeout: PT1H}\n",
  "chain/20-inner.yaml": "bulkhead:\n  limits: {timeout: PT1M}\n",
};
