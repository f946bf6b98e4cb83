import { equal, match, throws } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { chooseFlow, onlyFlow } from "./choose_flow.ts";

const FLOWS = [
  { path: "flows/a.yaml", namespace: "x", id: "one" },
  { path: "flows/b.yaml", namespace: "x", id: "two" },
  { path: "flows/c.yaml", namespace: "y", id: "two" },
];

const refused = (choose: () => unknown, says: RegExp) =>
  throws(choose, (error) => {
    match((error as StageError).diagnostics[0]!.message, says);
    return (error as StageError).fault === "usage";
  });

Deno.test("chooseFlow() knows a flow by path, by namespace and id, and by an id of its own", () => {
  equal(chooseFlow(FLOWS, "flows/b.yaml"), FLOWS[1]);
  equal(chooseFlow(FLOWS, "y/two"), FLOWS[2]);
  equal(chooseFlow(FLOWS, "one"), FLOWS[0]);
  refused(() => chooseFlow(FLOWS, "two"), /flows\/b\.yaml and flows\/c\.yaml are called so/);
  refused(() => chooseFlow(FLOWS, "b.yaml"), /the bundle has x\/one, x\/two, y\/two/);
});

Deno.test("onlyFlow() is that of a bundle with one", () => {
  equal(onlyFlow([FLOWS[0]!]), FLOWS[0]);
  refused(() => onlyFlow(FLOWS), /Cannot choose a flow/);
});
