/**
 * The peer pool's scenarios: small trees, two or three threads, one situation each.
 *
 * References left by initial operations are held forever, which keeps the collector away from a peer. A peer that is
 * taken and released again before the clock moves is idle for the time moved: 150 ticks are more than any ttl.
 */
import type { ScenarioContents } from "../scenario.ts";
import { advance, create, find, nextIdentifiers, type PeersScenarioOperation, put } from "./peers-table.ts";

type Operation = PeersScenarioOperation;
type Scenarios = Readonly<Record<string, ScenarioContents<Operation>>>;

const allow = (address: string, timeout: number): Operation => ({ kind: "allow", address, timeout });
const invalidate = (family: "v4" | "v6"): Operation => ({ kind: "invalidate", family });

/** Peers held forever, in the order of their insertion. */
const held = (...addresses: string[]): Operation[] => addresses.map(create);

const LONG_TICKS = 150;

export const peersScenarios: Scenarios = {
  "rotate-right": {
    about: "a lookup while an insertion rotates once to the right",
    initial: held("v4/30", "v4/20"),
    threads: { inserter: [create("v4/10")], reader: [find("v4/30"), put("v4/30"), find("v4/10")] },
  },
  "rotate-left": {
    about: "a lookup while an insertion rotates once to the left",
    initial: held("v4/10", "v4/20"),
    threads: { inserter: [create("v4/30")], reader: [find("v4/10"), put("v4/10"), find("v4/30")] },
  },
  "rotate-left-right": {
    about: "a lookup while an insertion rotates left, then right",
    initial: held("v4/30", "v4/10"),
    threads: { inserter: [create("v4/20")], reader: [find("v4/10"), put("v4/10"), find("v4/20"), find("v4/30")] },
  },
  "rotate-right-left": {
    about: "a lookup while an insertion rotates right, then left",
    initial: held("v4/10", "v4/30"),
    threads: { inserter: [create("v4/20")], reader: [find("v4/30"), put("v4/30"), find("v4/20"), find("v4/10")] },
  },
  "creators-rotate-under-a-reader": {
    about: "two creators rotate the tree, each before or after the other, while a reader walks it",
    initial: held("v4/30"),
    threads: { "first creator": [create("v4/20")], "second creator": [create("v4/10")], reader: [find("v4/10")] },
  },
  "lookup-against-removal": {
    about: "a lookup while a removal replaces the root by its left child, a leaf",
    initial: [create("v4/20"), create("v4/10"), create("v4/30"), put("v4/20"), advance(LONG_TICKS)],
    threads: { collector: [create("v4/25")], reader: [find("v4/30"), put("v4/30"), find("v4/10")] },
  },
  "lookup-against-deep-removal": {
    about: "a lookup while a removal brings the predecessor up from two levels below",
    initial: [create("v4/40"), create("v4/20"), create("v4/60"), create("v4/30"), put("v4/40"), advance(LONG_TICKS)],
    threads: { collector: [create("v4/70")], reader: [find("v4/20"), put("v4/20"), find("v4/30")] },
  },
  "two-creators": {
    about: "two threads create one address",
    initial: held("v4/20"),
    threads: {
      first: [create("v4/10"), nextIdentifiers("v4/10", 1), put("v4/10")],
      second: [create("v4/10"), nextIdentifiers("v4/10", 0), put("v4/10")],
    },
  },
  "three-creators": {
    about: "three threads create neighbours, a fourth looks one up",
    threads: { first: [create("v4/10")], second: [create("v4/20")], third: [create("v4/30")], reader: [find("v4/20")] },
  },
  "create-against-collection": {
    about: "a thread creates the address that another's search collects",
    initial: [create("v4/20"), put("v4/20"), advance(LONG_TICKS)],
    threads: {
      collector: [create("v4/10"), put("v4/10")],
      creator: [create("v4/20"), nextIdentifiers("v4/20", 0), put("v4/20")],
    },
  },
  "put-against-collection": {
    about: "a long-idle peer is used and released while a search passes it",
    initial: [create("v4/20"), put("v4/20"), advance(LONG_TICKS)],
    threads: {
      user: [find("v4/20"), put("v4/20")],
      collector: [create("v4/10"), put("v4/10")],
      reader: [find("v4/20"), put("v4/20")],
    },
  },
  "put-while-clock-moves": {
    about: "two holders release a peer while the clock moves and a search passes it",
    initial: [create("v4/20"), put("v4/20")],
    threads: {
      "first holder": [create("v4/20"), put("v4/20")],
      "second holder": [create("v4/20"), put("v4/20")],
      collector: [advance(LONG_TICKS), create("v4/10")],
    },
  },
  "get-against-dead": {
    about: "a lookup takes a peer while the collector marks it dead",
    initial: [create("v4/20"), put("v4/20"), advance(LONG_TICKS)],
    threads: { reader: [find("v4/20"), put("v4/20"), find("v4/20")], collector: [create("v4/30")] },
  },
  "removal-beside-even-children": {
    about: "a removal leaves a tree of five heavy on the left, where both children have equal height",
    initial: [...held("v4/40", "v4/20", "v4/60", "v4/10", "v4/30"), put("v4/60"), advance(LONG_TICKS)],
    threads: { collector: [create("v4/70")], reader: [find("v4/30")] },
  },
  "removal-beside-even-children-on-the-right": {
    about: "the same on the right",
    initial: [...held("v4/20", "v4/10", "v4/40", "v4/30", "v4/50"), put("v4/10"), advance(LONG_TICKS)],
    threads: { collector: [create("v4/5")], reader: [find("v4/30")] },
  },
  "collection-of-several": {
    about: "a search collects several peers of its path, the root among them",
    initial: [
      create("v4/40"),
      create("v4/20"),
      create("v4/60"),
      create("v4/10"),
      put("v4/40"),
      put("v4/20"),
      put("v4/10"),
      advance(LONG_TICKS),
    ],
    threads: { collector: [create("v4/5"), put("v4/5")], reader: [find("v4/60"), put("v4/60"), find("v4/20")] },
  },
  "collection-that-rotates": {
    about: "the removal of the deepest idle peer on the path rotates the next one away",
    initial: [
      create("v4/40"),
      create("v4/20"),
      create("v4/60"),
      create("v4/70"),
      put("v4/40"),
      put("v4/20"),
      advance(LONG_TICKS),
    ],
    threads: { collector: [create("v4/10"), put("v4/10")], reader: [find("v4/60"), put("v4/60"), find("v4/70")] },
  },
  "two-collectors": {
    about: "two searches collect overlapping paths",
    initial: [
      create("v4/40"),
      create("v4/20"),
      create("v4/60"),
      put("v4/40"),
      put("v4/20"),
      put("v4/60"),
      advance(LONG_TICKS),
    ],
    threads: { left: [create("v4/10")], right: [create("v4/50")] },
  },
  "invalidate-against-lookup": {
    about: "lookups while the tree is invalidated",
    initial: [create("v4/20"), create("v4/10"), put("v4/10")],
    threads: {
      reader: [find("v4/10"), put("v4/10"), find("v4/20")],
      flusher: [invalidate("v4"), advance(5)],
      creator: [create("v4/10"), put("v4/10")],
    },
  },
  "invalidate-against-holder": {
    about: "a holder uses its peer after the tree is invalidated and the collector has run",
    initial: [create("v4/20"), create("v4/10"), put("v4/20"), put("v4/10")],
    threads: {
      holder: [find("v4/20"), nextIdentifiers("v4/20", 2), nextIdentifiers("v4/20", 0), put("v4/20")],
      flusher: [invalidate("v4"), advance(5), advance(5)],
    },
  },
  "invalidate-twice": {
    about: "two flushes with a creation in between",
    initial: [create("v4/20"), put("v4/20")],
    threads: {
      flusher: [invalidate("v4"), create("v4/20"), put("v4/20"), invalidate("v4"), advance(5)],
      user: [create("v4/20"), nextIdentifiers("v4/20", 0), put("v4/20")],
    },
  },
  "collector-against-old-root": {
    about: "a reader still holds the old root when the deferred collector runs, which was requested long before",
    initial: [
      create("v4/10"),
      put("v4/10"),
      create("v6/4"),
      create("v6/2"),
      put("v6/4"),
      put("v6/2"),
      invalidate("v4"),
      advance(4),
    ],
    threads: { reader: [find("v6/2"), put("v6/2")], flusher: [invalidate("v6"), advance(1)] },
  },
  "collection-against-invalidate": {
    about: "a search collects while the tree is invalidated",
    initial: [create("v4/20"), create("v4/10"), put("v4/20"), put("v4/10"), advance(LONG_TICKS)],
    threads: {
      collector: [create("v4/15"), put("v4/15")],
      flusher: [invalidate("v4"), advance(5)],
      reader: [find("v4/10"), put("v4/10")],
    },
  },
  "threshold-overload": {
    about: "a tree over its threshold loses every idle peer on a path, however fresh",
    limits: { threshold: 3 },
    initial: [create("v4/20"), create("v4/10"), create("v4/30"), put("v4/20"), put("v4/10"), put("v4/30")],
    threads: {
      collector: [create("v4/5"), put("v4/5")],
      reader: [find("v4/20"), put("v4/20"), find("v4/30"), put("v4/30")],
    },
  },
  "ttl-shrinks": {
    about: "the ttl falls as the tree fills, and a peer expires without the clock moving",
    limits: { threshold: 3, ttlMinTicks: 10, ttlMaxTicks: 40 },
    initial: [create("v4/20"), put("v4/20"), advance(35)],
    threads: { creator: [create("v4/30"), create("v4/40")], reader: [find("v4/20"), put("v4/20"), create("v4/10")] },
  },
  "ttl-wrap": {
    about: "a peer expires just after the clock wrapped around, 18 seconds old in a tree three quarters full",
    limits: { now: -100, ticksPerSecond: 10, threshold: 4, ttlMinTicks: 100, ttlMaxTicks: 400 },
    initial: [create("v4/20"), create("v4/10"), create("v4/30"), put("v4/20"), advance(177), put("v4/10")],
    threads: {
      clock: [advance(3)],
      collector: [create("v4/5"), put("v4/5")],
      reader: [find("v4/20"), put("v4/20"), find("v4/10")],
    },
  },
  "limiter-wrap": {
    about: "the limiter of a peer created just before the clock wraps around",
    limits: { now: -5 },
    threads: {
      sender: [create("v4/10"), allow("v4/10", 10), allow("v4/10", 10), allow("v4/10", 10)],
      clock: [advance(10)],
      "other sender": [create("v4/10"), allow("v4/10", 10), allow("v4/10", 10), allow("v4/10", 10), allow("v4/10", 10)],
    },
  },
  "limiter-after-wrap": {
    about: "a peer created just after the clock wrapped around may send its first burst",
    limits: { now: 10 },
    threads: {
      sender: [create("v4/10"), allow("v4/10", 10), allow("v4/10", 10), allow("v4/10", 10)],
      "other sender": [create("v4/10"), allow("v4/10", 10), allow("v4/10", 10), allow("v4/10", 10), allow("v4/10", 10)],
    },
  },
  "limiter-shared": {
    about: "two threads share one peer's limiter while the clock moves by single ticks",
    limits: { burstFactor: 2 },
    initial: [create("v4/10"), allow("v4/10", 2), allow("v4/10", 2)],
    threads: {
      sender: [find("v4/10"), allow("v4/10", 2), allow("v4/10", 2)],
      "other sender": [find("v4/10"), allow("v4/10", 2), allow("v4/10", 2)],
      clock: [advance(1), advance(1)],
    },
  },
  identifiers: {
    about: "two threads draw identifiers from one peer",
    initial: held("v4/10"),
    threads: {
      first: [find("v4/10"), nextIdentifiers("v4/10", 3), nextIdentifiers("v4/10", 0)],
      second: [find("v4/10"), nextIdentifiers("v4/10", 0), nextIdentifiers("v4/10", 2)],
    },
  },
  "two-families": {
    about: "both families side by side: one is invalidated, the other is not",
    initial: [create("v4/10"), create("v6/1"), put("v4/10"), put("v6/1")],
    threads: {
      "v4 user": [find("v4/10"), put("v4/10"), create("v4/20")],
      "v6 user": [create("v6/2"), find("v6/1"), put("v6/1")],
      flusher: [invalidate("v6"), advance(5)],
    },
  },
  "v6-rotation": {
    about: "a lookup in the IPv6 tree while an insertion rotates it",
    initial: held("v6/1", "v6/2"),
    threads: { inserter: [create("v6/3")], reader: [find("v6/1"), put("v6/1"), find("v6/3")] },
  },
  "memory-exhausted": {
    about: "there is memory for one more peer, and two threads want one",
    limits: { peersMax: 2 },
    initial: held("v4/20"),
    threads: { first: [create("v4/10"), put("v4/10")], second: [create("v4/30"), put("v4/30")] },
  },
  "memory-reused": {
    about: "a collected peer's memory is reused for another peer while a reader is active",
    limits: { peersMax: 2 },
    initial: [create("v4/20"), create("v4/10"), put("v4/10"), put("v4/20"), advance(LONG_TICKS)],
    threads: { collector: [create("v4/30"), create("v4/40")], reader: [find("v4/10"), put("v4/10"), find("v4/40")] },
  },
};

