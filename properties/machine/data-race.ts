/**
 * Data races: two accesses to one word, of different threads, one of them a write and one of them plain, with no
 * happens-before between them.
 *
 * Vector clocks, as in FastTrack (Flanagan, Freund, PLDI 2009), with the synchronisation that the Linux kernel
 * recognises (as its KCSAN does): locks; a release that is read by an acquire or a dereference, through
 * read-modify-writes in between; a write or read barrier beside a marked access; value-returning read-modify-writes,
 * which are full barriers besides; grace periods. A marked read is ordered after whatever was released into the word it
 * reads, even where it orders nothing after itself. `rcuDereferenceProtected` is a plain read, as in the kernel: its
 * lock must exclude every writer.
 *
 * Freeing an object writes its words, as in KCSAN (Linux mm/slub.c, slab_free_freelist_hook()): every access to them
 * must be ordered before the free. Marked accesses to a word on which a read-modify-write was made are excepted: the
 * thread that takes the count to zero has seen the others' decrements, whatever they order.
 *
 * Rows are read `as number`: threads and words are in range, and a fallback would be a dead branch in the innermost
 * loop.
 *
 * Not exact: `smpWmb` is taken to order earlier loads as well, and a dereference to order every later access of its
 * thread, not only those through the pointer. Both can hide a race; neither reports a false one.
 */
import type { AccessKind, Address } from "#impl/memory/access.ts";
import { CLASS, CLASSES } from "#impl/memory/access-class.ts";

const { plain: PLAIN, acquires: ACQUIRES, releases: RELEASES, writes: WRITES, reads: READS, full: FULL } = CLASS;

/** The rows of a word, after the row of its released clock. */
const PLAIN_READS = 1;
const MARKED_READS = 2;
const PLAIN_WRITES = 3;
const MARKED_WRITES = 4;
const ROWS = 5;

export class DataRaces {
  readonly #width: number;
  /** Row t: thread t's clock, with what it knows of the others. */
  readonly #clock: Int32Array;
  /** Row t: what t's relaxed reads saw released, known once a read barrier follows. */
  readonly #seen: Int32Array;
  /** Row t: t's clock at its last write barrier, which its relaxed writes release. */
  readonly #fenced: Int32Array;
  /** Row t: t's clock at the end of its last read-side critical section. */
  readonly #sectionEnd: Int32Array;
  /** Joined clocks of the threads that started a grace period: known to every section that starts later. */
  readonly #graceStart: Int32Array;
  /**
   * Five rows for each word: the clock that an acquire learns; then the time, on each thread's own clock, of its last
   * plain read, marked read, plain write and marked write. Valid when the word's stamp is of this execution.
   */
  readonly #rows: Int32Array;
  readonly #stamp: Float64Array; // executions are counted beyond 2^31
  /** 1 for a word of which a read-modify-write was made; valid as the rows are. */
  readonly #isAtomic: Uint8Array;
  #execution = 0;
  #threadCount = 0;

  constructor(threadsMax: number, words: number) {
    const width = threadsMax;
    this.#width = width;
    this.#clock = new Int32Array(width * width);
    this.#seen = new Int32Array(width * width);
    this.#fenced = new Int32Array(width * width);
    this.#sectionEnd = new Int32Array(width * width);
    this.#graceStart = new Int32Array(width);
    this.#rows = new Int32Array(words * width * ROWS);
    this.#stamp = new Float64Array(words);
    this.#isAtomic = new Uint8Array(words);
  }

  /** Begins a new execution with this many threads. The set-up happens before all of it. */
  reset(threadCount: number): void {
    const used = this.#width * Math.max(threadCount, this.#threadCount);
    this.#clock.fill(0, 0, used);
    this.#seen.fill(0, 0, used);
    this.#fenced.fill(0, 0, used);
    this.#sectionEnd.fill(0, 0, used);
    this.#graceStart.fill(0);
    this.#threadCount = threadCount;
    for (let thread = 0; thread < threadCount; thread++) this.#clock[thread * this.#width + thread] = 1;
    this.#execution++;
  }

