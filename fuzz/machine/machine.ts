/**
 * The machine: simulated CPUs that run the threads of a program one access at a time, and check every access.
 *
 * One execution is a program and a list of choices. Between two accesses a thread runs only code of its own, so the choices
 * decide everything. A thread that waits (for a lock, a value, a grace period) is not enabled until it can go on: nothing
 * spins. The start of a read-side critical section, a barrier and the invocation of an operation are no choice of their
 * own: they happen with the next access of their thread, as late as they can; the end of a section and a response happen
 * with the last one, as early as they can.
 *
 * The execution stops at the first violation. What is not covered: weak memory (the memory is sequentially consistent), and
 * code that loops without an access.
 */
import { ACCESS, type Access, type AccessKind, type Address, FIRST_LOCAL_KIND, NIL, type RcuCallback, request } from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { nameOf, objectNameOf } from "#impl/memory/heap.ts";
import { performOnWord, waitIsOver } from "#impl/memory/perform.ts";
import { giveObject, takeObject } from "#impl/memory/slab.ts";
import { DataRaces } from "#properties/data-race.ts";
import { GracePeriods } from "#properties/grace-period.ts";
import { Leaks } from "#properties/leak.ts";
import { LockOrder } from "#properties/lock-order.ts";
import { MemorySafety, SHADOW } from "#properties/memory-safety.ts";
import type { Violation } from "#properties/violation.ts";
import type { WatchedAccess, Watcher } from "#properties/watcher.ts";
import { accessNames } from "./access-name.ts";
import type { Observer } from "./observer.ts";
import type { HistoryWatcher, Program } from "./program.ts";
import type { Strategy } from "./strategy.ts";

/** RCU callbacks one execution may start: each runs in a thread of its own. */
const CALLBACKS_MAX = 16;

/** Accesses one execution may make before it counts as stuck, unless the options say otherwise. */
const ACCESSES_MAX = 20_000;

export interface MachineOptions {
  /** Look for data races by vector clocks. On unless switched off; costs more than all other checks together. */
  readonly dataRaces?: boolean;
  /** Accesses an execution may make; more violate `progress`. */
  readonly accessesMax?: number;
  readonly observer?: Observer;
}

/** Where a thread stands. */
const ABSENT = 0;
const PENDING = 1;
const RETURNED = 2;

/** Set in a watcher slot when the watcher wants reads too. */
const SEES_READS = 0x80;

/** Kinds whose thread may have to wait. */
const MAY_WAIT = new Uint8Array(64);
for (const kind of [ACCESS.awaitEqual, ACCESS.awaitUnequal, ACCESS.spinLock, ACCESS.mutexLock, ACCESS.synchronizeRcu]) MAY_WAIT[kind] = 1;

export class Machine {
  readonly program: Program;
  readonly heap: Heap;
  readonly words: Int32Array;

  /** Threads started so far in this execution: the program's own, then one for each RCU callback. */
  threadCount = 0;
  /** The threads that can make their pending access now, in ascending order. */
  readonly enabled: Int32Array;
  enabledCount = 0;
  /** The access before which each thread stands; meaningful for a thread that has not returned. */
  readonly pendingKind: Int32Array;
  readonly pendingAddress: Int32Array;
  readonly pendingOperand: Int32Array;
  readonly pendingExpected: Int32Array;

  /** Accesses made so far in this execution, and by which thread each. */
  steps = 0;
  choices: Int32Array;
  /** Steps at which more than one thread was enabled. */
  choicePoints = 0;
  violation: Violation | undefined;

  readonly #threadsMax: number;
  readonly #accessesMax: number;
  readonly #status: Uint8Array;
  readonly #generators: (Access | undefined)[];
  readonly #callbacks: (RcuCallback | undefined)[];
  /** For a callback's thread: the callback has not started yet. */
  readonly #callbackWaits: Uint8Array;
  readonly #graceStarted: Uint8Array;
  /** Read-side sections and an operation (number + 1) that begin with the thread's next access. */
  readonly #sectionsToOpen: Int32Array;
  readonly #operationToBegin: Int32Array;
  #waitingCount = 0;
  #enabledIsStale = true;

