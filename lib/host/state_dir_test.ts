import { equal, throws } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { stateRoot } from "./state_dir.ts";

const all = { XDG_STATE_HOME: "/x", HOME: "/home/a", TMPDIR: "/t" };

Deno.test.each([
  { name: "BULKHEAD_STATE before all", env: { ...all, BULKHEAD_STATE: "/b//" }, root: "/b" },
  { name: "XDG_STATE_HOME before HOME", env: all, root: "/x/bulkhead" },
  { name: "an empty variable as unset", env: { ...all, BULKHEAD_STATE: "" }, root: "/x/bulkhead" },
  {
    name: "HOME where XDG_STATE_HOME is relative",
    env: { ...all, XDG_STATE_HOME: "state" },
    root: "/home/a/.local/state/bulkhead",
  },
  { name: "no temporary directory", env: { TMPDIR: "/t" }, root: undefined },
])("stateRoot() takes $name", ({ env, root }) => equal(stateRoot(env), root));

Deno.test("stateRoot() refuses a relative BULKHEAD_STATE", () => {
  throws(
    () => stateRoot({ ...all, BULKHEAD_STATE: "./state" }),
    (error) => error instanceof StageError && error.diagnostics[0]?.code === "host/state-relative",
  );
});
