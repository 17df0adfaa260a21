/**
 * A program of the machine in the events of the explorer.
 *
 * The explorer knows words, locks and waits. Everything else that the machine offers is put into these, so that a graph
 * says of two executions whether they differ in anything that the machine, or a history, could tell:
 *
 * - The beginning of an operation reads the number of operations each other thread has ended, and its end adds one to
 *   its own: the graph knows which operations came before which. Both stand as close to the accesses as the machine has
 *   them.
 * - A read-side critical section writes an odd number when it opens, an even one when it ends; a grace period waits,
 *   for each other thread, until the number is even. A callback is a thread of its own that waits to be started, then
 *   for a grace period.
 * - `free` writes to a word of the object that lock operations read, then to each of the object's words: an access that
 *   is not ordered before it can come after it.
 * - `allocate` takes objects that belong to the thread alone: no other order of allocations gives anybody another
 *   answer as long as the slab has objects that were never used. Where it may run out, slabs are kept under a lock, as
 *   the machine keeps them.
 *
 * What the events need (threads for callbacks, slabs that run out, whether there are grace periods at all) is only
 * known when the program asks for it: `Lowering.isSufficient` turns false, and the exploration starts again with what
 * was learnt.
 *
 * A thread whose access is to no object ends there: the machine says why.
 */
import {
  ACCESS,
  type Access,
  type AccessKind,
  type Address,
  assertHolds,
  awaitEqual,
  awaitUnequal,
  mutexLock,
  mutexUnlock,
  NIL,
  type RcuCallback,
  readOnce,
  request,
  writeOnce,
} from "#impl/memory/access.ts";
import { isAcquisition, isLocal } from "#impl/memory/access-class.ts";
import { regionOf } from "#impl/memory/heap.ts";
import { accessNames } from "#fuzz/machine/access-name.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { SPAN, Spans } from "#fuzz/machine/spans.ts";
import type { ExploredThread } from "./explored-program.ts";
import { SlabStates } from "./slab-states.ts";

/** What an event is to the machine, by its location. */
export const ROLE = {
  /** A word of the heap: each access is one of the machine's. */
  word: 0,
  /** A lock of the heap: each operation is one of the machine's. */
  lock: 1,
  /** Nothing that the machine does. */
  bookkeeping: 2,
  /** A write is an access of the machine's that touches no word; a read is nothing. */
  deed: 3,
  /** A grace period begins: an access of the machine's, which may only begin to wait. */
  graceBegins: 4,
  /** A grace period is over: an access of the machine's if it had to wait. */
  graceEnds: 5,
  /** A write starts a callback; a read is nothing. */
  spawn: 6,
} as const;

/** What the words of a freed object, and of one that was never written, hold. */
export const POISON = 0x5ead_beef;

/** Accesses of one thread: more are taken for an endless loop. */
const ACCESSES_MAX = 5_000;

const LOCKS = 1 << 25;
const SPECIAL = 1 << 26;
const EVERY_BIT = -1;
const SECTION_OPEN = 1;

interface Callback {
  readonly callback: RcuCallback | undefined;
  readonly argument: number;
}

/** An object that a thread made: where it lies in the graph, which is nowhere in the heap. */
interface OwnObject {
  readonly base: Address;
  readonly words: number;
}

export class Lowering {
  readonly program: Program;
  /** Contents of the heap before the threads start. */
  readonly initialWords: Int32Array;
  /** False once the program asked for what was not foreseen: the exploration is worth nothing, and must start again. */
  isSufficient = true;
  /** Why the program cannot be put into the explorer's events, if so. */
  refusal: string | undefined;
  readonly #slabs: SlabStates;
  readonly #special = new Map<string, Address>();
  readonly #roles: number[] = [];
  readonly #slotOfSpawn = new Map<Address, number>();
  readonly #slots = new Map<string, number>();
  readonly #ownObjects = new Map<string, OwnObject>();
  readonly #objectsFrom: Address;
  #objectsEnd: Address;
  #objectOf: Address[] = [];
  readonly #callbacks: Callback[] = [];
  /** Threads that open read-side critical sections. */
  readonly #readers = new Set<number>();
  #hasGracePeriods = false;

