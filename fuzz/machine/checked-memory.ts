/**
 * The shared memory with every check: each function makes one access of one thread, and records the first violation.
 *
 * Knows words, objects, locks and read-side sections; scheduling and waiting are the machine's part. After a violation
 * the execution is over, so nothing is kept consistent for a next access.
 */
import { ACCESS, type AccessKind, type Address, NIL } from "#impl/memory/access.ts";
import { type Heap, nameOf, objectNameOf } from "#impl/memory/heap.ts";
import { CLASS, performClasses } from "#impl/memory/access-class.ts";
import { giveObject, takeObject } from "#impl/memory/slab.ts";
import { wordAt } from "#impl/memory/word.ts";
import { DataRaces } from "#properties/machine/data-race.ts";
import { GracePeriods } from "#properties/machine/grace-period.ts";
import { Leaks } from "#properties/machine/leak.ts";
import { type LockMode, LockOrder } from "#properties/machine/lock-order.ts";
import { MemorySafety, SHADOW } from "#properties/machine/memory-safety.ts";
import type { Violation } from "#properties/violation.ts";
import type { Watcher } from "#properties/watcher.ts";
import { accessNames } from "./access-name.ts";
import { WatcherSlots } from "./watcher-slots.ts";

/** The threads of the execution. */
export interface Threads {
  /** Threads started so far. */
  readonly threadCount: number;
  threadName(thread: number): string;
  /** Does the thread run an RCU callback? Callbacks must not sleep. */
  isCallback(thread: number): boolean;
}

/** The checks that can be switched off: see `MachineOptions`. */
export interface OptionalChecks {
  readonly dataRaces?: boolean;
  readonly lockOrder?: boolean;
  readonly leaks?: boolean;
}

export class CheckedMemory {
  readonly words: Int32Array;
  readonly locks: LockOrder;
  readonly grace: GracePeriods;
  readonly races: DataRaces | undefined;
  /** The first violation of the execution; later ones are not reported. */
  violation: Violation | undefined;
  readonly #heap: Heap;
  readonly #checksLockOrder: boolean;
  readonly #checksLeaks: boolean;
  readonly #threads: Threads;
  readonly #memory: MemorySafety;
  readonly #states: Uint8Array;
  readonly #leaks: Leaks;
  readonly #watchers: readonly Watcher[];
  readonly #slots: WatcherSlots;
  #initialWords: Int32Array;
  #initialStates: Uint8Array;

  constructor(heap: Heap, threads: Threads, threadsMax: number, watchers: readonly Watcher[], checks: OptionalChecks) {
    this.words = heap.words;
    this.locks = new LockOrder(threadsMax);
    this.grace = new GracePeriods(threadsMax, heap.used);
    this.races = checks.dataRaces === false ? undefined : new DataRaces(threadsMax, heap.used);
    this.#checksLockOrder = checks.lockOrder !== false;
    this.#checksLeaks = checks.leaks !== false;
    this.#heap = heap;
    this.#threads = threads;
    this.#memory = new MemorySafety(heap);
    this.#states = this.#memory.states;
    this.#leaks = new Leaks(heap, this.#memory);
    this.#watchers = watchers;
    this.#slots = new WatcherSlots(watchers, heap.used);
    this.#initialWords = pristineWords(heap);
    this.#initialStates = this.#states.slice();
  }

