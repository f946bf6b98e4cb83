import { deepEqual, equal, ok } from "node:assert/strict";
import { ALIASES, canonicalClass, namesOfClass } from "./aliases.ts";
import { CLASSES, classOf } from "./classes.ts";
import { SCRIPT_LANGUAGES } from "./script_languages.ts";

Deno.test("the catalogue has every script language, twice, with an image and a source", () => {
  equal(Object.keys(SCRIPT_LANGUAGES).length, 16);
  for (const language of Object.keys(SCRIPT_LANGUAGES)) {
    for (const name of ["Commands", "Script"]) {
      const known = classOf(`io.kestra.plugin.scripts.${language}.${name}`);
      ok(known?.kind === "script" && known.image !== "" && known.source !== "", language);
      equal(known.body, name === "Commands" ? "commands" : "script");
    }
  }
});

Deno.test("every class says where it is known from, and one that is not run says why", () => {
  for (const [name, { source, notRun }] of CLASSES) {
    ok(source.length > 5, name);
    ok(notRun === undefined || notRun.fact.length > 10, name);
  }
});

/** Each with the class that is run in its place. */
Deno.test.each([
  {
    type: "io.kestra.core.tasks.scripts.Bash",
    fact: /runs on the host/,
    control: "io.kestra.plugin.scripts.shell.Commands",
  },
  {
    type: "io.kestra.core.tasks.scripts.Python",
    fact: /runs on the host/,
    control: "io.kestra.plugin.scripts.shell.Commands",
  },
  {
    type: "io.kestra.plugin.dbt.cli.DbtCLI",
    fact: /runs commands/,
    control: "io.kestra.plugin.scripts.shell.Commands",
  },
  {
    type: "io.kestra.plugin.terraform.cli.TerraformCLI",
    fact: /runs commands/,
    control: "io.kestra.plugin.scripts.shell.Script",
  },
  {
    type: "io.kestra.plugin.docker.Run",
    fact: /runs commands/,
    control: "io.kestra.plugin.scripts.shell.Script",
  },
  {
    type: "io.kestra.plugin.aws.cli.AwsCLI",
    fact: /runs commands/,
    control: "io.kestra.plugin.scripts.shell.Script",
  },
  {
    type: "io.kestra.plugin.scripts.shell.CommandsTrigger",
    fact: /is a trigger/,
    control: "io.kestra.plugin.scripts.shell.Commands",
  },
  {
    type: "io.kestra.plugin.scripts.groovy.Eval",
    fact: /nothing here runs/,
    control: "io.kestra.plugin.graalvm.js.Eval",
  },
  {
    type: "io.kestra.plugin.scripts.jython.Eval",
    fact: /nothing here runs/,
    control: "io.kestra.plugin.scripts.nashorn.Eval",
  },
])("the catalogue knows why $type is not run", ({ type, fact, control }) => {
  ok(fact.test(classOf(type)?.notRun?.fact ?? ""), classOf(type)?.notRun?.fact);
  equal(classOf(control)?.notRun, undefined);
});

Deno.test("an alias leads to a name that is no alias itself, and back", () => {
  ok(ALIASES.size >= 59, `${ALIASES.size}`);
  for (const [old, today] of ALIASES) {
    equal(ALIASES.has(today), false, old);
    equal(canonicalClass(old), today);
    ok(namesOfClass(today).includes(old));
  }
  deepEqual(namesOfClass("com.example.Task"), ["com.example.Task"]);
});

Deno.test("a class is found by its old name", () => {
  equal(classOf("io.kestra.core.tasks.log.Log"), classOf("io.kestra.plugin.core.log.Log"));
  equal(classOf("io.kestra.core.tasks.flows.Dag")?.kind, "flowable");
  equal(classOf("io.kestra.core.tasks.logs.Log"), undefined);
});
