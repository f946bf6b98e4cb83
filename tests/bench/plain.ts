import type { Script } from "./hello.ts";
import type { Ground } from "./peers.ts";

/** The measure of all ways to run a task: the runtime itself, with no grant and nothing around it. */
export const PLAIN = {
  id: "plain",
  name: "deno run",
  about: "what Deno's own permissions keep out",
  side: "other",
} as const;

/** The command of {@linkcode PLAIN}. */
export function plainArgv({ deno, directory }: Ground, script: Script): readonly string[] {
  return [deno, "run", `${directory}/${script}.js`];
}
