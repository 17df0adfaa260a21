/**
 * The peer pool's scenarios: small trees, two or three threads, one thing tried in each.
 *
 * References that the initial operations leave are held for ever, which keeps the collector away from a peer. A peer
 * that is taken and released anew before the clock moves is idle for the time moved: 150 ticks are more than any ttl.
 */
import type { PeersScenarioOperation } from "./peers-operations.ts";
import type { Scenario, ScenarioThread } from "../scenario.ts";

type Operation = PeersScenarioOperation;

const create = (address: string): Operation => ({ kind: "get", address, create: true });
const find = (address: string): Operation => ({ kind: "get", address, create: false });
const put = (address: string): Operation => ({ kind: "put", address });
const allow = (address: string, timeout: number): Operation => ({ kind: "allow", address, timeout });
const nextIdentifier = (address: string, more: number): Operation => ({ kind: "nextIdentifier", address, more });
const invalidate = (family: "v4" | "v6"): Operation => ({ kind: "invalidate", family });
const advance = (ticks: number): Operation => ({ kind: "advance", ticks });
const thread = (name: string, ...operations: Operation[]): ScenarioThread<Operation> => ({ name, operations });

function scenario(
  name: string,
  about: string,
  {
    limits,
    initial,
    threads,
  }: { limits?: Record<string, number>; initial: Operation[]; threads: ScenarioThread<Operation>[] },
): Scenario<Operation> {
  return {
    name: `peers-${name}`,
    system: "peers",
    about,
    ...(limits === undefined ? {} : { limits }),
    initial,
    threads,
  };
}

/** Held ever after, in the order of their insertion. */
const held = (...addresses: string[]): Operation[] => addresses.map(create);

const LONG_TICKS = 150;

