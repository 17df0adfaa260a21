/**
 * The anomalies, by their names in the literature, and their special cases.
 *
 * `-item` means that no predicates are involved, as always here; `-process` and `-realtime` mean that the cycle needs
 * the order of a process, or of real time.
 *
 * Sources: Adya, "Weak Consistency", 1999 (G0 to G2, G-single); Cerone, Bernardi, Gotsman, "A Framework for
 * Transactional Consistency Models with Atomic Visibility", CONCUR 2015 (internal, G-nonadjacent by way of snapshot
 * isolation); Kingsbury, Alvaro, "Elle", VLDB 2020 (the rest, and all names).
 */

/** Cycles of dependencies, worst first, without the orders of processes and real time. */
export const CYCLES = ["G0", "G1c", "G-single-item", "G-nonadjacent-item", "G2-item"] as const;
export type CycleName = (typeof CYCLES)[number];
export type CycleAnomaly = CycleName | `${CycleName}-process` | `${CycleName}-realtime`;

export const OTHERS = [
  "G1a",
  "G1b",
  "cyclic-versions",
  "dirty-update",
  "duplicate-elements",
  "future-read",
  "garbage-read",
  "incompatible-order",
  "internal",
  "lost-update",
] as const;
export type Anomaly = CycleAnomaly | (typeof OTHERS)[number];

/** One sentence each, for people. */
export const MEANINGS: Readonly<Record<CycleName | (typeof OTHERS)[number], string>> = {
  G0: "write cycle: transactions overwrite each other in a circle",
  G1a: "aborted read: a value was read of a transaction that failed",
  G1b: "intermediate read: a value was read that its transaction overwrote itself",
  G1c: "circular information flow: each transaction reads from the one before, or overwrites it",
  "G-single-item": "read skew: a cycle with one read that missed a write",
  "G-nonadjacent-item": "a cycle with reads that missed writes, no two of them in a row",
  "G2-item": "anti-dependency cycle: reads that missed writes, two of them in a row",
  "cyclic-versions": "the values of a key cannot be put in an order",
  "dirty-update": "a write that committed builds on one that failed",
  "duplicate-elements": "an element stands in a list twice that was appended once",
  "future-read": "a transaction read what it wrote only later",
  "garbage-read": "a value was read that nobody wrote",
  "incompatible-order": "two reads of a list show different orders of its appends",
  internal: "a transaction did not see its own write, or read a key twice and found different values",
  "lost-update": "two transactions read the same value of a key, and both replaced it",
};

export function meaningOf(anomaly: Anomaly): string {
  const base = anomaly.replace(/-(?:process|realtime)$/, "");
  const meaning = Object.entries(MEANINGS).find(([name]) => name === base)?.[1] ?? base;
  if (anomaly.endsWith("-process")) return `${meaning}; the order of a process closes the circle`;
  return anomaly.endsWith("-realtime") ? `${meaning}; real time closes the circle` : meaning;
}

/** Anomalies that are present wherever the given one is, including itself. */
export function impliedBy(anomaly: Anomaly): ReadonlySet<Anomaly> {
  const implied = new Set<Anomaly>([anomaly]);
  for (const each of implied) for (const next of directlyImpliedBy(each)) implied.add(next);
  return implied;
}

function directlyImpliedBy(anomaly: Anomaly): readonly Anomaly[] {
  switch (anomaly) {
    case "G0":
      return ["G1c", "G0-process"];
    case "G0-process":
      return ["G1c-process", "G0-realtime"];
    case "G0-realtime":
      return ["G1c-realtime"];
    case "G1c":
      return ["G1c-process"];
    case "G1c-process":
      return ["G1c-realtime"];
    case "G-single-item":
      return ["G-nonadjacent-item", "G-single-item-process"];
    case "G-single-item-process":
      return ["G-nonadjacent-item-process", "G-single-item-realtime"];
    case "G-single-item-realtime":
      return ["G-nonadjacent-item-realtime"];
    case "G-nonadjacent-item":
      return ["G2-item", "G-nonadjacent-item-process"];
    case "G-nonadjacent-item-process":
      return ["G2-item-process", "G-nonadjacent-item-realtime"];
    case "G-nonadjacent-item-realtime":
      return ["G2-item-realtime"];
    case "G2-item":
      return ["G2-item-process"];
    case "G2-item-process":
      return ["G2-item-realtime"];
    case "lost-update":
      return ["G2-item"];
    // A list whose orders fork, and an update of an uncommitted value, both show values that should not be visible.
    case "incompatible-order":
    case "dirty-update":
      return ["G1a"];
    // A cycle of one: the transaction reads from itself.
    case "future-read":
      return ["G1c"];
    default:
      return [];
  }
}
