import { deepEqual, match } from "node:assert/strict";
import { splitVariables } from "./split_variables.ts";

Deno.test("splitVariables() sends by file what fits a line, and the rest by the client", () => {
  const long = "x".repeat(70_000);
  deepEqual(splitVariables({ A: "1", B: "two\nlines", C: "cr\r", D: " #=é", L: long, E: "" }), {
    file: "A=1\nD= #=é\nE=\n",
    own: { B: "two\nlines", C: "cr\r", L: long },
  });
});

for (const name of ["PATH", "HOME", "DOCKER_HOST", "LD_PRELOAD", "https_proxy", "GODEBUG", "TZ"]) {
  Deno.test(`splitVariables() does not let a task set the client's own ${name}`, () => {
    match(String(splitVariables({ [name]: "a\nb" })), /would change the engine's client/);
    deepEqual(splitVariables({ [name]: "a" }), { file: `${name}=a\n`, own: {} });
  });
}

Deno.test("splitVariables() refuses what no variable can be", () => {
  for (const [name, value] of [["A", "a\0"], ["A=B", ""], ["A\nB", ""], ["", ""], ["#A", ""]]) {
    match(String(splitVariables({ [name!]: value! })), /NUL|not the name/, name);
  }
});
