import { deepEqual } from "node:assert/strict";
import { findSecrets } from "./find_secrets.ts";

Deno.test.each([
  { value: "{{ secret('A') }}", names: ["A"] },
  {
    value: { env: { X: '{{ secret( "B_1" ) }}' }, list: ["{{secret('C')}}"] },
    names: ["B_1", "C"],
  },
  { value: "{{ secret(inputs.name) }}", names: [] },
  { value: "{{ mysecret('A') }}", names: [] },
  { value: 42, names: [] },
])("findSecrets($value) finds $names", ({ value, names }) => {
  deepEqual([...findSecrets(value)], names);
});
