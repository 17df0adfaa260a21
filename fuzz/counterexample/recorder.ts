/**
 * Records an execution while it runs: the effect of each access, by name, and what each thread holds after it.
 *
 * Values that are pointers are shown as objects. No word is marked as a pointer, so a field counts as one when an
 * access for pointers touches it, or when every value it has here other than 0 is the start of an object of a slab.
 * References are what a thread added to words named `refcount`, minus what it removed.
 */
import { ACCESS, type AccessKind, type Address, NIL } from "#impl/memory/access.ts";
import { type Heap, nameOf, objectNameOf, regionOf } from "#impl/memory/heap.ts";
import {
  isAcquisition,
  isAddition,
  isConditional,
  isForPointers,
  isRelease,
  mayWait,
  mayWrite,
  tookLock,
  touchesWord,
} from "#impl/memory/access-class.ts";
import type { AccessRow, Frame, OperationRow, Row } from "#reports/recorded-execution.ts";
import type { Location } from "#reports/result.ts";
import { accessNames } from "#fuzz/machine/access-name.ts";
import type { OperationNames } from "#fuzz/machine/program.ts";
import type { ObservedAccess, ObservedMark, Observer } from "#fuzz/machine/observer.ts";
import { SPAN, Spans } from "#fuzz/machine/spans.ts";

/** One recorded access with its numbers, for computations. */
export interface RecordedAccess extends ObservedAccess {
  readonly holds: readonly string[];
  /** The word had been written since its object's allocation. */
  readonly known: boolean;
  /** The procedures that led to it, innermost first. */
  readonly stack: readonly Frame[];
}

type Entry = RecordedAccess | OperationRow;

export class Recorder implements Observer {
  readonly #heap: Heap;
  readonly #operations: OperationNames | undefined;
  readonly #entries: Entry[] = [];
  readonly #threads: ThreadState[] = [];
  /** Words of fresh objects that have not been written. */
  readonly #blank = new Set<Address>();
  /** Source position of the last access made or requested. */
  #lastStack: readonly Frame[] = [];
  /** Line of the first access requested since the last one was made. */
  firstAsked: Location | undefined;
  readonly #ownThreads: number;
  /** The thread whose code runs now, until its next access. */
  #current = 0;

  constructor(heap: Heap, ownThreads: number, operations?: OperationNames) {
    this.#heap = heap;
    this.#ownThreads = ownThreads;
    this.#operations = operations;
  }

  /** The accesses recorded so far, in order. */
  get accesses(): readonly RecordedAccess[] {
    return this.#entries.filter((entry) => typeof entry.kind === "number");
  }