  readonly #memory: MemorySafety;
  readonly #locks: LockOrder;
  readonly #grace: GracePeriods;
  readonly #leaks: Leaks;
  readonly #races: DataRaces | undefined;
  readonly #watchers: readonly Watcher[];
  readonly #history: HistoryWatcher | undefined;
  readonly #observer: Observer | undefined;
  /** 1 + index of the watcher of each word (the highest bit says that it sees reads too), 0 for none; a word has several in `#extraWatchers`. */
  readonly #watcherOf: Uint8Array;
  readonly #watchersOf: readonly (readonly Watcher[])[];
  readonly #watched = { thread: 0, kind: ACCESS.read as AccessKind, address: 0, before: 0, after: 0 };

  readonly #initialWords: Int32Array;
  readonly #initialStates: Uint8Array;

  /** @throws Error if the program's set-up violates a property */
  constructor(program: Program, options: MachineOptions = {}) {
    const { heap } = program;
    this.program = program;
    this.heap = heap;
    this.words = heap.words;
    const threadsMax = program.threads.length + CALLBACKS_MAX;
    this.#threadsMax = threadsMax;
    this.#accessesMax = options.accessesMax ?? ACCESSES_MAX;
    this.choices = new Int32Array(256);
    this.enabled = new Int32Array(threadsMax);
    this.pendingKind = new Int32Array(threadsMax);
    this.pendingAddress = new Int32Array(threadsMax);
    this.pendingOperand = new Int32Array(threadsMax);
    this.pendingExpected = new Int32Array(threadsMax);
    this.#status = new Uint8Array(threadsMax);
    this.#generators = Array.from({ length: threadsMax }, () => undefined);
    this.#callbacks = Array.from({ length: threadsMax }, () => undefined);
    this.#callbackWaits = new Uint8Array(threadsMax);
    this.#graceStarted = new Uint8Array(threadsMax);
    this.#sectionsToOpen = new Int32Array(threadsMax);
    this.#operationToBegin = new Int32Array(threadsMax);

    this.#memory = new MemorySafety(heap);
    this.#locks = new LockOrder(threadsMax);
    this.#grace = new GracePeriods(threadsMax, heap.used);
    this.#leaks = new Leaks(heap, this.#memory);
    this.#races = options.dataRaces === false ? undefined : new DataRaces(threadsMax, heap.used);
    this.#watchers = program.watchers;
    this.#history = program.history;
    this.#observer = options.observer;
    const slots = watcherSlots(program.watchers, heap.used);
    this.#watcherOf = slots.slotOf;
    this.#watchersOf = slots.watchers;

    if (program.setUp !== undefined) this.#runSetUp(program.setUp());
    this.#initialWords = this.words.slice(0, heap.used);
    this.#initialStates = this.#memory.states.slice();
  }

  /** Name of a thread, as the program gave it; a callback's thread is named after the order of its start. */
  threadName(thread: number): string {
    return this.program.threads[thread]?.name ?? `rcu callback ${thread - this.program.threads.length + 1}`;
  }

  hasReturned(thread: number): boolean {
    return this.#status[thread] === RETURNED;
  }

  /** Is the thread one that others may leave waiting for work when they have returned? */
  isDaemon(thread: number): boolean {
    return this.program.threads[thread]?.daemon === true;
  }

