import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { findRegions } from "./find_regions.ts";

const paths = { isBelow: (a: string, b: string) => a === b || b.startsWith(`${a}/`) };
const regions = (verdicts: Readonly<Record<string, string>>) =>
  findRegions(Object.keys(verdicts), paths, (it) => verdicts[it], (a, b) => a === b);

Deno.test("findRegions() joins what is decided alike, and names what is not", () => {
  deepEqual(regions({ "/a": "x", "/a/b": "x", "/a/b/c": "y", "/d": "x" }), [
    { root: "/a", except: ["/a/b/c"], verdict: "x" },
    { root: "/d", except: [], verdict: "x" },
    { root: "/a/b/c", except: [], verdict: "y" },
  ]);
});

Deno.test("findRegions() leaves a hole where nothing is to tell", () => {
  const found = findRegions(
    ["/a", "/a/b"],
    paths,
    (it) => it === "/a/b" ? undefined : "x",
    (a, b) => a === b,
  );
  deepEqual(found, [{ root: "", except: ["/a/b"], verdict: "x" }]);
});

Deno.test("law: every name lies in the region of its own verdict, and in no other", () => {
  const name = fc.array(fc.constantFrom("a", "b"), { minLength: 1, maxLength: 4 })
    .map((it) => it.map((part) => `/${part}`).join(""));
  fc.assert(
    fc.property(fc.dictionary(name, fc.constantFrom("x", "y")), name, (verdicts, probe) => {
      const found = regions(verdicts);
      const covering = found.filter(({ root, except }) =>
        paths.isBelow(root, probe) && !except.some((it) => paths.isBelow(it, probe))
      );
      const nearest = Object.keys(verdicts).filter((it) => paths.isBelow(it, probe))
        .toSorted((a, b) => b.length - a.length)[0];
      deepEqual(
        covering.map((it) => it.verdict),
        nearest === undefined ? [] : [verdicts[nearest]],
      );
    }),
    { numRuns: 1_000 },
  );
});