  /** Line of the last access made or requested. */
  get lastLocation(): Location | undefined {
    return locationOf(this.#lastStack);
  }

  /** Threads seen so far, and those that callbacks were started for. */
  get threadCount(): number {
    return Math.max(this.#ownThreads, this.#threads.length);
  }

  /** Notes that `thread` starts to run. */
  starts(thread: number): void {
    this.#current = thread;
    this.firstAsked = undefined;
  }

  /** Notes where the running thread requests an access. */
  asks(stack: readonly Frame[]): void {
    this.#thread(this.#current).stack = stack;
    if (stack.length > 0) this.#lastStack = stack;
    this.firstAsked ??= locationOf(stack);
  }

  performed(access: ObservedAccess): void {
    const { thread, kind, address } = access;
    const state = this.#thread(thread);
    this.#happen(thread, state, state.spans.accessed(), access.step);
    const known = !this.#blank.delete(address);
    if (!access.waits) this.#hold(state, access, known);
    this.#entries.push({ ...access, holds: holdsOf(state, this.#heap), known, stack: state.stack });
    if (kind === ACCESS.callRcu) {
      // Until its grace period is over, the new thread's position is where its callback was posted.
      const child = this.#thread(this.threadCount);
      child.stack = state.stack;
    }
    this.#current = thread;
    if (state.stack.length > 0) this.#lastStack = state.stack;
    this.firstAsked = undefined;
  }

  marked({ step, thread, kind, operand }: ObservedMark): void {
    this.firstAsked = undefined;
    const state = this.#thread(thread);
    const events = state.spans.marked(kind, operand);
    this.#happen(thread, state, events, step);
    if ((events & SPAN.operationEnds) === 0) return;
    const { operation } = state.spans;
    const text = this.#operations?.response(operation, operand) ?? String(operand);
    this.#entries.push({ kind: "end", step, thread, operation, text });
  }

  /** The recorded execution, by name. */
  rows(): Row[] {
    const pointers = pointerFields(this.#heap, this.accesses);
    return this.#entries.map((entry) =>
      typeof entry.kind === "number" ? rowOf(this.#heap, pointers, entry as RecordedAccess) : (entry as OperationRow),
    );
  }

  #thread(thread: number): ThreadState {
    for (let next = this.#threads.length; next <= thread; next++) this.#threads.push(freshThread());
    return this.#threads[thread] ?? freshThread();
  }

  /** Records the start of an operation. For sections, only the number of open ones is shown. */
  #happen(thread: number, { spans: { operation } }: ThreadState, events: number, step: number): void {
    if ((events & SPAN.operationBegins) === 0) return;
    const text = this.#operations?.operation(operation) ?? `operation ${operation}`;
    this.#entries.push({ kind: "begin", step, thread, operation, text });
  }

  #hold(state: ThreadState, { kind, address, operand, before, after, result }: ObservedAccess, known: boolean): void {
    if (tookLock(kind, result)) state.locks.push(address);
    if (isRelease(kind)) state.locks = state.locks.filter((lock) => lock !== address);
    if (isAcquisition(kind) || isRelease(kind)) return;
    switch (kind) {
      case ACCESS.allocate:
        for (let word = 0; word < (regionOf(this.#heap, result)?.layout.words ?? 0); word++)
          this.#blank.add(result + word);
        return;
      case ACCESS.free:
        for (let word = 0; word < (regionOf(this.#heap, operand)?.layout.words ?? 0); word++)
          state.references.delete(operand + word);
        return;
      default:
    }
    if (after === before && known) return;
    if (!nameOf(this.#heap, address).endsWith(".refcount")) return;
    const held = (state.references.get(address) ?? 0) + (known ? after - before : after);
    if (held > 0 && after > 0) state.references.set(address, held);
    else state.references.delete(address);
  }
}

interface ThreadState {
  readonly spans: Spans;
  locks: Address[];
  references: Map<Address, number>;
  stack: readonly Frame[];
}

function freshThread(): ThreadState {
  return { spans: new Spans(), locks: [], references: new Map(), stack: [] };
}

function locationOf(stack: readonly Frame[]): Location | undefined {
  const [innermost] = stack;
  if (innermost === undefined) return undefined;
  const { file, line, column } = innermost;
  return { file, line, ...(column !== undefined && { column }) };
}

function holdsOf({ spans, locks, references }: ThreadState, heap: Heap): string[] {
  return [
    ...(spans.depth > 0 ? ["rcu"] : []),
    ...locks.map((lock) => nameOf(heap, lock)),
    ...[...references].map(([word, count]) => `${count === 1 ? "ref" : `${count} refs`} ${objectOf(heap, word)}`),
  ];
}

/** The object that a word lies in. */
export function objectOf(heap: Heap, address: Address): string {
  const region = regionOf(heap, address);
  if (region === undefined) return "";
  return objectNameOf(heap, address - ((address - region.base) % region.stride)) ?? "";
}

/** The object of an access, by name: a word, a lock, the freed or posted object. */
export function placeOf(heap: Heap, kind: AccessKind, address: Address, operand: number): string {
  switch (kind) {
    case ACCESS.synchronizeRcu:
      return "";
    case ACCESS.callRcu:
      return isObject(heap, operand) ? (objectNameOf(heap, operand) ?? "") : String(operand);
    case ACCESS.free:
      return objectNameOf(heap, operand) ?? nameOf(heap, operand);
    case ACCESS.allocate:
      return regionOf(heap, address)?.name.replace(/\.slab$/, "") ?? nameOf(heap, address);
    default:
      return nameOf(heap, address);
  }
}

/** Fields of slab objects and static ones that hold pointers, as `region.offset`. */
function pointerFields(heap: Heap, accesses: readonly RecordedAccess[]): ReadonlySet<string> {
  const surely = new Set<string>();
  const perhaps = new Map<string, boolean>();
  for (const { kind, address, before, after, known } of accesses) {
    if (!touchesWord(kind)) continue;
    const field = fieldOf(heap, address);
    if (isForPointers(kind)) surely.add(field);
    for (const value of known ? [before, after] : [after]) {
      if (value !== NIL) perhaps.set(field, (perhaps.get(field) ?? true) && isObject(heap, value) && !isAddition(kind));
    }
  }
  for (const [field, is] of perhaps) if (is) surely.add(field);
  return surely;
}

function fieldOf(heap: Heap, address: Address): string {
  const region = regionOf(heap, address);
  return region === undefined ? `word ${address}` : `${region.base}.${(address - region.base) % region.stride}`;
}

/** Whether it is the start of an object of a slab. */
function isObject(heap: Heap, value: number): boolean {
  const region = regionOf(heap, value);
  return region !== undefined && region.slab !== NIL && (value - region.base) % region.stride === 0;
}

function rowOf(heap: Heap, pointers: ReadonlySet<string>, access: RecordedAccess): AccessRow {
  const { step, thread, kind, address, operand, holds, stack } = access;
  const location = locationOf(stack);
  const pointer = touchesWord(kind) && pointers.has(fieldOf(heap, address));
  const valueText = (value: number): string => (pointer ? (objectNameOf(heap, value) ?? String(value)) : String(value));
  const concerned =
    kind === ACCESS.free || kind === ACCESS.callRcu ? operand : kind === ACCESS.allocate ? access.result : address;
  return {
    kind: "access",
    step,
    thread,
    access: accessNames[kind] ?? `access ${kind}`,
    place: placeOf(heap, kind, address, operand),
    object: concerned === NIL ? "" : objectOf(heap, concerned),
    effect: effectOf(heap, access, valueText),
    writes: wrote(access),
    holds,
    ...(location === undefined ? {} : { location }),
  };
}

/** Whether it wrote the word, took or released the lock, or changed the slab. */
export function wrote({ kind, expected, result, waits }: ObservedAccess): boolean {
  if (waits) return false;
  if (isAcquisition(kind)) return tookLock(kind, result);
  if (isConditional(kind)) return result === expected;
  return mayWrite(kind) || !touchesWord(kind);
}

function effectOf(
  heap: Heap,
  { kind, operand, expected, before, after, result, known, waits }: RecordedAccess,
  valueText: (value: number) => string,
): string {
  if (waits) return "(waits)";
  if (kind === ACCESS.synchronizeRcu) return "(over)";
  if (kind === ACCESS.allocate) return result === NIL ? "none left" : `→ ${objectNameOf(heap, result) ?? result}`;
  if (isAcquisition(kind) && !mayWait(kind)) return tookLock(kind, result) ? "taken" : "busy";
  if (!touchesWord(kind)) return "";
  if (isConditional(kind)) {
    return result === expected
      ? `${valueText(before)} → ${valueText(operand)}`
      : `finds ${valueText(result)}, not ${valueText(expected)}`;
  }
  if (!mayWrite(kind)) return valueText(after);
  return known ? `${valueText(before)} → ${valueText(after)}` : `→ ${valueText(after)}`;
}