  /** Runs one execution from the initial state to its end or its first violation. */
  run(strategy: Strategy): Violation | undefined {
    this.#reset();
    strategy.begin(this);
    const watches = strategy.performed !== undefined;
    while (this.violation === undefined) {
      if (this.#enabledIsStale || this.#waitingCount > 0) this.#refreshEnabled();
      if (this.enabledCount === 0) {
        this.#checkEnd();
        break;
      }
      let thread = this.enabled[0] ?? 0;
      if (this.enabledCount > 1) {
        this.choicePoints++;
        thread = strategy.choose(this);
      }
      if (this.steps === this.#accessesMax) {
        this.#violate("progress", `${this.steps} accesses were made and the threads have not returned; ${this.threadName(thread)} is still at it`, NIL);
        break;
      }
      this.#step(thread);
      if (watches) strategy.performed?.(this, thread);
    }
    strategy.end?.(this);
    return this.violation;
  }

  #reset(): void {
    const { program } = this;
    this.words.set(this.#initialWords);
    this.#memory.states.set(this.#initialStates);
    this.#locks.reset();
    this.#grace.reset();
    this.#races?.reset(program.threads.length);
    this.#history?.reset();
    for (const watcher of this.#watchers) watcher.begin?.(this.words);
    this.#status.fill(ABSENT);
    this.#callbackWaits.fill(0);
    this.#graceStarted.fill(0);
    this.#sectionsToOpen.fill(0);
    this.#operationToBegin.fill(0);
    this.#waitingCount = 0;
    this.#enabledIsStale = true;
    this.steps = 0;
    this.choicePoints = 0;
    this.violation = undefined;
    this.threadCount = program.threads.length;
    for (let thread = 0; thread < program.threads.length; thread++) {
      this.#generators[thread] = program.threads[thread]?.body();
      this.#status[thread] = PENDING;
      this.#resume(thread, 0);
    }
  }

  /** Runs the set-up procedure as thread 0, alone. */
  #runSetUp(procedure: Access): void {
    this.threadCount = 1;
    this.#races?.reset(1);
    this.#generators[0] = procedure;
    this.#status[0] = PENDING;
    this.#resume(0, 0);
    for (;;) {
      this.#refreshEnabled();
      const thread = this.enabled[0] ?? 0;
      if (this.enabledCount === 0 || this.violation !== undefined) break;
      this.#step(thread);
    }
    if (this.violation !== undefined) throw new Error(`${this.program.name}: its set-up violates ${this.violation.property}: ${this.violation.because}`);
    if (this.#status[0] !== RETURNED) throw new Error(`${this.program.name}: its set-up waits for ever`);
  }

  #refreshEnabled(): void {
    let count = 0;
    for (let thread = 0; thread < this.threadCount; thread++) {
      if (this.#status[thread] === PENDING && (MAY_WAIT[this.pendingKind[thread] ?? 0] === 0 || this.#canProceed(thread))) {
        this.enabled[count++] = thread;
      }
    }
    this.enabledCount = count;
    this.#enabledIsStale = false;
  }

  #canProceed(thread: number): boolean {
    const kind = this.pendingKind[thread] as AccessKind;
    const word = this.words[this.pendingAddress[thread] ?? 0] ?? 0;
    switch (kind) {
      case ACCESS.awaitEqual:
      case ACCESS.awaitUnequal:
        // A wait on a word that it may not read goes on, into the check.
        return (
          this.#memory.states[this.pendingAddress[thread] ?? 0] !== SHADOW.initialised ||
          waitIsOver(kind, word, this.pendingExpected[thread] ?? 0, this.pendingOperand[thread] ?? 0)
        );
      case ACCESS.spinLock:
      case ACCESS.mutexLock:
        return word === 0;
      case ACCESS.synchronizeRcu:
        return this.#graceStarted[thread] === 0 || this.#grace.isOver(thread, this.threadCount);
      default:
        return true;
    }
  }

