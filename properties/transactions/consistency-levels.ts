/**
 * Consistency levels: their implications, the anomalies that each forbids, and the cycles that none of its histories
 * has.
 *
 * Names and implications are Jepsen's (jepsen.io/consistency). A history satisfies a level unless an anomaly is found
 * that the level, or a weaker one, forbids.
 *
 * Sources: Adya, "Weak Consistency", 1999: PL-1, PL-2, PL-CS, PL-2+, PL-2.99, PL-3; Cerone, Gotsman, "Analysing
 * Snapshot Isolation", PODC 2016: snapshot isolation as graphs whose only cycles have two anti-dependencies in a row,
 * parallel snapshot isolation as those without G-single; Bailis et al., "Scalable Atomic Visibility with RAMP
 * Transactions", 2014: read atomic as no fractured reads; Daudjee, Salem, "Lazy Database Replication with Snapshot
 * Isolation", VLDB 2006: strong, and strong session.
 */
import type { Anomaly } from "./anomaly.ts";
import { impliedBy } from "./anomaly.ts";
import {
  PROCESS,
  PROCESS_READ_WRITE,
  READ_WRITE,
  REAL_TIME,
  REAL_TIME_READ_WRITE,
  WRITE_READ,
  WRITE_WRITE,
} from "./dependency-graph.ts";
import type { Ways } from "./strong-components.ts";

export const LEVELS = [
  "read-uncommitted",
  "read-committed",
  "read-atomic",
  "update-atomic",
  "cursor-stability",
  "consistent-view",
  "parallel-snapshot-isolation",
  "repeatable-read",
  "snapshot-isolation",
  "serializable",
  "strong-session-read-uncommitted",
  "strong-session-read-committed",
  "strong-session-snapshot-isolation",
  "strong-session-serializable",
  "strong-read-uncommitted",
  "strong-read-committed",
  "strong-snapshot-isolation",
  "strict-serializable",
] as const;
export type Level = (typeof LEVELS)[number];

/** An order that a level may keep besides that of the data. */
export type KeptOrder = "process" | "real-time";

interface Definition {
  /** Weaker levels. */
  readonly implies: readonly Level[];
  /** What it forbids in addition to those. */
  readonly forbids: readonly Anomaly[];
  readonly keeps?: KeptOrder;
  /** The dependencies that must not form a cycle. */
  readonly acyclic?: { readonly kinds: number; readonly ways: Ways };
}

const WRITES = WRITE_WRITE;
const FLOW = WRITE_WRITE | WRITE_READ;
const ALL = FLOW | READ_WRITE;
const SESSIONS = ALL | PROCESS | PROCESS_READ_WRITE;
// The order of a process is part of real time, and all of it where the file has no invocations.
const TIME = PROCESS | REAL_TIME;
const STRONG = SESSIONS | REAL_TIME | REAL_TIME_READ_WRITE;

