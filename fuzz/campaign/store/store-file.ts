/**
 * The file of a campaign's store: opened by one process at a time, of a known version, consistent.
 *
 * Every change is its own transaction in SQLite's write-ahead log, so a killed process loses only its current write;
 * its lock disappears with it.
 */
import { DatabaseSync } from "node:sqlite";
import { dirname } from "node:path";
import { commandPath } from "#fuzz/host/command-path.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { prepareFolder } from "#fuzz/host/write-file.ts";
import { visibleText } from "#reports/visible-text.ts";

/** `qstr`, in the application field of SQLite's header: marks the file as ours. */
const APPLICATION = 0x71737472;

/** Each migrates a store from the version of its index to the next. They are never changed, only added to. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE decision (
     code TEXT NOT NULL, job TEXT NOT NULL, kind TEXT NOT NULL, milliseconds REAL NOT NULL, outcome TEXT NOT NULL,
     PRIMARY KEY (code, job)) WITHOUT ROWID;
   CREATE TABLE violation (
     cause TEXT PRIMARY KEY, property TEXT NOT NULL, because TEXT NOT NULL, scenario TEXT NOT NULL, lines TEXT NOT NULL,
     module TEXT, trace TEXT NOT NULL, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, last_code TEXT NOT NULL,
     is_failing INTEGER NOT NULL) WITHOUT ROWID;`,
  `CREATE TABLE reads_from (scenario TEXT NOT NULL, pair INTEGER NOT NULL, PRIMARY KEY (scenario, pair)) WITHOUT ROWID;
   CREATE TABLE corpus (
     job TEXT NOT NULL, execution INTEGER NOT NULL, scenario TEXT NOT NULL, strategy TEXT NOT NULL, choices TEXT NOT NULL,
     found INTEGER NOT NULL, PRIMARY KEY (job, execution)) WITHOUT ROWID;
   CREATE TABLE curve (
     job TEXT PRIMARY KEY, scenario TEXT NOT NULL, strategy TEXT NOT NULL, executions INTEGER NOT NULL, known INTEGER NOT NULL,
     is_violated INTEGER NOT NULL)
     WITHOUT ROWID;`,
];

/** Milliseconds to wait for another process that holds the file. */
const BUSY_MS_MAX = 1_000;

/** Primary result codes of SQLite. */
const REASONS: Readonly<Record<number, string>> = {
  5: "another campaign holds it; let that end, or name another file",
  6: "another campaign holds it; let that end, or name another file",
  8: "it cannot be written; name a file that can",
  10: "the disk fails; what was kept before is safe",
  11: "it is damaged; move it away, or restore it from a copy",
  13: "the disk is full; what was kept before is safe, so make room and start again",
  14: "it cannot be opened; name a file that can be written",
  26: "it is no store of a campaign; name another file",
};

/** Accesses the store; faults of the file are reported in one line. */
export function inStore<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : undefined;
    const because = code === undefined ? undefined : REASONS[code];
    if (because === undefined) throw error;
    throw new InputError(`store ${visibleText(commandPath(path))}: ${because}`, { cause: error });
  }
}

export interface StoreOptions {
  /** Largest number of 4 KiB pages of the file; default: the disk's limit. */
  readonly pagesMax?: number;
}

/** @throws InputError if the file is locked, damaged, of a newer version, or something else */
export function openStoreFile(path: string, { pagesMax }: StoreOptions): DatabaseSync {
  prepareFolder(dirname(path), "--store");
  return inStore(path, () => {
    const file = new DatabaseSync(path, { timeout: BUSY_MS_MAX });
    try {
      file.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
      file.exec("BEGIN IMMEDIATE; COMMIT");
      if (pagesMax !== undefined) file.exec(`PRAGMA max_page_count = ${pagesMax}`);
      migrate(file, path);
      if (numberOf(file, "PRAGMA quick_check", "quick_check") !== "ok")
        throw new InputError(`store ${visibleText(commandPath(path))}: ${REASONS[11]}`);
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  });
}

function migrate(file: DatabaseSync, path: string): void {
  const shown = `store ${visibleText(commandPath(path))}`;
  const tables = Number(numberOf(file, "SELECT count(*) AS tables FROM sqlite_master", "tables"));
  if (tables > 0 && numberOf(file, "PRAGMA application_id", "application_id") !== APPLICATION)
    throw new InputError(`${shown}: ${REASONS[26]}`);
  const version = Number(numberOf(file, "PRAGMA user_version", "user_version"));
  if (version > MIGRATIONS.length)
    throw new InputError(
      `${shown}: it is of version ${version}, and this quiesce knows versions up to ${MIGRATIONS.length}; ` +
        "use a newer one",
    );
  for (const [place, migration] of MIGRATIONS.entries()) {
    if (place < version) continue;
    file.exec(`BEGIN; PRAGMA application_id = ${APPLICATION}; ${migration} PRAGMA user_version = ${place + 1}; COMMIT`);
  }
}

function numberOf(file: DatabaseSync, query: string, column: string): unknown {
  return file.prepare(query).get()?.[column];
}
