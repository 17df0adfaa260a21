/**
 * The machine: simulated CPUs run the threads of a program one access at a time and check every access.
 *
 * One execution is a program and a list of choices. Between two accesses a thread runs only its own code, so the
 * choices decide everything. A thread that waits (for a lock, a value, a grace period) is not enabled until it can go
 * on: nothing spins. The start of a read-side critical section, a barrier and the invocation of an operation are not
 * scheduling points: they happen with the next access of their thread, as late as possible; the end of a section and a
 * response happen with the last one, as early as possible.
 *
 * Two accesses may take two steps, the first of which only begins to wait: `synchronizeRcu` while a section is open,
 * and a wait that comes first in a section and is not over yet, since the section must open before the thread waits in
 * it.
 *
 * Per-thread arrays are read `as number`: a running thread has an entry in each, and a fallback would be a branch in
 * the hot loop that is never taken.
 *
 * The file is long because scheduling and stepping work on the same per-thread arrays.
 *
 * The execution stops at the first violation. Not covered: weak memory (the memory is sequentially consistent), and
 * code that loops without making an access: a caller that runs the machine on a separate host thread can end that.
 */
import { ACCESS, type Access, type AccessKind, type Address, NIL, request } from "#impl/memory/access.ts";
import { type Heap, nameOf } from "#impl/memory/heap.ts";
import { awaitsValue, CLASS, CLASSES, waitIsOver } from "#impl/memory/access-class.ts";
import { wordAt } from "#impl/memory/word.ts";
import { ProgressWatch } from "#properties/machine/progress-condition.ts";
import type { Violation } from "#properties/violation.ts";
import { CheckedMemory, type Threads } from "./checked-memory.ts";
import { GraceWaits } from "./grace-waits.ts";
import { LookingLoop, WAIT_INSTEAD } from "./looking-loop.ts";
import { LocalAccesses } from "./local-access.ts";
import { ACCESSES_MAX, CALLBACKS_MAX, type MachineOptions } from "./machine-settings.ts";
import type { Observer } from "./observer.ts";
import type { Program } from "./program.ts";
import type { RunningMachine } from "./running-machine.ts";
import type { Spans } from "./spans.ts";
import { unyieldedAccess, yieldedNoAccess } from "./unyielded.ts";
import type { Strategy } from "./strategy.ts";
import { describeWaits, waitsForWork } from "./waits.ts";

/** States of a thread. */
const ABSENT = 0;
const PENDING = 1;
const RETURNED = 2;

/** Last accesses of an execution that makes too many; they show whether a thread only reads. */
const WATCHED = 256;
/** Consecutive barriers and marks that a thread may make without an access to a word: more are an endless loop. */
const LOCAL_ACCESSES_MAX = 100_000;

export class Machine implements RunningMachine, Threads {
  readonly program: Program;
  readonly heap: Heap;
  readonly words: Int32Array;

  /** Threads started so far in this execution: the program's own, then one for each RCU callback. */
  threadCount = 0;
  /** The threads that can make their pending access now, in ascending order. */
  readonly enabled: Int32Array;
  enabledCount = 0;
  /**
   * The pending access of each thread; meaningful for a thread that has not returned. An operand or comparand that the
   * access does not have is arbitrary.
   */
  readonly pendingKind: Int32Array;
  readonly pendingAddress: Int32Array;
  readonly pendingOperand: Int32Array;
  readonly pendingExpected: Int32Array;
  /** The classes of the pending access. */
  readonly #pendingClasses: Int32Array;

  /** Accesses made so far in this execution, and the thread that made each. */
  steps = 0;
  choices: Int32Array;
  /** Steps at which more than one thread was enabled. */
  choicePoints = 0;

  /** Threads other than RCU callbacks: the program's, or one while the set-up runs. */
  #ownThreads: number;
  readonly #threadsMax: number;
  readonly #accessesMax: number;
  /** Accesses from here on are recorded, in case there are too many. */
  readonly #watchedFrom: number;
  readonly #looking = new LookingLoop();
  readonly #checksRest: boolean;
  /** Operations that the first thread had begun before its last access. */
  #begunBefore = 0;
  readonly #status: Uint8Array;
  readonly #generators: (Access | undefined)[];
  #waitingCount = 0;
  #enabledIsStale = true;

  readonly #memory: CheckedMemory;
  readonly #grace: GraceWaits;
  #local: LocalAccesses;
  /** The spans of `#local`, cached for the hot loop. */
  #spans: readonly Spans[];
  #observer: Observer | undefined;
  #progress: ProgressWatch | undefined;
  /** Whether the set-up is running: until it has run to its end, and forever if it violates a property. */
  #runsSetUp = true;

