import { equal } from "node:assert/strict";
import { testWith } from "../must.ts";
import { command, makeFiles } from "./bulkhead.ts";
import { FILES } from "./files.ts";

/** Runs a command line on a terminal of its own; whether what it shows has colours. */
async function isColoured(argv: readonly string[], cwd: string, env: Record<string, string>) {
  const words = [...command(), ...argv].map((it) => `'${it.replaceAll("'", `'\\''`)}'`).join(" ");
  const { stdout } = await new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", words, "/dev/null"],
    cwd,
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: Deno.env.get("HOME") ?? "/",
      TERM: "xterm",
      ...env,
    },
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
  const said = new TextDecoder().decode(stdout);
  // Both were said at all.
  equal(said.includes("policy/bad-path") || said.includes("1 warning"), true, said);
  return said.includes("\x1b[");
}

for (
  const { where, argv } of [
    { where: "stderr", argv: ["plan", "flow.yaml", "-p", "bad/path.yaml"] },
    { where: "stdout", argv: ["check", "hinted.yaml"] },
  ]
) {
  testWith(
    "shells",
    `cli: a terminal gets colours on ${where}, and none with NO_COLOR`,
    async () => {
      await using files = await makeFiles(FILES);
      equal(await isColoured(argv, files.path, {}), true);
      equal(await isColoured(argv, files.path, { NO_COLOR: "" }), true, "empty is unset");
      equal(await isColoured(argv, files.path, { NO_COLOR: "1" }), false);
    },
  );
}
