import type { Diagnostic } from "../../../model/mod.ts";
import { findPlainSecrets } from "../find_plain_secrets.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { placeAt } from "../written/place_at.ts";
import { textsIn } from "../written/written_flow.ts";

/** Texts that nothing goes by. */
const PROSE = ["id", "type", "description", "displayName", "errorMessage"];

function* find(context: LintContext): Generator<Diagnostic> {
  for (const root of context.policyRoots.values()) {
    for (const { scalar, path } of textsIn(root)) {
      const key = path.findLast((it) => !/^\d+$/.test(it)) ?? "";
      if (PROSE.includes(key)) continue;
      for (const { what, start } of findPlainSecrets(scalar.value, key)) {
        yield {
          code: "check/policy-secret",
          severity: "warning",
          message: `A secret stands in plain text: ${what}`,
          at: placeAt(context, scalar, start),
          help:
            "In values that are put into tasks write {{ secret('NAME') }}; elsewhere a variable, " +
            "${NAME}. And take the old one back: whoever can read the file knows it",
        };
      }
    }
  }
}

const policy = (password: string) =>
  `kestra:
  plugins:
    defaults:
      - type: io.kestra.plugin.jdbc.postgresql
        values:
          username: loader
          password: "${password}"
`;

/** Secrets in plain text. */
export const POLICY_SECRET: LintRule = {
  code: "check/policy-secret",
  severity: "warning",
  title: "a policy holds a secret in plain text",
  why:
    "What a default puts into a task stands in the task for its author to read, and policies are kept in " +
    "version control. Looked at is the whole file, Kestra's other settings too. A secret is found by the form " +
    "its issuer gave it, in a URL, and as the value of what is named like one (`password`, `apiKey`).",
  bad: policy("k3y-0f-0urs"),
  good: policy("{{ secret('LOADER') }}"),
  find,
};
