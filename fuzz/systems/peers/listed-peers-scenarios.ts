/**
 * Scenarios of the peer pools of 2010: nearly all are tried before and after the RCU conversion. Small trees, two or
 * three threads.
 *
 * References that the initial operations leave are held for ever. The timer runs first 120 ticks after the start, if
 * the clock comes so far; a peer that is idle for 100 ticks in an almost empty pool is due by then.
 */
import type { ListedPeersOperation } from "./peers-operations.ts";
import type { Scenario, ScenarioThread } from "../scenario.ts";

type Operation = ListedPeersOperation;

const create = (address: string): Operation => ({ kind: "get", address, create: true });
const find = (address: string): Operation => ({ kind: "get", address, create: false });
const put = (address: string): Operation => ({ kind: "put", address });
const nextIdentifier = (address: string, more: number): Operation => ({ kind: "nextIdentifier", address, more });
const advance = (ticks: number): Operation => ({ kind: "advance", ticks });
const thread = (name: string, ...operations: Operation[]): ScenarioThread<Operation> => ({ name, operations });

/**
 * Idle from the start, in this order on the unused list. All are in use while the last is made: a full pool takes none
 * of them.
 */
const idle = (...addresses: string[]): Operation[] => [...addresses.map(create), ...addresses.map(put)];

const LONG_TICKS = 150;

interface Trial {
  readonly name: string;
  readonly about: string;
  readonly limits?: Readonly<Record<string, number>>;
  readonly initial: readonly Operation[];
  readonly threads: readonly ScenarioThread<Operation>[];
}

const trials: readonly Trial[] = [
  {
    name: "two-creators",
    about: "two threads create one address",
    initial: [],
    threads: [
      thread("first", create("v4/10"), nextIdentifier("v4/10", 1)),
      thread("second", create("v4/10"), put("v4/10")),
    ],
  },
  {
    name: "readers-together",
    about: "two threads find one peer in use while a third creates another",
    initial: [create("v4/20")],
    threads: [
      thread("inserter", create("v4/10")),
      thread("reader", find("v4/20")),
      thread("other reader", find("v4/20")),
    ],
  },
  {
    name: "rotate",
    about: "lookups of peers in use while an insertion rotates the tree",
    initial: [create("v4/30"), create("v4/20")],
    threads: [thread("inserter", create("v4/10")), thread("reader", find("v4/20"), find("v4/10"))],
  },
  {
    name: "creators-of-neighbours",
    about: "two threads create neighbours in the tree, and one looks for the other's",
    initial: [create("v4/20")],
    threads: [thread("first", create("v4/10")), thread("second", create("v4/15"), find("v4/10"))],
  },
  {
    name: "put-against-get",
    about: "the last reference is dropped while another thread takes and drops one",
    initial: idle("v4/20"),
    threads: [thread("first", find("v4/20"), put("v4/20")), thread("second", find("v4/20"), put("v4/20"))],
  },
  {
    name: "unlisted-by-neighbours",
    about: "peers beside one another on the unused list are taken off it and put back",
    initial: idle("v4/10", "v4/20", "v4/30"),
    threads: [thread("middle", find("v4/20"), put("v4/20")), thread("first", find("v4/10"), put("v4/10"))],
  },
  {
    name: "full-takes-longest-idle",
    about: "a creation in a full pool takes the longest idle peer while another thread uses it",
    limits: { threshold: 2 },
    initial: idle("v4/20", "v4/10"),
    threads: [thread("creator", create("v4/30")), thread("user", find("v4/20"), put("v4/20"))],
  },
  {
    name: "full-and-all-in-use",
    about: "a full pool of peers in use grows beyond its threshold, and shrinks when one is let go",
    limits: { threshold: 2 },
    initial: [create("v4/20")],
    threads: [thread("creator", create("v4/30"), put("v4/30")), thread("user", create("v4/50"))],
  },
  {
    name: "two-collections",
    about: "two creations in a full pool collect at once, and the removal of the root re-balances the tree",
    limits: { threshold: 3 },
    initial: idle("v4/20", "v4/10", "v4/30"),
    threads: [thread("left", create("v4/5")), thread("right", create("v4/40"))],
  },
  {
    name: "fresh-taken-when-full",
    about: "a creation decides by a full pool, and takes the peer that another thread lets go at that moment",
    limits: { threshold: 2 },
    initial: [create("v4/20")],
    threads: [thread("creator", create("v4/10")), thread("user", create("v4/40"), put("v4/40"))],
  },
  {
    name: "timer-against-user",
    about: "the timer takes an old peer while a thread uses it",
    initial: [...idle("v4/20"), create("v4/10")],
    threads: [
      thread("clock", advance(LONG_TICKS)),
      thread("user", find("v4/20"), nextIdentifier("v4/20", 0), put("v4/20"), find("v4/20")),
    ],
  },
  {
    name: "timer-against-creation",
    about: "the timer takes an old peer while a thread creates its address anew",
    initial: [...idle("v4/20"), advance(LONG_TICKS)],
    threads: [thread("creator", create("v4/20"), put("v4/20"))],
  },
  {
    name: "timer-stops-at-tick",
    about: "the timer takes several old peers, until the clock ticks; the next run takes the rest",
    initial: [...idle("v4/20", "v4/10"), advance(130)],
    threads: [thread("clock", advance(1), advance(130))],
  },
  {
    name: "timer-spares-fresh",
    about: "the timer finds the first peer on the list old and the second fresh; the clock wraps round meanwhile",
    limits: { now: -100 },
    initial: [...idle("v4/20"), advance(60), ...idle("v4/10")],
    threads: [thread("clock", advance(61)), thread("user", find("v4/20"), put("v4/20"), find("v4/10"))],
  },
  {
    name: "timer-when-full",
    about: "in a full pool the timer takes peers of the shortest ttl and comes again soon",
    limits: { threshold: 2, timerMaxTicks: 20 },
    initial: [...idle("v4/20", "v4/10"), advance(5)],
    threads: [thread("clock", advance(15), advance(10)), thread("user", find("v4/10"))],
  },
  {
    name: "memory-exhausted",
    about: "there is memory for one peer more, and two threads want one",
    limits: { peersMax: 2 },
    initial: [create("v4/20")],
    threads: [thread("first", create("v4/10"), put("v4/10")), thread("second", create("v4/10"), create("v4/30"))],
  },
  {
    name: "memory-reused",
    about: "a collected peer's memory comes back as another peer while a reader is about",
    limits: { threshold: 1, peersMax: 2 },
    initial: idle("v4/20"),
    threads: [thread("creator", create("v4/10"), create("v4/30")), thread("reader", find("v4/20"), put("v4/20"))],
  },
];

/** Three threads, where the lock does not multiply what can happen. */
const locklessTrials: readonly Trial[] = [
  {
    name: "collected-and-made-anew",
    about: "a creation in a full pool takes the peer that a second thread creates anew and a third looks for",
    limits: { threshold: 1 },
    initial: idle("v4/20"),
    threads: [thread("creator", create("v4/10")), thread("other", create("v4/20")), thread("reader", find("v4/20"))],
  },
];

function scenariosOf(system: string, trials: readonly Trial[]): readonly Scenario<Operation>[] {
  return trials.map(({ name, ...rest }) => ({ name: `${system}-${name}`, system, ...rest }));
}

export const peersRwlockScenarios: readonly Scenario<Operation>[] = scenariosOf("peers-rwlock", trials);

export const peersRcuListScenarios: readonly Scenario<Operation>[] = scenariosOf("peers-rcu-list", [
  ...trials,
  ...locklessTrials,
]);