const DEFINITIONS: Readonly<Record<Level, Definition>> = {
  "read-uncommitted": {
    implies: [],
    forbids: ["G0", "duplicate-elements", "cyclic-versions", "garbage-read"],
    acyclic: { kinds: WRITES, ways: "any" },
  },
  "read-committed": {
    implies: ["read-uncommitted"],
    forbids: ["G1a", "G1b", "G1c"],
    acyclic: { kinds: FLOW, ways: "any" },
  },
  "read-atomic": { implies: ["read-committed"], forbids: ["internal", "future-read"] },
  "update-atomic": { implies: ["read-atomic"], forbids: ["lost-update"] },
  "cursor-stability": { implies: ["read-committed"], forbids: ["lost-update"] },
  "consistent-view": { implies: ["cursor-stability"], forbids: ["G-single-item"] },
  "parallel-snapshot-isolation": { implies: ["update-atomic", "consistent-view"], forbids: [] },
  "repeatable-read": { implies: ["cursor-stability"], forbids: ["G2-item"], acyclic: { kinds: ALL, ways: "any" } },
  "snapshot-isolation": {
    implies: ["parallel-snapshot-isolation"],
    forbids: ["G-nonadjacent-item"],
    acyclic: { kinds: ALL, ways: "apart" },
  },
  serializable: { implies: ["repeatable-read", "snapshot-isolation"], forbids: [] },
  "strong-session-read-uncommitted": {
    implies: ["read-uncommitted"],
    forbids: ["G0-process"],
    keeps: "process",
    acyclic: { kinds: WRITES | PROCESS, ways: "any" },
  },
  "strong-session-read-committed": {
    implies: ["read-committed", "strong-session-read-uncommitted"],
    forbids: ["G1c-process"],
    keeps: "process",
    acyclic: { kinds: FLOW | PROCESS, ways: "any" },
  },
  "strong-session-snapshot-isolation": {
    implies: ["snapshot-isolation", "strong-session-read-committed"],
    forbids: ["G-nonadjacent-item-process"],
    keeps: "process",
    acyclic: { kinds: SESSIONS, ways: "apart" },
  },
  "strong-session-serializable": {
    implies: ["serializable", "strong-session-snapshot-isolation"],
    forbids: ["G2-item-process"],
    keeps: "process",
    acyclic: { kinds: SESSIONS, ways: "any" },
  },
  "strong-read-uncommitted": {
    implies: ["strong-session-read-uncommitted"],
    forbids: ["G0-realtime"],
    keeps: "real-time",
    acyclic: { kinds: WRITES | TIME, ways: "any" },
  },
  "strong-read-committed": {
    implies: ["strong-session-read-committed", "strong-read-uncommitted"],
    forbids: ["G1c-realtime"],
    keeps: "real-time",
    acyclic: { kinds: FLOW | TIME, ways: "any" },
  },
  "strong-snapshot-isolation": {
    implies: ["strong-session-snapshot-isolation", "strong-read-committed"],
    forbids: ["G-nonadjacent-item-realtime"],
    keeps: "real-time",
    acyclic: { kinds: STRONG, ways: "apart" },
  },
  "strict-serializable": {
    implies: ["strong-session-serializable", "strong-snapshot-isolation"],
    forbids: ["G2-item-realtime"],
    keeps: "real-time",
    acyclic: { kinds: STRONG, ways: "any" },
  },
};

/** Other names of levels, from Adya and others. */
const ALIASES: Readonly<Record<string, Level>> = {
  "PL-1": "read-uncommitted",
  "PL-2": "read-committed",
  "PL-CS": "cursor-stability",
  "PL-2+": "consistent-view",
  "PL-2.99": "repeatable-read",
  "PL-SI": "snapshot-isolation",
  "PL-3": "serializable",
  "PL-SS": "strict-serializable",
  "conflict-serializable": "serializable",
  "strong-serializable": "strict-serializable",
};

export function levelNamed(name: string): Level | undefined {
  return LEVELS.find((level) => level === name) ?? ALIASES[name];
}

export function cyclesForbidden(level: Level): Definition["acyclic"] {
  return DEFINITIONS[level].acyclic;
}

/** The order that a level keeps besides that of the data. */
export function orderKept(level: Level): KeptOrder | undefined {
  return DEFINITIONS[level].keeps;
}

/** The level and all levels that it implies. */
export function withWeaker(level: Level): ReadonlySet<Level> {
  const levels = new Set<Level>([level]);
  for (const each of levels) for (const weaker of DEFINITIONS[each].implies) levels.add(weaker);
  return levels;
}

export function isForbidden(anomaly: Anomaly, level: Level): boolean {
  const implied = impliedBy(anomaly);
  return [...withWeaker(level)].some((each) => DEFINITIONS[each].forbids.some((forbidden) => implied.has(forbidden)));
}

/** The levels that a history with these anomalies violates. */
export function levelsRuledOut(anomalies: readonly Anomaly[]): Level[] {
  return LEVELS.filter((level) => anomalies.some((anomaly) => isForbidden(anomaly, level)));
}

/** The given levels that imply none of the others. */
export function weakestOf(levels: readonly Level[]): Level[] {
  return levels.filter((level) => !levels.some((other) => other !== level && withWeaker(level).has(other)));
}

/** The given levels that none of the others implies. */
export function strongestOf(levels: readonly Level[]): Level[] {
  return levels.filter((level) => !levels.some((other) => other !== level && withWeaker(other).has(level)));
}
