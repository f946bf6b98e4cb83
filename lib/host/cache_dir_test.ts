import { equal, throws } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { cacheRoot } from "./cache_dir.ts";

const own = `bulkhead-cache-${Deno.uid()}`;
const all = { XDG_CACHE_HOME: "/x", HOME: "/home/a", TMPDIR: "/t" };

Deno.test.each([
  { name: "BULKHEAD_CACHE before all", env: { ...all, BULKHEAD_CACHE: "/b" }, root: "/b" },
  { name: "no trailing slash", env: { BULKHEAD_CACHE: "/b//" }, root: "/b" },
  { name: "the root itself", env: { BULKHEAD_CACHE: "/" }, root: "/" },
  { name: "XDG_CACHE_HOME before HOME", env: all, root: "/x/bulkhead" },
  { name: "an empty variable as unset", env: { ...all, BULKHEAD_CACHE: "" }, root: "/x/bulkhead" },
  { name: "HOME", env: { HOME: "/home/a/" }, root: "/home/a/.cache/bulkhead" },
  {
    name: "HOME where XDG_CACHE_HOME is relative",
    env: { ...all, XDG_CACHE_HOME: "cache" },
    root: "/home/a/.cache/bulkhead",
  },
  { name: "TMPDIR without a home", env: { HOME: "", TMPDIR: "/t" }, root: `/t/${own}` },
  { name: "/tmp with nothing at all", env: {}, root: `/tmp/${own}` },
])("cacheRoot() takes $name", ({ env, root }) => equal(cacheRoot(env), root));

Deno.test("cacheRoot() refuses a relative BULKHEAD_CACHE", () => {
  throws(
    () => cacheRoot({ ...all, BULKHEAD_CACHE: "./cache" }),
    (error) => error instanceof StageError && error.diagnostics[0]?.code === "host/cache-relative",
  );
});
