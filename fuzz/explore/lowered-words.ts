/** The words and locks named by a lowered program's events: those of the heap, and those outside it. */
import type { Address } from "#impl/memory/access.ts";

/** The meaning of an event to the machine, by its location. */
export const ROLE = {
  /** A word of the heap: each access is an access of the machine. */
  word: 0,
  /** A lock of the heap: each operation is an operation of the machine. */
  lock: 1,
  /** Not an event of the machine. */
  bookkeeping: 2,
  /** A write is an access of the machine that touches no word; a read has no counterpart. */
  act: 3,
  /** A grace period begins: an access of the machine, which may only begin to wait. */
  graceBegins: 4,
  /** A grace period is over: an access of the machine if it had to wait. */
  graceEnds: 5,
  /** A write starts a callback; a read has no counterpart. */
  spawn: 6,
  /** A write is the invocation of the operation with that number, or a response. */
  invocation: 7,
  response: 8,
  /** Number of operations that a thread has ended: orders calls and returns. */
  returned: 9,
  /** Odd while a thread's outermost read-side critical section is open. */
  section: 10,
} as const;

/** The value of words of a freed object, and of words never written. */
export const POISON = 0x5ead_beef;

const LOCKS = 1 << 25;
const SPECIAL = 1 << 26;

export class LoweredWords {
  /** Contents of the heap before the threads start. */
  readonly #heap: Int32Array;
  readonly #special = new Map<string, Address>();
  readonly #roles: number[] = [];

  constructor(heap: Int32Array) {
    this.#heap = heap;
  }

  /** The lock that stands for the lock at a word of the heap. */
  lockAt(address: Address): Address {
    return LOCKS + address;
  }

  /** The word of the heap that a lock of the graph stands for; any other word stands for itself. */
  wordOf(address: Address): Address {
    return address >= LOCKS && address < SPECIAL ? address - LOCKS : address;
  }

  /** The word or lock of that name outside the heap. */
  named(name: string, role: number): Address {
    let address = this.#special.get(name);
    if (address === undefined) {
      address = SPECIAL + this.#roles.length;
      this.#roles.push(role);
      this.#special.set(name, address);
    }
    return address;
  }

  /** The initial value of a word or lock. */
  initial(address: Address): number {
    if (address < this.#heap.length) return this.#heap[address] ?? 0;
    return address < LOCKS ? POISON : 0;
  }

  role(address: Address): number {
    if (address < LOCKS) return ROLE.word;
    if (address < SPECIAL) return ROLE.lock;
    return this.#roles[address - SPECIAL] ?? ROLE.bookkeeping;
  }
}
