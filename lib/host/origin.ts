import { cacheRoot, type Env } from "./cache_dir.ts";
import { extractPayload } from "./extract.ts";
import { openPayload } from "./payload.ts";

/** What this harness was started from. */
export type Origin =
  | { readonly kind: "sources" }
  | {
    readonly kind: "binary";
    /**
     * The directory of the extracted payload, extracted by the first call.
     *
     * @returns `undefined` if the binary carries no payload.
     * @throws {StageError} If the payload cannot be extracted.
     */
    payload(): Promise<string | undefined>;
  };

/** Tells what this harness was started from. Touches no file. */
export function originOf(env: Env): Origin {
  if (!Deno.build.standalone) return { kind: "sources" };
  let extracted: Promise<string | undefined> | undefined;
  return { kind: "binary", payload: () => extracted ??= extractOwn(env) };
}

async function extractOwn(env: Env): Promise<string | undefined> {
  const payload = await openPayload(Deno.execPath());
  return payload && await extractPayload(payload, cacheRoot(env));
}
