/**
 * The options of an event: the writes that a read may read from, and the places that a write may take.
 *
 * One stack holds the choices still to be tried at every level of the explorer's recursion. A level that collects
 * choices remembers the count before them as their start, and restores it once they have been tried.
 */
import type { Graph } from "./graph.ts";

export abstract class Choices {
  count = 0;
  #stack = new Int32Array(256);

  at(index: number): number {
    return this.#stack[index] as number;
  }

  offer(choice: number): void {
    if (this.count === this.#stack.length) {
      const larger = new Int32Array(this.#stack.length * 2);
      larger.set(this.#stack);
      this.#stack = larger;
    }
    this.#stack[this.count++] = choice;
  }

  /** Moves a choice that stays into the slot of one that goes. */
  protected put(index: number, choice: number): void {
    this.#stack[index] = choice;
  }

  /** Offers the sources of a new read: writes, or `INITIAL`. */
  abstract offerSources(graph: Graph, read: number): void;

  /**
   * Offers every write before which a new one may be placed, `NONE` for the end; nothing if it may not be placed at
   * all.
   */
  abstract offerPlaces(graph: Graph, write: number): void;

  /** Withdraws, from the places of `write` at `base` and beyond, those that `read` cannot read from. */
  abstract withdrawPlaces(graph: Graph, write: number, read: number, base: number): void;

  /**
   * Was `event`, which is removed or revisited if `revisitor` revisits, added with the one canonical option, given only
   * what stays and what came before it? (See `maximal.ts`.)
   */
  abstract isMaximal(graph: Graph, event: number, revisitor: number): boolean;
}
