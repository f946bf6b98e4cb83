import { deepEqual, equal, match, ok } from "node:assert/strict";
import { bulkhead, makeFiles } from "../cli/bulkhead.ts";
import { testWith } from "../must.ts";
import { onTerminal } from "./on_terminal.ts";

const FILES = {
  "policy.yaml": "bulkhead:\n  filesystem: closed\n",
  "flow.yaml": `id: f
namespace: a.b
tasks:
  - id: first
    type: io.kestra.plugin.core.log.Log
    message: ["one of first", "日本語 of first", "three of first"]
  - id: second
    type: io.kestra.plugin.graalvm.js.Eval
    script: |
      logger.warn("four \\x1b[2Jof second");
      await new Promise((resolve) => setTimeout(resolve, 400));
      logger.error("five of second " + "long ".repeat(40));
`,
  "slow.yaml": `id: slow
namespace: a.b
tasks:
  - {id: sleep, type: io.kestra.plugin.core.flow.Sleep, duration: PT50S}
`,
};
const ARGV = ["run", "flow.yaml", "-p", "policy.yaml"] as const;

// deno-lint-ignore no-control-regex
const COLOUR = /\x1b\[\d+m/;
const DRAWN = "\x1b[?25l";

testWith("terminal", "terminal: a run is drawn in place, then a summary is there", async () => {
  await using files = await makeFiles(FILES);
  const { code, raw, screen } = await onTerminal(ARGV, { cwd: files.path });
  equal(code, 0, raw);
  ok(raw.includes(DRAWN) && COLOUR.test(raw));
  match(raw, /running/, "the tree was there");
  for (
    const it of [
      "one of first",
      "日本語 of first",
      "three of first",
      "four \\u{1b}[2Jof second",
      "five of second",
    ]
  ) equal(raw.split(it).length, 2, `${it}: ${raw}`);
  const seen = screen.all();
  equal(seen.some((it) => it.includes("running")), false, seen.join("\n"));
  const summary = seen.slice(seen.indexOf("summary"));
  deepEqual(summary.map((it) => it.replace(/\d+ ms/, "<n> ms")), [
    "summary",
    "  first   SUCCESS <n> ms",
    "  second  SUCCESS <n> ms",
    "SUCCESS after <n> ms",
  ]);
  equal(screen.cursor.visible && screen.wraps() && screen.cursor.column === 0, true);
});

testWith("terminal", "terminal: NO_COLOR takes the colours and leaves the tree", async () => {
  await using files = await makeFiles(FILES);
  const { code, raw } = await onTerminal(ARGV, { cwd: files.path, env: { NO_COLOR: "1" } });
  equal(code, 0, raw);
  equal(raw.includes(DRAWN), true);
  equal(COLOUR.test(raw), false);
});

for (
  const { what, argv = [], env = {} } of [
    { what: "a dumb terminal", env: { TERM: "dumb" } },
    { what: "--quiet", argv: ["--quiet"] },
    { what: "--json", argv: ["--json"] },
  ]
) {
  testWith("terminal", `terminal: nothing is drawn on ${what}`, async () => {
    await using files = await makeFiles(FILES);
    const { code, raw } = await onTerminal([...ARGV, ...argv], {
      cwd: files.path,
      env: { NO_COLOR: "1", ...env },
    });
    equal(code, 0, raw);
    match(raw, /SUCCESS/);
    equal(raw.includes(DRAWN), false, JSON.stringify(raw));
  });
}

Deno.test("terminal: nothing is drawn into a pipe", async () => {
  await using files = await makeFiles(FILES);
  const { code, stdout } = await bulkhead(ARGV, { cwd: files.path, env: { TERM: "xterm" } });
  equal(code, 0);
  equal(stdout.includes("\x1b"), false);
});

testWith("terminal", "terminal: Ctrl-C leaves a screen that can be used", async () => {
  await using files = await makeFiles(FILES);
  const { code, raw, screen } = await onTerminal(["run", "slow.yaml", "-p", "policy.yaml"], {
    cwd: files.path,
    types: [{ when: /sleep.*running/, keys: "\x03" }],
  });
  equal(code, 130, raw);
  const seen = screen.all();
  match(seen.join("\n"), /^summary\n {2}sleep {2}KILLED {2}\d+ ms\nKILLED {2}after \d+ ms$/m);
  equal(seen.some((it) => it.includes("running")), false, seen.join("\n"));
  equal(screen.cursor.visible && screen.wraps(), true);
});

testWith("terminal", "terminal: Ctrl-C twice at once does so, too", async () => {
  await using files = await makeFiles(FILES);
  const { code, raw, screen } = await onTerminal(["run", "slow.yaml", "-p", "policy.yaml"], {
    cwd: files.path,
    types: [{ when: /sleep.*running/, keys: "\x03\x03" }],
  });
  equal(code, 130, raw);
  equal(raw.includes(DRAWN), true);
  equal(screen.cursor.visible && screen.wraps(), true, JSON.stringify(raw));
});
