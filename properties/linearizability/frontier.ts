/**
 * The front of concurrency: the operations open at an event, and the demand of a response on a configuration.
 *
 * Real-time order has settled everything but the open operations, so a configuration is a state and one bit for each of
 * them, however long the history. Operations take effect as late as possible, when a response requires it (just-in-time
 * linearization: Lowe, "Testing for linearizability", 2017). Four rules keep configurations few and the verdict the
 * same: a matching observation takes effect at once, as it restricts no other operation; of open operations with one
 * label the one that responds first goes first, as the two are interchangeable; a configuration that differs from
 * another only in having used more optional operations is dropped (see `Layer`); and so is one from which an open
 * observation can no longer be seen, where the model declares it (`Model.outgrown`).
 */
import { numberAt, wordAt } from "#impl/memory/word.ts";
import { Layer } from "./layer.ts";
import type { Problem } from "./problem.ts";
import { MANY_STATES, NO_STATE, OUTGROWN } from "./steps.ts";
import type { StepTable } from "./steps.ts";

/** The resources of a search before it returns *unknown*. */
export interface Budget {
  /** Most configurations held at once by one search. */
  readonly configurationsMax: number;
  /** Called about every thousand configurations; true ends the search. */
  readonly outOfTime: () => boolean;
}

/** Bits in words: slots of open operations, each the lowest that was free when its operation was invoked. */
export interface Slots {
  readonly slotOf: Int32Array;
  readonly words: number;
  /** For each part, the events that invoke an operation that replaces its state, ascending. */
  readonly replacements: readonly (readonly number[])[];
}

export function assignSlots({ count, events, labels, replacing, partOf }: Problem<unknown, unknown>): Slots {
  const slotOf = new Int32Array(count);
  const free: number[] = []; // descending, so that the lowest is at the end
  let used = 0;
  const replacements: number[][] = [];
  for (const [at, event] of events.entries()) {
    if ((event & 1) === 0) {
      const label = wordAt(labels, event >> 1);
      if (replacing[label] === 1) (replacements[wordAt(partOf, label)] ??= []).push(at);
      slotOf[event >> 1] = free.pop() ?? used++;
    } else {
      const slot = wordAt(slotOf, event >> 1);
      let at = free.length;
      while (at > 0 && numberAt(free, at - 1) < slot) at -= 1;
      free.splice(at, 0, slot);
    }
  }
  return { slotOf, words: Math.max(1, Math.ceil(used / 32)), replacements };
}

/** The frontier's view of the model's steps. */
type FrontierSteps = Pick<StepTable, "step" | "successors">;

export class Frontier {
  /** The next event. */
  at = 0;
  /** Rows expanded so far: the measure of work. */
  expanded = 0;
  readonly width: number;
  /** Bits of the open operations that are optional. */
  readonly optionalBits: Int32Array;
  readonly #problem: Problem<unknown, unknown>;
  readonly #slots: Slots;
  readonly #steps: FrontierSteps;
  readonly #budget: Budget;
  readonly #work: Layer;
  /** The open operations, in the order of their responses. */
  readonly #open: number[] = [];
  readonly #earlier: number[] = [];
  readonly #lastOfLabel = new Map<number, number>();
  readonly #candidate: Int32Array;

  constructor(problem: Problem<unknown, unknown>, slots: Slots, steps: FrontierSteps, budget: Budget) {
    this.#problem = problem;
    this.#slots = slots;
    this.#steps = steps;
    this.#budget = budget;
    this.width = 1 + slots.words;
    this.optionalBits = new Int32Array(slots.words);
    this.#work = new Layer(slots.words, this.optionalBits);
    this.#candidate = new Int32Array(this.width);
  }

