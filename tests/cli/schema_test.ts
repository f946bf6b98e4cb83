import { deepEqual, equal } from "node:assert/strict";
import { ownTestsSchema } from "../../lib/check/test_schema.ts";
import { flowSchema } from "../../lib/flow/flow_schema.ts";
import { pluginDefaultSchema, policySchema } from "../../lib/policy/policy_schema.ts";
import { bulkhead, makeFiles } from "./bulkhead.ts";

Deno.test("cli: schema prints the schemas that tests/schema_test.ts is about", async () => {
  await using files = await makeFiles({});
  const printed = await Promise.all(["policy", "flow"].map(async (name) => {
    const { code, stdout, stderr } = await bulkhead(["schema", name], { cwd: files.path });
    deepEqual([code, stderr], [0, ""]);
    return JSON.parse(stdout);
  }));
  deepEqual(printed, [policySchema(ownTestsSchema()), flowSchema(pluginDefaultSchema())]);
  for (const it of printed) equal(it.$schema, "http://json-schema.org/draft-07/schema#");
});
