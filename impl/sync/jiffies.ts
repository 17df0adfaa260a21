/**
 * The clock: one word of ticks, which only {@link advanceClock} moves, and the delayed works that its timer serves.
 *
 * Any thread may read `jiffies` with a marked load. It wraps (see ticks.ts).
 *
 * Source: Linux kernel/timer.c, do_timer() and run_timer_softirq().
 */
import { type Access, type Address, atomicAddReturn } from "../memory/access.ts";
import { type Heap, place } from "../memory/heap.ts";
import { struct } from "../memory/struct.ts";
import { placeDelayedWork, queueWhenDue } from "./delayed-work.ts";

const ClockCell = struct("clock", { jiffies: 1 });

/** Addresses of a clock. `works` grows while structures are being set up, and is fixed from then on. */
export interface Clock {
  readonly jiffies: Address;
  readonly works: Address[];
}

/**
 * Places a clock that shows `now`.
 *
 * @throws RangeError when the heap is full
 */
export function placeClock(heap: Heap, now: number): Clock {
  const cell = place(heap, ClockCell, "clock");
  heap.words[ClockCell.jiffies(cell)] = now;
  return { jiffies: ClockCell.jiffies(cell), works: [] };
}

/**
 * Places a delayed work that this clock's timer serves.
 *
 * @throws RangeError when the heap is full
 */
export function placeTimedWork(heap: Heap, clock: Clock, name: string): Address {
  const work = placeDelayedWork(heap, name);
  clock.works.push(work);
  return work;
}

/** Advances the clock, then hands every work that is due to its worker; returns the new time. Linearizes at the add. */
export function* advanceClock(clock: Clock, ticks: number): Access<number> {
  const now = yield atomicAddReturn(clock.jiffies, ticks);
  for (const work of clock.works) yield* queueWhenDue(work, now);
  return now;
}
