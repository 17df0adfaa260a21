/**
 * Scenarios of the peer pools of 2010; nearly all run before and after the RCU conversion. Small trees, two or three
 * threads.
 *
 * References left by initial operations are held forever. The timer first runs 120 ticks after the start, if the clock
 * gets that far; a peer that is idle for 100 ticks in an almost empty pool is due by then.
 */
import type { ScenarioContents } from "../scenario.ts";
import { advance, create, find, type ListedPeersOperation, nextIdentifiers, put } from "./peers-table.ts";

type Scenarios = Readonly<Record<string, ScenarioContents<ListedPeersOperation>>>;

/**
 * Idle peers, in this order on the unused list. All are in use while the last is created: a full pool collects none of
 * them.
 */
const idle = (...addresses: string[]): ListedPeersOperation[] => [...addresses.map(create), ...addresses.map(put)];

const LONG_TICKS = 150;

export const peersRwlockScenarios: Scenarios = {
  "two-creators": {
    about: "two threads create one address",
    threads: { first: [create("v4/10"), nextIdentifiers("v4/10", 1)], second: [create("v4/10"), put("v4/10")] },
  },
  "readers-together": {
    about: "two threads find one peer in use while a third creates another",
    initial: [create("v4/20")],
    threads: { inserter: [create("v4/10")], reader: [find("v4/20")], "other reader": [find("v4/20")] },
  },
  rotate: {
    about: "lookups of peers in use while an insertion rotates the tree",
    initial: [create("v4/30"), create("v4/20")],
    threads: { inserter: [create("v4/10")], reader: [find("v4/20"), find("v4/10")] },
  },
  "creators-of-neighbours": {
    about: "two threads create neighbours in the tree, and one looks for the other's",
    initial: [create("v4/20")],
    threads: { first: [create("v4/10")], second: [create("v4/15"), find("v4/10")] },
  },
  "put-against-get": {
    about: "the last reference is dropped while another thread takes and drops one",
    initial: idle("v4/20"),
    threads: { first: [find("v4/20"), put("v4/20")], second: [find("v4/20"), put("v4/20")] },
  },
  "unlisted-by-neighbours": {
    about: "adjacent peers on the unused list are taken off it and put back",
    initial: idle("v4/10", "v4/20", "v4/30"),
    threads: { middle: [find("v4/20"), put("v4/20")], first: [find("v4/10"), put("v4/10")] },
  },
  "full-takes-longest-idle": {
    about: "a creation in a full pool takes the longest idle peer while another thread uses it",
    limits: { threshold: 2 },
    initial: idle("v4/20", "v4/10"),
    threads: { creator: [create("v4/30")], user: [find("v4/20"), put("v4/20")] },
  },
  "full-and-all-in-use": {
    about: "a full pool of peers in use grows beyond its threshold, and shrinks when one is released",
    limits: { threshold: 2 },
    initial: [create("v4/20")],
    threads: { creator: [create("v4/30"), put("v4/30")], user: [create("v4/50")] },
  },
  "two-collections": {
    about: "two creations in a full pool collect at once, and the removal of the root re-balances the tree",
    limits: { threshold: 3 },
    initial: idle("v4/20", "v4/10", "v4/30"),
    threads: { left: [create("v4/5")], right: [create("v4/40")] },
  },
  "fresh-taken-when-full": {
    about: "a creation finds the pool full, and collects the peer that another thread releases at that moment",
    limits: { threshold: 2 },
    initial: [create("v4/20")],
    threads: { creator: [create("v4/10")], user: [create("v4/40"), put("v4/40")] },
  },
  "timer-against-user": {
    about: "the timer takes an old peer while a thread uses it",
    initial: [...idle("v4/20"), create("v4/10")],
    threads: {
      clock: [advance(LONG_TICKS)],
      user: [find("v4/20"), nextIdentifiers("v4/20", 0), put("v4/20"), find("v4/20")],
    },
  },
  "timer-against-creation": {
    about: "the timer collects an old peer while a thread creates its address again",
    initial: [...idle("v4/20"), advance(LONG_TICKS)],
    threads: { creator: [create("v4/20"), put("v4/20")] },
  },
  "timer-stops-at-tick": {
    about: "the timer takes several old peers, until the clock ticks; the next run takes the rest",
    initial: [...idle("v4/20", "v4/10"), advance(130)],
    threads: { clock: [advance(1), advance(130)] },
  },
  "timer-spares-fresh": {
    about: "the timer finds the first peer on the list old and the second fresh; the clock wraps round meanwhile",
    limits: { now: -100 },
    initial: [...idle("v4/20"), advance(60), ...idle("v4/10")],
    threads: { clock: [advance(61)], user: [find("v4/20"), put("v4/20"), find("v4/10")] },
  },
  "timer-when-full": {
    about: "in a full pool the timer takes peers of the shortest ttl and comes again soon",
    limits: { threshold: 2, timerMaxTicks: 20 },
    initial: [...idle("v4/20", "v4/10"), advance(5)],
    threads: { clock: [advance(15), advance(10)], user: [find("v4/10")] },
  },
  "memory-exhausted": {
    about: "there is memory for one more peer, and two threads want one",
    limits: { peersMax: 2 },
    initial: [create("v4/20")],
    threads: { first: [create("v4/10"), put("v4/10")], second: [create("v4/10"), create("v4/30")] },
  },
  "memory-reused": {
    about: "a collected peer's memory is reused for another peer while a reader is active",
    limits: { threshold: 1, peersMax: 2 },
    initial: idle("v4/20"),
    threads: { creator: [create("v4/10"), create("v4/30")], reader: [find("v4/20"), put("v4/20")] },
  },
};

/** Scenarios with three threads, where the lock does not multiply the schedules. */
export const peersRcuListScenarios: Scenarios = {
  ...peersRwlockScenarios,
  "collected-and-made-anew": {
    about: "a creation in a full pool collects the peer that a second thread creates again and a third looks up",
    limits: { threshold: 1 },
    initial: idle("v4/20"),
    threads: { creator: [create("v4/10")], other: [create("v4/20")], reader: [find("v4/20")] },
  },
};
