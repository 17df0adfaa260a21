/**
 * The search for an order that explains a history: breadth first over events, raced against depth first.
 *
 * Breadth first keeps every configuration that the events so far allow, one layer at a time, and finds the first
 * response that no order explains; old layers are dropped, so memory grows with the width, not the length. Where layers
 * grow wide (crashed operations), depth first may find an explanation much sooner; it remembers the configurations it
 * tried. Either decides alone; the first to end gives the verdict. At the bounds of `Budget` the verdict is *unknown*.
 */
import { wordAt } from "#impl/memory/word.ts";
import { assignSlots, Frontier } from "./frontier.ts";
import type { Budget, Slots } from "./frontier.ts";
import type { Layer } from "./layer.ts";
import type { Problem } from "./problem.ts";
import { RowSet } from "./row-set.ts";
import type { StepTable } from "./steps.ts";

export type SearchResult =
  | { readonly kind: "holds" }
  /** `event`: index of the first response that no order explains. */
  | { readonly kind: "violated"; readonly event: number; readonly configurations: number }
  /**
   * `event`: the furthest response that was explained; `configurations`: their number there; `open`: operations open
   * there.
   */
  | {
      readonly kind: "unknown";
      readonly because: "time" | "memory";
      readonly event: number;
      readonly configurations: number;
      readonly open: readonly number[];
    };

/** Rows expanded before the depth-first search gets a turn, and the width below which it never does. */
const SLICE = 4_000;
const WIDE = 64;
const STATES_KEPT = 1 << 17;

/**
 * Every final state of a history that starts in one of `from` and has no pending operation; none when no order explains
 * it.
 *
 * @returns undefined when the budget was used up first
 */
export function reach(
  problem: Problem<unknown, unknown>,
  steps: SearchSteps,
  from: Int32Array,
  budget: Budget,
): Int32Array | undefined {
  const breadth = new BreadthFirst(problem, assignSlots(problem), steps, budget, from);
  const found = breadth.run(Infinity, false);
  if (found?.kind === "holds") return breadth.states();
  return found?.kind === "violated" ? new Int32Array(0) : undefined;
}

/** The searches' view of the model's steps: they never see a state itself. */
type SearchSteps = Omit<StepTable, "idOf" | "stateOf">;

export function search(problem: Problem<unknown, unknown>, steps: SearchSteps, budget: Budget): SearchResult {
  const slots = assignSlots(problem);
  const breadth = new BreadthFirst(problem, slots, steps, budget, Int32Array.of(steps.initial));
  let slice = SLICE;
  let depth: DepthFirst | undefined;
  for (;;) {
    const found = breadth.run(depth === undefined ? SLICE : slice, depth === undefined);
    if (found !== undefined && (found.kind !== "unknown" || found.because === "time")) return found;
    if (found === undefined && breadth.configurations < WIDE && depth === undefined) continue;
    depth ??= new DepthFirst(problem, slots, steps, budget);
    const other = depth.run(slice);
    if (other === "holds") return { kind: "holds" };
    if (other === "violated" && found !== undefined)
      return { kind: "violated", event: depth.furthest, configurations: depth.visited };
    if (other === "time")
      return {
        kind: "unknown",
        because: "time",
        event: breadth.event,
        configurations: breadth.configurations,
        open: breadth.open,
      };
    if (other === "memory" && found !== undefined) return found;
    slice = Math.min(slice * 2, 1 << 22);
  }
}

class BreadthFirst {
  readonly #steps: SearchSteps;
  readonly #budget: Budget;
  readonly #frontier: Frontier;
  #layer: Layer;
  #next: Layer;
  #ended: SearchResult | undefined;