/** Scenarios that cover all situations of a search, each small enough to be explored exhaustively in seconds. */
const OF_SEARCHES = [
  "rotate-right",
  "rotate-left-right",
  "creators-rotate-under-a-reader",
  "lookup-against-removal",
  "lookup-against-deep-removal",
  "two-creators",
  "create-against-collection",
  "get-against-dead",
  "collection-that-rotates",
  "two-collectors",
  "invalidate-against-holder",
  "collector-against-old-root",
  "threshold-overload",
  "v6-rotation",
  "memory-exhausted",
];

/**
 * The same for the pool with the optimistic search, plus its own behaviour: clearing invalidated peers before their
 * memory is reused.
 */
export const peersOptimisticScenarios: Scenarios = {
  ...Object.fromEntries(Object.entries(peersScenarios).filter(([name]) => OF_SEARCHES.includes(name))),
  "collected-and-made-anew": {
    about: "a collected peer's memory is reused for another peer while a reader is active",
    limits: { peersMax: 2 },
    initial: [create("v4/20"), create("v4/10"), put("v4/10"), put("v4/20"), advance(LONG_TICKS)],
    threads: { collector: [create("v4/30"), create("v4/40")], reader: [find("v4/10"), put("v4/10")] },
  },
  "thrown-away-and-made-anew": {
    about: "the memory of invalidated peers is reused for another while a reader is active",
    limits: { peersMax: 2, gcDelayTicks: 1 },
    initial: [create("v4/20"), create("v4/10"), put("v4/20"), put("v4/10")],
    threads: { flusher: [invalidate("v4"), advance(1), create("v4/30")], reader: [find("v4/10"), put("v4/10")] },
  },
};
