import * as z from "zod/mini";
import { StageError } from "../model/mod.ts";
import type { Guard } from "./guard.ts";
import { type Accepted, judgeSequence } from "./judge.ts";
import { MAX_BUNDLE_BYTES } from "./limits.ts";
import type { Bundle } from "./open_bundle.ts";
import { readBounded } from "./read_bounded.ts";
import { writeWhole } from "./write_whole.ts";

const RECORD = "accepted.json";
const LOCK = "lock";
const MAX_RECORD_BYTES = 4_096;
/** A lock is held as long as it takes to write a bundle to the disk. */
const PATIENCE_MS = 10_000;

const Record = z.strictObject({
  v: z.literal(1),
  sequence: z.int().check(z.gte(0)),
  digest: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
});

/** The copy of a bundle that a node has accepted. */
export interface KeptBundle {
  readonly accepted: Accepted;
  readonly file: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a node keeps of bundles, in one directory that is this user's alone. */
export interface NodeState {
  /**
   * What was accepted last. Changes nothing, and needs no right to write.
   *
   * @throws {StageError} `host` when the directory cannot be trusted, or what it says not be read:
   * whoever could make a node forget would take it back to an older bundle.
   */
  accepted(): Promise<Accepted | undefined>;
  /**
   * The copy that was kept of it, not verified.
   *
   * @returns `undefined` on a node that has accepted none.
   * @throws {StageError} As `accepted()`; `input` when the copy is gone.
   */
  kept(): Promise<KeptBundle | undefined>;
  /**
   * Remembers a bundle as the one accepted last, and keeps a copy of it.
   *
   * @throws {StageError} `refused` when another process has accepted a later one meanwhile; `host`
   * when the directory cannot be written. Then nothing is changed.
   */
  accept(bundle: Bundle, file: string): Promise<void>;
}

/**
 * Opens what a node remembers, one line of bundles to a directory.
 *
 * The record's rename is what accepts a bundle; its copy is written before, and what was kept of
 * earlier ones goes after. Who reads without the lock may find that a copy is gone: then the record
 * is another one as well.
 *
 * @param root Absolute. Made by the first `accept()`.
 */
export function openNodeState(root: string, guard: Guard): NodeState {
  const copyOf = ({ digest }: Accepted) => `${root}/${digest}.tar`;

  const accepted = async () => {
    if (await Deno.lstat(root).catch(ifMissing) === undefined) return undefined;
    await guard.make(root); // accepts what is there, or says why not
    return await readRecord(root, guard);
  };

  return {
    accepted,
    async kept() {
      for (let last: Accepted | undefined;;) {
        const now = await accepted();
        if (now === undefined) return undefined;
        try {
          const { bytes, info } = await readBounded(copyOf(now), "copy", MAX_BUNDLE_BYTES);
          guard.require(copyOf(now), info);
          return { accepted: now, file: copyOf(now), bytes };
        } catch (error) {
          if (last?.digest === now.digest) throw error;
          last = now; // another process may have put a later one in its place
        }
      }
    },
    async accept(bundle, file) {
      const accepting = { sequence: bundle.manifest.sequence, digest: bundle.digest };
      await guard.make(root);
      if (
        (await accepted())?.digest === bundle.digest && await holds(copyOf(accepting), bundle.bytes)
      ) return; // without a write: a full or read-only disk is no reason to stop
      try {
        using _held = await takeLock(root);
        const problem = judgeSequence(bundle, file, await accepted());
        if (problem !== undefined) throw new StageError([problem], "refused");
        await writeWhole(copyOf(accepting), bundle.bytes, 0o600);
        const record = `${JSON.stringify({ v: 1, ...accepting })}\n`;
        await writeWhole(`${root}/${RECORD}`, new TextEncoder().encode(record), 0o600);
        await removeOthers(root, accepting.digest);
      } catch (cause) {
        throw cause instanceof StageError ? cause : guard.cannotWrite(root, cause);
      }
    },
  };
}

async function readRecord(root: string, guard: Guard): Promise<Accepted | undefined> {
  const path = `${root}/${RECORD}`;
  const info = await Deno.lstat(path).catch(ifMissing);
  if (info === undefined) return undefined;
  guard.require(path, info);
  let fact: string;
  try {
    const { bytes } = await readBounded(path, "record", MAX_RECORD_BYTES);
    const parsed = Record.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    if (parsed.success) return parsed.data;
    fact = "it is not what bulkhead writes";
  } catch (error) {
    fact = error instanceof StageError
      ? error.diagnostics[0]!.message.replace(/^.*": /, "")
      : "it is no JSON text";
  }
  throw new StageError([{
    code: "bundle/state-damaged",
    severity: "error",
    message: `Cannot tell from "${path}" which bundle was accepted last: ${fact}`,
    help: "Once you know that no older bundle may be brought in, remove it: the next bundle is " +
      "then the first",
  }], "host");
}

/** Held until the file is closed, or this process is gone, whatever it died of (`flock(2)`). */
async function takeLock(root: string): Promise<Deno.FsFile> {
  const file = await Deno.open(`${root}/${LOCK}`, { create: true, write: true, mode: 0o600 });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isLate = new Promise<true>((resolve) => {
    timer = setTimeout(() => resolve(true), PATIENCE_MS);
  });
  try {
    if (await Promise.race([file.lock(true), isLate]) !== true) return file;
  } catch (error) {
    file.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  file.close();
  throw new StageError([{
    code: "bundle/state-busy",
    severity: "error",
    message: `Cannot accept a bundle in "${root}": another process has had its lock for ` +
      `${PATIENCE_MS / 1000} s`,
  }], "host");
}

async function holds(path: string, expected: Uint8Array): Promise<boolean> {
  try {
    const { bytes } = await readBounded(path, "copy", MAX_BUNDLE_BYTES);
    return bytes.length === expected.length && bytes.every((it, i) => it === expected[i]);
  } catch (error) {
    if (error instanceof StageError) return false;
    throw error;
  }
}

/** Copies of earlier bundles, and what a killed process left half-written. */
async function removeOthers(root: string, digest: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(root)) {
    const isOurs = /^[0-9a-f]{64}\.tar$|^\.([0-9a-f]{64}\.tar|accepted\.json)-[0-9a-f-]{36}$/;
    if (isFile && isOurs.test(name) && name !== `${digest}.tar`) {
      await Deno.remove(`${root}/${name}`).catch(() => {});
    }
  }
}

function ifMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