  constructor(program: Program, initialWords: Int32Array) {
    this.program = program;
    this.initialWords = initialWords;
    this.#slabs = new SlabStates(initialWords);
    this.#objectsFrom = initialWords.length + 1;
    this.#objectsEnd = this.#objectsFrom;
  }

  /** The program's threads, then one for each callback known of. */
  threads(): ExploredThread[] {
    this.isSufficient = true;
    const own = this.program.threads.map(
      ({ body }, thread) =>
        () =>
          this.#run(thread, body()),
    );
    const callbacks = Array.from(
      { length: this.#slots.size },
      (_, slot) => () => this.#runCallback(own.length + slot, slot),
    );
    return [...own, ...callbacks];
  }

  /** What a word or lock of the graph holds at first. */
  initial(address: Address): number {
    if (address < this.initialWords.length) return this.initialWords[address] ?? 0;
    return address < LOCKS ? POISON : 0;
  }

  role(address: Address): number {
    if (address < LOCKS) return ROLE.word;
    if (address < SPECIAL) return ROLE.lock;
    return this.#roles[address - SPECIAL] ?? ROLE.bookkeeping;
  }

  /** The thread that a write to this word, whose role is `spawn`, starts. */
  startedBy(address: Address): number {
    return this.program.threads.length + (this.#slotOfSpawn.get(address) ?? 0);
  }

  /** Is this a thread for a callback that may never be called for? */
  isCallback(thread: number): boolean {
    return thread >= this.program.threads.length;
  }

  #place(name: string, role: number): Address {
    let address = this.#special.get(name);
    if (address === undefined) {
      address = SPECIAL + this.#roles.length;
      this.#roles.push(role);
      this.#special.set(name, address);
    }
    return address;
  }

  // ---- Threads

  *#runCallback(thread: number, slot: number): Access {
    const number = yield awaitUnequal(this.#spawnWord(slot), EVERY_BIT, 0);
    const started = this.#callbacks[number - 1];
    yield* this.#awaitGracePeriod(thread);
    if (started?.callback !== undefined) yield* this.#run(thread, started.callback(started.argument));
  }

  /** Runs a procedure of the machine as thread `thread` of the graph. */
  *#run(thread: number, procedure: Access): Access {
    const line = new Line();
    let answer = 0;
    for (let accesses = 0; accesses < ACCESSES_MAX; accesses++) {
      const { done, value: kind } = procedure.next(answer);
      answer = 0;
      if (done === true) return yield* this.#happen(thread, line, line.spans.accessed());
      const { address, operand, expected, callback, message } = request;
      if (isLocal(kind)) {
        if (kind === ACCESS.assertHolds && operand === 0) yield assertHolds(false, message);
        yield* this.#happen(thread, line, line.spans.marked(kind, operand));
        continue;
      }
      yield* this.#happen(thread, line, line.spans.accessed());
      answer = yield* this.#perform(thread, line, { kind, address, operand, expected, callback });
      if (!this.isSufficient) return;
    }
    yield* this.#refuse(`thread ${thread} makes more than ${ACCESSES_MAX} accesses`);
  }

