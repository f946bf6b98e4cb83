import type { LayerProof, Machine } from "../model/mod.ts";
import type { DoctorReport } from "./doctor_json.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** An examination for a person: what the machine has, then every probe and control of each layer. */
export function doctorText({ machine, proofs }: DoctorReport, style: Style): string {
  const rows = machineRows(machine);
  const width = Math.max(...rows.map(([name]) => name.length));
  const facts = rows.map(([name, fact]) => `  ${name.padEnd(width)}  ${printable(fact)}\n`);
  return `${style.bold("this machine")}\n${facts.join("")}` +
    proofs.map((it) => `\n${proofText(it, style)}`).join("");
}

function machineRows(machine: Machine): readonly (readonly [string, string])[] {
  const { kernel, engine, runtime, limits, cgroups, clients } = machine;
  return [
    ["system", `${machine.os} ${machine.release}, ${machine.arch}`],
    ["user", `${machine.uid}:${machine.gid}${machine.uid === 0 ? ", the superuser" : ""}`],
    [
      "Landlock",
      kernel.found
        ? [`ABI ${kernel.value.landlock}`, ...kernel.value.lacks].join("; ")
        : `none: ${kernel.problem.message}`,
    ],
    ["seccomp", machine.seccomp.length === 0 ? "none" : "filters"],
    ["user namespaces", namespaces(machine.userNamespaces)],
    ...[1, 2].flatMap((version) => {
      const own = cgroups.controllers.filter((it) => it.version === version);
      if (own.length === 0) return [];
      const usable = own.filter((it) => it.writable);
      const names = (list: typeof own) => list.map((it) => it.name).join(", ") || "none";
      return [[`cgroups v${version}`, `${names(own)}; for this user: ${names(usable)}`] as const];
    }),
    ...(cgroups.controllers.length === 0 ? [["cgroups", "none"] as const] : []),
    ["limit processes", limits.processes === undefined ? "by nothing" : `by ${limits.processes}`],
    ["limit memory", `by ${limits.memory}`],
    ...engineRows(engine),
    ...(clients.length === 0
      ? []
      : [["other clients", clients.map((it) => it.path).join(", ")] as const]),
    [
      "runtime",
      runtime.found
        ? `Deno ${runtime.value.version}, ${runtime.value.path}`
        : `none: ${runtime.problem.message}`,
    ],
    ["cache", machine.cache],
    ["workspaces", machine.workspaces],
  ];
}

function engineRows(engine: Machine["engine"]): readonly (readonly [string, string])[] {
  if (!engine.found) return [["engine", `none: ${engine.problem.message}`]];
  const { kind, version, host, rootless, chosen, api, lacks } = engine.value;
  const where = host === "" ? "without a daemon" : `at ${host}`;
  return [
    ["engine", `${kind} ${version} ${where}${rootless ? ", rootless" : ""}`],
    ...(chosen === undefined ? [] : [["engine's choice", chosen] as const]),
    ["engine's client", engine.value.client],
    ["engine's API", api === undefined ? "not here: the client is called" : `docker's, at ${api}`],
    ...(lacks.length === 0 ? [] : [["engine lacks", lacks.join("; ")] as const]),
  ];
}

function namespaces({ allowed, settings }: Machine["userNamespaces"]): string {
  const words = {
    yes: "can be made",
    no: "cannot be made",
    unknown: "not tried: there is no unshare on PATH",
  };
  const said = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return [words[allowed], ...said].join("; ");
}

function proofText({ layer, verdict, reason, results }: LayerProof, style: Style): string {
  const tint = { proved: style.green, failed: style.red, "not-proved": style.yellow }[verdict];
  const words = verdict === "not-proved" ? "not proved" : verdict;
  const link = verdict === "proved" ? " " : ": ";
  const head = `${style.bold(`layer ${layer}`)}: ${tint(words)}` +
    (reason === undefined ? "" : `${link}${printable(reason)}`);
  const lines = results.map(({ kind, what, outcome, holds }) => {
    const mark = holds ? style.green("ok    ") : style.red("FAILED");
    const how = outcome === "ok" ? "" : style.dim(`  ${printable(outcome)}`);
    return `  ${mark}  ${kind.padEnd(7)}  ${printable(what)}${how}\n`;
  });
  return `${head}\n${lines.join("")}`;
}
