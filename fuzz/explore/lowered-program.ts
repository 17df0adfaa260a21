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
import { CLASSES, isAcquisition, isLocal } from "#impl/memory/access-class.ts";
import { accessNames } from "#fuzz/machine/access-name.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { SPAN, Spans } from "#fuzz/machine/spans.ts";
import { askedInVain, yieldedNoAccess } from "#fuzz/machine/unyielded.ts";
import type { ExploredThread } from "./explored-program.ts";
import { type Allocations, LoweredObjects } from "./lowered-objects.ts";
import { LoweredWords, ROLE } from "./lowered-words.ts";

/** Accesses of one thread: more are taken for an endless loop. */
const ACCESSES_MAX = 5_000;

const EVERY_BIT = -1;
const SECTION_OPEN = 1;

interface Callback {
  readonly callback: RcuCallback | undefined;
  readonly argument: number;
}

export class Lowering {
  readonly program: Program;
  /** Why the program cannot be put into the explorer's events, if so. */
  refusal: string | undefined;
  readonly #words: LoweredWords;
  readonly #objects: LoweredObjects;
  /** Nothing that was not foreseen has been asked for, but for slabs that run out. */
  #isSufficient = true;
  readonly #slotOfSpawn = new Map<Address, number>();
  readonly #slots = new Map<string, number>();
  readonly #callbacks: Callback[] = [];
  /** Threads that open read-side critical sections. */
  readonly #readers = new Set<number>();
  #hasGracePeriods = false;

  /** @param initialWords contents of the heap before the threads start */
  constructor(program: Program, initialWords: Int32Array) {
    this.program = program;
    this.#words = new LoweredWords(initialWords);
    this.#objects = new LoweredObjects(program.heap, initialWords, this.#words);
  }

  /** False once the program asked for what was not foreseen: the exploration is worth nothing, and must start again. */
  get isSufficient(): boolean {
    return this.#isSufficient && this.#objects.isSufficient;
  }

  /** The program's threads, then one for each callback known of. */
  threads(): ExploredThread[] {
    this.#isSufficient = true;
    this.#objects.isSufficient = true;
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
    return this.#words.initial(address);
  }

  role(address: Address): number {
    return this.#words.role(address);
  }

  /** The thread that a write to this word, whose role is `spawn`, starts. */
  startedBy(address: Address): number {
    return this.program.threads.length + (this.#slotOfSpawn.get(address) ?? 0);
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
      const asked = request.count;
      const { done, value: kind } = procedure.next(answer);
      answer = 0;
      const asks = (request.count - asked) | 0;
      // What the procedure asks for is not what the explorer's thread asks for.
      request.count = asked;
      if (asks > 1 || (done === true && asks !== 0)) return yield* this.#fail(askedInVain(`thread ${thread}`));
      if (done === true) return yield* this.#happen(thread, line, line.spans.accessed());
      if (CLASSES[kind] === undefined) return yield* this.#fail(yieldedNoAccess(`thread ${thread}`, kind));
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
        if (this.#hasGracePeriods) this.#isSufficient = false;
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
        return yield* this.#objects.allocate(thread, line.allocations, address);
      case ACCESS.free:
        yield* this.#objects.free(address, operand);
        return 0;
      case ACCESS.synchronizeRcu:
        yield writeOnce(this.#words.named(`grace ${thread}`, ROLE.graceBegins), 1);
        yield* this.#awaitGracePeriod(thread);
        return 0;
      case ACCESS.callRcu:
        yield* this.#callRcu(thread, line, callback, operand);
        return 0;
      case ACCESS.spinTrylock:
        yield* this.#refuse(`it asks for ${accessNames[kind]}`);
        return 0;
      default:
        yield* this.#objects.checkAddress(address);
        request.address = address;
        request.operand = operand;
        request.expected = expected;
        return yield kind;
    }
  }

  /** The thread ends here: the machine says why, with the schedule. */
  *#fail(because: string): Access {
    yield assertHolds(false, because);
  }

  *#refuse(because: string): Access {
    this.refusal ??= `${this.program.name} cannot be explored: ${because}`;
    yield assertHolds(false, this.refusal);
  }

  *#useLock(kind: AccessKind, address: Address): Access {
    yield* this.#objects.checkAddress(address);
    const locks = isAcquisition(kind);
    const object = this.#objects.objectAt(address);
    const lock = this.#words.lockAt(address);
    if (!locks && object !== NIL) yield readOnce(this.#objects.lifeWord(object));
    yield locks ? mutexLock(lock) : mutexUnlock(lock);
    if (locks && object !== NIL) yield readOnce(this.#objects.lifeWord(object));
  }

  // ---- Read-copy-update

  *#awaitGracePeriod(thread: number): Access {
    this.#needGracePeriods();
    for (const reader of this.#readers)
      if (reader !== thread) yield awaitEqual(this.#sectionWord(reader), SECTION_OPEN, 0);
    yield writeOnce(this.#words.named(`grace over ${thread}`, ROLE.graceEnds), 1);
  }

  *#callRcu(thread: number, line: Line, callback: RcuCallback | undefined, argument: number): Access {
    this.#needGracePeriods();
    const key = `${thread}:${++line.callbacks}`;
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.#slots.size;
      this.#slots.set(key, slot);
      this.#isSufficient = false;
    }
    let number = this.#callbacks.findIndex((known) => known.callback === callback && known.argument === argument) + 1;
    if (number === 0) number = this.#callbacks.push({ callback, argument });
    yield writeOnce(this.#spawnWord(slot), number);
  }

  #needGracePeriods(): void {
    if (this.#hasGracePeriods) return;
    this.#hasGracePeriods = true;
    this.#isSufficient = false;
  }

  #sectionWord(thread: number): Address {
    return this.#words.named(`section ${thread}`, ROLE.bookkeeping);
  }

  #returnedWord(thread: number): Address {
    return this.#words.named(`returned ${thread}`, ROLE.bookkeeping);
  }

  #spawnWord(slot: number): Address {
    const address = this.#words.named(`spawn ${slot}`, ROLE.spawn);
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
  readonly allocations: Allocations = new Map();
}
