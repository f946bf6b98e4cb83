import { rowOf, ROWS, type Technique } from "./technique.ts";

const echo = (made: string) => `const it = ${made}; return new TextDecoder().decode(it.stdout);`;
const ECHO = echo(`new Deno.Command("/bin/echo", { args: [word] }).outputSync()`);
/** A word in the command would be in the error as well. */
const child = (code: string) => `const it = await import("node:child_process"); ${code}`;
const forked = (made: string) =>
  `const file = scratch + "/forked.mjs";
  Deno.writeTextFileSync(file,
    "process.send('" + word + "', () => setTimeout(() => process.exit(), 200));");
  ${made}
  return await new Promise((resolve, reject) =>
    child.on("error", reject).on("message", resolve)
      .on("exit", (it) => setTimeout(() => reject(new Error(it)), 500)));`;

/** Starting a process, by a class that may not. */
export const processes: readonly Technique[] = [
  ...rowOf(
    ROWS.process,
    [
      {
        name: "Deno.Command output",
        code: echo(`await new Deno.Command("/bin/echo", { args: [word] }).output()`),
      },
      { name: "Deno.Command outputSync", code: ECHO },
      {
        name: "Deno.Command spawn",
        code: `const it = new Deno.Command("/bin/echo", { args: [word], stdout: "piped" }).spawn();
        const text = await new Response(it.stdout).text();
        await it.status;
        return text;`,
      },
      {
        name: "a shell",
        code: echo(`await new Deno.Command("/bin/sh", { args: ["-c", "echo " + word] }).output()`),
      },
    ].map((it) => ({ ...it, controlSpawns: true as const })),
  ),
  ...rowOf(ROWS.runtime, [
    {
      name: "Deno.Command of the runtime",
      code: echo(`await new Deno.Command(Deno.execPath(),
        { args: ["eval", "console.log('" + word + "')"] }).output()`),
      controlSpawns: true,
    },
  ]),
  // node:child_process wants all variables, which no task has, before it asks to run anything.
  ...rowOf(
    ROWS.process,
    [
      {
        name: "spawn",
        code: child(`const made = it.spawn("/bin/echo", [word]);
        let all = "";
        made.stdout.on("data", (it) => all += it);
        return await new Promise((resolve, reject) =>
          made.on("error", reject).on("close", () => resolve(all)));`),
      },
      {
        name: "spawnSync",
        code: child(`const { stdout, error } = it.spawnSync("/bin/echo", [word]);
        if (error) throw error;
        return String(stdout);`),
      },
      {
        name: "exec",
        code: child(`return await new Promise((resolve, reject) =>
        it.exec("echo $WORD", { env: { WORD: word } }, (error, out) => error ? reject(error) : resolve(out)));`),
      },
      {
        name: "execSync",
        code: child(`return String(it.execSync("echo $WORD", { env: { WORD: word } }));`),
      },
      {
        name: "execFileSync",
        code: child(
          `return String(it.execFileSync("/bin/sh", ["-c", "echo $WORD"], { env: { WORD: word } }));`,
        ),
      },
    ].map((it) => ({ ...it, control: ECHO, controlSpawns: true as const })),
  ),
  ...rowOf(
    ROWS.runtime,
    [
      { name: "child_process.fork", code: child(forked("const child = it.fork(file);")) },
      {
        name: "cluster.fork",
        code: forked(`const cluster = (await import("node:cluster")).default;
        cluster.setupPrimary({ exec: file });
        const child = cluster.fork();`),
      },
    ].map((it) => ({ ...it, control: ECHO, controlSpawns: true as const })),
  ),
  ...rowOf(
    "a signal to another process, of a class that may not spawn",
    [
      ["Deno.kill", `Deno.kill`],
      ["process.kill", `process.kill`],
    ].map(([name, kill]) => ({
      name: `signal by ${name}`,
      code: `${kill}(victim === "self" ? Deno.pid : +victim, "SIGCONT"); return word;`,
      controlSpawns: true as const,
    })),
  ),
];
