/**
 * The next access of each thread, given the results of its accesses so far.
 *
 * Threads are deterministic, so their local states form a tree: a state is a thread and the results it has received.
 * The tree remembers the next access of each state; a generator runs only when a state is reached for the first time.
 * Generators cannot be rewound: each thread's generator is kept where it stopped, and restarted when another branch of
 * the tree must grow.
 *
 * The tree is a cache. When it is full it is emptied (`renew`), and callers that keep state numbers must find the
 * states again.
 */
import { ACCESS, type Access, type AccessKind, request } from "#impl/memory/access.ts";
import {
  awaitsValue,
  CLASS,
  CLASSES,
  isAcquisition,
  isConditional,
  isExchange,
  isFence,
  isLocal,
  isReadModifyWrite,
  isRelease,
  isStore,
  mayWait,
  succeeds,
  touchesWord,
  valueFound,
  valueWritten,
} from "#impl/memory/access-class.ts";
import { LOOKED_AT_MAX, WAIT_INSTEAD } from "#fuzz/machine/looking-loop.ts";
import { accessNames } from "#fuzz/machine/access-name.ts";
import { unyieldedAccess, yieldedNoAccess } from "#fuzz/machine/unyielded.ts";
import { ACQUIRES, DRAINS, FULL, PLAIN, RELEASES } from "./graph.ts";
import { type Meaning, meaningOf } from "./meaning.ts";

/** Kinds of request that a state makes. */
export const STEP = {
  returned: 0,
  failed: 1,
  read: 2,
  write: 3,
  update: 4,
  wait: 5,
  fence: 6,
  lock: 7,
  unlock: 8,
} as const;

/** How to treat the orderings of a program's accesses. */
export type Orderings = "as-written" | "relaxed" | "release-acquire";

/** An earlier access of a thread, with its result. */
export interface CompletedStep {
  readonly kind: AccessKind;
  readonly address: number;
  readonly result: number;
}

export interface LocalStatesOptions {
  /** Whether barriers are separate steps: without weak memory they have no effect. */
  readonly keepsBarriers: boolean;
  /** As written, or the same for every access. */
  readonly accesses: Orderings;
  /** Whether full barriers are treated as barriers that only acquire and release. */
  readonly weakFences: boolean;
  /** Whether a loop that only reads is refused: each read is a choice, so it has endlessly many executions. */
  readonly refusesLooking: boolean;
  /** The value that an exchange leaves, given its operand and the value it finds; by default the operand itself. */
  readonly exchange?: ((operand: number, found: number) => number) | undefined;
  /**
   * The meaning of the access that a thread has just requested after these steps, if the program knows more than the
   * kind of access.
   */
  readonly meaning?:
    | ((thread: number, kind: AccessKind, steps: readonly CompletedStep[]) => Meaning | undefined)
    | undefined;
}

/** A program that behaves differently when run again with the same results, or that the explorer cannot run. */
export class ProgramError extends Error {
  readonly thread: number;
  readonly event: number;

  constructor(message: string, thread: number, event: number) {
    super(message);
    this.name = "ProgramError";
    this.thread = thread;
    this.event = event;
  }
}

// Fields of a state.
const THREAD = 0;
const STEP_KIND = 1;
const ACCESS_KIND = 2;
const ADDRESS = 3;
const LOCATION = 4;
const OPERAND = 5;
const EXPECTED = 6;
const FLAGS = 7;
const PARENT = 8;
const RESULT = 9;
const FIRST_CHILD = 10;
const SIBLING = 11;
const DEPTH = 12;
/** Events of the thread before this state. */
const POSITION = 13;
const STRIDE = 14;

const NOBODY = -1;

/** Consecutive reads of the same few words that a thread may make; more are taken for a loop that waits. */
const LOOKS_MAX = 256;

/** Maximum number of states kept, by default. */
const STATES_MAX = 1 << 16;

/** Consecutive accesses that touch nothing shared: more are taken for an endless loop. */
export const LOCAL_ACCESSES_MAX = 100_000;