  constructor(problem: Problem<unknown, unknown>, slots: Slots, steps: SearchSteps, budget: Budget, from: Int32Array) {
    this.#steps = steps;
    this.#budget = budget;
    this.#frontier = new Frontier(problem, slots, steps, budget);
    this.#layer = this.#frontier.newLayer();
    this.#next = this.#frontier.newLayer();
    const first = new Int32Array(this.#frontier.width);
    for (const state of from) {
      first[0] = state;
      this.#layer.add(first, 0);
    }
  }

  /** The states of the current configurations, each once. */
  states(): Int32Array {
    const { rows, count, width, dead } = this.#layer;
    const found = new Set<number>();
    for (let row = 0; row < count; row += 1) if (dead[row] !== 1) found.add(rows[row * width] as number);
    return Int32Array.from(found);
  }

  get configurations(): number {
    return this.#layer.count;
  }

  get event(): number {
    return this.#frontier.at;
  }

  get open(): readonly number[] {
    return this.#frontier.open;
  }

  /** Continues for about `slice` rows. @returns undefined when there is more to do */
  run(slice: number, alone: boolean): SearchResult | undefined {
    if (this.#ended !== undefined) return this.#ended;
    const frontier = this.#frontier;
    const until = frontier.expanded + slice;
    while (frontier.expanded < until) {
      const operation = frontier.nextResponse();
      if (operation === -1) return this.#end({ kind: "holds" });
      const event = frontier.at;
      if (!frontier.respond(operation, this.#layer, this.#next)) {
        const because = this.#budget.outOfTime() ? "time" : "memory";
        return this.#end({
          kind: "unknown",
          because,
          event,
          configurations: this.#layer.count,
          open: [...frontier.open],
        });
      }
      if (this.#next.count === 0) return this.#end({ kind: "violated", event, configurations: this.#layer.count });
      frontier.passResponse();
      [this.#layer, this.#next] = [this.#next, this.#layer];
      if (alone && this.#steps.stateCount > STATES_KEPT && this.#steps.stateCount > 16 * this.#layer.count)
        this.#forgetStates();
    }
    return undefined;
  }

  #end(result: SearchResult): SearchResult {
    this.#ended = result;
    return result;
  }

  /** States that no configuration uses any more are dropped: a long history needs only the memory of its front. */
  #forgetStates(): void {
    const { rows, count, width } = this.#layer;
    const live = new Map<number, number>();
    for (let row = 0; row < count; row += 1) {
      const state = wordAt(rows, row * width);
      if (!live.has(state)) live.set(state, live.size);
    }
    const anew = this.#steps.compact([...live.keys()]);
    const renamed = rows.slice(0, count * width);
    this.#next.clear();
    for (let row = 0; row < count; row += 1) {
      if (this.#layer.dead[row] === 1) continue;
      renamed[row * width] = wordAt(anew, live.get(wordAt(renamed, row * width)) ?? 0);
      this.#next.add(renamed, row * width);
    }
    [this.#layer, this.#next] = [this.#next, this.#layer];
  }
}

class DepthFirst {
  /** The furthest response that some order reached. */
  furthest = 0;
  readonly #budget: Budget;
  readonly #frontier: Frontier;
  readonly #to: Layer;
  readonly #tried = new RowSet();
  /** Rows to try, each with its event in front. */
  #stack: Int32Array;
  #height = 0;
  #steps = 0;
  readonly #row: Int32Array;

  constructor(problem: Problem<unknown, unknown>, slots: Slots, steps: SearchSteps, budget: Budget) {
    this.#budget = budget;
    this.#frontier = new Frontier(problem, slots, steps, budget);
    this.#to = this.#frontier.newLayer();
    this.#row = new Int32Array(1 + this.#frontier.width);
    this.#stack = new Int32Array(1024 * this.#row.length);
    this.#tried.clear(this.#row.length);
    this.#row[1] = steps.initial;
    this.#push();
  }

  get visited(): number {
    return this.#tried.count;
  }

  run(slice: number): "holds" | "violated" | "time" | "memory" | undefined {
    const frontier = this.#frontier;
    const row = this.#row;
    const until = this.#steps + slice;
    while (this.#steps < until) {
      if (this.#height === 0) return "violated";
      if (this.#tried.count > this.#budget.configurationsMax) return "memory";
      this.#height -= 1;
      const base = this.#height * row.length;
      frontier.seek(wordAt(this.#stack, base));
      const operation = frontier.nextResponse();
      if (operation === -1) return "holds";
      this.furthest = Math.max(this.furthest, frontier.at);
      if ((++this.#steps & 1023) === 0 && this.#budget.outOfTime()) return "time";
      frontier.stepTowards(operation, this.#stack, base + 1, this.#to);
      // Rows that satisfy the response are tried first; then the operation that has to respond soonest.
      row[0] = frontier.at;
      for (let each = frontier.towards.count - 1; each >= 1; each -= 1) this.#pushRow(frontier.towards, each);
      row[0] = frontier.at + 1;
      for (let each = this.#to.count - 1; each >= 0; each -= 1) this.#pushRow(this.#to, each);
    }
    return undefined;
  }

  #pushRow(layer: Layer, each: number): void {
    if (layer.dead[each] === 1) return;
    const { width } = this.#frontier;
    for (let i = 0; i < width; i += 1) this.#row[1 + i] = wordAt(layer.rows, each * width + i);
    this.#push();
  }

  #push(): void {
    if (!this.#tried.add(this.#row, 0)) return;
    const base = this.#height * this.#row.length;
    if (base + this.#row.length > this.#stack.length) {
      const larger = new Int32Array(this.#stack.length * 2);
      larger.set(this.#stack);
      this.#stack = larger;
    }
    this.#stack.set(this.#row, base);
    this.#height += 1;
  }
}
