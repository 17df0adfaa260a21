/**
 * A database that provides exactly one consistency level: a transaction may read anything that the level allows it to
 * see.
 *
 * A list is kept for each key, of registers too, whose value is its last element. The weak levels lock the written keys
 * until the transaction ends; the others find conflicts when it commits, and the first to commit wins.
 */
import type { Random } from "#properties/random.ts";

export const SIMULATED_LEVELS = [
  "strict-serializable",
  "strong-session-serializable",
  "serializable",
  "strong-snapshot-isolation",
  "snapshot-isolation",
  "parallel-snapshot-isolation",
  "read-atomic",
  "read-committed",
  "read-uncommitted",
] as const;
export type SimulatedLevel = (typeof SIMULATED_LEVELS)[number];

export interface DatabaseOptions {
  readonly level: SimulatedLevel;
  /** Keys in use at a time. */
  readonly keys: number;
  /** Writes after which a key is replaced by a fresh one. */
  readonly writesPerKey: number;
  /** Most micro-operations of a transaction. */
  readonly operationsMax: number;
  /** One in this many transactions is aborted; 0 for none besides those in conflict. */
  readonly failsOneIn: number;
}

/** The number of latest commits that a stale snapshot may miss, or that some transactions may not see yet. */
const LAG_MAX = 12;

interface Element {
  readonly value: number;
  /** Number of the commit; UNCOMMITTED before. */
  commit: number;
}

const UNCOMMITTED = Number.MAX_SAFE_INTEGER;

interface Key {
  readonly name: number;
  readonly elements: Element[];
  nextValue: number;
  lockedBy: Session | undefined;
}

export interface Operation {
  readonly key: Key;
  /** Of a write. */
  readonly value: number | undefined;
  /** Of a completed read, the list. */
  seen: readonly number[] | undefined;
}

/** A client, which runs one transaction after another. */
export interface Session {
  /** Clients are at one of two sites, which matters to parallel snapshot isolation. */
  readonly site: number;
  phase: "idle" | "running" | "committed" | "failed";
  operations: readonly Operation[];
  /** The number of completed operations. */
  done: number;
  /** The transaction sees commits below this … */
  snapshot: number;
  /** … of the other site, where there are two. */
  remoteSnapshot: number;
  /** Commits that the client knows from its past transactions. */
  known: number;
}

export function newSession(site: number): Session {
  return { site, phase: "idle", operations: [], done: 0, snapshot: 0, remoteSnapshot: 0, known: 0 };
}

export interface SimulatedDatabase {
  begin(session: Session): void;
  /** Performs the next operation, or commits, or aborts. */
  step(session: Session): void;
}

export function createSimulatedDatabase(options: DatabaseOptions, random: Random): SimulatedDatabase {
  const { level } = options;
  const isAtOnce = level.endsWith("serializable");
  const isLocking = level === "read-committed" || level === "read-uncommitted" || level === "read-atomic";
  const chooseOperations = operationChooser(options, random);
  const sites = createSites(random);
  let commits = 0;

  /** The first commit that is not visible to a transaction that begins now. */
  function chooseSnapshot(session: Session): number {
    const stale = Math.max(0, commits - random.below(LAG_MAX));
    switch (level) {
      case "serializable":
        return isReadOnly(session) ? stale : commits;
      case "strong-session-serializable":
        return isReadOnly(session) ? Math.max(session.known, stale) : commits;
      case "snapshot-isolation":
        return stale;
      default:
        return commits;
    }
  }

  function isVisible(session: Session, commit: number): boolean {
    if (commit === UNCOMMITTED) return level === "read-uncommitted";
    switch (level) {
      case "parallel-snapshot-isolation":
        return commit < (siteOf(commit) === session.site ? session.snapshot : session.remoteSnapshot);
      case "read-atomic":
        // Each of the latest commits before it may be visible or not, but only as a whole.
        if (commit >= session.snapshot) return false;
        return commit < session.snapshot - LAG_MAX || Math.imul(commit ^ (session.snapshot << 4), 0x9e3779b1) % 3 !== 0;
      case "read-committed":
      case "read-uncommitted":
        return true;
      default:
        return commit < session.snapshot;
    }
  }

  /** The part of a key's list that a transaction sees: up to the last element that it may see. */
  function seenLength(session: Session, { elements }: Key): number {
    let length = elements.length;
    while (length > 0 && !isVisible(session, elements[length - 1]?.commit ?? 0)) length -= 1;
    return length;
  }

  function read(session: Session, key: Key): number[] {
    const seen = key.elements.slice(0, seenLength(session, key)).map(({ value }) => value);
    // Under the weakest level, uncommitted elements are in the list already.
    return level === "read-uncommitted" ? seen : [...seen, ...ownWrites(session, key)];
  }

  /** Whether another transaction committed to a key that this one writes, invisibly to it. */
  function isInConflict(session: Session): boolean {
    return session.operations.some(
      ({ key, value }) => value !== undefined && seenLength(session, key) < key.elements.length,
    );
  }

  function fail(session: Session): void {
    if (level === "read-uncommitted") {
      for (const { key, value } of session.operations.slice(0, session.done)) {
        const at = value === undefined ? -1 : key.elements.findLastIndex((element) => element.value === value);
        if (at !== -1) key.elements.splice(at, 1);
      }
    }
    end(session, "failed");
  }

  function commit(session: Session): void {
    const isGivenUp = options.failsOneIn > 0 && random.below(options.failsOneIn) === 0;
    if (isGivenUp || (!isLocking && isInConflict(session))) {
      fail(session);
      return;
    }
    if (level === "parallel-snapshot-isolation") {
      if (siteOf(commits) !== session.site) commits += 1;
      sites.commit(session.site, commits);
    }
    for (const { key, value } of session.operations) {
      if (value === undefined) continue;
      const element = level === "read-uncommitted" ? key.elements.find((each) => each.value === value) : undefined;
      if (element === undefined) key.elements.push({ value, commit: commits });
      else element.commit = commits;
    }
    commits += 1;
    session.known = Math.max(session.known, isReadOnly(session) ? session.snapshot : commits);
    end(session, "committed");
  }

  /** False if the transaction has ended. */
  function makeNext(session: Session): boolean {
    const operation = session.operations[session.done];
    if (operation === undefined) {
      commit(session);
      return false;
    }
    const { key, value } = operation;
    if (value === undefined) operation.seen = read(session, key);
    else if (isLocking && !lock(session, key)) {
      fail(session);
      return false;
    } else if (level === "read-uncommitted") key.elements.push({ value, commit: UNCOMMITTED });
    session.done += 1;
    return true;
  }

  return {
    begin(session) {
      session.operations = chooseOperations();
      session.done = 0;
      session.phase = "running";
      session.snapshot = chooseSnapshot(session);
      if (level === "parallel-snapshot-isolation") session.remoteSnapshot = sites.receive(session.site);
    },
    step(session) {
      if (!isAtOnce) {
        makeNext(session);
        return;
      }
      // Everything happens at this moment within the transaction, except reads that may be stale.
      if (level === "strict-serializable" || !isReadOnly(session)) session.snapshot = commits;
      while (makeNext(session));
    },
  };
}