export class LocalStates {
  /** Distinct addresses in order of appearance: a location is an index into this array. */
  readonly addresses: number[] = [];
  readonly #locations = new Map<number, number>();
  readonly #threads: readonly (() => Access)[];
  readonly #options: LocalStatesOptions;
  #statesMax: number;
  #table = new Int32Array(256 * STRIDE);
  #count = 0;
  readonly #roots: Int32Array;
  readonly #generators: (Access | undefined)[];
  /** The state that each generator has reached. */
  readonly #standing: Int32Array;
  readonly #messages = new Map<number, string>();
  /** Meanings of those states whose access means more than its kind. */
  readonly #meanings = new Map<number, Meaning>();
  #path = new Int32Array(64);

  constructor(threads: readonly (() => Access)[], options: LocalStatesOptions, statesMax = STATES_MAX) {
    this.#threads = threads;
    this.#options = options;
    this.#statesMax = statesMax;
    this.#roots = new Int32Array(threads.length).fill(NOBODY);
    this.#generators = threads.map(() => undefined);
    this.#standing = new Int32Array(threads.length).fill(NOBODY);
  }

  /** The location of an address; new ones are appended. */
  locationOf(address: number): number {
    const known = this.#locations.get(address);
    if (known !== undefined) return known;
    const location = this.addresses.length;
    this.addresses.push(address);
    this.#locations.set(address, location);
    return location;
  }

  root(thread: number): number {
    const known = this.#roots[thread] as number;
    if (known !== NOBODY) return known;
    this.#start(thread);
    const root = this.#record(thread, NOBODY, 0, this.#resume(thread, 0));
    this.#roots[thread] = root;
    this.#standing[thread] = root;
    return root;
  }

  step(state: number): number {
    return this.#table[state * STRIDE + STEP_KIND] as number;
  }

  kind(state: number): AccessKind {
    return this.#table[state * STRIDE + ACCESS_KIND] as AccessKind;
  }

  location(state: number): number {
    return this.#table[state * STRIDE + LOCATION] as number;
  }

  operand(state: number): number {
    return this.#table[state * STRIDE + OPERAND] as number;
  }

  expected(state: number): number {
    return this.#table[state * STRIDE + EXPECTED] as number;
  }

  flags(state: number): number {
    return this.#table[state * STRIDE + FLAGS] as number;
  }

  /** Accesses of the thread before this state. */
  depth(state: number): number {
    return this.#table[state * STRIDE + DEPTH] as number;
  }

  /** Events of the thread before this state: a read-modify-write that succeeds is two. */
  position(state: number): number {
    return this.#table[state * STRIDE + POSITION] as number;
  }

  /** The meaning of the state's access to a memory model. */
  meaning(state: number): Meaning {
    return this.#meanings.get(state) ?? meaningOf(this.kind(state));
  }

  /** Does the read-modify-write write if it finds `found`? */
  writesAt(state: number, found: number): boolean {
    const { update } = this.meaning(state);
    return update === undefined ? succeeds(this.kind(state), found, this.expected(state)) : update(found) !== undefined;
  }

  /** The value left by a write, or by a read-modify-write that succeeds on finding `found`. */
  written(state: number, found: number): number {
    const written = this.meaning(state).update?.(found);
    if (written !== undefined) return written;
    const kind = this.kind(state);
    const { exchange } = this.#options;
    if (exchange !== undefined && isExchange(kind)) return exchange(this.operand(state), found);
    return valueWritten(kind, found, this.operand(state));
  }

  /** The result that the thread gets from a read-modify-write that succeeds. */
  found(state: number, found: number): number {
    if (this.meaning(state).update !== undefined) return found;
    return valueFound(this.kind(state), found, this.written(state, found));
  }

  /** The state of the same thread before its step number `depth`, on the path to `state`. */
  ancestor(state: number, depth: number): number {
    let at = state;
    while (this.depth(at) > depth) at = this.#table[at * STRIDE + PARENT] as number;
    return at;
  }

