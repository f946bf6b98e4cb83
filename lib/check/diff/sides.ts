import { decideAccess } from "../../access/mod.ts";
import type { Access, Because, TaskPlan } from "../../model/mod.ts";

/** What one policy says of one thing, and why. */
export interface Side {
  readonly allowed: boolean;
  readonly because: Because;
}

/** What both say; told only where they differ. */
export interface Sides {
  readonly old: Side;
  readonly new: Side;
}

/** Which way a difference goes. */
export function directionOf({ new: { allowed } }: Sides): "allowed" | "denied" {
  return allowed ? "allowed" : "denied";
}

/** Asks a plan of one access. */
export function askPlan(plan: TaskPlan, access: Access): Side {
  const { verdict, because } = decideAccess(plan, access);
  return { allowed: verdict === "allowed", because: because[0]! };
}

/** `, except /a and /b`; nothing for nothing. */
export function exceptWords(except: readonly string[]): string {
  return except.length === 0
    ? ""
    : `, except ${except.join(", ").replace(/, (?=[^,]*$)/, " and ")}`;
}
