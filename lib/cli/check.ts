import project from "../../deno.json" with { type: "json" };
import type { Diagnostic } from "../model/mod.ts";
import {
  checkGithub,
  checkJson,
  checkJunit,
  checkSarif,
  checkText,
  type Findings,
  makeStyle,
} from "../report/mod.ts";
import { PAGES } from "../check/lint/pages/pages.ts";
import { type CheckedFile, checkPaths } from "./check_paths.ts";
import { type CommandIo, defineCommand, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { explainCode } from "./explain_code.ts";
import { CHECK } from "./tables/check.ts";

/** What is wrong with a path that gives no text at all. */
const UNREADABLE = /\/unreadable$/;

/** `check`: what is wrong with policies and flows. Nothing runs. */
export const check = defineCommand(CHECK, async ({ positionals, values }, io) => {
  const { explain, rules, policy, fix } = values;
  if (explain !== undefined || rules) {
    if (positionals.length > 0) {
      throw new UsageError(
        `Cannot check "${positionals[0]}" with --${rules ? "rules" : "explain"}`,
      );
    }
    io.out(explainCode(rules ? undefined : explain, makeStyle(io.colour.out)));
    return ExitCode.ok;
  }
  if (positionals.length === 0) throw new UsageError("Cannot check: no path given");
  if (values["dry-run"] && !fix) {
    throw new UsageError("Cannot do a dry run of nothing: --dry-run goes with --fix");
  }
  let files = await checkPaths(io, positionals, policy);
  if (fix) {
    const { fixFiles } = await import("./fix_files.ts");
    const { patch, wrote } = await fixFiles(io, files, values["dry-run"]);
    if (values["dry-run"]) {
      io.out(patch);
      return codeOf(files, values["fail-on"]);
    }
    if (wrote) files = await checkPaths(io, positionals, policy);
  }
  io.out(show(files, values.format ?? "text", io));
  return codeOf(files, values["fail-on"]);
});

function codeOf(files: readonly CheckedFile[], failOn: "error" | "warning" | undefined): number {
  const all = files.flatMap((it) => it.diagnostics);
  if (all.some((it) => UNREADABLE.test(it.code))) return ExitCode.unreadable;
  const counts = ({ severity }: Diagnostic) => severity === "error" || failOn === "warning";
  return all.some(counts) ? ExitCode.failed : ExitCode.ok;
}

const FORMATS = {
  text: (files, io) => checkText(files, io.texts, makeStyle(io.colour.out)),
  json: (files) => checkJson(files),
  sarif: (files, io) =>
    checkSarif(files, { texts: io.texts, rules: PAGES, version: project.version }),
  junit: (files) => checkJunit(files),
  github: (files) => checkGithub(files),
} as const satisfies Record<string, (files: readonly Findings[], io: CommandIo) => string>;

function show(files: readonly CheckedFile[], format: keyof typeof FORMATS, io: CommandIo): string {
  const found = files.map(({ file, kind, diagnostics, ignored }): Findings => ({
    file,
    kind,
    diagnostics,
    ignored: ignored.map(({ finding, ignore }) => ({ ...finding, reason: ignore.reason })),
  }));
  return FORMATS[format](found, io);
}
