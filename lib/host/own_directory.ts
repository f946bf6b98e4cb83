import { StageError } from "../model/mod.ts";

/** What a directory of ours is for. */
export type Use = "cache" | "workspace" | "state";

const WAYS_OUT: Readonly<
  Record<Use, Readonly<Record<"full" | "unwritable" | "untrusted", string>>>
> = {
  cache: {
    full: "Make room for 100 MB there, or set BULKHEAD_CACHE to another directory",
    unwritable: "Set BULKHEAD_CACHE to a directory that can be written and run from",
    untrusted: "Remove it, or set BULKHEAD_CACHE to a directory that only you can write",
  },
  workspace: {
    full: "Make room there, or choose another directory with --workspace",
    unwritable: "Choose a directory that can be written with --workspace",
    untrusted: "Remove it, or choose another directory with --workspace",
  },
  state: {
    full: "Make room there: what cannot be remembered is not run",
    unwritable: "Set BULKHEAD_STATE to a directory that can be written",
    untrusted: "Set BULKHEAD_STATE to a directory that only you can write",
  },
};

/**
 * Makes a directory that only this user can write, or accepts one that is there.
 *
 * What lies in it is run by us, so whoever may write there is as good as us. Not looked
 * at: the directories above. Whoever may rename what lies in those is trusted.
 *
 * @throws {StageError} If it cannot be made, or `requireOwn()` does not accept it.
 */
export async function makeOwnDirectory(path: string, use: Use = "cache"): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw cannotWrite(path, cause, use);
  }
  const link = await Deno.lstat(path);
  // A link of our own may lead to a cache elsewhere; one that another user laid may not. In a
  // shared /tmp nobody needs one: --workspace says where else.
  if (link.isSymlink && link.uid !== Deno.uid()) throw untrusted(path, foreign(link), use);
  if (link.isSymlink && use === "workspace") throw untrusted(path, "it is a link", use);
  requireOwn(path, await Deno.stat(path), use);
}

/**
 * Accepts what this user owns and no other may write.
 *
 * @param info Of `path`, from `Deno.lstat()` unless links are welcome.
 * @throws {StageError} If another user owns it or may write it. It is left as it is: what
 * it holds may be evidence, or not ours to remove.
 */
export function requireOwn(path: string, info: Deno.FileInfo, use: Use = "cache"): void {
  if (info.uid !== Deno.uid()) throw untrusted(path, foreign(info), use);
  if (!info.isSymlink && ((info.mode ?? 0) & 0o022) !== 0) {
    throw untrusted(path, "other users may write it", use);
  }
}

/** The complaint that something cannot be written into a directory of ours. */
export function cannotWrite(path: string, cause: unknown, use: Use = "cache"): StageError {
  const { code, message } = cause as Error & { readonly code?: string };
  const full = code === "ENOSPC" || code === "EDQUOT";
  return new StageError(
    [{
      code: full ? `host/${use}-full` : `host/${use}-unwritable`,
      severity: "error",
      message: `Cannot write the ${use} "${path}": ${full ? "no space left" : message}`,
      help: full ? WAYS_OUT[use].full : WAYS_OUT[use].unwritable,
    }],
    "host",
    { cause },
  );
}

function foreign({ uid }: Deno.FileInfo): string {
  return `it belongs to user ${uid}, and we run as ${Deno.uid()}`;
}

function untrusted(path: string, fact: string, use: Use): StageError {
  return new StageError([{
    code: `host/${use}-untrusted`,
    severity: "error",
    message: `Cannot use the ${use} "${path}": ${fact}`,
    help: WAYS_OUT[use].untrusted,
  }], "host");
}
