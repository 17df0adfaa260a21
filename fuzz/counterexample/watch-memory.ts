/** Observes a replayed schedule, and records what the accesses do not show: memory, waits, spans. */
import { ACCESS, type AccessKind, type Address, NIL } from "#impl/memory/access.ts";
import { awaitsValue, isAcquisition, mayWait, waitIsOver } from "#impl/memory/access-class.ts";
import { type Heap, nameOf, type Region } from "#impl/memory/heap.ts";
import { belongsTo, Slab } from "#impl/memory/slab.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { ObservedAccess, ObservedMark } from "#fuzz/machine/observer.ts";
import type { RunningMachine } from "#fuzz/machine/running-machine.ts";
import { SPAN, Spans } from "#fuzz/machine/spans.ts";
import { waitsForWork } from "#fuzz/machine/waits.ts";
import type { ReplayWatch } from "./replay.ts";

/** A stretch of an execution; without `to` it goes on to the end. */
export interface StepSpan {
  readonly thread: number;
  readonly from: number;
  readonly to?: number;
}

/** An invocation or a response, in the order in which they happened. */
export interface HistoryMark {
  readonly kind: "invoke" | "respond";
  readonly thread: number;
  readonly operation: number;
  /** The response. */
  readonly word: number;
  /** Accesses made before it; for a response, the last one belongs to the operation. */
  readonly step: number;
}

export class MemoryWatch implements ReplayWatch {
  /** Memory at the beginning. */
  initial = new Int32Array(0);
  /** The words that each step changed, with their new values. */
  readonly changes: (readonly (readonly [address: Address, value: number])[])[] = [];
  /** Waiting threads after each step, and what they wait for. */
  readonly waiting: (readonly (readonly [thread: number, what: string])[])[] = [];
  readonly history: HistoryMark[] = [];
  readonly #heap: Heap;
  readonly #spans: Spans[] = [];
  readonly #sections: { thread: number; from: number; to?: number }[] = [];
  readonly #grace: { thread: number; from: number; to?: number }[] = [];
  #words = new Int32Array(0);
  #threadCount = 0;
  #step = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  get sections(): readonly StepSpan[] {
    return this.#sections;
  }

  get gracePeriods(): readonly StepSpan[] {
    return this.#grace;
  }

  begins(machine: RunningMachine): void {
    this.initial = machine.words.slice(0, this.#heap.used);
    this.#words = this.initial.slice();
    this.#threadCount = machine.threadCount;
  }

  performed(machine: RunningMachine, access: ObservedAccess): void {
    const { words } = machine;
    const changed: [Address, number][] = [];
    for (let address = 0; address < this.#words.length; address++) {
      const value = wordAt(words, address);
      if (value === this.#words[address]) continue;
      this.#words[address] = value;
      changed.push([address, value]);
    }
    this.changes.push(changed);
    this.waiting.push(waitsOf(machine));
    this.#followGracePeriods(machine, access);
  }

  accessed({ thread, step }: ObservedAccess): void {
    this.#step = step + 1;
    this.#happen(thread, this.#spansOf(thread).accessed(), step);
  }

  marked({ thread, kind, operand }: ObservedMark): void {
    const spans = this.#spansOf(thread);
    const events = spans.marked(kind, operand);
    this.#happen(thread, events, Math.max(0, this.#step - 1));
    if ((events & SPAN.operationEnds) !== 0)
      this.history.push({ kind: "respond", thread, operation: spans.operation, word: operand, step: this.#step });
  }

  #happen(thread: number, events: number, step: number): void {
    const spans = this.#spansOf(thread);
    if ((events & SPAN.operationBegins) !== 0)
      this.history.push({ kind: "invoke", thread, operation: spans.operation, word: 0, step });
    if ((events & SPAN.sectionsOpen) !== 0 && spans.depth === spans.opened) this.#sections.push({ thread, from: step });
    if ((events & SPAN.sectionEnds) !== 0 && spans.depth === 0) {
      const open = this.#sections.findLast((section) => section.thread === thread);
      if (open !== undefined) open.to ??= step;
    }
  }

  /** A grace period begins when it is requested, and ends when its thread continues. */
  #followGracePeriods(machine: RunningMachine, { thread, kind, step, waits }: ObservedAccess): void {
    const open = this.#grace.find((period) => period.thread === thread && period.to === undefined);
    if (kind === ACCESS.synchronizeRcu) {
      if (open !== undefined && !waits) open.to = step;
      else if (open === undefined) this.#grace.push({ thread, from: step, ...(!waits && { to: step }) });
    }
    for (; this.#threadCount < machine.threadCount; this.#threadCount++)
      this.#grace.push({ thread: this.#threadCount, from: step });
  }

  #spansOf(thread: number): Spans {
    for (let next = this.#spans.length; next <= thread; next++) this.#spans.push(new Spans());
    return this.#spans[thread] ?? new Spans();
  }
}

/** Threads that cannot make their next access, and what each waits for. */
function waitsOf(machine: RunningMachine): (readonly [thread: number, what: string])[] {
  const waits: [number, string][] = [];
  for (let thread = 0; thread < machine.threadCount; thread++) {
    const what = machine.hasReturned(thread) || waitsForWork(machine, thread) ? undefined : waitOf(machine, thread);
    if (what !== undefined) waits.push([thread, what]);
  }
  return waits;
}

function waitOf(machine: RunningMachine, thread: number): string | undefined {
  const kind = machine.pendingKind[thread] as AccessKind;
  if (!mayWait(kind)) return undefined;
  const address = wordAt(machine.pendingAddress, thread);
  const word = wordAt(machine.words, address);
  if (kind === ACCESS.synchronizeRcu) return machine.isInGracePeriod(thread) ? "a grace period" : undefined;
  if (isAcquisition(kind)) {
    if (word === 0) return undefined;
    return `${nameOf(machine.heap, address)}, held by ${machine.threadName(word - 1)}`;
  }
  const isOver = waitIsOver(
    kind,
    word,
    wordAt(machine.pendingExpected, thread),
    wordAt(machine.pendingOperand, thread),
  );
  return awaitsValue(kind) && !isOver ? `${nameOf(machine.heap, address)}, which is ${word}` : undefined;
}

/** Whether the object is allocated in this memory. Objects outside slabs always are. */
export function isAllocated(words: Int32Array, { slab, stride, base }: Region, object: Address): boolean {
  if (slab === NIL) return true;
  if (!belongsTo(words, slab, object) || (object - base) / stride >= wordAt(words, Slab.used(slab))) return false;
  for (let freed = wordAt(words, Slab.head(slab)); freed !== NIL; freed = wordAt(words, freed))
    if (freed === object) return false;
  return true;
}
