/**
 * Execution graphs: events, program order, reads-from and coherence, in one flat array.
 *
 * An event is a row of `rows`; its number is its place in the order of insertion. Besides the fields named below, a row
 * holds the event's prefix: for each thread, how many of its events are ordered before this one, itself included, by
 * program order and reads-from. A model may keep further clocks of the same width after it.
 *
 * Events are removed in reverse order of insertion. `restrict` makes a smaller graph in another object. Rows are read
 * `as number`: an event that exists has its row, and a fallback would be a branch in the hot loop that is never taken.
 */

/** Kinds of event. A read-modify-write that succeeds is a READ immediately followed by a WRITE. */
export const EVENT = { read: 0, write: 1, fence: 2, lock: 3, unlock: 4 } as const;

/** Stands for no event. */
export const NONE = -1;
/** As the source of a read: the initial value of the location. */
export const INITIAL = -2;

// Fields of a row.
export const THREAD = 0;
/** Events of the thread before this one. */
export const POSITION = 1;
export const KIND = 2;
export const LOCATION = 3;
/** Value read (READ) or written (WRITE). */
export const VALUE = 4;
/** The write that a READ takes its value from; `NONE` until it is chosen. */
export const SOURCE = 5;
/** Neighbours in coherence order (WRITE), or in the order of acquisitions (LOCK); `NONE` at the ends. */
export const BEFORE = 6;
export const AFTER = 7;
/** The first reader of this WRITE, and the next reader of the same write after this READ. */
export const FIRST_READER = 8;
export const NEXT_READER = 9;
/** The event of the thread before this one, or the event that started the thread, or `NONE`. */
export const PREVIOUS = 10;
export const FLAGS = 11;
/** READ and WRITE of one read-modify-write refer to each other, as do LOCK and UNLOCK; `NONE` without another half. */
export const PARTNER = 12;
/** The local state in which the thread requested this event. */
export const STATE = 13;
/** Under tso: the last read, write and draining event of the thread up to this one, itself included. */
export const LAST_READ = 14;
export const LAST_WRITE = 15;
export const LAST_DRAIN = 16;
const FIELDS = 17;

// Flags.
/** A READ or LOCK whose source is final: no later write may change it. */
export const SETTLED = 1;
/** A READ whose wait is not over. */
export const BLOCKED = 2;
/** Half of a read-modify-write. */
export const PAIRED = 4;
export const ACQUIRES = 8;
export const RELEASES = 16;
/** A full barrier: a fence, or the half of a full read-modify-write. */
export const FULL = 32;
/** A plain access, which the compiler may tear. */
export const PLAIN = 64;
/** The event drains the store buffer of its thread. */
export const DRAINS = 128;

export class Graph {
  /** Maximum number of threads. */
  readonly width: number;
  /** Integers per row. */
  readonly stride: number;
  /** Where a row's prefix starts. */
  readonly prefix: number;
  readonly clocks: number;
  rows: Int32Array;
  count = 0;
  #capacity: number;
  /** The last event of each thread, and the local state it has reached. */
  readonly last: Int32Array;
  readonly state: Int32Array;
  /**
   * Per location: the first and last of its writes (or acquisitions) in coherence order, and the first reader of its
   * initial value.
   */
  first: Int32Array;
  final: Int32Array;
  firstReader: Int32Array;
  locations = 0;

  /** @param clocks rows of clocks of an event, its prefix included */
  constructor(width: number, clocks: number, capacity = 64) {
    this.width = width;
    this.clocks = clocks;
    this.prefix = FIELDS;
    this.stride = FIELDS + width * clocks;
    this.#capacity = capacity;
    this.rows = new Int32Array(capacity * this.stride);
    this.last = new Int32Array(width).fill(NONE);
    this.state = new Int32Array(width);
    this.first = new Int32Array(16).fill(NONE);
    this.final = new Int32Array(16).fill(NONE);
    this.firstReader = new Int32Array(16).fill(NONE);
  }

  /** Makes room for `locations` locations. */
  reach(locations: number): void {
    if (locations > this.first.length) {
      this.first = enlarged(this.first, locations);
      this.final = enlarged(this.final, locations);
      this.firstReader = enlarged(this.firstReader, locations);
    }
    if (locations > this.locations) this.locations = locations;
  }