  /** Lets `thread` make its pending access, and run on to its next one. */
  #step(thread: number): void {
    if (this.steps === this.choices.length) this.choices = grown(this.choices);
    this.choices[this.steps] = thread;
    const kind = this.pendingKind[thread] as AccessKind;
    const address = this.pendingAddress[thread] ?? 0;
    const operand = this.pendingOperand[thread] ?? 0;
    const expected = this.pendingExpected[thread] ?? 0;
    if (MAY_WAIT[kind] === 1) {
      this.#waitingCount--;
      this.#enabledIsStale = true;
    }
    if (this.#sectionsToOpen[thread] !== 0 || this.#operationToBegin[thread] !== 0) this.#beginDeferred(thread);
    const before = this.words[address] ?? 0;
    const result = kind <= ACCESS.awaitUnequal ? this.#accessWord(thread, kind, address, operand, expected) : this.#accessOther(thread, kind, address, operand);
    if (this.#observer !== undefined) {
      const after = this.words[address] ?? 0;
      this.#observer.performed({ step: this.steps, thread, kind, address, operand, expected, before, after, result });
    }
    this.steps++;
    if (this.violation !== undefined) return;
    if (kind === ACCESS.synchronizeRcu && this.#graceStarted[thread] === 1) {
      // It has only started to wait; its procedure goes on with its next step.
      this.#waitingCount++;
      return;
    }
    if (this.#callbackWaits[thread] === 1) this.#startCallback(thread);
    this.#resume(thread, result);
  }

  #accessWord(thread: number, kind: AccessKind, address: Address, operand: number, expected: number): number {
    const { words } = this;
    const { states } = this.#memory;
    const state = states[address];
    if (state !== SHADOW.initialised) {
      if (state !== SHADOW.uninitialised || kind < ACCESS.write || kind > ACCESS.rcuAssignPointer) {
        this.#violate("memory-safety", this.#memory.describe(accessNames[kind] ?? "access", address), address);
        return 0;
      }
      states[address] = SHADOW.initialised;
    }
    const before = words[address] ?? 0;
    const result = performOnWord(words, kind, address, operand, expected);
    if (kind === ACCESS.rcuDereference) {
      if (this.#grace.depth(thread) === 0) {
        this.#violate("grace-period", `rcuDereference of ${nameOf(this.heap, address)} outside a read-side critical section`, address);
      }
      if (result > 0 && result < this.heap.used) this.#grace.fetched(thread, result);
    }
    if (this.#races !== undefined) {
      const wrote = kind < ACCESS.cmpxchg || kind > ACCESS.cmpxchgRelease || result === expected;
      const other = this.#races.accessed(thread, kind, address, wrote);
      if (other !== -1) {
        this.#violate("data-race", `${accessNames[kind]} of ${nameOf(this.heap, address)} races with an access by ${this.threadName(other)}`, address);
      }
    }
    const watcher = this.#watcherOf[address] ?? 0;
    if (watcher !== 0 && (kind >= ACCESS.write || (watcher & SEES_READS) !== 0)) {
      this.#tellWatchers(watcher & ~SEES_READS, thread, kind, address, before);
    }
    return result;
  }

