import { deepEqual, equal, ok } from "node:assert/strict";
import { parseFlow, readFlow } from "../../flow/mod.ts";
import { canonicalClass } from "../../catalog/aliases.ts";
import { tasksOf } from "../../model/mod.ts";
import { toPlain } from "../../source/mod.ts";
import { applyFixes } from "./apply_fixes.ts";
import { mendFlowHints } from "./mend_flow_hints.ts";

/** What the parser says of a flow that 2.0 removed, with the ways out. */
function hintsOf(text: string) {
  const root = readFlow(text, "f.yaml");
  const { hints, warnings } = parseFlow(root);
  return mendFlowHints([...hints, ...warnings], root, { texts: new Map([["f.yaml", text]]) });
}

const LOG = "io.kestra.plugin.core.log.Log";
const OLD_LOG = "io.kestra.core.tasks.log.Log";
const flow = (type: string, more = "", message = "hello") =>
  `id: f
namespace: a.b
${more}tasks:
  - id: t
    type: ${type}
    message: ${message}
`;

interface Row {
  readonly name: string;
  readonly old: string;
  /** Absent: nobody can say it for the author. */
  readonly today?: string;
}

Deno.test.each<Row>([
  { name: "an old class", old: flow(OLD_LOG), today: flow(LOG) },
  { name: "an old class in quotes", old: flow(`"${OLD_LOG}"`), today: flow(`"${LOG}"`) },
  { name: "an old class with a comment", old: flow(`${OLD_LOG} # a`), today: flow(`${LOG} # a`) },
  {
    name: "every old class",
    old: flow(OLD_LOG) + `  - {id: u, type: io.kestra.core.tasks.debugs.Return, format: a}\n`,
    today: flow(LOG) + `  - {id: u, type: io.kestra.plugin.core.debug.Return, format: a}\n`,
  },
  {
    name: "an old class that an anchor has, once",
    old: `${flow(`&log ${OLD_LOG}`)}  - {id: u, type: *log , message: a}\n`,
    today: `${flow(`&log ${LOG}`)}  - {id: u, type: *log , message: a}\n`,
  },
  { name: "an old class in a block", old: flow(`>-\n      ${OLD_LOG}`) },
  {
    name: "old classes that a default goes by",
    old: `${
      flow(OLD_LOG)
    }pluginDefaults:\n  - {type: io.kestra.core.tasks, values: {level: DEBUG}}\n`,
  },
  {
    name: "the old name of an input",
    old: flow(LOG, "inputs:\n  - name: a\n    type: STRING\n  - {name: b, type: STRING}\n"),
    today: flow(LOG, "inputs:\n  - id: a\n    type: STRING\n  - {id: b, type: STRING}\n"),
  },
  {
    name: "an ENUM",
    old: flow(LOG, "inputs:\n  - id: a\n    type: ENUM\n    values: [x]\n"),
    today: flow(LOG, "inputs:\n  - id: a\n    type: SELECT\n    values: [x]\n"),
  },
  {
    name: "json()",
    old: flow(LOG, "", `"{{ json(vars.a) }} and {{ json(vars.b).json }}"`),
    today: flow(LOG, "", `"{{ fromJson(vars.a) }} and {{ fromJson(vars.b).json }}"`),
  },
  {
    name: "the filter json",
    old: flow(LOG, "", `"json {{ vars.a | json }}"`),
    today: flow(LOG, "", `"json {{ vars.a | toJson }}"`),
  },
  {
    name: "a filter in a folded text",
    old: flow(LOG, "", ">\n      a\n      {{ vars.a | json }}"),
  },
  { name: "runIf, which 1.x alone knows", old: `${flow(LOG)}    runIf: "{{ true }}"\n` },
])("mendFlowHints() of $name", ({ old, today }) => {
  const hints = hintsOf(old);
  ok(hints.length > 0 && hints.every((it) => it.code === "flow/removed-in-2"));
  const fix = hints.find((it) => it.fix !== undefined)?.fix;
  equal(fix === undefined, today === undefined, fix?.title);
  if (fix === undefined || today === undefined) return;
  equal(applyFixes(old, [fix]).text, today);
  // The complaint is gone, and nothing else is said.
  deepEqual(hintsOf(today), []);
});

Deno.test("mendFlowHints() writes taskDefaults as pluginDefaults, unless both are there", () => {
  const defaults = (key: string) => `${key}:\n  - {type: ${LOG}, values: {level: DEBUG}}\n`;
  const old = flow(LOG) + defaults("taskDefaults");
  const fix = hintsOf(old)[0]?.fix;
  equal(fix && applyFixes(old, [fix]).text, flow(LOG) + defaults("pluginDefaults"));
  const both = old + defaults("pluginDefaults");
  deepEqual(hintsOf(both).filter((it) => it.fix), []);
});

Deno.test("mendFlowHints() takes time that grows with the text alone", () => {
  for (const it of ["{{ json(", "{{ a | json ", "{{ json(a) }} "]) {
    const started = performance.now();
    hintsOf(flow(LOG, "", JSON.stringify(`${it.repeat(60_000 / it.length)} }}`)));
    ok(performance.now() - started < 2_000, it);
  }
});

const TODAY: Readonly<Record<string, string>> = { BOOLEAN: "BOOL", ENUM: "SELECT" };

Deno.test("mendFlowHints() changes nothing that a flow means", () => {
  const meaning = (text: string) => {
    const { flow } = parseFlow(readFlow(text, "f.yaml"));
    return {
      tasks: tasksOf(flow).map(({ id, type, path }) => [id, path, canonicalClass(type.value)]),
      // Two names of one type each: their values are read by the same code.
      inputs: flow.inputs.map(({ id, type }) => [id, TODAY[type] ?? type]),
    };
  };
  const old = flow(
    OLD_LOG,
    "inputs:\n  - {name: a, type: BOOLEAN}\n  - {name: b, type: ENUM, values: [x]}\n",
  );
  const fixes = hintsOf(old).flatMap((it) => it.fix ?? []);
  const { text, applied } = applyFixes(old, fixes);
  equal(applied.length, 4);
  deepEqual(meaning(text), meaning(old));
});

Deno.test("mendFlowHints() leaves everything else as it is", () => {
  const root = readFlow(flow(LOG), "f.yaml");
  deepEqual(toPlain(root)["id"], "f");
  const other = { code: "flow/idle-key", severity: "warning", message: "a" } as const;
  deepEqual(mendFlowHints([other], root, { texts: new Map() }), [other]);
});
