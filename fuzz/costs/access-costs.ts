/**
 * The cost of a procedure, counted while the machine runs it alone: locks taken, atomic operations, cache lines
 * written.
 *
 * Taking a lock is one atomic operation, and releasing it a store. A reader–writer lock consists of words that the
 * machine does not know as a lock: its acquisitions are recognised by changes of its word. Each object begins its own
 * cache line, as in cache-lines.ts.
 */
import { ACCESS, type Access, type Address } from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { isReadModifyWrite, isRelease, mayWrite, tookLock } from "#impl/memory/access-class.ts";
import type { ObservedAccess, Observer } from "#fuzz/machine/observer.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import type { LookupCost } from "#reports/lookup-costs.ts";
import { lineOf } from "./sizes/cache-lines.ts";

/** A structure in memory, and the one measured procedure. */
export interface Measured {
  readonly name: string;
  readonly heap: Heap;
  setUp(): Access;
  body(): Access;
  /** Words that are reader–writer locks. */
  readonly rwlocks: readonly Address[];
}

export type AccessCosts = Omit<LookupCost, "system" | "lookup">;

/** @throws Error if the procedure violates a property of the machine */
export function accessCosts({ name, heap, setUp, body, rwlocks }: Measured): AccessCosts {
  const counter = new Counter(heap, new Set(rwlocks));
  const machine = new Machine(
    { name, heap, setUp, threads: [{ name: "only", body }], watchers: [] },
    { observer: counter },
  );
  const violation = machine.run(randomWalk(1));
  if (violation !== undefined)
    throw new Error(`${name}: its measurement violates ${violation.property}: ${violation.because}`);
  return counter.costs;
}

class Counter implements Observer {
  readonly #heap: Heap;
  readonly #rwlocks: ReadonlySet<Address>;
  readonly #lines = new Set<string>();
  #accesses = 0;
  #locks = 0;
  #atomics = 0;

  constructor(heap: Heap, rwlocks: ReadonlySet<Address>) {
    this.#heap = heap;
    this.#rwlocks = rwlocks;
  }

  get costs(): AccessCosts {
    return {
      lockAcquisitions: this.#locks,
      atomicOperations: this.#atomics,
      cacheLinesWritten: this.#lines.size,
      accesses: this.#accesses,
    };
  }

  performed(access: ObservedAccess): void {
    const { kind, address, result } = access;
    const takes = tookLock(kind, result);
    this.#accesses++;
    if (takes || (this.#rwlocks.has(address) && takesRwlock(access))) this.#locks++;
    if (takes || isReadModifyWrite(kind)) this.#atomics++;
    const line = lineOf(this.#heap, address);
    if (line !== undefined && (takes || mayWrite(kind) || isRelease(kind))) this.#lines.add(line);
  }

  /** Accesses without their own word cost nothing here. */
  marked(): void {}
}

/** A reader that finds no writer, or a writer that finds the lock free. */
function takesRwlock({ kind, before, after }: ObservedAccess): boolean {
  return kind === ACCESS.cmpxchgAcquire ? before === 0 : kind === ACCESS.atomicAddReturnAcquire && after > 0;
}
