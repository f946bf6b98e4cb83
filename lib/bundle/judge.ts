import type { Diagnostic } from "../model/mod.ts";
import { CLOCK_SKEW_MS } from "./limits.ts";
import type { Bundle } from "./open_bundle.ts";

/** What a node remembers of the bundle it accepted last. */
export interface Accepted {
  readonly sequence: number;
  /** Of its manifest, in hex. */
  readonly digest: string;
}

/**
 * Why a bundle may not be used at this time, or `undefined`.
 *
 * A clock that was set back would revive what has expired: so a bundle of the future is refused as
 * well, beyond what two clocks may differ by.
 */
export function judgeTime({ manifest }: Bundle, file: string, now: Date): Diagnostic | undefined {
  const { createdAt, expiresAt } = manifest;
  if (now.getTime() >= Date.parse(expiresAt)) {
    return {
      code: "bundle/expired",
      severity: "error",
      message: `Cannot use bundle "${file}": it expired at ${expiresAt}, and it is ` +
        now.toISOString(),
      help: "Pack it again",
    };
  }
  if (Date.parse(createdAt) - now.getTime() > CLOCK_SKEW_MS) {
    return {
      code: "bundle/from-the-future",
      severity: "error",
      message: `Cannot use bundle "${file}": it was made at ${createdAt}, and it is ` +
        now.toISOString(),
      help: "Set the clock of this machine, or of the one that packs",
    };
  }
  return undefined;
}

/**
 * Why a bundle may not follow on the one that was accepted last, or `undefined`.
 *
 * Sequences are compared whatever key signed: else a bundle of an older key, that is still trusted
 * while keys change, would be a way back.
 *
 * @param last `undefined` on a node that has accepted none.
 */
export function judgeSequence(
  { manifest, digest }: Bundle,
  file: string,
  last: Accepted | undefined,
): Diagnostic | undefined {
  if (last === undefined || last.digest === digest || manifest.sequence > last.sequence) {
    return undefined;
  }
  const help = "Pack it again; a second line of bundles has a BULKHEAD_STATE of its own";
  return manifest.sequence < last.sequence
    ? {
      code: "bundle/older",
      severity: "error",
      message: `Cannot use bundle "${file}": its sequence is ${manifest.sequence}, and this node ` +
        `has accepted ${last.sequence}`,
      help,
    }
    : {
      code: "bundle/same-sequence",
      severity: "error",
      message:
        `Cannot use bundle "${file}": its sequence is ${manifest.sequence}, as that of the ` +
        "one this node has accepted, and it is another one",
      help,
    };
}
