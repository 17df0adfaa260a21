/**
 * Access counts by thread and word over a few executions, for strategies that weigh threads by them.
 *
 * The RCU callbacks share one row, an average per callback, because their number differs between executions; a thread's
 * own row excludes the callbacks it starts.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { mayWrite, touchesWord } from "#impl/memory/access-class.ts";
import { numberAt, wordAt } from "#impl/memory/word.ts";
import type { RunningMachine } from "#fuzz/machine/running-machine.ts";
import type { Random } from "#properties/random.ts";
import type { AccessShape } from "./conflict.ts";

const NOBODY = -1;
const SEVERAL = -2;

export class AccessProfile {
  /** Accesses of each thread of the program to each word, row by row; the last row is the callbacks'. */
  readonly #counts: Float64Array;
  readonly #words: number;
  readonly #rows: number;
  /** Callbacks that each thread started, over all executions counted. */
  readonly #started: Float64Array;
  readonly #soleUser: Int32Array;
  readonly #written: Uint8Array;
  #executions = 0;
  #callbacks = 0;
  /** Words that several threads use and at least one writes, with cumulative access counts. */
  readonly #shared: Int32Array;
  readonly #accumulated: Float64Array;
  #sharedCount = 0;

  constructor(machine: RunningMachine) {
    this.#words = machine.heap.used;
    this.#rows = machine.program.threads.length + 1;
    this.#counts = new Float64Array(this.#words * this.#rows);
    this.#started = new Float64Array(this.#rows);
    this.#soleUser = new Int32Array(this.#words).fill(NOBODY);
    this.#written = new Uint8Array(this.#words);
    this.#shared = new Int32Array(this.#words);
    this.#accumulated = new Float64Array(this.#words);
  }

  fits(machine: RunningMachine): boolean {
    return machine.heap.used === this.#words && machine.program.threads.length + 1 === this.#rows;
  }

  count(thread: number, { kind, address }: AccessShape): void {
    if (address === NIL || address >= this.#words) return;
    const at = this.#row(thread) * this.#words + address;
    this.#counts[at] = numberAt(this.#counts, at) + 1;
    const user = this.#soleUser[address] ?? NOBODY;
    if (user !== thread) this.#soleUser[address] = user === NOBODY ? thread : SEVERAL;
    // Locks and slabs have no readers: any two uses conflict.
    if (mayWrite(kind) || !touchesWord(kind)) this.#written[address] = 1;
  }

  callbackStarted(starter: number): void {
    this.#callbacks++;
    const row = this.#row(starter);
    this.#started[row] = numberAt(this.#started, row) + 1;
  }

  /** Ends a counted execution. O(words · threads). */
  executionEnded(): void {
    this.#executions++;
    this.#sharedCount = 0;
    let sum = 0;
    for (let address = 1; address < this.#words; address++) {
      if (this.#soleUser[address] !== SEVERAL || this.#written[address] === 0) continue;
      for (let row = 0; row < this.#rows; row++) sum += numberAt(this.#counts, row * this.#words + address);
      this.#shared[this.#sharedCount] = address;
      this.#accumulated[this.#sharedCount++] = sum;
    }
  }

  /** A shared word, each with probability proportional to its accesses; `NIL` if nothing is shared. */
  drawWord(random: Random): Address {
    const last = this.#sharedCount - 1;
    if (last < 0) return NIL;
    const point = random.fraction() * numberAt(this.#accumulated, last);
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numberAt(this.#accumulated, middle) > point) high = middle;
      else low = middle + 1;
    }
    return wordAt(this.#shared, low);
  }

  /** Mean number of accesses of one callback to `word` in an execution. */
  expectedOfCallback(word: Address): number {
    if (this.#callbacks === 0) return 0;
    return numberAt(this.#counts, (this.#rows - 1) * this.#words + word) / this.#callbacks;
  }

  /** Mean number of accesses of a program thread and the callbacks it starts to `word` in an execution. */
  expectedOf(thread: number, word: Address): number {
    const own = numberAt(this.#counts, thread * this.#words + word);
    return (own + numberAt(this.#started, thread) * this.expectedOfCallback(word)) / Math.max(1, this.#executions);
  }

  #row(thread: number): number {
    return Math.min(thread, this.#rows - 1);
  }
}