export const peersScenarios: readonly Scenario<Operation>[] = [
  scenario("rotate-right", "a lookup while an insertion rotates once to the right", {
    initial: held("v4/30", "v4/20"),
    threads: [thread("inserter", create("v4/10")), thread("reader", find("v4/30"), put("v4/30"), find("v4/10"))],
  }),
  scenario("rotate-left", "a lookup while an insertion rotates once to the left", {
    initial: held("v4/10", "v4/20"),
    threads: [thread("inserter", create("v4/30")), thread("reader", find("v4/10"), put("v4/10"), find("v4/30"))],
  }),
  scenario("rotate-left-right", "a lookup while an insertion rotates left, then right", {
    initial: held("v4/30", "v4/10"),
    threads: [
      thread("inserter", create("v4/20")),
      thread("reader", find("v4/10"), put("v4/10"), find("v4/20"), find("v4/30")),
    ],
  }),
  scenario("rotate-right-left", "a lookup while an insertion rotates right, then left", {
    initial: held("v4/10", "v4/30"),
    threads: [
      thread("inserter", create("v4/20")),
      thread("reader", find("v4/30"), put("v4/30"), find("v4/20"), find("v4/10")),
    ],
  }),
  scenario(
    "creators-rotate-under-a-reader",
    "two creators rotate the tree, each before or after the other, while a reader walks it",
    {
      initial: held("v4/30"),
      threads: [
        thread("first creator", create("v4/20")),
        thread("second creator", create("v4/10")),
        thread("reader", find("v4/10")),
      ],
    },
  ),
  scenario("lookup-against-removal", "a lookup while a removal puts the left child, a leaf, in the place of the root", {
    initial: [create("v4/20"), create("v4/10"), create("v4/30"), put("v4/20"), advance(LONG_TICKS)],
    threads: [thread("collector", create("v4/25")), thread("reader", find("v4/30"), put("v4/30"), find("v4/10"))],
  }),
  scenario("lookup-against-deep-removal", "a lookup while a removal brings the predecessor up from two levels below", {
    initial: [create("v4/40"), create("v4/20"), create("v4/60"), create("v4/30"), put("v4/40"), advance(LONG_TICKS)],
    threads: [thread("collector", create("v4/70")), thread("reader", find("v4/20"), put("v4/20"), find("v4/30"))],
  }),
  scenario("two-creators", "two threads create one address", {
    initial: held("v4/20"),
    threads: [
      thread("first", create("v4/10"), nextIdentifier("v4/10", 1), put("v4/10")),
      thread("second", create("v4/10"), nextIdentifier("v4/10", 0), put("v4/10")),
    ],
  }),
  scenario("three-creators", "three threads create neighbours, a fourth looks on", {
    initial: [],
    threads: [
      thread("first", create("v4/10")),
      thread("second", create("v4/20")),
      thread("third", create("v4/30")),
      thread("reader", find("v4/20")),
    ],
  }),
  scenario("create-against-collection", "a thread creates the address that another's search collects", {
    initial: [create("v4/20"), put("v4/20"), advance(LONG_TICKS)],
    threads: [
      thread("collector", create("v4/10"), put("v4/10")),
      thread("creator", create("v4/20"), nextIdentifier("v4/20", 0), put("v4/20")),
    ],
  }),
  scenario("put-against-collection", "a peer that was idle for long is used and released while a search passes", {
    initial: [create("v4/20"), put("v4/20"), advance(LONG_TICKS)],
    threads: [
      thread("user", find("v4/20"), put("v4/20")),
      thread("collector", create("v4/10"), put("v4/10")),
      thread("reader", find("v4/20"), put("v4/20")),
    ],
  }),
  scenario("put-while-clock-moves", "two holders release while the clock moves and a search passes", {
    initial: [create("v4/20"), put("v4/20")],
    threads: [
      thread("first holder", create("v4/20"), put("v4/20")),
      thread("second holder", create("v4/20"), put("v4/20")),
      thread("collector", advance(LONG_TICKS), create("v4/10")),
    ],
  }),
  scenario("get-against-dead", "a lookup takes a peer while the collector marks it dead", {
    initial: [create("v4/20"), put("v4/20"), advance(LONG_TICKS)],
    threads: [thread("reader", find("v4/20"), put("v4/20"), find("v4/20")), thread("collector", create("v4/30"))],
  }),
  scenario("collection-of-several", "a search collects several peers of its path, the root among them", {
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
    threads: [
      thread("collector", create("v4/5"), put("v4/5")),
      thread("reader", find("v4/60"), put("v4/60"), find("v4/20")),
    ],
  }),
  scenario(
    "collection-that-rotates",
    "the removal of the deepest idle peer on the path rotates the next one off its place",
    {
      initial: [
        create("v4/40"),
        create("v4/20"),
        create("v4/60"),
        create("v4/70"),
        put("v4/40"),
        put("v4/20"),
        advance(LONG_TICKS),
      ],
      threads: [
        thread("collector", create("v4/10"), put("v4/10")),
        thread("reader", find("v4/60"), put("v4/60"), find("v4/70")),
      ],
    },
  ),
  scenario("two-collectors", "two searches collect overlapping paths", {
    initial: [
      create("v4/40"),
      create("v4/20"),
      create("v4/60"),
      put("v4/40"),
      put("v4/20"),
      put("v4/60"),
      advance(LONG_TICKS),
    ],
    threads: [thread("left", create("v4/10")), thread("right", create("v4/50"))],
  }),
  scenario("invalidate-against-lookup", "lookups while the tree is thrown away", {
    initial: [create("v4/20"), create("v4/10"), put("v4/10")],
    threads: [
      thread("reader", find("v4/10"), put("v4/10"), find("v4/20")),
      thread("flusher", invalidate("v4"), advance(5)),
      thread("creator", create("v4/10"), put("v4/10")),
    ],
  }),
  scenario(
    "invalidate-against-holder",
    "a holder uses its peer after the tree is thrown away and the collector has run",
    {
      initial: [create("v4/20"), create("v4/10"), put("v4/20"), put("v4/10")],
      threads: [
        thread("holder", find("v4/20"), nextIdentifier("v4/20", 2), nextIdentifier("v4/20", 0), put("v4/20")),
        thread("flusher", invalidate("v4"), advance(5), advance(5)),
      ],
    },
  ),
  scenario("invalidate-twice", "two flushes, and a creation between", {
    initial: [create("v4/20"), put("v4/20")],
    threads: [
      thread("flusher", invalidate("v4"), create("v4/20"), put("v4/20"), invalidate("v4"), advance(5)),
      thread("user", create("v4/20"), nextIdentifier("v4/20", 0), put("v4/20")),
    ],
  }),
  scenario(
    "collector-against-old-root",
    "a reader still holds the old root when the deferred collector runs, which was asked for long before",
    {
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
      threads: [thread("reader", find("v6/2"), put("v6/2")), thread("flusher", invalidate("v6"), advance(1))],
    },
  ),
  scenario("collection-against-invalidate", "a search collects while the tree is thrown away", {
    initial: [create("v4/20"), create("v4/10"), put("v4/20"), put("v4/10"), advance(LONG_TICKS)],
    threads: [
      thread("collector", create("v4/15"), put("v4/15")),
      thread("flusher", invalidate("v4"), advance(5)),
      thread("reader", find("v4/10"), put("v4/10")),
    ],
  }),
  scenario("threshold-overload", "a tree over its threshold gives up every idle peer on a path, however fresh", {
    limits: { threshold: 3 },
    initial: [create("v4/20"), create("v4/10"), create("v4/30"), put("v4/20"), put("v4/10"), put("v4/30")],
    threads: [
      thread("collector", create("v4/5"), put("v4/5")),
      thread("reader", find("v4/20"), put("v4/20"), find("v4/30"), put("v4/30")),
    ],
  }),
  scenario("ttl-shrinks", "the ttl falls as the tree fills, and a peer comes of age without the clock moving", {
    limits: { threshold: 3, ttlMinTicks: 10, ttlMaxTicks: 40 },
    initial: [create("v4/20"), put("v4/20"), advance(35)],
    threads: [
      thread("creator", create("v4/30"), create("v4/40")),
      thread("reader", find("v4/20"), put("v4/20"), create("v4/10")),
    ],
  }),
  scenario(
    "ttl-wrap",
    "a peer comes of age just after the clock wrapped round, 18 seconds old in a tree three quarters full",
    {
      limits: { now: -100, ticksPerSecond: 10, threshold: 4, ttlMinTicks: 100, ttlMaxTicks: 400 },
      initial: [create("v4/20"), create("v4/10"), create("v4/30"), put("v4/20"), advance(177), put("v4/10")],
      threads: [
        thread("clock", advance(3)),
        thread("collector", create("v4/5"), put("v4/5")),
        thread("reader", find("v4/20"), put("v4/20"), find("v4/10")),
      ],
    },
  ),
  scenario("limiter-wrap", "the limiter of a peer made just before the clock wraps round", {
    limits: { now: -5 },
    initial: [],
    threads: [
      thread("sender", create("v4/10"), allow("v4/10", 10), allow("v4/10", 10), allow("v4/10", 10)),
      thread("clock", advance(10)),
      thread(
        "other sender",
        create("v4/10"),
        allow("v4/10", 10),
        allow("v4/10", 10),
        allow("v4/10", 10),
        allow("v4/10", 10),
      ),
    ],
  }),
  scenario("limiter-after-wrap", "a peer made just after the clock wrapped round may send its first burst", {
    limits: { now: 10 },
    initial: [],
    threads: [
      thread("sender", create("v4/10"), allow("v4/10", 10), allow("v4/10", 10), allow("v4/10", 10)),
      thread(
        "other sender",
        create("v4/10"),
        allow("v4/10", 10),
        allow("v4/10", 10),
        allow("v4/10", 10),
        allow("v4/10", 10),
      ),
    ],
  }),
  scenario("limiter-shared", "two threads share one peer's limiter while the clock moves by single ticks", {
    limits: { burstFactor: 2 },
    initial: [create("v4/10"), allow("v4/10", 2), allow("v4/10", 2)],
    threads: [
      thread("sender", find("v4/10"), allow("v4/10", 2), allow("v4/10", 2)),
      thread("other sender", find("v4/10"), allow("v4/10", 2), allow("v4/10", 2)),
      thread("clock", advance(1), advance(1)),
    ],
  }),
  scenario("identifiers", "two threads draw identifiers from one peer", {
    initial: held("v4/10"),
    threads: [
      thread("first", find("v4/10"), nextIdentifier("v4/10", 3), nextIdentifier("v4/10", 0)),
      thread("second", find("v4/10"), nextIdentifier("v4/10", 0), nextIdentifier("v4/10", 2)),
    ],
  }),
  scenario("two-families", "both families side by side: one is thrown away, the other is not", {
    initial: [create("v4/10"), create("v6/1"), put("v4/10"), put("v6/1")],
    threads: [
      thread("v4 user", find("v4/10"), put("v4/10"), create("v4/20")),
      thread("v6 user", create("v6/2"), find("v6/1"), put("v6/1")),
      thread("flusher", invalidate("v6"), advance(5)),
    ],
  }),
  scenario("v6-rotation", "a lookup in the IPv6 tree while an insertion rotates it", {
    initial: held("v6/1", "v6/2"),
    threads: [thread("inserter", create("v6/3")), thread("reader", find("v6/1"), put("v6/1"), find("v6/3"))],
  }),
  scenario("memory-exhausted", "there is memory for one peer more, and two threads want one", {
    limits: { peersMax: 2 },
    initial: held("v4/20"),
    threads: [thread("first", create("v4/10"), put("v4/10")), thread("second", create("v4/30"), put("v4/30"))],
  }),
  scenario("memory-reused", "a collected peer's memory comes back as another peer while a reader is about", {
    limits: { peersMax: 2 },
    initial: [create("v4/20"), create("v4/10"), put("v4/10"), put("v4/20"), advance(LONG_TICKS)],
    threads: [
      thread("collector", create("v4/30"), create("v4/40")),
      thread("reader", find("v4/10"), put("v4/10"), find("v4/40")),
    ],
  }),
];