  /** Why the thread failed in this state. */
  message(state: number): string {
    return this.#messages.get(state) ?? "";
  }

  /** The state of the same thread once its access has this result. */
  next(state: number, result: number): number {
    const table = this.#table;
    for (
      let child = table[state * STRIDE + FIRST_CHILD] as number;
      child !== NOBODY;
      child = table[child * STRIDE + SIBLING] as number
    ) {
      if (table[child * STRIDE + RESULT] === result) return child;
    }
    return this.#grow(state, result);
  }

  get isFull(): boolean {
    return this.#count >= this.#statesMax;
  }

  /** Called after a renewal: if the states in use fill half the table, the table may grow. */
  makeRoom(): void {
    if (this.#count * 2 > this.#statesMax) this.#statesMax *= 2;
  }

  /** Whether a failed compare-and-exchange is still an acquire. */
  get failuresAcquire(): boolean {
    return this.#options.accesses === "release-acquire";
  }

  /** Forgets every state. State numbers become meaningless. */
  renew(): void {
    this.#count = 0;
    this.#roots.fill(NOBODY);
    this.#standing.fill(NOBODY);
    this.#messages.clear();
    this.#meanings.clear();
  }

  /**
   * Runs the thread of a state again, and compares its accesses with the remembered ones.
   *
   * @throws ProgramError at the first difference
   */
  verify(state: number): void {
    this.#replay(state);
    this.#standing[this.#table[state * STRIDE + THREAD] as number] = state;
  }

  #grow(state: number, result: number): number {
    const thread = this.#table[state * STRIDE + THREAD] as number;
    if (this.#standing[thread] !== state) this.#replay(state);
    this.#standing[thread] = NOBODY;
    const child = this.#record(thread, state, result, this.#resume(thread, result));
    this.#standing[thread] = child;
    return child;
  }

  /** Brings the thread's generator to `state`, from the start. */
  #replay(state: number): void {
    const table = this.#table;
    const thread = table[state * STRIDE + THREAD] as number;
    const depth = table[state * STRIDE + DEPTH] as number;
    if (depth >= this.#path.length) this.#path = new Int32Array(depth * 2);
    for (let at = state, i = depth; at !== NOBODY; at = table[at * STRIDE + PARENT] as number) this.#path[i--] = at;
    this.#start(thread);
    for (let i = 0; i <= depth; i++) {
      const at = this.#path[i] as number;
      const step = this.#resume(thread, i === 0 ? 0 : (table[at * STRIDE + RESULT] as number));
      this.#compare(at, step);
    }
  }

  #compare(state: number, step: number): void {
    const row = state * STRIDE;
    const table = this.#table;
    const remembered = table[row + STEP_KIND] as number;
    const isSame =
      step === remembered &&
      (step <= STEP.failed ||
        (this.#kind === table[row + ACCESS_KIND] &&
          this.#address === table[row + ADDRESS] &&
          this.#operand === table[row + OPERAND] &&
          this.#expected === table[row + EXPECTED]));
    if (isSame) return;
    const thread = table[row + THREAD] as number;
    const depth = table[row + DEPTH] as number;
    const before = describe(
      remembered,
      table[row + ACCESS_KIND] as AccessKind,
      table[row + ADDRESS] as number,
      table[row + OPERAND] as number,
    );
    const now = describe(step, this.#kind, this.#address, this.#operand);
    throw new ProgramError(
      `thread ${thread} is not deterministic: as its access ${depth + 1} it asked for ${before}, ` +
        `and now, after the same results, for ${now}`,
      thread,
      depth,
    );
  }

  #start(thread: number): void {
    const create = this.#threads[thread];
    if (create === undefined) throw new RangeError(`there is no thread ${thread}`);
    this.#generators[thread] = create();
  }

  // Results of `#resume`.
  #kind: AccessKind = 0;
  #address = 0;
  #operand = 0;
  #expected = 0;
  #flags = 0;
  #message = "";

  /** Runs the thread's own code up to its next step, and returns its kind; the rest is in the fields above. */
  #resume(thread: number, result: number): number {
    const generator = this.#generators[thread];
    let value = result;
    for (let local = 0; local < LOCAL_ACCESSES_MAX; local++) {
      let yielded: IteratorResult<AccessKind, void> | undefined;
      const requested = request.count;
      try {
        yielded = generator?.next(value);
      } catch (error) {
        return this.#fail(`it threw ${String(error)}`);
      }
      const asks = (request.count - requested) | 0;
      const isDone = yielded === undefined || yielded.done === true;
      if (asks > 1 || (isDone && asks !== 0)) return this.#fail(unyieldedAccess("it"));
      if (yielded === undefined || yielded.done === true) return STEP.returned;
      const kind = yielded.value;
      if (CLASSES[kind] === undefined) return this.#fail(yieldedNoAccess("it", kind));
      value = 0;
      if (kind === ACCESS.assertHolds) {
        if (request.operand === 0) return this.#fail(request.message);
        continue;
      }
      const step = stepOf(kind);
      if (step === undefined)
        throw new ProgramError(
          `thread ${thread} asks for ${accessNames[kind] ?? kind}, which only programs for the machine may`,
          thread,
          0,
        );
      if (step === "local") continue;
      this.#kind = kind;
      this.#address = step === STEP.fence ? 0 : request.address;
      this.#operand =
        step === STEP.read || step === STEP.fence || step === STEP.lock || step === STEP.unlock ? 0 : request.operand;
      this.#expected = step === STEP.wait || isConditional(kind) ? request.expected : 0;
      this.#flags = this.#flagsOf(kind, step);
      if (step === STEP.fence && (!this.#options.keepsBarriers || this.#flags === 0)) continue;
      return step;
    }
    throw new ProgramError(
      `thread ${thread} loops without end: it made ${LOCAL_ACCESSES_MAX} accesses in a row that touch nothing shared`,
      thread,
      0,
    );
  }

  /** @throws ProgramError if the last accesses of the thread all read the same few words */
  #refuseLooking(last: number): void {
    const table = this.#table;
    const words = new Set<number>();
    let state = last;
    for (let looks = 0; looks < LOOKS_MAX; looks++) {
      if (table[state * STRIDE + STEP_KIND] !== STEP.read) return;
      words.add(table[state * STRIDE + ADDRESS] as number);
      if (words.size > LOOKED_AT_MAX) return;
      state = table[state * STRIDE + PARENT] as number;
    }
    const thread = table[last * STRIDE + THREAD] as number;
    throw new ProgramError(
      `thread ${thread} reads ${words.size === 1 ? "word" : "words"} ${[...words].join(", ")} ${LOOKS_MAX} times ` +
        `in a row, and does nothing else: ${WAIT_INSTEAD}`,
      thread,
      table[last * STRIDE + DEPTH] as number,
    );
  }

  #fail(message: string): number {
    this.#message = message;
    return STEP.failed;
  }

  #record(thread: number, parent: number, result: number, step: number): number {
    const state = this.#count++;
    if ((state + 1) * STRIDE > this.#table.length) {
      const larger = new Int32Array(this.#table.length * 2);
      larger.set(this.#table);
      this.#table = larger;
    }
    const table = this.#table;
    const row = state * STRIDE;
    const isAccess = step > STEP.failed;
    table[row + THREAD] = thread;
    table[row + STEP_KIND] = step;
    table[row + ACCESS_KIND] = isAccess ? this.#kind : 0;
    table[row + ADDRESS] = isAccess ? this.#address : 0;
    table[row + LOCATION] = isAccess && step !== STEP.fence ? this.locationOf(this.#address) : NOBODY;
    table[row + OPERAND] = this.#operand;
    table[row + EXPECTED] = this.#expected;
    table[row + FLAGS] = isAccess ? this.#flags : 0;
    table[row + PARENT] = parent;
    table[row + RESULT] = result;
    table[row + FIRST_CHILD] = NOBODY;
    table[row + SIBLING] = NOBODY;
    table[row + DEPTH] = parent === NOBODY ? 0 : (table[parent * STRIDE + DEPTH] as number) + 1;
    table[row + POSITION] =
      parent === NOBODY ? 0 : (table[parent * STRIDE + POSITION] as number) + this.#eventsOf(parent, result);
    if (step === STEP.failed) this.#messages.set(state, this.#message);
    if (isAccess && this.#options.meaning !== undefined) {
      const meaning = this.#options.meaning(thread, this.#kind, this.#stepsUpTo(parent, result));
      if (meaning !== undefined) this.#meanings.set(state, meaning);
    }
    if (parent !== NOBODY) {
      table[row + SIBLING] = table[parent * STRIDE + FIRST_CHILD] as number;
      table[parent * STRIDE + FIRST_CHILD] = state;
    }
    const depth = table[row + DEPTH] as number;
    if (this.#options.refusesLooking && step === STEP.read && depth % LOOKS_MAX === LOOKS_MAX - 1)
      this.#refuseLooking(state);
    return state;
  }

  /** Number of events of the step of a state when it has this result. */
  #eventsOf(state: number, result: number): number {
    if (this.step(state) !== STEP.update) return 1;
    const isCertain = this.meaning(state).update === undefined && !isConditional(this.kind(state));
    return isCertain || this.writesAt(state, result) ? 2 : 1;
  }

  /** The thread's steps up to the child of `parent` with this result. */
  #stepsUpTo(parent: number, result: number): CompletedStep[] {
    const steps: CompletedStep[] = [];
    let got = result;
    for (let at = parent; at !== NOBODY; at = this.#table[at * STRIDE + PARENT] as number) {
      steps.push({ kind: this.kind(at), address: this.#table[at * STRIDE + ADDRESS] as number, result: got });
      got = this.#table[at * STRIDE + RESULT] as number;
    }
    return steps.toReversed();
  }

  #flagsOf(kind: AccessKind, step: number): number {
    const { accesses, weakFences } = this.#options;
    const classes = CLASSES[kind] as number;
    const orderings = orderingsOf(classes);
    if (step === STEP.fence) {
      if ((orderings & FULL) === 0) return orderings;
      return weakFences ? orderings & ~FULL : orderings | DRAINS;
    }
    if (step === STEP.lock) return orderings | DRAINS;
    if (step === STEP.unlock) return orderings;
    // A pointer that a lock protects is ordered by its address dependency, although its load is plain.
    const plain = (classes & CLASS.plain) !== 0 && (classes & CLASS.pointer) === 0 ? PLAIN : 0;
    if (accesses === "relaxed") return plain;
    if (accesses === "release-acquire") return plain | ACQUIRES | RELEASES;
    return plain | orderings;
  }
}

/** The orderings of an access, as written. */
function orderingsOf(classes: number): number {
  return (
    ((classes & CLASS.acquires) === 0 ? 0 : ACQUIRES) |
    ((classes & CLASS.releases) === 0 ? 0 : RELEASES) |
    ((classes & CLASS.full) === 0 ? 0 : FULL)
  );
}

/**
 * The step of an access: `local` if it touches nothing shared, undefined if programs for the explorer may not make it.
 */
function stepOf(kind: AccessKind): number | "local" | undefined {
  if (isFence(kind)) return STEP.fence;
  if (isLocal(kind)) return "local";
  if (awaitsValue(kind)) return STEP.wait;
  if (isReadModifyWrite(kind)) return STEP.update;
  if (isStore(kind)) return STEP.write;
  if (touchesWord(kind)) return STEP.read;
  if (isRelease(kind)) return STEP.unlock;
  return isAcquisition(kind) && mayWait(kind) ? STEP.lock : undefined;
}

function describe(step: number, kind: AccessKind, address: number, operand: number): string {
  if (step === STEP.returned) return "nothing: it returned";
  if (step === STEP.failed) return "nothing: it failed";
  const withOperand = step === STEP.write || step === STEP.update ? ` with ${operand}` : "";
  return `${accessNames[kind] ?? kind} of word ${address}${withOperand}`;
}