  /** Restores everything to the last `keep`, or else to the initial state. */
  reset(threadCount: number): void {
    this.violation = undefined;
    this.words.set(this.#initialWords);
    this.#states.set(this.#initialStates);
    this.locks.reset();
    this.grace.reset();
    this.races?.reset(threadCount);
    for (const watcher of this.#watchers) watcher.begin?.(this.words);
  }

  /** Makes the present contents those that `reset` restores. */
  keep(): void {
    this.#initialWords = this.words.slice(0, this.#heap.used);
    this.#initialStates = this.#states.slice();
  }

  violate(property: string, because: string, address: Address): void {
    this.violation ??= { property, because, address };
  }

  /** Would an access to this word be outside every object, or to a dead or uninitialised word? */
  isUnsafe(address: Address): boolean {
    return this.#states[address] !== SHADOW.initialised;
  }

  /**
   * Makes an access to one word, of a kind that `touchesWord`, and returns the value found. `classes` are those of the
   * kind, which the machine has looked up.
   */
  access(
    thread: number,
    kind: AccessKind,
    classes: number,
    address: Address,
    operand: number,
    expected: number,
  ): number {
    const { words } = this;
    const state = this.#states[address];
    if (state !== SHADOW.initialised) {
      if (state !== SHADOW.uninitialised || (classes & CLASS.reads) !== 0) {
        this.violate("memory-safety", this.#memory.describe(accessNames[kind] ?? "access", address), address);
        return 0;
      }
      this.#states[address] = SHADOW.initialised;
    }
    const before = words[address] as number;
    const result = performClasses(words, classes, address, operand, expected);
    if (kind === ACCESS.rcuDereference) this.#dereferenced(thread, address, result);
    const succeeded = (classes & CLASS.compares) === 0 || result === expected;
    if (this.races !== undefined) {
      const other = this.races.accessed(thread, kind, address, succeeded);
      if (other !== -1) {
        this.violate(
          "data-race",
          `${accessNames[kind]} of ${nameOf(this.#heap, address)} ` +
            `races with an access by ${this.#threads.threadName(other)}`,
          address,
        );
      }
    }
    const wrote = (classes & CLASS.writes) !== 0 && succeeded;
    const slot = this.#slots.slotFor(address, wrote);
    if (slot !== 0) {
      const finding = this.#slots.notify(slot, words, thread, kind, address, before);
      if (finding !== undefined) this.violate(finding.property, finding.because, address);
    }
    return result;
  }

  #dereferenced(thread: number, address: Address, pointer: Address): void {
    if (this.grace.depth(thread) === 0) {
      this.violate(
        "grace-period",
        `rcuDereference of ${nameOf(this.#heap, address)} outside a read-side critical section`,
        address,
      );
      return;
    }
    const object = wordAt(this.#memory.objectOf, pointer);
    if (object !== NIL) this.grace.fetched(thread, object);
  }

  /** Makes an access to a lock or a slab, and returns the value found. */
  accessObject(thread: number, kind: AccessKind, address: Address, operand: number): number {
    switch (kind) {
      case ACCESS.spinLock:
        this.#lock(thread, address, "spinlock");
        return 0;
      case ACCESS.mutexLock:
        this.#lock(thread, address, "mutex");
        return 0;
      case ACCESS.spinTrylock:
        return this.#tryLock(thread, address);
      case ACCESS.spinUnlock:
        this.#unlock(thread, address, "spinlock");
        return 0;
      case ACCESS.mutexUnlock:
        this.#unlock(thread, address, "mutex");
        return 0;
      case ACCESS.allocate:
        return this.#allocate(address);
      case ACCESS.free:
        this.#free(thread, address, operand);
        return 0;
      default:
        throw new RangeError(`${accessNames[kind]} is no access to a lock or a slab`);
    }
  }

  /** Takes a lock that is free. */
  #lock(thread: number, lock: Address, mode: LockMode): void {
    if (!this.#mayUseLock(lock)) return;
    if (mode === "mutex") this.checkMaySleep(thread, `takes the mutex ${nameOf(this.#heap, lock)}`);
    this.words[lock] = thread + 1;
    const inverted = this.locks.acquired(thread, lock, mode);
    this.races?.acquired(thread, lock);
    if (inverted !== 0 && this.#checksLockOrder) {
      this.violate(
        "lock-order",
        `${nameOf(this.#heap, lock)} is taken inside ${nameOf(this.#heap, inverted)}, ` +
          "and the other way round elsewhere",
        lock,
      );
    }
  }

  /** Takes a spinlock if it is free; returns 1 if it did, else 0. */
  #tryLock(thread: number, lock: Address): number {
    if (!this.#mayUseLock(lock) || this.words[lock] !== 0) return 0;
    this.words[lock] = thread + 1;
    this.locks.acquiredByTrying(thread, lock);
    this.races?.acquired(thread, lock);
    return 1;
  }

  #unlock(thread: number, lock: Address, mode: LockMode): void {
    if (!this.#mayUseLock(lock)) return;
    const released = this.locks.released(thread, lock, mode);
    if (released !== "released" || this.words[lock] !== thread + 1) {
      const release = `${this.#threads.threadName(thread)} releases ${nameOf(this.#heap, lock)}`;
      if (released === "not held") return this.violate("lock-order", `${release}, which it does not hold`, lock);
      if (released === "other mode")
        return this.violate("lock-order", `${release} as a ${mode}, and did not take it as one`, lock);
      return this.violate("lock-order", `${release}, which was overwritten while it was held`, lock);
    }
    this.words[lock] = 0;
    this.races?.released(thread, lock);
    for (const watcher of this.#watchers) {
      const because = watcher.unlocked?.(this.words, lock);
      if (because !== undefined) return this.violate(watcher.property, because, lock);
    }
  }

  /** Takes an object from a slab; returns its address, or `NIL` if the slab is exhausted. */
  #allocate(slab: Address): Address {
    if (!this.#memory.isSlab(slab)) {
      this.violate("memory-safety", `allocate from ${nameOf(this.#heap, slab)}, which is no slab`, slab);
      return NIL;
    }
    const object = takeObject(this.words, slab);
    if (object === NIL) return NIL;
    const words = this.#memory.wordsOf(object);
    this.#memory.allocated(object);
    this.grace.allocated(object);
    this.locks.forget(object, words);
    this.races?.allocated(object, words);
    return object;
  }

  /** Returns an object to its slab. */
  #free(thread: number, slab: Address, object: Address): void {
    const refused = this.#memory.freed(slab, object);
    if (refused !== undefined) return this.violate("memory-safety", refused, object);
    const reader = this.grace.readerOf(object, this.#threads.threadCount);
    if (reader !== -1) this.violate("grace-period", this.#describeEarlyFree(thread, object, reader), object);
    const held = this.locks.heldWithin(object, this.#memory.wordsOf(object));
    if (held !== 0)
      this.violate(
        "lock-order",
        `${objectNameOf(this.#heap, object)} is freed while ${nameOf(this.#heap, held)} is held`,
        held,
      );
    if (this.violation === undefined) this.#checkFreeIsOrdered(thread, object);
    for (const watcher of this.#watchers) {
      const because = watcher.freed?.(this.words, slab, object);
      if (because !== undefined) this.violate(watcher.property, because, object);
    }
    giveObject(this.words, slab, object);
  }

  /** Freeing an object is checked as a write to all its words. */
  #checkFreeIsOrdered(thread: number, object: Address): void {
    if (this.races === undefined) return;
    const end = object + this.#memory.wordsOf(object);
    for (let address = object; address < end; address++) {
      const other = this.races.freed(thread, address);
      if (other === -1) continue;
      const word = nameOf(this.#heap, address);
      const who = this.#threads.threadName(other);
      return this.violate("data-race", `free of ${word} races with an access by ${who}`, address);
    }
  }

  /** Opens a read-side critical section. */
  openSection(thread: number): void {
    this.grace.lock(thread);
    if (this.grace.depth(thread) === 1) this.races?.sectionStarted(thread);
  }

  /** Ends the innermost read-side critical section. */
  closeSection(thread: number): void {
    if (!this.grace.unlock(thread)) {
      this.violate(
        "context",
        `${this.#threads.threadName(thread)} ends a read-side critical section, and is in none`,
        NIL,
      );
    } else if (this.grace.depth(thread) === 0) {
      this.races?.sectionEnded(thread);
    }
  }

  /** Is the thread in a context where it must not sleep? */
  mustNotSleep(thread: number): boolean {
    return this.locks.spinlocksHeld(thread) > 0 || this.grace.depth(thread) > 0 || this.#threads.isCallback(thread);
  }

  /** Records a violation if the thread, which does `act`, must not sleep. */
  checkMaySleep(thread: number, act: string): void {
    if (!this.mustNotSleep(thread)) return;
    const who = this.#threads.threadName(thread);
    if (this.locks.spinlocksHeld(thread) > 0) {
      this.violate(
        "context",
        `${who} ${act} while it holds the spinlock ${nameOf(this.#heap, this.locks.innermost(thread))}`,
        NIL,
      );
    } else if (this.grace.depth(thread) > 0) {
      this.violate("context", `${who} ${act} inside a read-side critical section`, NIL);
    } else {
      this.violate("context", `${who} ${act}, and an RCU callback must not sleep`, NIL);
    }
  }

  /** Called when the thread has returned: it must hold no lock and be in no section. */
  checkReturned(thread: number): void {
    const who = this.#threads.threadName(thread);
    if (this.locks.heldCount(thread) > 0) {
      const lock = this.locks.innermost(thread);
      this.violate("context", `${who} returns with the lock ${nameOf(this.#heap, lock)} held`, lock);
    } else if (this.grace.depth(thread) > 0) {
      this.violate("context", `${who} returns inside a read-side critical section`, NIL);
    }
  }

  /** Called when no operation is in progress: the watchers check memory at rest. */
  checkRested(): void {
    for (const watcher of this.#watchers) {
      const because = watcher.rested?.(this.words);
      if (because !== undefined) return this.violate(watcher.property, because, NIL);
    }
  }

  /** Called at the end of the execution: nothing may be leaked, and the watchers check a last time. */
  checkEnded(): void {
    const lost = this.#checksLeaks ? this.#leaks.find() : NIL;
    if (lost !== NIL)
      return this.violate(
        "leak",
        `${objectNameOf(this.#heap, lost)} is allocated, and nothing points to it any more`,
        lost,
      );
    for (const watcher of this.#watchers) {
      const because = watcher.ended?.(this.words);
      if (because !== undefined) return this.violate(watcher.property, because, NIL);
    }
  }

  #mayUseLock(lock: Address): boolean {
    if (!this.isUnsafe(lock)) return true;
    this.violate("memory-safety", this.#memory.describe("lock operation", lock), lock);
    return false;
  }

  #describeEarlyFree(thread: number, object: Address, reader: number): string {
    const name = objectNameOf(this.#heap, object);
    const whose = reader === thread ? "its own" : `${this.#threads.threadName(reader)}'s`;
    return (
      `${name} is freed by ${this.#threads.threadName(thread)} inside ${whose} read-side critical section, ` +
      "which has fetched a pointer to it"
    );
  }
}

/** The contents of each heap when its first machine was made: a later machine starts from the same. */
const pristine = new WeakMap<Heap, Int32Array>();

function pristineWords(heap: Heap): Int32Array {
  const kept = pristine.get(heap);
  if (kept?.length === heap.used) return kept;
  const words = heap.words.slice(0, heap.used);
  pristine.set(heap, words);
  return words;
}
