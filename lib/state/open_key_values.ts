import type { DatabaseSync } from "node:sqlite";
import { type KeyValue, type KeyValueStore, StageError } from "../model/mod.ts";

/** What a store may come to, in bytes, where nobody says: a task cannot fill the disk with it. */
const MAX_BYTES = 1024 ** 3;
const PAGE_BYTES = 4096;
/** How long a write waits for another process that writes. */
const BUSY_MS = 2_000;
/** Stands in the file's head, so that no other program's database is taken for ours ("blkh"). */
const APPLICATION_ID = 0x626c6b68;
/** Of the table; another one is refused, never converted by guess. */
const VERSION = 1;

const TABLE = `CREATE TABLE IF NOT EXISTS key_values (
  namespace TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (namespace, key)
) STRICT, WITHOUT ROWID`;

/** What a store is opened with, beside its path. */
export interface KeyValueOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** What the file may come to; 1 GiB where nothing is said. */
  readonly maxBytes?: number;
}

/**
 * Opens the keys and values of namespaces in one SQLite file, which is made where there is none: closed
 * to others (mode 0600), with a write-ahead log beside it. Several processes may have it open. SQLite is
 * loaded with the first call, so that a run without keys does not pay for it.
 *
 * @param path In a directory that only the harness may reach.
 * @throws {StageError} Here and in every call, with a code that says what is wrong: `host/store-damaged`,
 * `host/store-foreign`, `host/store-full`, `host/store-locked`, `host/store-unusable`.
 */
export async function openKeyValues(
  path: string,
  { now = Date.now, maxBytes = MAX_BYTES }: KeyValueOptions = {},
): Promise<KeyValueStore> {
  const sqlite = await import("node:sqlite");
  const told = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw asStageError(path, cause);
    }
  };
  const database = told(() => {
    // SQLite gives what it lays beside a file the mode of that file.
    Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
    return prepared(new sqlite.DatabaseSync(path), path, maxBytes);
  });
  const get = database.prepare(
    "SELECT value, expires_at AS expiresAt FROM key_values WHERE namespace = ? AND key = ?",
  );
  const put = database.prepare(
    "INSERT OR REPLACE INTO key_values (namespace, key, value, expires_at) VALUES (?, ?, ?, ?)",
  );
  // One statement, so that of two who set a key for the first time one is told of the other.
  const add = database.prepare(`INSERT INTO key_values (namespace, key, value, expires_at)
    VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
      WHERE key_values.expires_at <= ?`);
  const remove = database.prepare(
    "DELETE FROM key_values WHERE namespace = ? AND key = ? RETURNING expires_at AS expiresAt",
  );
  const list = database.prepare(`SELECT key, value, expires_at AS expiresAt FROM key_values
    WHERE namespace = ? AND substr(key, 1, length(?)) = ?
      AND (expires_at IS NULL OR expires_at > ?) ORDER BY key`);
  const forget = database.prepare("DELETE FROM key_values WHERE expires_at <= ?");
  const isOver = (expiresAt: unknown) => typeof expiresAt === "number" && expiresAt <= now();
  const keyValue = (key: string, row: Row): KeyValue => ({
    key,
    value: JSON.parse(row.value),
    ...(row.expiresAt !== null && { expiresAtMs: row.expiresAt }),
  });
  return {
    get: (namespace, key) =>
      told(() => {
        const row = get.get(namespace, key) as unknown as Row | undefined;
        return row === undefined || isOver(row.expiresAt) ? undefined : keyValue(key, row);
      }),
    set: (namespace, key, value, { ttlMs, overwrite }) =>
      told(() => {
        const text = JSON.stringify(value) ?? "null";
        const expiresAt = ttlMs === undefined ? null : Math.round(now() + ttlMs);
        forget.run(now());
        const { changes } = overwrite
          ? put.run(namespace, key, text, expiresAt)
          : add.run(namespace, key, text, expiresAt, now());
        return Number(changes) > 0;
      }),
    delete: (namespace, key) =>
      told(() => {
        const row = remove.get(namespace, key) as unknown as Pick<Row, "expiresAt"> | undefined;
        return row !== undefined && !isOver(row.expiresAt);
      }),
    list: (namespace, prefix) =>
      told(() =>
        (list.all(namespace, prefix, prefix, now()) as unknown as (Row & { key: string })[])
          .map((it) => keyValue(it.key, it))
      ),
    [Symbol.dispose]: () => database.close(),
  };
}

interface Row {
  readonly value: string;
  readonly expiresAt: number | null;
}

function prepared(database: DatabaseSync, path: string, maxBytes: number): DatabaseSync {
  try {
    // Of a damaged file `prepare()` says less than `exec()` on older runtimes.
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}; SELECT count(*) FROM sqlite_schema`);
    const tables = number(database, "SELECT count(*) AS n FROM sqlite_schema");
    const id = number(database, "SELECT application_id AS n FROM pragma_application_id");
    const version = number(database, "SELECT user_version AS n FROM pragma_user_version");
    if (tables > 0 && id !== APPLICATION_ID) {
      throw refused(path, "foreign", "it is the database of another program");
    }
    if (tables > 0 && version !== VERSION) {
      throw refused(path, "foreign", `it has version ${version}, and this program ${VERSION}`);
    }
    database.exec("PRAGMA journal_mode = WAL");
    // What is committed outlives the harness; after a loss of power the last of it may be missing.
    database.exec("PRAGMA synchronous = NORMAL");
    database.exec(`PRAGMA max_page_count = ${Math.max(8, Math.floor(maxBytes / PAGE_BYTES))}`);
    if (tables === 0) {
      database.exec(
        `BEGIN IMMEDIATE; PRAGMA application_id = ${APPLICATION_ID};
         PRAGMA user_version = ${VERSION}; ${TABLE}; COMMIT`,
      );
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function number(database: DatabaseSync, query: string): number {
  return Number((database.prepare(query).get() as { readonly n: unknown }).n);
}

/** What can be wrong with a store, by what SQLite says of it. */
const FAULTS: readonly (readonly [said: RegExp, what: string, help: string])[] = [
  [/full|no space/i, "full", "Make room there, or delete keys that are not needed"],
  [/locked|busy/i, "locked", "Another process holds it: wait for that, or end it"],
  [
    /not a database|malformed|corrupt|JSON/i,
    "damaged",
    "Put back a copy of it, or remove it: all keys in it are lost then",
  ],
];

function asStageError(path: string, cause: unknown): StageError {
  if (cause instanceof StageError) return cause;
  const { message } = cause as Error;
  const [, what, help] = FAULTS.find(([said]) => said.test(message)) ??
    [/./, "unusable", "Set BULKHEAD_STATE to a directory that can be written"];
  return refused(path, what, message, help, { cause });
}

function refused(
  path: string,
  what: string,
  fact: string,
  help = "Set BULKHEAD_STATE to another directory",
  options?: ErrorOptions,
): StageError {
  return new StageError(
    [{
      code: `host/store-${what}`,
      severity: "error",
      message: `Cannot use the key-value store "${path}": ${fact}`,
      help,
    }],
    "host",
    options,
  );
}