  constructor(program: Program, options: MachineOptions = {}) {
    const { heap } = program;
    this.program = program;
    this.heap = heap;
    this.words = heap.words;
    const threadsMax = Math.max(1, program.threads.length) + (program.callbacksMax ?? CALLBACKS_MAX);
    this.#threadsMax = threadsMax;
    this.#ownThreads = program.threads.length;
    this.#accessesMax = options.accessesMax ?? ACCESSES_MAX;
    this.#watchedFrom = Math.max(0, this.#accessesMax - WATCHED);
    this.#checksRest = options.checksRest === true;
    this.choices = new Int32Array(256);
    this.enabled = new Int32Array(threadsMax);
    this.pendingKind = new Int32Array(threadsMax);
    this.pendingAddress = new Int32Array(threadsMax);
    this.pendingOperand = new Int32Array(threadsMax);
    this.pendingExpected = new Int32Array(threadsMax);
    this.#pendingClasses = new Int32Array(threadsMax);
    this.#status = new Uint8Array(threadsMax);
    this.#generators = Array.from({ length: threadsMax }, () => undefined);
    this.#memory = new CheckedMemory(heap, this, threadsMax, program.watchers, options);
    this.#grace = new GraceWaits(this.#memory, threadsMax);
    this.#local = this.#localOfSetUp();
    this.#spans = this.#local.spans;
    this.#observer = undefined;
    if (program.setUp !== undefined) this.#runSetUp();
    this.#runsSetUp = this.violation !== undefined;
    this.#observer = options.observer;
    if (this.#runsSetUp) return;
    if (program.progress !== undefined) this.#progress = new ProgressWatch(program.progress, threadsMax);
    this.#local = new LocalAccesses(this.#memory, program.history, threadsMax, this.#progress);
    this.#spans = this.#local.spans;
  }

  /** The first violation of this execution, if there has been one. */
  get violation(): Violation | undefined {
    return this.#memory.violation;
  }

  /**
   * Does the set-up violate a property? Then there is no initial state: each execution repeats the set-up up to its
   * violation.
   */
  get setUpFails(): boolean {
    return this.#runsSetUp;
  }

  /** The thread's name in the program; a callback's thread is named after the order of its start. */
  threadName(thread: number): string {
    return this.isCallback(thread)
      ? `rcu callback ${thread - this.#ownThreads + 1}`
      : ((this.#runsSetUp ? undefined : this.program.threads[thread]?.name) ?? "set-up");
  }

  /** Does the thread run an RCU callback? */
  isCallback(thread: number): boolean {
    return thread >= this.#ownThreads;
  }

  hasReturned(thread: number): boolean {
    return this.#status[thread] === RETURNED;
  }

  /** Has a grace period begun for the thread that has not yet been ended for it? */
  isInGracePeriod(thread: number): boolean {
    return this.#grace.isWaiting(thread);
  }

  /** May the other threads leave this one waiting for work when they return? */
  isDaemon(thread: number): boolean {
    return this.program.threads[thread]?.daemon === true;
  }

  /** Runs one execution from the initial state to its end or its first violation. */
  run(strategy: Strategy): Violation | undefined {
    if (this.#runsSetUp) {
      this.#runSetUp(strategy);
      return this.#memory.violation;
    }
    const { threads } = this.program;
    this.#reset(threads.length);
    for (let thread = 0; thread < threads.length; thread++) this.#start(thread, threads[thread]?.body());
    strategy.begin(this);
    const watches = strategy.performed !== undefined;
    const checksRest = this.#checksRest;
    while (this.#memory.violation === undefined) {
      if (this.#enabledIsStale || this.#waitingCount > 0) {
        this.#refreshEnabled();
        if (this.violation !== undefined) break;
      }
      if (this.enabledCount === 0) {
        this.#checkEnd();
        break;
      }
      let thread = this.enabled[0] as number;
      if (this.enabledCount > 1) {
        this.choicePoints++;
        thread = strategy.choose(this);
      }
      if (!this.#mayGoOn(thread)) break;
      if (checksRest && this.#rests(thread) && this.#isWrongAtRest()) break;
      this.#step(thread);
      if (watches) strategy.performed?.(this, thread);
    }
    strategy.end?.(this);
    return this.#memory.violation;
  }

  #reset(ownThreads: number): void {
    this.#memory.reset(ownThreads);
    this.#status.fill(ABSENT);
    this.#grace.reset();
    this.#local.reset(this.threadCount);
    this.#waitingCount = 0;
    this.#enabledIsStale = true;
    this.steps = 0;
    this.choicePoints = 0;
    this.#begunBefore = 0;
    this.#ownThreads = ownThreads;
    this.threadCount = ownThreads;
  }

  #start(thread: number, procedure: Access | undefined): void {
    this.#generators[thread] = procedure;
    this.#status[thread] = PENDING;
    this.#resume(thread, 0);
  }

  /** Local accesses of the set-up: a history that cannot follow a set-up does not receive it. */
  #localOfSetUp(): LocalAccesses {
    const { history } = this.program;
    return new LocalAccesses(this.#memory, history?.setUpBegins === undefined ? undefined : history, this.#threadsMax);
  }

  /**
   * Runs the set-up procedure as the only thread, and keeps the resulting memory as the initial contents. Callbacks
   * that it requests run after it as soon as possible; there is nothing to choose, so a strategy is only notified.
   */
  #runSetUp(strategy?: Strategy): void {
    const { history, setUp } = this.program;
    history?.setUpBegins?.();
    this.#reset(1);
    this.#start(0, setUp?.());
    strategy?.begin(this);
    this.#refreshEnabled();
    while (this.enabledCount > 0 && this.violation === undefined && this.#mayGoOn(0)) {
      const thread = this.enabled[0] as number;
      this.#step(thread);
      strategy?.performed?.(this, thread);
      this.#refreshEnabled();
    }
    strategy?.end?.(this);
    if (this.violation === undefined && this.#status[0] !== RETURNED) this.#checkEnd();
    if (this.violation !== undefined) return;
    const because = history?.setUpEnds?.(this.words);
    if (because === undefined) this.#memory.keep();
    else this.#memory.violate("memory-at-rest", because, NIL);
  }

  /** Are there accesses left to make? */
  #mayGoOn(thread: number): boolean {
    if (this.steps < this.#watchedFrom) return true;
    if (this.steps === this.#watchedFrom) this.#looking.reset();
    if (this.steps < this.#accessesMax) {
      this.#looking.note(thread, this.#pendingClasses[thread] as number, this.pendingAddress[thread] as number);
      return true;
    }
    const words = this.#looking.wordsOf(thread)?.map((address) => nameOf(this.heap, address));
    const looking = words === undefined ? "" : `, only looking at ${words.join(", ")}: ${WAIT_INSTEAD}`;
    const running = `${this.threadName(thread)} is still running${looking}`;
    this.#memory.violate(
      "progress",
      `${this.steps} accesses were made and the threads have not returned; ${running}`,
      NIL,
    );
    return false;
  }

  #refreshEnabled(): void {
    let count = 0;
    for (let thread = 0; thread < this.threadCount; thread++) {
      if (this.#status[thread] !== PENDING) continue;
      if (((this.#pendingClasses[thread] as number) & CLASS.waits) === 0 || this.#canProceed(thread))
        this.enabled[count++] = thread;
      else if (this.#progress !== undefined) this.#checkWait(this.#progress, thread);
    }
    this.enabledCount = count;
    this.#enabledIsStale = false;
  }

  /**
   * Can a thread whose pending access may wait make it now, at least open the section it will wait in, or be reported?
   */
  #canProceed(thread: number): boolean {
    const kind = this.pendingKind[thread];
    const address = this.pendingAddress[thread] as number;
    if (kind === ACCESS.synchronizeRcu) return this.#grace.mayGoOn(thread, this.threadCount);
    const word = this.words[address] as number;
    if (
      ((this.#pendingClasses[thread] as number) & CLASS.takesLock) !== 0
        ? word === 0
        : waitIsOver(
            kind as AccessKind,
            word,
            this.pendingExpected[thread] as number,
            this.pendingOperand[thread] as number,
          )
    )
      return true;
    return (
      (this.#spans[thread] as Spans).opensSection ||
      this.#memory.isUnsafe(address) ||
      (kind === ACCESS.mutexLock && this.#memory.mustNotSleep(thread))
    );
  }

  /** Lets `thread` make its pending access and run to its next one. */
  #step(thread: number): void {
    if (this.steps === this.choices.length) this.choices = grown(this.choices);
    this.choices[this.steps] = thread;
    const kind = this.pendingKind[thread] as AccessKind;
    const classes = this.#pendingClasses[thread] as number;
    const address = this.pendingAddress[thread] as number;
    const operand = this.pendingOperand[thread] as number;
    const expected = this.pendingExpected[thread] as number;
    let waits = false;
    if ((this.#spans[thread] as Spans).mayBegin) {
      this.#local.begin(thread);
      waits = (classes & CLASS.waits) !== 0 && !this.#canProceed(thread);
    }
    const before = this.#observer === undefined ? 0 : wordAt(this.words, address);
    let result = 0;
    if (!waits) {
      result =
        (classes & (CLASS.reads | CLASS.writes)) !== 0
          ? this.#memory.access(thread, kind, classes, address, operand, expected)
          : this.#accessOther(thread, kind, address, operand);
      waits = kind === ACCESS.synchronizeRcu && this.#grace.isWaiting(thread);
    }
    if (this.#observer !== undefined) {
      const after = wordAt(this.words, address);
      this.#observer.performed({
        step: this.steps,
        thread,
        kind,
        address,
        operand,
        expected,
        before,
        after,
        result,
        waits,
      });
    }
    this.steps++;
    if (this.#progress !== undefined) this.#checkProgress(this.#progress, this.#progress.accessed(thread));
    if (waits) {
      this.#enabledIsStale = true;
      return;
    }
    if ((classes & CLASS.waits) !== 0) {
      this.#waitingCount--;
      this.#enabledIsStale = true;
    }
    if (this.#memory.violation !== undefined) return;
    if (this.#grace.isDeferred(thread)) this.#startCallback(thread, operand);
    else this.#resume(thread, result);
  }

  /** Makes an access that touches no data word. */
  #accessOther(thread: number, kind: AccessKind, address: Address, operand: number): number {
    if (kind === ACCESS.synchronizeRcu) this.#grace.synchronize(thread, this.threadCount);
    else if (kind === ACCESS.callRcu) this.#callRcu(thread, operand);
    else return this.#memory.accessObject(thread, kind, address, operand);
    return 0;
  }

  /** Starts the thread of a callback, which waits for a grace period that begins now. */
  #callRcu(thread: number, argument: number): void {
    const child = this.threadCount;
    if (child === this.#threadsMax) {
      return this.#memory.violate(
        "progress",
        `${this.threadName(thread)} asks for RCU callback ${child - this.#ownThreads + 1}, ` +
          `and an execution may start ${this.#threadsMax - Math.max(1, this.program.threads.length)}`,
        NIL,
      );
    }
    this.threadCount++;
    this.#status[child] = PENDING;
    this.#grace.defer(thread, child);
    this.#setPending(child, ACCESS.synchronizeRcu, CLASSES[ACCESS.synchronizeRcu] as number, NIL, argument, 0);
    this.#enabledIsStale = true;
  }

  /** Starts the procedure of a callback's thread, whose grace period is over. */
  #startCallback(thread: number, argument: number): void {
    const callback = this.#grace.startCallback(thread);
    try {
      this.#generators[thread] = callback?.(argument);
    } catch (error) {
      return this.#threw(thread, error);
    }
    this.#resume(thread, 0);
  }

  /** Runs a thread's own code up to its next access or its end. */
  #resume(thread: number, found: number): void {
    const generator = this.#generators[thread];
    if (generator === undefined) return this.#returned(thread);
    let value = found;
    for (let local = 0; this.#memory.violation === undefined; local++) {
      if (local > LOCAL_ACCESSES_MAX) return this.#goesNowhere(thread);
      let result: IteratorResult<AccessKind, void>;
      const requested = request.count;
      try {
        result = generator.next(value);
      } catch (error) {
        return this.#threw(thread, error);
      }
      const asks = (request.count - requested) | 0;
      if (result.done === true) {
        if (asks !== 0) return this.#unyieldedAccess(thread);
        return this.#returned(thread);
      }
      const kind = result.value;
      const classes = CLASSES[kind];
      if (asks > 1) return this.#unyieldedAccess(thread);
      if (classes === undefined) return this.#yieldedNoAccess(thread, kind);
      if ((classes & CLASS.local) === 0) {
        if (kind === ACCESS.callRcu) this.#grace.asksFor(thread, request.callback);
        return this.#setPending(thread, kind, classes, request.address, request.operand, request.expected);
      }
      value = 0;
      if (kind === ACCESS.endOperation && (request.operand | 0) !== request.operand)
        return this.#returnedNoWord(thread, request.operand);
      this.#observer?.marked({ step: this.steps, thread, kind, operand: request.operand });
      this.#local.perform(thread, kind, request.operand);
    }
  }

  #setPending(
    thread: number,
    kind: AccessKind,
    classes: number,
    address: Address,
    operand: number,
    expected: number,
  ): void {
    this.pendingKind[thread] = kind;
    this.#pendingClasses[thread] = classes;
    this.pendingAddress[thread] = address;
    this.pendingOperand[thread] = operand;
    this.pendingExpected[thread] = expected;
    if ((classes & CLASS.waits) !== 0) {
      this.#waitingCount++;
      this.#enabledIsStale = true;
    }
  }

  /** Reports a wait: daemons and callbacks may wait, other threads must not. */
  #checkWait(progress: ProgressWatch, thread: number): void {
    if (this.isDaemon(thread) || this.isCallback(thread)) return;
    this.#checkProgress(progress, `${this.threadName(thread)} waits for another thread, which may be paused forever`);
  }

  #checkProgress({ condition }: ProgressWatch, because: string | undefined): void {
    if (because !== undefined) this.#memory.violate(condition.kind, because, NIL);
  }

  #threw(thread: number, error: unknown): void {
    this.#status[thread] = RETURNED;
    this.#memory.violate("exception", `${this.threadName(thread)} threw ${String(error)}`, NIL);
  }

  #goesNowhere(thread: number): void {
    this.#memory.violate(
      "progress",
      `${this.threadName(thread)} makes ${LOCAL_ACCESSES_MAX} barriers and marks in a row, and no access to a word`,
      NIL,
    );
  }

