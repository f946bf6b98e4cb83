import type { Diagnostic, Located, LocatedMap } from "../../../model/mod.ts";
import { findPlainSecrets } from "../find_plain_secrets.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { placeAt } from "../written/place_at.ts";
import { textsIn, wordAt } from "../written/written_flow.ts";

/** Texts about a flow, which nothing goes by. */
const PROSE = ["id", "type", "description", "displayName"];

function* find(context: LintContext): Generator<Diagnostic> {
  for (const root of context.flowRoots.values()) {
    const named = namesOfDefaults(root);
    for (const { scalar, path } of textsIn(root)) {
      const key = path.findLast((it) => !/^\d+$/.test(it)) ?? "";
      if (PROSE.includes(key)) continue;
      const input = named.get(scalar);
      const name = input?.isSecret ? "secret" : input?.id ?? key;
      for (const { what, start } of findPlainSecrets(scalar.value, name)) {
        const said = input?.isSecret ? `the default of input "${input.id}"` : what;
        yield secret(said, placeAt(context, scalar, start));
      }
    }
  }
}

interface NamedInput {
  readonly id: string;
  /** Of its type: its default is a secret, whatever its name. */
  readonly isSecret: boolean;
}

/** The defaults of inputs, which have their names from the input. */
function namesOfDefaults(root: LocatedMap): ReadonlyMap<Located, NamedInput> {
  const list = root.entries.get("inputs")?.value;
  const names = new Map<Located, NamedInput>();
  for (const it of list?.kind === "list" ? list.items : []) {
    if (it.kind !== "map") continue;
    const id = wordAt(it, "id") ?? wordAt(it, "name") ?? "";
    const isSecret = wordAt(it, "type") === "SECRET";
    for (const key of ["defaults", "prefill"]) {
      const value = it.entries.get(key)?.value;
      if (value !== undefined) names.set(value, { id, isSecret });
    }
  }
  return names;
}

function secret(what: string, at: Diagnostic["at"]): Diagnostic {
  return {
    code: "check/flow-secret",
    severity: "warning",
    message: `A secret stands in plain text: ${what}`,
    ...(at && { at }),
    help:
      "Write {{ secret('NAME') }}, and take the old one back: whoever can read the flow knows it",
  };
}

const flow = (password: string) =>
  `id: load
namespace: company.team
tasks:
  - id: query
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: jdbc:postgresql://db.example.com:5432/orders
    username: loader
    password: "${password}"
    sql: SELECT 1
`;

/** Secrets in plain text. */
export const FLOW_SECRET: LintRule = {
  code: "check/flow-secret",
  severity: "warning",
  title: "a flow holds a secret in plain text",
  why:
    "Flows are shown, shared and kept in version control. A secret is found by the form its issuer gave " +
    "it, in a URL, and as the value of what is named like one (`password`, `apiKey`, `DB_TOKEN`): in " +
    "variables, defaults of inputs, env, properties and scripts. One of another form and name is not found.",
  bad: flow("k3str4-0rders"),
  good: flow("{{ secret('ORDERS_PASSWORD') }}"),
  find,
};
