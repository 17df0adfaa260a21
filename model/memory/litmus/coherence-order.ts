/**
 * The coherence orders of one variable that its program order and reads-from leave possible.
 *
 * Each access stands for a write: itself, or the one it reads from. An access before another forces
 * the one's write before the other's. An acyclic set of forced pairs can be extended to an order, and
 * every extension is coherent.
 */

import { isAcyclic } from "../cycle.ts";
import { closure, has, pairsOf, relationOf, type Pair, type Relation } from "../relation.ts";

import { wordAt } from "../words.ts";

/** The accesses of one variable. */
export interface VariableAccesses {
  readonly initial: number;
  /** Without the initial write. */
  readonly writes: readonly number[];
  readonly reads: readonly number[];
}

export interface CoherenceInput {
  readonly accesses: VariableAccesses;
  /** Program order, and any other certain order between two accesses of this variable. */
  readonly before: Relation;
  /** The write that a read reads, −1 while it is not chosen. */
  readonly writeOf: Int32Array;
  /** The write of the read-modify-write whose read this is, −1 for other events. */
  readonly rmwWriteOf: Int32Array;
  readonly processOf: Int32Array;
}

/** Pairs of positions in `[initial, ...writes]`, closed under transitivity. */
export type ForcedOrder = Relation;

/** The forced pairs, or undefined if they are contradictory. */
export function forcedOrder(input: CoherenceInput): ForcedOrder | undefined {
  const { accesses, before, writeOf, rmwWriteOf, processOf } = input;
  const all = [accesses.initial, ...accesses.writes];
  const position = new Map(all.map((write, i) => [write, i]));
  const pairs: Pair[] = accesses.writes.map((_, i): Pair => [0, i + 1]);
  const chosen = accesses.reads.filter((read) => wordAt(writeOf, read) >= 0);

  for (const a of [...accesses.writes, ...chosen]) {
    const aWrite = wordAt(writeOf, a);
    const aPosition = position.get(aWrite < 0 ? a : aWrite);
    for (const b of [...accesses.writes, ...chosen]) {
      if (a === b || !has(before, a, b)) continue;
      const bWrite = wordAt(writeOf, b);
      const bPosition = position.get(bWrite < 0 ? b : bWrite);
      if (aPosition === undefined || bPosition === undefined) continue;
      if (aPosition !== bPosition) pairs.push([aPosition, bPosition]);
      else if (bWrite < 0) return undefined; // reads a later write
    }
  }

  const halves = chosen.map((read) => ({ read, write: wordAt(rmwWriteOf, read) })).filter(({ write }) => write >= 0);
  let order = closure(relationOf(all.length, pairs));
  for (;;) {
    if (!isAcyclic(order)) return undefined;
    // Another process's write is not between the halves: it is before the one that was read, or after the one written.
    const added: Pair[] = [];
    for (const { read, write } of halves) {
      const from = position.get(wordAt(writeOf, read)) ?? -1;
      const to = position.get(write) ?? -1;
      if (from < 0 || to < 0) continue;
      accesses.writes.forEach((other, i) => {
        if (other === write || processOf[other] === processOf[read] || i + 1 === from) return;
        if (has(order, from, i + 1) && !has(order, to, i + 1)) added.push([to, i + 1]);
        if (has(order, i + 1, to) && !has(order, i + 1, from)) added.push([i + 1, from]);
      });
    }
    if (added.length === 0) return order;
    order = closure(relationOf(all.length, [...pairsOf(order), ...added]));
  }
}

/**
 * Every total order that extends the forced pairs, as positions, the initial write first.
 *
 * @returns a generator of one array that it reuses
 */
export function* extensionsOf(forced: ForcedOrder): Generator<readonly number[]> {
  const { size } = forced;
  const order: number[] = [];
  const placed = new Uint8Array(size);
  yield* extend();

  function* extend(): Generator<readonly number[]> {
    if (order.length === size) {
      yield order;
      return;
    }
    for (let next = 0; next < size; next++) {
      if (placed[next] === 1 || !isReady(next)) continue;
      placed[next] = 1;
      order.push(next);
      yield* extend();
      order.pop();
      placed[next] = 0;
    }
  }

  function isReady(next: number): boolean {
    for (let earlier = 0; earlier < size; earlier++) {
      if (placed[earlier] === 0 && has(forced, earlier, next)) return false;
    }
    return true;
  }
}