  /**
   * Reports an access that was requested but not yielded: nothing has happened, although the code assumes that it has.
   */
  #unyieldedAccess(thread: number): void {
    this.#status[thread] = RETURNED;
    this.#memory.violate("unyielded-access", unyieldedAccess(this.threadName(thread)), NIL);
  }

  #yieldedNoAccess(thread: number, yielded: unknown): void {
    this.#status[thread] = RETURNED;
    this.#memory.violate("unyielded-access", yieldedNoAccess(this.threadName(thread), yielded), NIL);
  }

  /** Reports an operation that ends without a valid response: any response would fit. */
  #returnedNoWord(thread: number, response: unknown): void {
    this.#status[thread] = RETURNED;
    this.#local.begin(thread);
    const operation = (this.#spans[thread] as Spans).operation;
    const name = this.program.operationNames?.operation(operation) ?? `operation ${operation}`;
    this.#memory.violate(
      "exception",
      `${name} returns ${String(response)}, and must return a 32-bit whole number: is a return missing?`,
      NIL,
    );
  }

  #returned(thread: number): void {
    this.#local.begin(thread);
    this.#status[thread] = RETURNED;
    this.#generators[thread] = undefined;
    this.#enabledIsStale = true;
    this.#memory.checkReturned(thread);
  }

  /** Does the thread wait for a value in an operation that may wait forever? */
  #waitsByDesign(thread: number): boolean {
    if (!awaitsValue(this.pendingKind[thread] as AccessKind)) return false;
    // An operation whose first access is the wait has not begun yet.
    if ((this.#spans[thread] as Spans).mayBegin) this.#local.begin(thread);
    return this.program.history?.mayWaitForEver?.(thread) === true;
  }

  /** Is the first thread, whose access comes next, between two operations, and is no operation in progress? */
  #rests(thread: number): boolean {
    if (thread !== 0) return false;
    const begun = this.program.operationsBegun?.() ?? 0;
    const isBetween = begun !== this.#begunBefore;
    this.#begunBefore = begun;
    if (!isBetween) return false;
    for (let other = 1; other < this.threadCount; other++) {
      if (this.#status[other] === PENDING && !waitsForWork(this, other)) return false;
    }
    return true;
  }

  /** Is a condition on memory at rest violated? If not, the history continues from the state in memory. */
  #isWrongAtRest(): boolean {
    this.#memory.checkRested();
    if (this.#memory.violation !== undefined) return true;
    this.program.history?.rests?.(this.words);
    return false;
  }

  /** Called when no thread can go on: a deadlock, or the end. */
  #checkEnd(): void {
    for (let thread = 0; thread < this.threadCount; thread++) {
      if (this.#status[thread] !== PENDING || waitsForWork(this, thread) || this.#waitsByDesign(thread)) continue;
      const because = describeWaits(this, (waiter) => this.#memory.grace.blockerOf(waiter, this.threadCount));
      return this.#memory.violate("deadlock", because, this.pendingAddress[thread] as number);
    }
    this.#memory.checkEnded();
  }
}

function grown(values: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(values.length * 2);
  larger.set(values);
  return larger;
}