/** Those in which a search meets whatever it can meet, each small enough to be explored to the end in seconds. */
const OF_SEARCHES: ReadonlySet<string> = new Set(
  [
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
  ].map((name) => `peers-${name}`),
);

/**
 * The same of the pool with the optimistic search, and what only that does: clearing what was thrown away before its
 * memory is used again.
 */
export const peersOptimisticScenarios: readonly Scenario<Operation>[] = [
  ...peersScenarios.filter(({ name }) => OF_SEARCHES.has(name)),
  scenario("collected-and-made-anew", "a collected peer's memory comes back as another peer while a reader is about", {
    limits: { peersMax: 2 },
    initial: [create("v4/20"), create("v4/10"), put("v4/10"), put("v4/20"), advance(LONG_TICKS)],
    threads: [thread("collector", create("v4/30"), create("v4/40")), thread("reader", find("v4/10"), put("v4/10"))],
  }),
  scenario(
    "thrown-away-and-made-anew",
    "the memory of peers that were thrown away comes back as another while a reader is about",
    {
      limits: { peersMax: 2, gcDelayTicks: 1 },
      initial: [create("v4/20"), create("v4/10"), put("v4/20"), put("v4/10")],
      threads: [
        thread("flusher", invalidate("v4"), advance(1), create("v4/30")),
        thread("reader", find("v4/10"), put("v4/10")),
      ],
    },
  ),
].map((one) => ({ ...one, name: one.name.replace(/^peers-/u, "peers-optimistic-"), system: "peers-optimistic" }));
