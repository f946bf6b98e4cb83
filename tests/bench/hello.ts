/** The programs that contestants run: one says hello, the other says it and stays for a while. */
export const SCRIPTS = {
  hello: 'console.log("hello");\n',
  hold: 'console.log("hello");\nsetTimeout(() => {}, 1000);\n',
} as const;

export type Script = keyof typeof SCRIPTS;

/** Writes the programs into a directory, as `hello.js` and `hold.js`. */
export async function makeScripts(directory: string): Promise<void> {
  for (const [name, text] of Object.entries(SCRIPTS)) {
    await Deno.writeTextFile(`${directory}/${name}.js`, text);
  }
}

/**
 * Runs a command that must say hello, and nothing else, on its standard output.
 *
 * @throws With what it said, when it did not, or did not end with 0.
 */
export async function runHello(argv: readonly string[], cwd: string): Promise<void> {
  const said = await runCommand(argv, cwd);
  if (said !== "hello\n") throw new Error(`it said ${JSON.stringify(said)}`);
}

/**
 * Runs a command to its end.
 *
 * @returns What it said on standard output.
 * @throws When it does not end with 0.
 */
export async function runCommand(
  [program, ...args]: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program!, {
    args,
    cwd,
    env: { ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) throw new Error(`code ${code}: ${decoder.decode(stderr).trim()}`);
  return decoder.decode(stdout);
}
