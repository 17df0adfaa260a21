/**
 * Where an event may go: the writes that a read may read from, and the places that a write may have.
 *
 * One stack holds the choices that are still to be tried, of every level of the explorer's recursion: whoever collects
 * some takes the count before for their beginning, and puts it back when they have been tried.
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

  /** Puts a choice that stays into the place of one that goes. */
  protected put(index: number, choice: number): void {
    this.#stack[index] = choice;
  }

  /** Offers what a new read may take its value from: a write, or `INITIAL`. */
  abstract offerSources(graph: Graph, read: number): void;

  /** Offers every write before which a new one may be placed, `NONE` for the end; nothing if it may not be at all. */
  abstract offerPlaces(graph: Graph, write: number): void;

  /** Takes back, of the places from `base` on that `write` may have, those which `read` cannot read from. */
  abstract withdrawPlaces(graph: Graph, write: number, read: number, base: number): void;

  /**
   * Was `event`, which goes if `revisitor` revisits, or is revisited, added with the one option that is the rule, given
   * only what stays and what came before it? (See `maximal.ts`.)
   */
  abstract isMaximal(graph: Graph, event: number, revisitor: number): boolean;
}
