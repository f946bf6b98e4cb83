import type { Prop } from "../../model/mod.ts";

/**
 * Makes the files of a self-test.
 *
 * They must be there before the rules are: the kernel binds a rule to a file, not to a name.
 *
 * @throws When one cannot be made, or is there already.
 */
export function makeProps(props: readonly Prop[]): void {
  for (const it of props) {
    if ("text" in it) {
      const mode = it.executable ? 0o700 : 0o600;
      Deno.writeTextFileSync(it.path, it.text, { createNew: true, mode });
    } else if ("target" in it) Deno.symlinkSync(it.target, it.path);
    else Deno.mkdirSync(it.path, { mode: 0o700 });
  }
}