  /** `parent` starts a thread that knows everything the parent knows. */
  fork(parent: number, child: number): void {
    this.#threadCount = Math.max(this.#threadCount, child + 1);
    copy(this.#clock, parent * this.#width, this.#clock, child * this.#width, this.#threadCount);
    this.#clock[child * this.#width + child] = 1;
    this.#tick(parent);
  }

  /**
   * Records an access to one word. `succeeded` is false for a cmpxchg that failed: a read that orders nothing.
   *
   * @returns the thread whose earlier access it races with, or -1
   */
  accessed(thread: number, kind: AccessKind, address: Address, succeeded: boolean): number {
    const classes = succeeded ? (CLASSES[kind] as number) : READS;
    const width = this.#width;
    const count = this.#threadCount;
    const row = address * width * ROWS;
    const own = thread * width;
    this.#refresh(address);
    if ((classes & FULL) !== 0) join(this.#clock, own, this.#seen, own, count);
    const race = this.#raceOf(classes, row, own, thread);
    const now = this.#clock[own + thread] as number;
    if ((classes & PLAIN) !== 0) {
      this.#rows[row + ((classes & WRITES) !== 0 ? PLAIN_WRITES : PLAIN_READS) * width + thread] = now;
      return race;
    }
    if ((classes & READS) !== 0) {
      this.#rows[row + MARKED_READS * width + thread] = now;
      join((classes & ACQUIRES) !== 0 ? this.#clock : this.#seen, own, this.#rows, row, count);
    }
    if ((classes & WRITES) !== 0) {
      this.#rows[row + MARKED_WRITES * width + thread] = now;
      if ((classes & READS) !== 0) this.#isAtomic[address] = 1;
      this.#release(thread, row, classes);
    }
    return race;
  }

  /** A lock, or another word of the machine itself, was acquired. */
  acquired(thread: number, address: Address): void {
    this.#refresh(address);
    join(this.#clock, thread * this.#width, this.#rows, address * this.#width * ROWS, this.#threadCount);
  }

  /** A lock, or another word of the machine itself, was released. */
  released(thread: number, address: Address): void {
    this.#refresh(address);
    copy(this.#clock, thread * this.#width, this.#rows, address * this.#width * ROWS, this.#threadCount);
    this.#tick(thread);
  }

  /** An object of `words` words is allocated again: accesses before this belong to its former life. */
  allocated(object: Address, words: number): void {
    for (let address = object; address < object + words; address++) this.#stamp[address] = 0;
  }

  /**
   * The object that the word belongs to is freed.
   *
   * @returns the thread whose earlier access to the word is not ordered before the free, or -1
   */
  freed(thread: number, address: Address): number {
    if (this.#stamp[address] !== this.#execution) return -1;
    const row = address * this.#width * ROWS;
    const own = thread * this.#width;
    let other = this.#unordered(PLAIN_WRITES, row, own, thread);
    if (other === -1) other = this.#unordered(PLAIN_READS, row, own, thread);
    if (other !== -1 || this.#isAtomic[address] === 1) return other;
    other = this.#unordered(MARKED_WRITES, row, own, thread);
    return other === -1 ? this.#unordered(MARKED_READS, row, own, thread) : other;
  }

  barrier(thread: number, kind: AccessKind): void {
    const own = thread * this.#width;
    const classes = CLASSES[kind] as number;
    if ((classes & ACQUIRES) !== 0) join(this.#clock, own, this.#seen, own, this.#threadCount);
    if ((classes & RELEASES) !== 0) {
      copy(this.#clock, own, this.#fenced, own, this.#threadCount);
      this.#tick(thread);
    }
  }

  sectionStarted(thread: number): void {
    join(this.#clock, thread * this.#width, this.#graceStart, 0, this.#threadCount);
  }

  sectionEnded(thread: number): void {
    copy(this.#clock, thread * this.#width, this.#sectionEnd, thread * this.#width, this.#threadCount);
    this.#tick(thread);
  }

  graceStarted(thread: number): void {
    join(this.#graceStart, 0, this.#clock, thread * this.#width, this.#threadCount);
    this.#tick(thread);
  }

  graceEnded(thread: number): void {
    for (let other = 0; other < this.#threadCount; other++) {
      join(this.#clock, thread * this.#width, this.#sectionEnd, other * this.#width, this.#threadCount);
    }
  }

  /** A thread whose earlier access to the word races with an access of these classes, or -1. */
  #raceOf(classes: number, row: number, own: number, thread: number): number {
    if ((classes & PLAIN) === 0) {
      if ((classes & READS) === 0) {
        const writer = this.#unordered(PLAIN_WRITES, row, own, thread);
        return writer === -1 ? this.#unordered(PLAIN_READS, row, own, thread) : writer;
      }
      const writer = this.#unreleased(PLAIN_WRITES, row, own, thread);
      return writer === -1 && (classes & WRITES) !== 0 ? this.#unreleased(PLAIN_READS, row, own, thread) : writer;
    }
    let other = this.#unordered(PLAIN_WRITES, row, own, thread);
    if (other === -1) other = this.#unordered(MARKED_WRITES, row, own, thread);
    if ((classes & WRITES) === 0 || other !== -1) return other;
    other = this.#unordered(PLAIN_READS, row, own, thread);
    return other === -1 ? this.#unordered(MARKED_READS, row, own, thread) : other;
  }

  #release(thread: number, row: number, classes: number): void {
    const source = (classes & RELEASES) !== 0 ? this.#clock : this.#fenced;
    const own = thread * this.#width;
    // A read-modify-write carries on what was released before it; any other store ends that.
    if ((classes & READS) !== 0) join(this.#rows, row, source, own, this.#threadCount);
    else copy(source, own, this.#rows, row, this.#threadCount);
    if ((classes & FULL) !== 0) copy(this.#clock, own, this.#fenced, own, this.#threadCount);
    if ((classes & RELEASES) !== 0) this.#tick(thread);
  }

  #tick(thread: number): void {
    const at = thread * this.#width + thread;
    this.#clock[at] = (this.#clock[at] as number) + 1;
  }

  /** A thread whose access in one of the word's rows is unknown to the owner of `own`, or -1. */
  #unordered(accesses: number, row: number, own: number, thread: number): number {
    const clock = this.#clock;
    const times = this.#rows;
    const from = row + accesses * this.#width;
    for (let other = 0; other < this.#threadCount; other++) {
      if ((times[from + other] as number) > (clock[own + other] as number) && other !== thread) return other;
    }
    return -1;
  }

  /** `#unordered` for a marked read of the word, which also knows what was released into the word. */
  #unreleased(accesses: number, row: number, own: number, thread: number): number {
    const clock = this.#clock;
    const times = this.#rows;
    const from = row + accesses * this.#width;
    for (let other = 0; other < this.#threadCount; other++) {
      const time = times[from + other] as number;
      if (time > (clock[own + other] as number) && time > (times[row + other] as number) && other !== thread)
        return other;
    }
    return -1;
  }

  /** Clears what an earlier execution left in the rows of a word. */
  #refresh(address: Address): void {
    if (this.#stamp[address] === this.#execution) return;
    this.#stamp[address] = this.#execution;
    const row = address * this.#width * ROWS;
    this.#rows.fill(0, row, row + this.#width * ROWS);
    this.#isAtomic[address] = 0;
  }
}

function join(target: Int32Array, at: number, source: Int32Array, from: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const value = source[from + i] as number;
    if (value > (target[at + i] as number)) target[at + i] = value;
  }
}

function copy(source: Int32Array, from: number, target: Int32Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) target[at + i] = source[from + i] as number;
}
