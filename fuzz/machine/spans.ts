/**
 * When a thread's spans (its read-side critical sections and its operations) begin and end: late start, early end.
 *
 * A span begins with the next access of its thread, as late as possible, and ends immediately, as early as possible. So
 * a section that ends before any access never opens, and an operation without one begins and ends at the same moment.
 * No behaviour is lost: anything that may happen during a span that began earlier may also happen during the late one,
 * in a schedule in which the thread pauses.
 *
 * The machine, the explorer's events and the recorder all follow this rule: each handles the events of a span in its
 * own way, in the order of the bits.
 */
import { ACCESS, type AccessKind } from "#impl/memory/access.ts";

/** Events of spans at an access or a mark, as bits. Events of one moment happen in this order. */
export const SPAN = {
  operationBegins: 1,
  /** One or more nested sections open: `opened` holds the number. */
  sectionsOpen: 2,
  /** The innermost section ends; or none is open, which is an error of the thread. */
  sectionEnds: 4,
  operationEnds: 8,
} as const;

const NONE = -1;

/** The spans of one thread. */
export class Spans {
  /** Number of the operation that began last. */
  operation = 0;
  /** Number of sections that opened at the last access with which any opened. */
  opened = 0;
  /** Number of open nested sections; below 0 if more were ended than opened. */
  depth = 0;
  /** False if nothing begins with the thread's next access; true if something may. Read in hot loops. */
  mayBegin = false;
  #sectionsToOpen = 0;
  #operationToBegin = NONE;

  /** Resets to a thread that has not started yet. */
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

  /** Called when the thread makes an access, or returns. */
  accessed(): number {
    this.mayBegin = false;
    const begins = this.#beginOperation();
    if (this.#sectionsToOpen === 0) return begins;
    this.opened = this.#sectionsToOpen;
    this.depth += this.opened;
    this.#sectionsToOpen = 0;
    return begins | SPAN.sectionsOpen;
  }

  /** Called when the thread marks the start or end of a span; other marks are ignored. */
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