  #tellWatchers(slot: number, thread: number, kind: AccessKind, address: Address, before: number): void {
    const watched: { -readonly [Key in keyof WatchedAccess]: WatchedAccess[Key] } = this.#watched;
    watched.thread = thread;
    watched.kind = kind;
    watched.address = address;
    watched.before = before;
    watched.after = this.words[address] ?? 0;
    for (const watcher of this.#watchersOf[slot] ?? []) {
      const because = watcher.accessed?.(this.words, watched);
      if (because !== undefined) return this.#violate(watcher.property, because, address);
    }
  }

  #accessOther(thread: number, kind: AccessKind, address: Address, operand: number): number {
    switch (kind) {
      case ACCESS.spinLock:
      case ACCESS.mutexLock:
        this.#lock(thread, address, kind === ACCESS.spinLock ? 1 : 0);
        return 0;
      case ACCESS.spinTrylock:
        if (!this.#mayUseLock(address) || this.words[address] !== 0) return 0;
        this.words[address] = thread + 1;
        this.#locks.acquiredByTrying(thread, address);
        this.#races?.acquired(thread, address);
        return 1;
      case ACCESS.spinUnlock:
      case ACCESS.mutexUnlock:
        this.#unlock(thread, address, kind === ACCESS.spinUnlock ? 1 : 0);
        return 0;
      case ACCESS.allocate:
        return this.#allocate(address);
      case ACCESS.free:
        this.#free(thread, address, operand);
        return 0;
      case ACCESS.synchronizeRcu:
        this.#synchronizeRcu(thread);
        return 0;
      case ACCESS.callRcu:
        this.#callRcu(thread, operand);
        return 0;
      default:
        throw new RangeError(`thread ${thread} asks for access kind ${kind}, which does not exist`);
    }
  }

  #mayUseLock(lock: Address): boolean {
    if (this.#memory.states[lock] === SHADOW.initialised) return true;
    this.#violate("memory-safety", this.#memory.describe("lock operation", lock), lock);
    return false;
  }

  #lock(thread: number, lock: Address, spinning: 0 | 1): void {
    if (!this.#mayUseLock(lock)) return;
    if (spinning === 0) this.#checkMaySleep(thread, `takes the mutex ${nameOf(this.heap, lock)}`);
    this.words[lock] = thread + 1;
    const inverted = this.#locks.acquired(thread, lock, spinning);
    this.#races?.acquired(thread, lock);
    if (inverted !== 0) {
      this.#violate("lock-order", `${nameOf(this.heap, lock)} is taken inside ${nameOf(this.heap, inverted)}, and the other way round elsewhere`, lock);
    }
  }

  #unlock(thread: number, lock: Address, spinning: 0 | 1): void {
    if (!this.#mayUseLock(lock)) return;
    if (!this.#locks.released(thread, lock, spinning)) {
      this.#violate("lock-order", `${nameOf(this.heap, lock)} is released by ${this.threadName(thread)}, which does not hold it`, lock);
      return;
    }
    this.words[lock] = 0;
    this.#races?.released(thread, lock);
    for (const watcher of this.#watchers) {
      const because = watcher.unlocked?.(this.words, lock);
      if (because !== undefined) return this.#violate(watcher.property, because, lock);
    }
  }

  #allocate(slab: Address): Address {
    const object = takeObject(this.words, slab);
    if (object !== NIL) {
      this.#memory.allocated(object);
      this.#races?.allocated(object, this.#memory.wordsOf(object));
    }
    return object;
  }

  #free(thread: number, slab: Address, object: Address): void {
    const refused = this.#memory.freed(slab, object);
    if (refused !== undefined) return this.#violate("memory-safety", refused, object);
    const reader = this.#grace.readerOf(object, this.threadCount);
    if (reader !== -1) {
      const name = objectNameOf(this.heap, object) ?? nameOf(this.heap, object);
      const whose = reader === thread ? "its own" : `${this.threadName(reader)}'s`;
      this.#violate("grace-period", `${name} is freed by ${this.threadName(thread)} inside ${whose} read-side critical section, which has fetched a pointer to it`, object);
    }
    for (const watcher of this.#watchers) {
      const because = watcher.freed?.(this.words, slab, object);
      if (because !== undefined) this.#violate(watcher.property, because, object);
    }
    giveObject(this.words, slab, object);
  }

  #checkMaySleep(thread: number, act: string): void {
    const { heap } = this;
    if (this.#locks.spinlocksHeld(thread) > 0) {
      this.#violate("context", `${this.threadName(thread)} ${act} while it holds the spinlock ${nameOf(heap, this.#locks.innermost(thread))}`, NIL);
    } else if (this.#grace.depth(thread) > 0) {
      this.#violate("context", `${this.threadName(thread)} ${act} inside a read-side critical section`, NIL);
    } else if (thread >= this.program.threads.length) {
      this.#violate("context", `${this.threadName(thread)} ${act}, and an RCU callback must not sleep`, NIL);
    }
  }

  #synchronizeRcu(thread: number): void {
    if (this.#graceStarted[thread] === 1) {
      this.#graceStarted[thread] = 0;
      this.#races?.graceEnded(thread);
      return;
    }
    if (this.#callbackWaits[thread] === 0) this.#checkMaySleep(thread, "waits for a grace period");
    this.#races?.graceStarted(thread);
    this.#grace.start(thread, this.threadCount);
    if (this.#grace.isOver(thread, this.threadCount)) this.#races?.graceEnded(thread);
    else this.#graceStarted[thread] = 1;
  }

  #callRcu(thread: number, argument: number): void {
    const child = this.threadCount;
    if (child === this.#threadsMax) throw new RangeError(`${this.program.name}: more than ${CALLBACKS_MAX} RCU callbacks in one execution`);
    this.threadCount++;
    this.#callbacks[child] = this.#pendingCallback[thread];
    this.#callbackWaits[child] = 1;
    this.#status[child] = PENDING;
    this.#generators[child] = undefined;
    this.#races?.fork(thread, child);
    this.#races?.graceStarted(child);
    this.#grace.start(child, this.threadCount);
    this.#graceStarted[child] = 1;
    this.#setPending(child, ACCESS.synchronizeRcu, NIL, argument, 0);
    this.#enabledIsStale = true;
  }

  readonly #pendingCallback: (RcuCallback | undefined)[] = [];

  /** The grace period of a callback's thread is over: its procedure begins. */
  #startCallback(thread: number): void {
    this.#callbackWaits[thread] = 0;
    this.#generators[thread] = this.#callbacks[thread]?.(this.pendingOperand[thread] ?? 0);
  }

  /** Runs a thread's own code up to its next access, or to its end. */
  #resume(thread: number, found: number): void {
    const generator = this.#generators[thread];
    let value = found;
    for (;;) {
      let result: IteratorResult<AccessKind, void>;
      try {
        result = generator?.next(value) ?? { done: true, value: undefined };
      } catch (error) {
        this.#status[thread] = RETURNED;
        return this.#violate("exception", `${this.threadName(thread)} threw ${String(error)}`, NIL);
      }
      if (result.done === true) return this.#returned(thread);
      const kind = result.value;
      if (kind < FIRST_LOCAL_KIND) {
        if (kind === ACCESS.callRcu) this.#pendingCallback[thread] = request.callback;
        return this.#setPending(thread, kind, request.address, request.operand, request.expected);
      }
      value = 0;
      this.#performLocal(thread, kind, request.operand);
      if (this.violation !== undefined) return;
    }
  }

  #setPending(thread: number, kind: AccessKind, address: Address, operand: number, expected: number): void {
    this.pendingKind[thread] = kind;
    this.pendingAddress[thread] = address;
    this.pendingOperand[thread] = operand;
    this.pendingExpected[thread] = expected;
    if (MAY_WAIT[kind] === 1) {
      this.#waitingCount++;
      this.#enabledIsStale = true;
    }
  }

  #performLocal(thread: number, kind: AccessKind, operand: number): void {
    this.#observer?.marked({ step: this.steps, thread, kind, operand });
    switch (kind) {
      case ACCESS.rcuReadLock:
        this.#sectionsToOpen[thread] = (this.#sectionsToOpen[thread] ?? 0) + 1;
        return;
      case ACCESS.rcuReadUnlock:
        if ((this.#sectionsToOpen[thread] ?? 0) > 0) this.#sectionsToOpen[thread] = (this.#sectionsToOpen[thread] ?? 0) - 1;
        else if (!this.#grace.unlock(thread)) this.#violate("context", `${this.threadName(thread)} ends a read-side critical section, and is in none`, NIL);
        else if (this.#grace.depth(thread) === 0) this.#races?.sectionEnded(thread);
        return;
      case ACCESS.beginOperation:
        this.#operationToBegin[thread] = operand + 1;
        return;
      case ACCESS.endOperation:
        if (this.#operationToBegin[thread] !== 0) this.#beginDeferred(thread);
        this.#respond(thread, operand);
        return;
      case ACCESS.assertHolds:
        if (operand === 0) this.#violate("assertion", request.message, NIL);
        return;
      default:
        this.#races?.barrier(thread, kind);
    }
  }

  #beginDeferred(thread: number): void {
    const operation = this.#operationToBegin[thread] ?? 0;
    if (operation !== 0) {
      this.#operationToBegin[thread] = 0;
      this.#history?.invoke(thread, operation - 1);
    }
    for (let sections = this.#sectionsToOpen[thread] ?? 0; sections > 0; sections--) {
      this.#grace.lock(thread);
      if (this.#grace.depth(thread) === 1) this.#races?.sectionStarted(thread);
    }
    this.#sectionsToOpen[thread] = 0;
  }

  #respond(thread: number, response: number): void {
    const because = this.#history?.respond(thread, response);
    if (because !== undefined) this.#violate(this.#history?.property ?? "linearizability", because, NIL);
  }

  #returned(thread: number): void {
    this.#status[thread] = RETURNED;
    this.#generators[thread] = undefined;
    this.#enabledIsStale = true;
    if (this.#locks.heldCount(thread) > 0) {
      const lock = this.#locks.innermost(thread);
      this.#violate("context", `${this.threadName(thread)} returns with the lock ${nameOf(this.heap, lock)} held`, lock);
    } else if (this.#grace.depth(thread) > 0) {
      this.#violate("context", `${this.threadName(thread)} returns inside a read-side critical section`, NIL);
    }
  }

  /** No thread can go on: a deadlock, or the end. */
  #checkEnd(): void {
    for (let thread = 0; thread < this.threadCount; thread++) {
      if (this.#status[thread] !== PENDING) continue;
      const kind = this.pendingKind[thread];
      if (this.isDaemon(thread) && (kind === ACCESS.awaitEqual || kind === ACCESS.awaitUnequal)) continue;
      return this.#violate("deadlock", this.#describeWaits(), this.pendingAddress[thread] ?? NIL);
    }
    const lost = this.#leaks.find();
    if (lost !== NIL) {
      return this.#violate("leak", `${objectNameOf(this.heap, lost) ?? lost} is allocated, and nothing points to it any more`, lost);
    }
    for (const watcher of this.#watchers) {
      const because = watcher.ended?.(this.words);
      if (because !== undefined) return this.#violate(watcher.property, because, NIL);
    }
  }

  #describeWaits(): string {
    const waits: string[] = [];
    for (let thread = 0; thread < this.threadCount; thread++) {
      if (this.#status[thread] !== PENDING) continue;
      const address = this.pendingAddress[thread] ?? 0;
      const name = this.threadName(thread);
      const kind = this.pendingKind[thread];
      if (kind === ACCESS.spinLock || kind === ACCESS.mutexLock) {
        const holder = (this.words[address] ?? 0) - 1;
        waits.push(`${name} waits for ${nameOf(this.heap, address)}, held by ${holder === thread ? "itself" : this.threadName(holder)}`);
      } else if (kind === ACCESS.synchronizeRcu) {
        waits.push(`${name} waits for the read-side critical section of ${this.threadName(this.#grace.blockerOf(thread, this.threadCount))}`);
      } else if (!this.isDaemon(thread)) {
        waits.push(`${name} waits for ${nameOf(this.heap, address)}, which is ${this.words[address]}`);
      }
    }
    return waits.join("; ");
  }

  /** The first violation of an execution stands; what follows from it is not reported. */
  #violate(property: string, because: string, address: Address): void {
    this.violation ??= { property, because, address };
  }
}

function grown(values: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(values.length * 2);
  larger.set(values);
  return larger;
}

/** Groups the watchers of each word: a slot is a set of watchers that watch the same words. */
function watcherSlots(watchers: readonly Watcher[], words: number): { slotOf: Uint8Array; watchers: readonly (readonly Watcher[])[] } {
  const slotOf = new Uint8Array(words);
  const slots: Watcher[][] = [[]];
  const slotOfKey = new Map<string, number>();
  for (let address = 1; address < words; address++) {
    let key = "";
    let reads = 0;
    const interested: Watcher[] = [];
    for (const [index, watcher] of watchers.entries()) {
      const wants = watcher.watches?.(address);
      if (wants === undefined) continue;
      interested.push(watcher);
      key += `${index},`;
      if (wants === "accesses") reads = SEES_READS;
    }
    if (interested.length === 0) continue;
    let slot = slotOfKey.get(key);
    if (slot === undefined) {
      slot = slots.length;
      if (slot >= SEES_READS) throw new RangeError(`the watchers watch more than ${SEES_READS - 1} different sets of words`);
      slots.push(interested);
      slotOfKey.set(key, slot);
    }
    slotOf[address] = slot | reads;
  }
  return { slotOf, watchers: slots };
}
