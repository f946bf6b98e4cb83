import { ownTestsSchema, testSchema } from "../check/test_schema.ts";
import { flowSchema } from "../flow/flow_schema.ts";
import { pluginDefaultSchema, policySchema } from "../policy/policy_schema.ts";
import { nearest } from "../source/nearest.ts";
import { defineCommand, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { SCHEMA, SCHEMAS } from "./tables/schema.ts";

const MAKERS = {
  policy: () => policySchema(ownTestsSchema()),
  flow: () => flowSchema(pluginDefaultSchema()),
  test: testSchema,
} as const;

/** `schema`: what an editor checks policies and flows by. */
export const schema = defineCommand(SCHEMA, ({ positionals }, io) => {
  const [name, ...more] = positionals;
  const known = SCHEMAS.join(", ").replace(/, (?=[^,]*$)/, " and ");
  if (name === undefined) {
    throw new UsageError("Cannot print a schema: no name given", `There are ${known}`);
  }
  if (more.length > 0) {
    throw new UsageError(`Cannot print schema "${more[0]}" as well: one schema at a time`);
  }
  const found = SCHEMAS.find((it) => it === name);
  if (found === undefined) {
    const near = nearest(name, SCHEMAS);
    throw new UsageError(
      `Cannot print schema "${name}": there are ${known}`,
      near && `Did you mean "${near}"?`,
    );
  }
  io.out(`${JSON.stringify(MAKERS[found](), null, 2)}\n`);
  return Promise.resolve(ExitCode.ok);
});
