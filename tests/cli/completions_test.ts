import { deepEqual, equal, match } from "node:assert/strict";
import { testWith } from "../must.ts";
import { bulkhead, makeFiles } from "./bulkhead.ts";

/** What is typed, with TAB where the shell is asked, and the words that come of it. */
const TYPED: readonly (readonly [string, string])[] = [
  ["bulkhead ru\tend", "<run><end>"],
  ["bulkhead pl\tend", "<plan><end>"],
  ["bulkhead plan --js\tend", "<plan><--json><end>"],
  ["bulkhead run --log-format te\tend", "<run><--log-format><text><end>"],
  ["bulkhead run --log-format=te\tend", "<run><--log-format=text><end>"],
  ["bulkhead run only\tend", "<run><only_flow.yaml><end>"],
  ["bulkhead run -p a\\ \tend", "<run><-p><a policy.yaml><end>"],
  ["bulkhead run --plugins mod\tend", "<run><--plugins><modules/end>"],
  ["bulkhead completions f\tend", "<completions><fish><end>"],
  ["bulkhead help doc\tend", "<help><doctor><end>"],
  // What it does not know it leaves as it is: these are the controls.
  ["bulkhead zz\tend", "<zzend>"],
  ["bulkhead doctor only\tend", "<doctor><onlyend>"],
  ["bulkhead run --zz\tend", "<run><--zzend>"],
];

/** Shows the words that a command line comes to, in place of the real bulkhead. */
const SHOW = `bulkhead() { printf '<%s>' "$@"; echo; }`;

const FILES = {
  "only_flow.yaml": "",
  "a policy.yaml": "",
  "modules/greet.ts": "",
};

const RC = {
  bash: (script: string) =>
    `PS1=; bind 'set enable-bracketed-paste off'; bind 'set bell-style none'\n${SHOW}\nsource ${script}\n`,
  zsh: (script: string) =>
    `PS1=; PROMPT_EOL_MARK=; unset zle_bracketed_paste; unsetopt beep\n` +
    `autoload -Uz compinit; compinit -D -u\n${SHOW}\nsource ${script}\n`,
} as const;

const CALLS = {
  bash: "bash --noprofile --rcfile rc -i",
  zsh: "env ZDOTDIR=. zsh -d -i",
} as const;

for (const shell of ["bash", "zsh"] as const) {
  testWith("shells", `completions: ${shell} completes what is typed, at a real TAB`, async () => {
    await using files = await makeFiles(FILES);
    await using rc = await makeFiles({
      script: await scriptFor(shell, files.path),
      [shell === "bash" ? "rc" : ".zshrc"]: "",
    });
    await Deno.writeTextFile(
      `${rc.path}/${shell === "bash" ? "rc" : ".zshrc"}`,
      `${RC[shell](`${rc.path}/script`)}cd ${files.path}\n`,
    );
    const said = await type(CALLS[shell], TYPED.map(([it]) => it), rc.path);
    deepEqual(said.match(/(?<=^|\n)<[^\r\n]*>(?=\r?\n)/g), TYPED.map(([, it]) => it), said);
  });
}

testWith("shells", "completions: fish offers commands, options, values and files", async () => {
  await using files = await makeFiles({ ...FILES, script: "" });
  await Deno.writeTextFile(`${files.path}/script`, await scriptFor("fish", files.path));
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["bulkhead ru", ["run"]],
    ["bulkhead p", ["pack", "plan"]],
    ["bulkhead plan --js", ["--json"]],
    ["bulkhead run --log-format te", ["text"]],
    ["bulkhead run --log-format=te", ["--log-format=text"]],
    ["bulkhead run only", ["only_flow.yaml"]],
    ["bulkhead run --plugins mod", ["modules/"]],
    ["bulkhead completions f", ["fish"]],
    ["bulkhead help doc", ["doctor"]],
    ["bulkhead zz", []],
    ["bulkhead doctor only", []],
    ["bulkhead run --zz", []],
  ];
  for (const [line, offered] of rows) {
    const { stdout, stderr } = await new Deno.Command("fish", {
      args: ["--no-config", "-c", `source script; complete -C '${line}'`],
      cwd: files.path,
      env: { HOME: files.path },
      stdin: "null",
    }).output();
    equal(new TextDecoder().decode(stderr), "");
    const said = new TextDecoder().decode(stdout).split("\n").filter((it) => it !== "");
    deepEqual(said.map((it) => it.split("\t")[0]), offered, line);
  }
});

testWith("shells", "completions: no script has a fault that its shell can find", async () => {
  await using files = await makeFiles({});
  for (const shell of ["bash", "zsh", "fish"]) {
    const path = `${files.path}/${shell}`;
    await Deno.writeTextFile(path, await scriptFor(shell, files.path));
    const { success, stderr } = await new Deno.Command(shell, { args: ["-n", path] }).output();
    equal(success, true, new TextDecoder().decode(stderr));
  }
});

async function scriptFor(shell: string, cwd: string): Promise<string> {
  const { code, stdout, stderr } = await bulkhead(["completions", shell], { cwd });
  equal(code, 0, stderr);
  match(stdout, /^#.*bulkhead/);
  return stdout;
}

/** Types lines into an interactive shell on a terminal of its own; what it shows. */
async function type(shell: string, lines: readonly string[], cwd: string): Promise<string> {
  const child = new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", shell, "/dev/null"],
    cwd,
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", HOME: cwd, TERM: "dumb", LC_ALL: "C.UTF-8" },
    stdin: "piped",
    stdout: "piped",
    signal: AbortSignal.timeout(60_000),
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode([...lines, "exit", ""].join("\n")));
  const { stdout } = await child.output();
  await writer.close().catch(() => {});
  return new TextDecoder().decode(stdout);
}
