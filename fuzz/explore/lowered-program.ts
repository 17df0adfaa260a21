/**
 * A program of the machine in the events of the explorer.
 *
 * The explorer knows words, locks and waits. Everything else that the machine offers is expressed in these, so that two
 * executions have the same graph only if the machine and the history cannot distinguish them:
 *
 * - The start of an operation reads the number of operations that each other thread has ended, and its end adds one to
 *   its own thread's number: the graph knows which operations came before which. Both are as close to the accesses as
 *   in the machine.
 * - A read-side critical section writes an odd number when it opens, an even one when it ends; a grace period waits,
 *   for each other thread, until the number is even. A callback is a separate thread that waits to be started, then for
 *   a grace period.
 * - `free` writes to a word of the object that lock operations read, then to each of the object's words: an access that
 *   is not ordered before it can come after it.
 * - `allocate` takes objects private to the thread: the order of allocations changes no result as long as the slab has
 *   objects that were never used. A slab that may run out is kept under a lock, as in the machine.
 *
 * Some needs (threads for callbacks, slabs that run out, whether there are grace periods at all) are only known when
 * the program first shows them: then `Lowering.isSufficient` turns false, and the exploration starts again with that
 * knowledge.
 *
 * A thread ends at an access to no object: the machine reports why.
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
  loadAcquire,
  readOnce,
  request,
  smpMb,
  storeRelease,
  writeOnce,
} from "#impl/memory/access.ts";
import { CLASSES, isAcquisition, isFence, isLocal, returnsWord } from "#impl/memory/access-class.ts";
import { accessNames } from "#fuzz/machine/access-name.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { SPAN, Spans } from "#fuzz/machine/spans.ts";
import { unyieldedAccess, yieldedNoAccess } from "#fuzz/machine/unyielded.ts";
import type { ExploredThread } from "./explored-program.ts";
import type { CompletedStep } from "./local-states.ts";
import { type Allocations, LoweredObjects } from "./lowered-objects.ts";
import { LoweredWords, ROLE } from "./lowered-words.ts";
import { type Meaning, meaningOf, type RcuRole } from "./meaning.ts";

/** Accesses of one thread: more are taken for an endless loop. */
const ACCESSES_MAX = 5_000;

/** Steps before a free that are tested for whether they decide it. */
const DECIDING_MAX = 24;

/** Other results given to a step, to see whether it matters. */
const OTHER_RESULTS: readonly ((result: number) => number)[] = [
  (result) => result + 1,
  (result) => (result === 0 ? -1 : 0),
];

const EVERY_BIT = -1;
const SECTION_OPEN = 1;

interface Callback {
  readonly callback: RcuCallback | undefined;
  readonly argument: number;
}

export class Lowering {
  readonly program: Program;
  /** Why the program cannot be lowered to the explorer's events, if it cannot. */
  refusal: string | undefined;
  readonly #words: LoweredWords;
  readonly #objects: LoweredObjects;
  /** Whether everything requested was foreseen, apart from slabs that run out. */
  #isSufficient = true;
  readonly #slotOfSpawn = new Map<Address, number>();
  readonly #slots = new Map<string, number>();
  readonly #callbacks: Callback[] = [];
  /** Threads that open read-side critical sections. */
  readonly #readers = new Set<number>();
  #hasGracePeriods = false;

  readonly #keepsBarriers: boolean;
  readonly #fencesSections: boolean;
  #factories: readonly ExploredThread[] = [];
  /** Accesses to objects found through a pointer, whose address dependency was assumed. */
  dependencies = 0;

  /**
   * @param initialWords contents of the heap before the threads start
   * @param memory `strong` leaves barriers out: they have no effect under sequential consistency. A model without
   *   read-copy-update gets sections with barriers, `fenced`: stronger than the kernel promises
   */
  constructor(program: Program, initialWords: Int32Array, memory: "strong" | "weak" | "fenced" = "strong") {
    this.program = program;
    this.#keepsBarriers = memory !== "strong";
    this.#fencesSections = memory === "fenced";
    this.#words = new LoweredWords(initialWords);
    this.#objects = new LoweredObjects(program.heap, initialWords, this.#words);
  }