  /**
   * Adds an event of `thread` after its last one, not yet related to anything else. Its prefix is that of the preceding
   * event.
   */
  add(thread: number, kind: number, location: number, flags: number): number {
    const event = this.count;
    if (event === this.#capacity) this.#grow();
    const { rows, stride, prefix } = this;
    const row = event * stride;
    const previous = this.last[thread] as number;
    let position = 0;
    const own = row + prefix;
    if (previous === NONE) {
      for (let i = own; i < row + stride; i++) rows[i] = 0;
    } else {
      const from = previous * stride;
      if (rows[from + THREAD] === thread) position = (rows[from + POSITION] as number) + 1;
      const shift = from - row;
      for (let i = own; i < row + stride; i++) rows[i] = rows[i + shift] as number;
    }
    rows[own + thread] = position + 1;
    rows[row + THREAD] = thread;
    rows[row + POSITION] = position;
    rows[row + KIND] = kind;
    rows[row + LOCATION] = location;
    rows[row + VALUE] = 0;
    rows[row + SOURCE] = NONE;
    rows[row + BEFORE] = NONE;
    rows[row + AFTER] = NONE;
    rows[row + FIRST_READER] = NONE;
    rows[row + NEXT_READER] = NONE;
    rows[row + PREVIOUS] = previous;
    rows[row + FLAGS] = flags;
    rows[row + PARTNER] = NONE;
    rows[row + STATE] = this.state[thread] as number;
    rows[row + LAST_READ] = NONE;
    rows[row + LAST_WRITE] = NONE;
    rows[row + LAST_DRAIN] = NONE;
    this.last[thread] = event;
    this.count = event + 1;
    return event;
  }

  /** Removes the last event, which must no longer be in any relation. Restores the thread's local state. */
  removeLast(): void {
    const event = --this.count;
    const row = event * this.stride;
    const thread = this.rows[row + THREAD] as number;
    this.last[thread] = this.rows[row + PREVIOUS] as number;
    this.state[thread] = this.rows[row + STATE] as number;
  }

  get(event: number, field: number): number {
    return this.rows[event * this.stride + field] as number;
  }

  set(event: number, field: number, value: number): void {
    this.rows[event * this.stride + field] = value;
  }

  has(event: number, flag: number): boolean {
    return ((this.rows[event * this.stride + FLAGS] as number) & flag) !== 0;
  }

  /** Is `event` ordered before `later`, or the same, by program order and reads-from? */
  isInPrefix(event: number, later: number): boolean {
    const { rows, stride } = this;
    const row = event * stride;
    return (
      (rows[later * stride + this.prefix + (rows[row + THREAD] as number)] as number) > (rows[row + POSITION] as number)
    );
  }

  /** Joins the prefix of `source` into that of `event`. */
  joinPrefix(event: number, source: number): void {
    const { rows } = this;
    const into = event * this.stride + this.prefix;
    const from = source * this.stride + this.prefix;
    for (let i = 0; i < this.width; i++) {
      const value = rows[from + i] as number;
      if (value > (rows[into + i] as number)) rows[into + i] = value;
    }
  }

  /** Resets the clocks of `event` to those given by program order. */
  resetClocks(event: number): void {
    const { rows, stride, prefix } = this;
    const row = event * stride;
    const own = row + prefix;
    const previous = rows[row + PREVIOUS] as number;
    if (previous === NONE) rows.fill(0, own, row + stride);
    else {
      const shift = (previous - event) * stride;
      for (let i = own; i < row + stride; i++) rows[i] = rows[i + shift] as number;
    }
    rows[own + (rows[row + THREAD] as number)] = (rows[row + POSITION] as number) + 1;
  }

  /** Makes `read` take its value from `source`, a write or `INITIAL`. */
  link(read: number, source: number): void {
    const { rows, stride } = this;
    const row = read * stride;
    rows[row + SOURCE] = source;
    if (source === INITIAL) {
      const location = rows[row + LOCATION] as number;
      rows[row + NEXT_READER] = this.firstReader[location] as number;
      this.firstReader[location] = read;
    } else {
      rows[row + NEXT_READER] = rows[source * stride + FIRST_READER] as number;
      rows[source * stride + FIRST_READER] = read;
    }
  }

  /** Undoes the last `link` to the source of `read`. */
  unlink(read: number): void {
    const { rows, stride } = this;
    const row = read * stride;
    const source = rows[row + SOURCE] as number;
    if (source === INITIAL) this.firstReader[rows[row + LOCATION] as number] = rows[row + NEXT_READER] as number;
    else rows[source * stride + FIRST_READER] = rows[row + NEXT_READER] as number;
    rows[row + SOURCE] = NONE;
  }

  /** Puts `write` into the coherence order of its location, right before `next` (`NONE`: at the end). */
  place(write: number, next: number): void {
    const { rows, stride } = this;
    const row = write * stride;
    const location = rows[row + LOCATION] as number;
    const before = next === NONE ? (this.final[location] as number) : (rows[next * stride + BEFORE] as number);
    rows[row + BEFORE] = before;
    rows[row + AFTER] = next;
    if (before === NONE) this.first[location] = write;
    else rows[before * stride + AFTER] = write;
    if (next === NONE) this.final[location] = write;
    else rows[next * stride + BEFORE] = write;
  }

  displace(write: number): void {
    const { rows, stride } = this;
    const row = write * stride;
    const location = rows[row + LOCATION] as number;
    const before = rows[row + BEFORE] as number;
    const after = rows[row + AFTER] as number;
    if (before === NONE) this.first[location] = after;
    else rows[before * stride + AFTER] = after;
    if (after === NONE) this.final[location] = before;
    else rows[after * stride + BEFORE] = before;
    rows[row + BEFORE] = NONE;
    rows[row + AFTER] = NONE;
  }

  clear(): void {
    this.count = 0;
    this.last.fill(NONE);
    this.first.fill(NONE);
    this.final.fill(NONE);
    this.firstReader.fill(NONE);
  }

  /**
   * Makes this graph the part of `whole` that stays when its last event revisits `read` (a READ or a LOCK): the events
   * inserted up to `read`, and the prefix of the last event. Here `read` has no source or place, and the last event no
   * place. O(events · stride).
   *
   * @param renumbered room for the new number of each event
   */
  restrict(whole: Graph, read: number, renumbered: Int32Array): void {
    const revisitor = whole.count - 1;
    const { stride, width } = whole;
    while (this.#capacity < whole.count) this.#grow();
    const source = whole.rows;
    const { rows } = this;
    this.reach(whole.locations);
    for (let i = 0; i < width; i++) {
      this.last[i] = whole.last[i] as number;
      this.state[i] = whole.state[i] as number;
    }
    for (let i = 0; i < whole.locations; i++) this.firstReader[i] = NONE;
    const horizon = revisitor * stride + whole.prefix;
    let count = 0;
    for (let event = 0; event <= revisitor; event++) {
      const row = event * stride;
      const thread = source[row + THREAD] as number;
      const isKept = event <= read || (source[horizon + thread] as number) > (source[row + POSITION] as number);
      if (!isKept) {
        renumbered[event] = NONE;
        const previous = source[row + PREVIOUS] as number;
        // The first removed event of its thread: the thread is back where it requested this one.
        if (previous === NONE || source[previous * stride + THREAD] !== thread || renumbered[previous] !== NONE) {
          this.last[thread] = previous;
          this.state[thread] = source[row + STATE] as number;
        }
        continue;
      }
      renumbered[event] = count;
      const into = count * stride;
      const shift = row - into;
      for (let i = into; i < into + stride; i++) rows[i] = source[i + shift] as number;
      const previous = source[row + PREVIOUS] as number;
      if (previous !== NONE) rows[into + PREVIOUS] = renumbered[previous] as number;
      rows[into + FIRST_READER] = NONE;
      count++;
    }
    this.count = count;
    for (let i = 0; i < width; i++) {
      const last = this.last[i] as number;
      if (last !== NONE) this.last[i] = renumbered[last] as number;
    }
    for (let location = 0; location < whole.locations; location++)
      this.#restrictOrder(whole, location, read, renumbered);
    const revisited = renumbered[read] as number;
    for (let event = 0; event < count; event++) this.#restrictLinks(event, revisited, renumbered);
  }

  /** Coherence order of one location, restricted to the events that stay. */
  #restrictOrder(whole: Graph, location: number, revisited: number, renumbered: Int32Array): void {
    const { rows } = this;
    const { stride } = whole;
    let before = NONE;
    this.first[location] = NONE;
    for (
      let write = whole.first[location] as number;
      write !== NONE;
      write = whole.rows[write * stride + AFTER] as number
    ) {
      const here = renumbered[write] as number;
      if (here === NONE || write === revisited) continue;
      rows[here * stride + BEFORE] = before;
      if (before === NONE) this.first[location] = here;
      else rows[before * stride + AFTER] = here;
      before = here;
    }
    if (before !== NONE) rows[before * stride + AFTER] = NONE;
    this.final[location] = before;
  }

  #restrictLinks(event: number, revisited: number, renumbered: Int32Array): void {
    const { rows, stride } = this;
    const row = event * stride;
    const partner = rows[row + PARTNER] as number;
    if (partner !== NONE) rows[row + PARTNER] = renumbered[partner] as number;
    for (let field = LAST_READ; field <= LAST_DRAIN; field++) {
      const last = rows[row + field] as number;
      if (last !== NONE) rows[row + field] = renumbered[last] as number;
    }
    if (event === revisited) {
      rows[row + SOURCE] = NONE;
      rows[row + BEFORE] = NONE;
      rows[row + AFTER] = NONE;
    } else if (rows[row + KIND] === EVENT.read) {
      const source = rows[row + SOURCE] as number;
      this.link(event, source < 0 ? source : (renumbered[source] as number));
    }
  }

  #grow(): void {
    this.#capacity *= 2;
    this.rows = enlarged(this.rows, this.#capacity * this.stride);
  }
}

function enlarged(values: Int32Array, least: number): Int32Array {
  let length = values.length;
  while (length < least) length *= 2;
  const larger = new Int32Array(length).fill(NONE);
  larger.set(values);
  return larger;
}
