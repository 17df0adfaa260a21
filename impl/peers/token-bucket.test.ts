import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createHeap } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { advanceClock, placeClock } from "../sync/jiffies.ts";
import { Peer } from "./layout.ts";
import { defaultLimits } from "./limits.ts";
import { getPeer } from "./lookup.ts";
import { createPeerPool } from "./create-pool.ts";
import { allowPeer } from "./token-bucket.ts";

function setUp(now: number, ticksPerSecond: number) {
  const heap = createHeap(150);
  const clock = placeClock(heap, now);
  const limits = defaultLimits(2 ** 30, ticksPerSecond);
  const pool = createPeerPool(heap, clock, { limits, peersMax: 2, firstIdentifier: () => 0 });
  const peer = runAlone(heap, getPeer(pool, { family: "v4", words: [1] }));
  return { heap, clock, pool, peer, allow: (timeout: number) => runAlone(heap, allowPeer(pool, peer, timeout)) };
}

/**
 * The original's rule: tokens, and when they were counted, as unsigned 32-bit numbers. Source: inet_peer_xrlim_allow().
 */
function twoWordBucket(created: number, ticksPerSecond: number) {
  let tokens = 0;
  let last = (created - 60 * ticksPerSecond) >>> 0;
  return (now: number, timeout: number): boolean => {
    tokens = (tokens + (now - last)) >>> 0;
    last = now >>> 0;
    if (tokens > 6 * timeout) tokens = 6 * timeout;
    if (tokens < timeout) return false;
    tokens -= timeout;
    return true;
  };
}

test("one word behaves like the original's two words, across the wrap of the clock", () => {
  const step = fc.record({
    ticks: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 0x7fffffff })),
    timeout: fc.oneof(fc.constantFrom(0, 1, 7), fc.integer({ min: 0, max: 100_000 })),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.constantFrom(1, 100, 1000),
      fc.array(step, { maxLength: 30 }),
      (start, ticksPerSecond, steps) => {
        const { heap, clock, allow } = setUp(start, ticksPerSecond);
        const reference = twoWordBucket(start, ticksPerSecond);
        let now = start;
        for (const { ticks, timeout } of steps) {
          now = (now + ticks) | 0;
          runAlone(heap, advanceClock(clock, ticks));
          expect(allow(timeout)).toBe(reference(now, timeout));
        }
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

test("a new peer may burst six times at any time of the clock, and not a seventh", () => {
  for (const now of [10, 0, -1, -2147483648, 2147483647]) {
    const { allow } = setUp(now, 10);
    expect(Array.from({ length: 7 }, () => allow(100))).toEqual([true, true, true, true, true, true, false]);
  }
});

test("an emptied bucket gains one grant per timeout", () => {
  const { heap, clock, allow } = setUp(-50, 10);
  for (let i = 0; i < 6; i++) allow(100);
  runAlone(heap, advanceClock(clock, 99));
  expect(allow(100)).toBe(false);
  runAlone(heap, advanceClock(clock, 1));
  expect([allow(100), allow(100)]).toEqual([true, false]);
});

test("the bucket is read before the clock, so that the clock is never behind it", () => {
  const { heap, pool, peer } = setUp(0, 10);
  const log: string[] = [];
  runAlone(heap, recorded(allowPeer(pool, peer, 1), log));
  expect(log).toEqual(["readOnce", "smpRmb", "readOnce", "cmpxchg"]);
});

test("a grant that another interrupts is decided again by the new state of the bucket", () => {
  const { pool, peer } = setUp(600, 10);
  const asking = allowPeer(pool, peer, 100);
  asking.next(0);
  asking.next(0); // the barrier
  asking.next(0); // the bucket has been empty since 0
  asking.next(600); // a full burst: requests the cmpxchg
  asking.next(550); // another thread took more than there was
  asking.next(550);
  asking.next(0);
  expect(asking.next(600)).toEqual({ done: true, value: false });
  expect(peer).not.toBe(Peer.emptySince(peer));
});