  /** False once the program requested something that was not foreseen: the exploration is void and must start again. */
  get isSufficient(): boolean {
    return this.#isSufficient && this.#objects.isSufficient;
  }

  /** The program's threads, then one for each known callback. */
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
    const threads = [...own, ...callbacks];
    this.#factories = threads;
    return threads;
  }

  /** The initial value of a word or lock of the graph. */
  initial(address: Address): number {
    return this.#words.initial(address);
  }

  /** See `LoweredObjects`. */
  placeInHeap(address: Address): Address {
    return this.#objects.placeInHeap(address);
  }

  /** Does the word lie in a thread's private object, which is never allocated again? */
  isOwnObject(address: Address): boolean {
    return this.#objects.isOwn(address);
  }

  nameOf(address: Address): string {
    return this.#objects.nameOf(this.#words.wordOf(address));
  }

  role(address: Address): number {
    return this.#words.role(address);
  }

  /** The thread that a write to this word, whose role is `spawn`, starts. */
  startedBy(address: Address): number {
    return this.program.threads.length + (this.#slotOfSpawn.get(address) ?? 0);
  }

  /**
   * The meaning, to a model with dependencies, of the access that a thread has just requested: an access to an object
   * whose address the thread has read depends on the last read that found it.
   */
  meaning(thread: number, kind: AccessKind, steps: readonly CompletedStep[]): Meaning | undefined {
    const { address: requested, operand } = request;
    const rcu = this.#rcuRole(kind, requested, operand);
    const object = this.#objects.containing(this.#objects.objectOfLife(requested) ?? this.#words.wordOf(requested));
    const addr = object === NIL ? [] : this.#pointersTo(object, thread, steps, requested);
    if (addr.length > 0) this.dependencies++;
    const freed = this.#objects.freedBy(kind, requested, operand);
    if (freed !== NIL) {
      const freeing = this.#objects.freeingWord(freed);
      const decided = steps.findLastIndex(({ address }) => address === freeing);
      if (requested === freeing) return { ...meaningOf(kind), addr, ctrl: this.#deciding(thread, steps, requested) };
      return { ...meaningOf(kind), addr: [...addr, decided] };
    }
    return rcu === undefined && addr.length === 0 ? undefined : { ...meaningOf(kind), ...(rcu && { rcu }), addr };
  }

  /**
   * The last step that found the object that the thread now accesses, if the access follows that pointer: with another
   * pointer, it would be to another word.
   */
  #pointersTo(object: Address, thread: number, steps: readonly CompletedStep[], requested: Address): number[] {
    const isOfLock = this.role(requested) !== ROLE.word; // its word is the object's, whatever the offset
    for (let step = steps.length - 1; step >= 0; step--) {
      const { kind, address, result } = steps[step] as CompletedStep;
      if (this.role(address) !== ROLE.word || !returnsWord(kind) || this.#objects.containing(result) !== object)
        continue;
      if (isOfLock) return this.#objects.objectAt(object) === NIL ? [] : [step];
      if (this.#addressAfter(thread, steps, step) === requested + 1) return [step];
    }
    return [];
  }

  /** The word that the thread then accesses if a step's result is one higher; NIL if it makes another access. */
  #addressAfter(thread: number, steps: readonly CompletedStep[], changed: number): Address {
    let address = NIL;
    const comes = this.#runAgain(
      thread,
      steps,
      changed,
      (result) => result + 1,
      (at, kind) => {
        address = request.address;
        return at === steps.length || kind === steps[at]?.kind;
      },
    );
    return comes ? address : NIL;
  }

  /**
   * The steps that decide whether the thread reaches an access: with another result of one of them, it makes a
   * different access before it or instead.
   */
  #deciding(thread: number, steps: readonly CompletedStep[], requested: Address): number[] {
    const found: number[] = [];
    for (let step = steps.length - 1; step >= Math.max(0, steps.length - DECIDING_MAX); step--) {
      const { kind, address } = steps[step] as CompletedStep;
      if (this.role(address) !== ROLE.word || !returnsWord(kind)) continue;
      if (OTHER_RESULTS.some((change) => !this.#comesTo(thread, steps, step, change, requested))) found.push(step);
    }
    return found;
  }

  /** Does the thread make the same accesses, and reach `requested`, if that step has another result? */
  #comesTo(
    thread: number,
    steps: readonly CompletedStep[],
    changed: number,
    change: (result: number) => number,
    requested: Address,
  ): boolean {
    return this.#runAgain(thread, steps, changed, change, (at, kind) => {
      const step = steps[at];
      if (step === undefined) return request.address === requested;
      return kind === step.kind && (at <= changed || isFence(kind) || request.address === step.address);
    });
  }

  /**
   * Runs a thread again with another result of one step.
   *
   * @param agrees whether the thread, which makes an access of this kind as step `at`, still follows the steps
   * @returns whether it does until it has made one access more than `steps`
   */
  #runAgain(
    thread: number,
    steps: readonly CompletedStep[],
    changed: number,
    change: (result: number) => number,
    agrees: (at: number, kind: AccessKind) => boolean,
  ): boolean {
    const factory = this.#factories[thread];
    if (factory === undefined) return false;
    const procedure = factory();
    let result = 0;
    try {
      for (let at = 0; at <= steps.length; at++) {
        let kind: AccessKind;
        do {
          const { done, value } = procedure.next(result);
          if (done === true) return false;
          kind = value;
          result = 0;
        } while (kind === ACCESS.assertHolds);
        if (!agrees(at, kind)) return false;
        const step = steps[at];
        if (step !== undefined) result = at === changed ? change(step.result) : step.result;
      }
      return true;
    } catch {
      return false; // no execution has this result
    }
  }

  #rcuRole(kind: AccessKind, address: Address, operand: number): RcuRole | undefined {
    switch (this.role(address)) {
      case ROLE.spawn:
        return kind === ACCESS.awaitUnequal ? "starts" : undefined;
      case ROLE.section:
        if (kind === ACCESS.awaitEqual) return "waits";
        return (operand & SECTION_OPEN) === 0 ? "ends" : "opens";
      default:
        return undefined;
    }
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
    let result = 0;
    for (let accesses = 0; accesses < ACCESSES_MAX; accesses++) {
      const requested = request.count;
      const { done, value: kind } = procedure.next(result);
      result = 0;
      const asks = (request.count - requested) | 0;
      // The procedure's requests are not the explorer thread's own.
      request.count = requested;
      if (asks > 1 || (done === true && asks !== 0)) return yield* this.#fail(unyieldedAccess(`thread ${thread}`));
      if (done === true) return yield* this.#happen(thread, line, line.spans.accessed());
      if (CLASSES[kind] === undefined) return yield* this.#fail(yieldedNoAccess(`thread ${thread}`, kind));
      const { address, operand, expected, callback, message } = request;
      if (isLocal(kind)) {
        if (kind === ACCESS.assertHolds && operand === 0) yield assertHolds(false, message);
        if (kind === ACCESS.beginOperation) line.operation = operand;
        if (kind === ACCESS.endOperation) line.response = operand;
        yield* this.#happen(thread, line, line.spans.marked(kind, operand));
        if (this.#keepsBarriers && isFence(kind)) {
          request.address = NIL;
          yield kind;
        }
        continue;
      }
      yield* this.#happen(thread, line, line.spans.accessed());
      result = yield* this.#perform(thread, line, { kind, address, operand, expected, callback });
      if (!this.isSufficient) return;
    }
    yield* this.#refuse(`thread ${thread} makes more than ${ACCESSES_MAX} accesses`);
  }

  /** Updates the thread's spans: operations are ordered, and grace periods wait for outermost sections. */
  *#happen(thread: number, line: Line, events: number): Access {
    if ((events & SPAN.operationBegins) !== 0 && this.#isRecorded(thread)) {
      // Calls and returns have one order under every model: their callers could only observe it with barriers.
      let isFirst = line.returned === 0;
      for (let other = 0; other < this.program.threads.length; other++) {
        if (other === thread || !this.#isRecorded(other)) continue;
        if (this.#keepsBarriers && !isFirst) yield smpMb();
        isFirst = false;
        const returned = this.#returnedWord(other);
        yield this.#keepsBarriers ? loadAcquire(returned) : readOnce(returned);
      }
      if (this.#keepsBarriers) yield writeOnce(this.#words.named(`invoked ${thread}`, ROLE.invocation), line.operation);
    }
    const { depth, opened } = line.spans;
    if ((events & SPAN.sectionsOpen) !== 0 && depth === opened) {
      if (!this.#readers.has(thread)) {
        this.#readers.add(thread);
        if (this.#hasGracePeriods) this.#isSufficient = false;
      }
      if (this.#hasGracePeriods) {
        yield writeOnce(this.#sectionWord(thread), ++line.sections);
        if (this.#fencesSections) yield smpMb();
      }
    }
    if ((events & SPAN.sectionEnds) !== 0 && depth === 0 && this.#hasGracePeriods) {
      const section = this.#sectionWord(thread);
      yield this.#fencesSections ? storeRelease(section, ++line.sections) : writeOnce(section, ++line.sections);
    }
    if ((events & SPAN.operationEnds) !== 0 && this.#isRecorded(thread)) {
      const returned = this.#returnedWord(thread);
      if (this.#keepsBarriers) yield writeOnce(this.#words.named(`response ${thread}`, ROLE.response), line.response);
      yield this.#keepsBarriers ? storeRelease(returned, ++line.returned) : writeOnce(returned, ++line.returned);
    }
  }

  /** Do the thread's operations appear in the history? */
  #isRecorded(thread: number): boolean {
    return (
      this.program.history !== undefined &&
      thread < this.program.threads.length &&
      this.program.threads[thread]?.daemon !== true
    );
  }

  *#perform(thread: number, line: Line, requested: RequestedAccess): Access<number> {
    const { kind, address, operand, expected, callback } = requested;
    switch (kind) {
      case ACCESS.spinLock:
      case ACCESS.mutexLock:
      case ACCESS.spinUnlock:
      case ACCESS.mutexUnlock:
        yield* this.#useLock(kind, address);
        return 0;
      case ACCESS.allocate:
        if (this.#keepsBarriers && this.#objects.mayRunOut(address))
          yield* this.#refuse("memory may run out, or be used again, which is explored under sc alone");
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

  /** Ends the thread here: the machine reports why, with the schedule. */
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
    if (!locks && object !== NIL) yield* this.#lookAtLife(object);
    yield locks ? mutexLock(lock) : mutexUnlock(lock);
    if (locks && object !== NIL) yield* this.#lookAtLife(object);
  }

  *#lookAtLife(object: Address): Access {
    yield readOnce(this.#objects.lifeWord(object));
  }

  // ---- Read-copy-update

  *#awaitGracePeriod(thread: number): Access {
    this.#needGracePeriods();
    if (this.#keepsBarriers) yield smpMb();
    for (const reader of this.#readers) {
      if (reader === thread) continue;
      yield awaitEqual(this.#sectionWord(reader), SECTION_OPEN, 0);
    }
    if (this.#keepsBarriers) yield smpMb();
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
    yield storeRelease(this.#spawnWord(slot), number);
  }

  #needGracePeriods(): void {
    if (this.#hasGracePeriods) return;
    this.#hasGracePeriods = true;
    this.#isSufficient = false;
  }

  #sectionWord(thread: number): Address {
    return this.#words.named(`section ${thread}`, ROLE.section);
  }

  #returnedWord(thread: number): Address {
    return this.#words.named(`returned ${thread}`, ROLE.returned);
  }

  #spawnWord(slot: number): Address {
    const address = this.#words.named(`spawn ${slot}`, ROLE.spawn);
    this.#slotOfSpawn.set(address, slot);
    return address;
  }
}

interface RequestedAccess {
  readonly kind: AccessKind;
  readonly address: Address;
  readonly operand: number;
  readonly expected: number;
  readonly callback: RcuCallback | undefined;
}

/** The position of a thread. */
class Line {
  readonly spans = new Spans();
  /** Number of times a section was opened or ended. */
  sections = 0;
  returned = 0;
  callbacks = 0;
  /** The operation that begins, and its response. */
  operation = 0;
  response = 0;
  readonly allocations: Allocations = new Map();
}
