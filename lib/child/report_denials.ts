import type { Denial } from "../model/outcome.ts";
import { denialIn, kernelDenialIn } from "./denial_of.ts";
import { send } from "./protocol.ts";

/** A task that tries without end tells nothing new. */
const MAX_RECORDS = 100;

/**
 * Makes this process say every permission that it is refused, when it is refused, whether the
 * task catches the error or not.
 *
 * Deno makes such an error with one of two classes, which call their parent like any other
 * class; here they get a parent that listens. It costs nothing before the first denial. Not
 * heard: an import that is refused, which is a `TypeError`. What a task says in such an error
 * that it makes itself is believed: it can only accuse itself.
 */
export function reportDenials(): void {
  const said = new Set<string>();
  const say = (denial: Denial | undefined) => {
    if (denial === undefined || said.size >= MAX_RECORDS) return;
    const key = `${denial.layer} ${denial.permission} ${denial.value ?? ""}`;
    if (said.has(key)) return;
    said.add(key);
    try {
      send({ type: "denied", denial });
    } catch {
      // The task closed standard output: nobody can be told.
    }
  };
  listen(Deno.errors.NotCapable, (it) => say(denialIn(it)));
  listen(Deno.errors.PermissionDenied, (it) => say(kernelDenialIn(it)));
}

// deno-lint-ignore ban-types
function listen(errors: Function, heard: (message: string) => void): void {
  class Heard extends Error {
    constructor(message?: string, options?: ErrorOptions) {
      super(message, options);
      heard(`${message ?? ""}`);
    }
  }
  Object.freeze(Heard.prototype);
  Object.setPrototypeOf(errors, Object.freeze(Heard));
  Object.preventExtensions(errors);
}