  /** What becomes of the thread's spans now: operations are ordered, and grace periods wait for outermost sections. */
  *#happen(thread: number, line: Line, events: number): Access {
    if ((events & SPAN.operationBegins) !== 0 && this.#isRecorded(thread)) {
      for (let other = 0; other < this.program.threads.length; other++) {
        if (other !== thread && this.#isRecorded(other)) yield readOnce(this.#returnedWord(other));
      }
    }
    const { depth, opened } = line.spans;
    if ((events & SPAN.sectionsOpen) !== 0 && depth === opened) {
      if (!this.#readers.has(thread)) {
        this.#readers.add(thread);
        if (this.#hasGracePeriods) this.isSufficient = false;
      }
      if (this.#hasGracePeriods) yield writeOnce(this.#sectionWord(thread), ++line.sections);
    }
    if ((events & SPAN.sectionEnds) !== 0 && depth === 0 && this.#hasGracePeriods)
      yield writeOnce(this.#sectionWord(thread), ++line.sections);
    if ((events & SPAN.operationEnds) !== 0 && this.#isRecorded(thread))
      yield writeOnce(this.#returnedWord(thread), ++line.returned);
  }

  /** Do the thread's operations appear in the history? */
  #isRecorded(thread: number): boolean {
    return (
      this.program.history !== undefined &&
      thread < this.program.threads.length &&
      this.program.threads[thread]?.daemon !== true
    );
  }

  *#perform(thread: number, line: Line, asked: Asked): Access<number> {
    const { kind, address, operand, expected, callback } = asked;
    switch (kind) {
      case ACCESS.spinLock:
      case ACCESS.mutexLock:
      case ACCESS.spinUnlock:
      case ACCESS.mutexUnlock:
        yield* this.#useLock(kind, address);
        return 0;
      case ACCESS.allocate:
        return yield* this.#allocate(thread, line, address);
      case ACCESS.free:
        yield* this.#free(address, operand);
        return 0;
      case ACCESS.synchronizeRcu:
        yield writeOnce(this.#place(`grace ${thread}`, ROLE.graceBegins), 1);
        yield* this.#awaitGracePeriod(thread);
        return 0;
      case ACCESS.callRcu:
        yield* this.#callRcu(thread, line, callback, operand);
        return 0;
      case ACCESS.spinTrylock:
        yield* this.#refuse(`it asks for ${accessNames[kind]}`);
        return 0;
      default:
        yield* this.#checkAddress(address);
        request.address = address;
        request.operand = operand;
        request.expected = expected;
        return yield kind;
    }
  }

  *#refuse(because: string): Access {
    this.refusal ??= `${this.program.name} cannot be explored: ${because}`;
    yield assertHolds(false, this.refusal);
  }

  // ---- Locks

  *#useLock(kind: AccessKind, address: Address): Access {
    yield* this.#checkAddress(address);
    const locks = isAcquisition(kind);
    const object = this.#objectAt(address);
    if (!locks && object !== NIL) yield readOnce(this.#lifeWord(object));
    yield locks ? mutexLock(LOCKS + address) : mutexUnlock(LOCKS + address);
    if (locks && object !== NIL) yield readOnce(this.#lifeWord(object));
  }

  // ---- Objects

  *#allocate(thread: number, line: Line, slab: Address): Access<number> {
    const deed = this.#place(`allocate ${thread}`, ROLE.deed);
    if (!this.#slabs.isSlab(this.program.heap, slab)) yield assertHolds(false, "no slab");
    if (this.#slabs.isShared(slab)) {
      const lock = this.#place("slabs", ROLE.bookkeeping);
      const state = this.#place(`slab ${slab}`, ROLE.bookkeeping);
      yield mutexLock(lock);
      const { object, next } = this.#slabs.take(slab, yield readOnce(state));
      yield writeOnce(deed, 1);
      yield writeOnce(state, next);
      yield mutexUnlock(lock);
      return object;
    }
    const count = (line.allocations.get(slab) ?? 0) + 1;
    line.allocations.set(slab, count);
    const object = this.#ownObject(thread, slab, count);
    yield writeOnce(deed, 1);
    return object;
  }

  *#free(slab: Address, object: Address): Access {
    yield* this.#checkAddress(object);
    const state = this.#slabs.isShared(slab) ? this.#place(`slab ${slab}`, ROLE.bookkeeping) : NIL;
    const lock = this.#place("slabs", ROLE.bookkeeping);
    if (state !== NIL) yield mutexLock(lock);
    yield writeOnce(this.#lifeWord(object), 1);
    const words = this.#slabs.wordsOf(this.program.heap, slab);
    for (let word = 0; word < words; word++) yield writeOnce(object + word, POISON);
    if (state === NIL) return;
    yield writeOnce(state, this.#slabs.give(slab, yield readOnce(state), object));
    yield mutexUnlock(lock);
  }

  /** The object that a thread's `count`th allocation from a slab answers. */
  #ownObject(thread: number, slab: Address, count: number): Address {
    const key = `${thread}:${slab}:${count}`;
    const known = this.#ownObjects.get(key);
    if (known !== undefined) return known.base;
    if (!this.#slabs.hasRoom(slab)) {
      this.#slabs.share(slab);
      this.isSufficient = false;
    }
    const words = this.#slabs.wordsOf(this.program.heap, slab);
    const base = this.#objectsEnd;
    this.#ownObjects.set(key, { base, words });
    for (let word = 0; word < words; word++) this.#objectOf[base - this.#objectsFrom + word] = base;
    this.#objectsEnd += words + 1;
    this.#objectOf[this.#objectsEnd - 1 - this.#objectsFrom] = NIL;
    return base;
  }

  /** The object of a slab that the word lies in, or `NIL`. */
  #objectAt(address: Address): Address {
    if (address >= this.#objectsFrom) return this.#objectOf[address - this.#objectsFrom] ?? NIL;
    const region = regionOf(this.program.heap, address);
    return region === undefined || region.slab === NIL ? NIL : address - ((address - region.base) % region.stride);
  }

  /** Ends the thread if there is no such word: the machine will not let it pass. */
  *#checkAddress(address: Address): Access {
    if (address <= NIL || address === this.initialWords.length || address >= this.#objectsEnd)
      yield assertHolds(false, "no such word");
  }

  // ---- Read-copy-update

  *#awaitGracePeriod(thread: number): Access {
    this.#needGracePeriods();
    for (const reader of this.#readers)
      if (reader !== thread) yield awaitEqual(this.#sectionWord(reader), SECTION_OPEN, 0);
    yield writeOnce(this.#place(`grace over ${thread}`, ROLE.graceEnds), 1);
  }

  *#callRcu(thread: number, line: Line, callback: RcuCallback | undefined, argument: number): Access {
    this.#needGracePeriods();
    const key = `${thread}:${++line.callbacks}`;
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.#slots.size;
      this.#slots.set(key, slot);
      this.isSufficient = false;
    }
    let number = this.#callbacks.findIndex((known) => known.callback === callback && known.argument === argument) + 1;
    if (number === 0) number = this.#callbacks.push({ callback, argument });
    yield writeOnce(this.#spawnWord(slot), number);
  }

  #needGracePeriods(): void {
    if (this.#hasGracePeriods) return;
    this.#hasGracePeriods = true;
    this.isSufficient = false;
  }

  #sectionWord(thread: number): Address {
    return this.#place(`section ${thread}`, ROLE.bookkeeping);
  }

  #returnedWord(thread: number): Address {
    return this.#place(`returned ${thread}`, ROLE.bookkeeping);
  }

  #lifeWord(object: Address): Address {
    return this.#place(`life ${object}`, ROLE.deed);
  }

  #spawnWord(slot: number): Address {
    const address = this.#place(`spawn ${slot}`, ROLE.spawn);
    this.#slotOfSpawn.set(address, slot);
    return address;
  }
}

interface Asked {
  readonly kind: AccessKind;
  readonly address: Address;
  readonly operand: number;
  readonly expected: number;
  readonly callback: RcuCallback | undefined;
}

/** Where a thread stands. */
class Line {
  readonly spans = new Spans();
  /** Times a section was opened or ended. */
  sections = 0;
  returned = 0;
  callbacks = 0;
  readonly allocations = new Map<Address, number>();
}
