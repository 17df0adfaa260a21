/**
 * When a thread's spans, its read-side critical sections and its operations, begin and end: late begin, early end.
 *
 * A span begins with the next access of its thread, as late as it can, and ends at once, as early as it can. So a
 * section that ends before any access never opens, and an operation without one begins and ends at the same moment. That
 * takes nothing away: whatever may happen during a span that began earlier may happen during the late one too, in a
 * schedule in which the thread pauses.
 *
 * The machine, the explorer's events and the recorder all go by this: each says for itself what an event of a span
 * means to it, in the order of the bits.
 */
import { ACCESS, type AccessKind } from "#impl/memory/access.ts";

/** What becomes of spans at an access or a mark, as bits. Those of one moment happen in this order. */
export const SPAN = {
  operationBegins: 1,
  /** One section or several, each inside the one before: `opened` says how many. */
  sectionsOpen: 2,
  /** The innermost section; or none is open, and the thread is wrong to end one. */
  sectionEnds: 4,
  operationEnds: 8,
} as const;

const NONE = -1;

/** The spans of one thread. */
export class Spans {
  /** Number of the operation that began last. */
  operation = 0;
  /** Sections that opened at the last access with which any did. */
  opened = 0;
  /** Sections that are open, inside one another; below 0 if more were ended than opened. */
  depth = 0;
  /** False if nothing begins with the thread's next access; true if something may. Read in hot loops. */
  mayBegin = false;
  #sectionsToOpen = 0;
  #operationToBegin = NONE;

  /** The thread has not started yet. */
  reset(): void {
    this.operation = 0;
    this.opened = 0;
    this.depth = 0;
    this.mayBegin = false;
    this.#sectionsToOpen = 0;
    this.#operationToBegin = NONE;
  }

  /** Does a section open with the thread's next access? */
  get opensSection(): boolean {
    return this.#sectionsToOpen > 0;
  }

  /** The thread makes an access, or returns. */
  accessed(): number {
    this.mayBegin = false;
    const begins = this.#beginOperation();
    if (this.#sectionsToOpen === 0) return begins;
    this.opened = this.#sectionsToOpen;
    this.depth += this.opened;
    this.#sectionsToOpen = 0;
    return begins | SPAN.sectionsOpen;
  }

  /** The thread marks the begin or the end of a span; or something else, which is nothing here. */
  marked(kind: AccessKind, operand: number): number {
    switch (kind) {
      case ACCESS.rcuReadLock:
        this.#sectionsToOpen++;
        this.mayBegin = true;
        return 0;
      case ACCESS.rcuReadUnlock:
        if (this.#sectionsToOpen > 0) {
          this.#sectionsToOpen--;
          return 0;
        }
        this.depth--;
        return SPAN.sectionEnds;
      case ACCESS.beginOperation:
        this.#operationToBegin = operand;
        this.mayBegin = true;
        return 0;
      case ACCESS.endOperation:
        return this.#beginOperation() | SPAN.operationEnds;
      default:
        return 0;
    }
  }

  #beginOperation(): number {
    if (this.#operationToBegin === NONE) return 0;
    this.operation = this.#operationToBegin;
    this.#operationToBegin = NONE;
    return SPAN.operationBegins;
  }
}