/** Draws transactions of reads and writes, with values that no key has had before. */
function operationChooser(
  { level, keys, writesPerKey, operationsMax }: DatabaseOptions,
  random: Random,
): () => readonly Operation[] {
  let names = 0;
  const freshKey = (): Key => {
    names += 1;
    return { name: names, elements: [], nextValue: 1, lockedBy: undefined };
  };
  const active = Array.from({ length: keys }, freshKey);
  const chooseOperation = (): Operation => {
    const place = random.below(active.length);
    let key = active[place] ?? freshKey();
    if (key.nextValue > writesPerKey) {
      key = freshKey();
      active[place] = key;
    }
    if (random.below(2) === 0) return { key, value: undefined, seen: undefined };
    key.nextValue += 1;
    return { key, value: key.nextValue - 1, seen: undefined };
  };
  return () => {
    const operations = Array.from({ length: 1 + random.below(operationsMax) }, chooseOperation);
    if (level !== "read-atomic") return operations;
    // It would have to see every earlier write of a key that it writes, and then everything else of their writers.
    const written = new Set(operations.flatMap(({ key, value }) => (value === undefined ? [] : [key])));
    return operations.filter(({ key, value }) => value !== undefined || !written.has(key));
  };
}

interface Sites {
  commit(site: number, commit: number): void;
  /** Lets some commits of the other site arrive, in order; returns the first that has not. */
  receive(site: number): number;
}

function createSites(random: Random): Sites {
  const commitsOf: readonly [number[], number[]] = [[], []];
  const arrived = [0, 0]; // commits of the other site that have arrived at each
  return {
    commit: (site, commit) => void commitsOf[site === 0 ? 0 : 1].push(commit),
    receive(site) {
      const other = commitsOf[site === 0 ? 1 : 0];
      const count = Math.min(other.length, Math.max(arrived[site] ?? 0, other.length - random.below(LAG_MAX)));
      arrived[site] = count;
      return count === 0 ? 0 : (other[count - 1] ?? 0) + 1;
    },
  };
}

/** Even and odd commits are of different sites. */
function siteOf(commit: number): number {
  return commit % 2;
}

function isReadOnly({ operations }: Session): boolean {
  return operations.every(({ value }) => value === undefined);
}

function ownWrites({ operations, done }: Session, key: Key): number[] {
  return operations
    .slice(0, done)
    .flatMap((each) => (each.key === key && each.value !== undefined ? [each.value] : []));
}

/** False if another transaction has the key. */
function lock(session: Session, key: Key): boolean {
  if (key.lockedBy !== undefined && key.lockedBy !== session) return false;
  key.lockedBy = session;
  return true;
}

function end(session: Session, phase: "committed" | "failed"): void {
  session.phase = phase;
  for (const { key } of session.operations) if (key.lockedBy === session) key.lockedBy = undefined;
}