  newLayer(): Layer {
    return new Layer(this.#slots.words, this.optionalBits);
  }

  get open(): readonly number[] {
    return this.#open;
  }

  /**
   * Passes invocations until the next event is a response. @returns the operation, or -1 at the end of the history
   */
  nextResponse(): number {
    const { events } = this.#problem;
    for (; this.at < events.length; this.at += 1) {
      const event = wordAt(events, this.at);
      if ((event & 1) === 1) return event >> 1;
      this.#insert(event >> 1);
    }
    return -1;
  }

  /** Passes the next response. */
  passResponse(): void {
    this.#remove(wordAt(this.#problem.events, this.at) >> 1);
    this.at += 1;
  }

  /** Moves to another event, forwards or back. */
  seek(target: number): void {
    const { events } = this.#problem;
    for (; this.at < target; this.at += 1) this.#cross(wordAt(events, this.at), 0);
    for (; this.at > target; this.at -= 1) this.#cross(wordAt(events, this.at - 1), 1);
  }

  #cross(event: number, removing: 0 | 1): void {
    if ((event & 1) === removing) this.#insert(event >> 1);
    else this.#remove(event >> 1);
  }

  #insert(operation: number): void {
    const { deadlines, optional } = this.#problem;
    const deadline = wordAt(deadlines, operation);
    let place = this.#open.length;
    while (place > 0 && wordAt(deadlines, numberAt(this.#open, place - 1)) > deadline) place -= 1;
    this.#open.splice(place, 0, operation);
    if (optional[operation] === 1) this.#flipOptional(operation);
  }

  #remove(operation: number): void {
    this.#open.splice(this.#open.indexOf(operation), 1);
    if (this.#problem.optional[operation] === 1) this.#flipOptional(operation);
  }

  #flipOptional(operation: number): void {
    const slot = wordAt(this.#slots.slotOf, operation);
    this.optionalBits[slot >> 5] = wordAt(this.optionalBits, slot >> 5) ^ (1 << (slot & 31));
  }

  /**
   * Adds to `to` every configuration that the next response leaves, from those of `from`. The response is that of
   * `operation`, whose bit is 0 afterwards.
   *
   * @returns false when the budget was used up first; `to` is then incomplete
   */
  respond(operation: number, from: Layer, to: Layer): boolean {
    const { width } = this;
    const { optional } = this.#problem;
    const work = this.#work;
    const candidate = this.#candidate;
    const word = 1 + (wordAt(this.#slots.slotOf, operation) >> 5);
    const bit = 1 << (wordAt(this.#slots.slotOf, operation) & 31);
    work.clear();
    to.clear();
    this.#orderLabels();

    for (let row = 0; row < from.count; row += 1) {
      if (from.dead[row] === 1) continue;
      for (let i = 0; i < width; i += 1) candidate[i] = wordAt(from.rows, row * width + i);
      if (optional[operation] === 1 && (wordAt(candidate, word) & bit) === 0) to.add(candidate, 0);
      this.#file(word, bit, to);
    }
    for (let row = 0; row < work.count; row += 1) {
      if (work.dead[row] === 1) continue;
      if ((this.expanded & 1023) === 0 && this.#budget.outOfTime()) return false;
      if (work.count + to.count > this.#budget.configurationsMax) return false;
      this.#expand(row * width, word, bit, to);
    }
    return true;
  }

  /**
   * One step from the configuration at `base` of `row`, towards the next response: configurations that satisfy it go
   * into `to`, others into `towards`.
   */
  stepTowards(operation: number, row: Int32Array, base: number, to: Layer): void {
    const word = 1 + (wordAt(this.#slots.slotOf, operation) >> 5);
    const bit = 1 << (wordAt(this.#slots.slotOf, operation) & 31);
    this.#work.clear();
    to.clear();
    this.#orderLabels();
    const candidate = this.#candidate;
    for (let i = 0; i < this.width; i += 1) candidate[i] = wordAt(row, base + i);
    if (this.#problem.optional[operation] === 1 && (wordAt(candidate, word) & bit) === 0) to.add(candidate, 0);
    this.#file(word, bit, to);
    if (this.#work.count > 0) this.#expand(0, word, bit, to);
  }

  /** Rows from 1 on: results of {@link stepTowards} that do not satisfy the response yet. */
  get towards(): Layer {
    return this.#work;
  }

  #expand(base: number, word: number, bit: number, to: Layer): void {
    const { labels, observing } = this.#problem;
    const work = this.#work;
    const state = wordAt(work.rows, base);
    this.expanded += 1;
    for (let place = 0; place < this.#open.length; place += 1) {
      const other = numberAt(this.#open, place);
      const label = wordAt(labels, other);
      // A matching observation was taken when the state was reached.
      if (observing[label] === 1 || this.#has(work.rows, base, other)) continue;
      const earlier = numberAt(this.#earlier, place, -1);
      if (earlier !== -1 && !this.#has(work.rows, base, earlier)) continue;
      const next = this.#steps.step(state, label);
      if (next === NO_STATE || next === OUTGROWN) continue;
      if (next === MANY_STATES) {
        for (const each of this.#steps.successors(state, label))
          this.#take(work.rows, base, other, each, word, bit, to);
      } else this.#take(work.rows, base, other, next, word, bit, to);
    }
  }

  /** For each open operation the open one with the same label that responds next before it, or -1. */
  #orderLabels(): void {
    const { labels } = this.#problem;
    this.#lastOfLabel.clear();
    for (let place = 0; place < this.#open.length; place += 1) {
      const operation = numberAt(this.#open, place);
      const label = wordAt(labels, operation);
      this.#earlier[place] = this.#lastOfLabel.get(label) ?? -1;
      this.#lastOfLabel.set(label, operation);
    }
  }

  #has(rows: Int32Array, base: number, operation: number): boolean {
    const slot = wordAt(this.#slots.slotOf, operation);
    return (wordAt(rows, base + 1 + (slot >> 5)) & (1 << (slot & 31))) !== 0;
  }

  #take(rows: Int32Array, base: number, operation: number, state: number, word: number, bit: number, to: Layer): void {
    const candidate = this.#candidate;
    for (let i = 1; i < this.width; i += 1) candidate[i] = wordAt(rows, base + i);
    candidate[0] = state;
    const slot = wordAt(this.#slots.slotOf, operation);
    const at = 1 + (slot >> 5);
    candidate[at] = wordAt(candidate, at) | (1 << (slot & 31));
    this.#file(word, bit, to);
  }

  /** Whether some operation may still replace the state of the candidate before this observation responds. */
  #mayBeReplaced(observation: number): boolean {
    const { labels, partOf, replacing, deadlines } = this.#problem;
    const part = wordAt(partOf, wordAt(labels, observation));
    for (const other of this.#open) {
      const label = wordAt(labels, other);
      if (replacing[label] === 1 && partOf[label] === part && !this.#has(this.#candidate, 0, other)) return true;
    }
    // The next to be invoked.
    const later = this.#slots.replacements[part] ?? [];
    let [low, high] = [0, later.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numberAt(later, middle) < this.at) low = middle + 1;
      else high = middle;
    }
    return numberAt(later, low, Infinity) < wordAt(deadlines, observation);
  }

  /**
   * Takes every matching observation; drops the candidate if one can never be seen from it, else adds the candidate to
   * its set.
   */
  #file(word: number, bit: number, to: Layer): void {
    const candidate = this.#candidate;
    const { labels, observing } = this.#problem;
    const state = wordAt(candidate, 0);
    for (let place = 0; place < this.#open.length; place += 1) {
      const operation = numberAt(this.#open, place);
      const label = wordAt(labels, operation);
      if (observing[label] === 0 || this.#has(candidate, 0, operation)) continue;
      const next = this.#steps.step(state, label);
      if (next === OUTGROWN && !this.#mayBeReplaced(operation)) return;
      if (next === NO_STATE || next === OUTGROWN) continue;
      const slot = wordAt(this.#slots.slotOf, operation);
      const at = 1 + (slot >> 5);
      candidate[at] = wordAt(candidate, at) | (1 << (slot & 31));
    }
    if ((wordAt(candidate, word) & bit) !== 0) {
      candidate[word] = wordAt(candidate, word) & ~bit;
      to.add(candidate, 0);
    } else this.#work.add(candidate, 0);
  }
}
