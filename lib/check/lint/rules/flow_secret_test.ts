import { deepEqual } from "node:assert/strict";
import { FLOW_SECRET } from "./flow_secret.ts";
import { found, inShort } from "./lint_sample.ts";

const FLOW = `id: f
namespace: a.b
description: password="not a secret"
inputs:
  - {id: db_password, type: STRING, defaults: hunter2x}
  - {id: pin, type: SECRET, defaults: a1b2c3}
  - {id: region, type: STRING, defaults: a1b2c3}
variables:
  apiKey: k3y-0f-0urs
  region: eu-west-1
tasks:
  - id: t
    type: io.kestra.plugin.scripts.shell.Commands
    env:
      TOKEN: t0k3n-0f-0urs
      OTHER_TOKEN: "{{ secret('OTHER') }}"
    commands:
      - |
        echo a
        export DB_PASSWORD="s3cr3tpw"
`;

Deno.test("check/flow-secret finds secrets in every part of a flow, and shows none", async () => {
  deepEqual((await found(FLOW_SECRET, { flows: [FLOW] })).map(inShort), [
    '5:47 A secret stands in plain text: the value of "db_password"',
    '6:39 A secret stands in plain text: the default of input "pin"',
    '9:11 A secret stands in plain text: the value of "apiKey"',
    '15:14 A secret stands in plain text: the value of "TOKEN"',
    "20:29 A secret stands in plain text: a secret in a script",
  ]);
});
