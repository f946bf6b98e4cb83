import { createHash } from "node:crypto";
import type { Task } from "../../model/mod.ts";
import { toPlain } from "../../source/to_plain.ts";

/**
 * What a task says, as a digest: of another text, or with other defaults put in, it is another task.
 *
 * @returns `sha256:` and hex.
 */
export function taskDigest({ effective }: Pick<Task, "effective">): string {
  return `sha256:${createHash("sha256").update(JSON.stringify(toPlain(effective))).digest("hex")}`;
}
