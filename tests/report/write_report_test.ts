import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { openReport } from "../../lib/cli/write_report.ts";
import { StageError } from "../../lib/model/mod.ts";
import { sampleEvents } from "../../lib/report/sample_events.ts";
import { bulkhead, makeFiles } from "../cli/bulkhead.ts";
import { testWith } from "../must.ts";
import { onTerminal } from "./on_terminal.ts";

const FILES = {
  "policy.yaml": "bulkhead:\n  filesystem: closed\n",
  "flow.yaml": `id: f
namespace: a.b
tasks:
  - {id: hello, type: io.kestra.plugin.core.log.Log, message: hi}
`,
  "slow.yaml": `id: slow
namespace: a.b
tasks:
  - {id: hello, type: io.kestra.plugin.core.log.Log, message: hi}
  - {id: sleep, type: io.kestra.plugin.core.flow.Sleep, duration: PT50S}
`,
  "refused.yaml": `id: refused
namespace: a.b
tasks:
  - {id: none, type: com.example.Unknown}
`,
  "taken/inside": "",
};

const titleOf = (text: string) => /<title>(.*)<\/title>/.exec(text)?.[1];

/** The names in a directory that a report has left there. */
async function namesIn(path: string): Promise<string[]> {
  const names = (await Array.fromAsync(Deno.readDir(path))).map((it) => it.name);
  return names.filter((it) => it.includes("report")).toSorted();
}

Deno.test.each([
  { what: "a directory that is not there", path: "nowhere/report.html", fact: "no such file" },
  { what: "a directory", path: "taken", fact: "is a directory" },
  {
    what: "the flow's own file",
    path: "flow.yaml",
    fact: "the flow or the policy is read from it",
  },
])("report: $what is an error before anything runs", async ({ path, fact }) => {
  await using files = await makeFiles(FILES);
  const argv = ["run", "flow.yaml", "-p", "policy.yaml", "--json"];
  const { code, stdout, stderr } = await bulkhead([...argv, "--report", path], { cwd: files.path });
  equal(code, 125);
  equal(stdout, "");
  ok(stderr.startsWith(`error[run/report]: Cannot write the report "${path}": ${fact}`), stderr);
  equal(await Deno.readTextFile(`${files.path}/flow.yaml`), FILES["flow.yaml"]);
  deepEqual(await namesIn(files.path), []);
  // Its control: the same line with a path that can be written.
  const control = await bulkhead([...argv, "--report", "report.html"], { cwd: files.path });
  equal(control.code, 0, control.stderr);
  equal(titleOf(await Deno.readTextFile(`${files.path}/report.html`)), "SUCCESS a.b/f");
});

Deno.test("report: what is refused leaves none, and what was there before stays", async () => {
  await using files = await makeFiles({ ...FILES, "report.html": "of yesterday" });
  const argv = ["run", "refused.yaml", "-p", "policy.yaml", "--report", "report.html"];
  equal((await bulkhead(argv, { cwd: files.path })).code, 4);
  equal(await Deno.readTextFile(`${files.path}/report.html`), "of yesterday");
});

Deno.test("report: a run that is interrupted has one that says so", async () => {
  await using files = await makeFiles(FILES);
  const { code } = await bulkhead(
    ["run", "slow.yaml", "-p", "policy.yaml", "--json", "--report", "report.html"],
    { cwd: files.path, signal: { name: "SIGTERM", when: '"task":"sleep"' } },
  );
  equal(code, 143);
  const text = await Deno.readTextFile(`${files.path}/report.html`);
  equal(titleOf(text), "KILLED a.b/slow");
  ok(text.endsWith("</html>\n"));
  deepEqual(await namesIn(files.path), ["report.html"]);
});

testWith("terminal", "report: Ctrl-C twice leaves what was known, whole", async () => {
  await using files = await makeFiles(FILES);
  await onTerminal(
    ["run", "slow.yaml", "-p", "policy.yaml", "--report", "report.html"],
    { cwd: files.path, types: [{ when: /sleep.*running/, keys: "\x03\x03" }] },
  );
  const text = await Deno.readTextFile(`${files.path}/report.html`);
  match(titleOf(text)!, /^(?:RUNNING|KILLED) a\.b\/slow$/);
  match(text, /<span class="task">sleep<\/span>/);
  ok(text.endsWith("</html>\n"));
  deepEqual(await namesIn(files.path), ["report.html"]);
});

Deno.test("report: it is there from the beginning, and grows while the flow runs", async () => {
  await using files = await makeFiles({});
  const path = `${files.path}/report.html`;
  const read = () => Deno.readTextFile(path);
  const { begin, start, log, finish, end } = sampleEvents();
  {
    await using report = await openReport({
      path,
      plans: [],
      texts: new Map(),
      now: () => new Date(0),
    });
    match(await read(), /before the execution had ended/);
    const changed = Deno.watchFs(files.path);
    [begin(), start("first"), log("first", "the line")].forEach(report.see);
    for await (const _ of changed) if ((await read()).includes("RUNNING a.b/f")) break;
    [finish("first"), end()].forEach(report.see);
  }
  const text = await read();
  equal(titleOf(text), "SUCCESS a.b/f");
  match(text, /the line/);
  deepEqual(await namesIn(files.path), ["report.html"]);
});

Deno.test("report: one that cannot be written at the end is an error", async () => {
  await using files = await makeFiles({ "d/keep": "" });
  const report = await openReport({
    path: `${files.path}/d/report.html`,
    plans: [],
    texts: new Map(),
    now: () => new Date(0),
  });
  await Deno.remove(`${files.path}/d`, { recursive: true });
  await rejects(async () => await report[Symbol.asyncDispose](), (error) => {
    ok(error instanceof StageError && error.fault === "host");
    match(error.diagnostics[0]!.message, /^Cannot write the report ".*": no such file/);
    return true;
  });
});
