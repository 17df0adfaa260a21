/**
 * Threads that use a network's routing: their private objects, and the references they hold.
 *
 * A thread holds one reference at a time, and meanwhile does nothing that would wait for others: an operation that
 * waits for references would wait for its own. Under the big lock a thread holds the lock from the moment it obtains a
 * reference until it drops it, and during every operation. A thread drops its references at its end.
 */
import { type Access, type Address, mutexLock, mutexUnlock, NIL } from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { unrefRoute } from "#impl/route-cache/cache.ts";
import type { Network } from "#impl/route-cache/network.ts";
import { type RouteUsed, useRoute } from "#impl/route-cache/per-cpu.ts";
import { releaseRoute } from "#impl/route-cache/table.ts";
import { enterInterrupt, leaveInterrupt, type Runner } from "#impl/sync/cpu.ts";
import type { Caller } from "../operation-table.ts";

/** A thread's own caches. `n` is the next hop's, in its options. */
export type CacheName = "a" | "b" | "n";

/** A thread's private objects in memory. */
export interface ThreadPlace {
  readonly runner: Runner;
  readonly caches: Readonly<Record<CacheName, Address>>;
  /** Record for a reference to an interface. */
  readonly record: Address;
  readonly multicast: Address;
}

export interface PlacedNetwork {
  readonly heap: Heap;
  readonly network: Network;
  readonly places: readonly ThreadPlace[];
  /** The CPU context of the worker that disposes of deleted routes. */
  readonly worker: Runner;
  readonly caches: readonly Address[];
  readonly tunnels: readonly { readonly cache: Address; readonly lock: Address }[];
}

/** The references that a thread currently holds. */
export interface Hand {
  /** A reference to a route, obtained through `cache`, or a counted one if that is NIL. */
  held: { readonly entry: Address; readonly cache: Address } | undefined;
  /** The entry that it is changing, or NIL. */
  changing: Address;
  hasSoftnetLock: boolean;
}

export type RouteCaller = Caller<Hand>;

export function emptyHand(): Hand {
  return { held: undefined, changing: NIL, hasSoftnetLock: false };
}

/** @throws RangeError if there is no such thread */
function placeOf({ places }: PlacedNetwork, thread: number): ThreadPlace {
  const own = places[thread];
  if (own === undefined) throw new RangeError(`there is no thread ${thread}; there are ${places.length}`);
  return own;
}

/** The operands of an operation: the network, its thread's objects in memory, and the references held. */
export interface Running extends ThreadPlace {
  readonly network: Network;
  /** Every thread's private objects in memory. */
  readonly places: readonly ThreadPlace[];
  readonly hand: Hand;
}

/** Runs a procedure in the context of its thread: in a soft interrupt or not, under the big lock or not. */
export function* whereItRuns(
  placed: PlacedNetwork,
  { thread, local: hand }: Pick<RouteCaller, "thread" | "local">,
  inInterrupt: boolean,
  procedure: (running: Running) => Access<number | boolean | void>,
): Access<number> {
  const { network, places } = placed;
  const own = placeOf(placed, thread);
  const { runner } = own;
  if (inInterrupt) yield* enterInterrupt(network.cpus, runner.lwp);
  if (network.softnetLock !== NIL && !hand.hasSoftnetLock) yield mutexLock(network.softnetLock);
  hand.hasSoftnetLock = true;
  const running = { ...own, network, places, hand, runner: inInterrupt ? { ...runner, inInterrupt } : runner };
  const response = Number((yield* procedure(running)) ?? 0);
  yield* unlockIfFree(network, hand);
  if (inInterrupt) yield* leaveInterrupt(network.cpus, runner.lwp);
  return response;
}

/** Releases the big lock if its holder has nothing that it protects. */
function* unlockIfFree(network: Network, hand: Hand): Access {
  if (hand.held !== undefined || hand.changing !== NIL) return;
  if (network.softnetLock !== NIL && hand.hasSoftnetLock) yield mutexUnlock(network.softnetLock);
  hand.hasSoftnetLock = false;
}

/** Drops the references that the thread still holds. */
export function* letGo(placed: PlacedNetwork, { thread, local: hand }: Pick<RouteCaller, "thread" | "local">): Access {
  const { network, places } = placed;
  if (hand.held !== undefined) yield* dropHeld({ ...placeOf(placed, thread), network, places, hand });
  yield* unlockIfFree(network, hand);
}

/** Uses the route that the thread holds, and drops it. */
export function* dropHeld({ network, runner, hand }: Running): Access<number> {
  const { held } = hand;
  if (held === undefined) return 0;
  const used = yield* useRoute(held.entry);
  if (held.cache === NIL) yield* releaseRoute(held.entry);
  else yield* unrefRoute(network, runner, held.cache, held.entry);
  hand.held = undefined;
  return wordOfUse(used);
}

/** Uses a route that was obtained through a cache, and drops it. */
export function* useOnce(
  { network, runner }: Pick<Running, "network" | "runner">,
  cache: Address,
  entry: Address,
): Access<number> {
  const used = yield* useRoute(entry);
  yield* unrefRoute(network, runner, cache, entry);
  return wordOfUse(used);
}

export function wordOfUse({ serial, interface: index }: RouteUsed): number {
  return 8 * serial + index;
}
