/**
 * Generated histories: a simulated object serves `clients` that are nearly always busy, and takes effect at a point
 * within each operation, so the verdict is certain. The same seed gives the same history.
 */
import type { Scalar } from "#model/object-shape.ts";
import type { HistoryOperation } from "#properties/linearizability/history.ts";
import { Random } from "#properties/random.ts";

export interface GeneratorOptions {
  readonly seed: number;
  readonly clients: number;
  readonly operations: number;
  /** Operations that never return; each crashes its client, which a fresh one replaces. Half of them take effect. */
  readonly crashed?: number;
}

/** The clients' operations, and the object that executes them. */
export interface SimulatedObject<Operation> {
  ask(random: Random): Operation;
  answer(operation: Operation): Scalar;
}

/** An operation is invoked, takes effect and responds, each at its own place in the order of events. */
export function generateHistory<Operation>(
  object: SimulatedObject<Operation>,
  options: GeneratorOptions,
): HistoryOperation<Operation, Scalar>[] {
  const { seed, clients, operations, crashed = 0 } = options;
  const random = new Random(seed);
  const history: HistoryOperation<Operation, Scalar>[] = [];
  const names = Array.from({ length: clients }, (_, i) => i);
  let fresh = clients;
  let left = crashed;
  // Each client's operation, and whether it has taken effect.
  const open: ({ readonly index: number; response: Scalar | undefined } | undefined)[] = Array.from({
    length: clients,
  });
  const ghosts: Operation[] = []; // crashed operations that have yet to take effect
  let at = 0;
  let responded = 0;
  const invoke = (slot: number): void => {
    open[slot] = { index: history.length, response: undefined };
    history.push({
      client: names[slot] ?? slot,
      operation: object.ask(random),
      response: undefined,
      invokedAt: at,
      respondedAt: undefined,
    });
    at += 1;
  };
  while (responded < operations - crashed + left) {
    if (ghosts.length > 0 && random.below(200) === 0) {
      const ghost = ghosts.pop();
      if (ghost !== undefined) object.answer(ghost);
    }
    const slot = random.below(clients);
    const own = open[slot];
    if (own === undefined) {
      if (history.length < operations) invoke(slot);
      continue;
    }
    const item = history[own.index];
    if (item === undefined) continue;
    if (own.response === undefined) {
      if (left > 0 && random.below(Math.max(1, Math.floor(operations / crashed))) === 0) {
        left -= 1;
        if (random.below(2) === 0) ghosts.push(item.operation);
        names[slot] = fresh;
        fresh += 1;
        open[slot] = undefined;
      } else own.response = object.answer(item.operation);
      continue;
    }
    history[own.index] = { ...item, response: own.response, respondedAt: at };
    at += 1;
    responded += 1;
    open[slot] = undefined;
    if (history.length < operations) invoke(slot); // clients are nearly always busy
  }
  return history;
}

/** The history with one changed response: that of the last operation for which `spoil` returns another. */
export function spoilLast<Operation>(
  history: readonly HistoryOperation<Operation, Scalar>[],
  spoil: (item: HistoryOperation<Operation, Scalar>) => Scalar | undefined,
): HistoryOperation<Operation, Scalar>[] {
  const result = [...history];
  for (let i = history.length - 1; i >= 0; i -= 1) {
    const item = history[i];
    const response = item === undefined || item.respondedAt === undefined ? undefined : spoil(item);
    if (item === undefined || response === undefined) continue;
    result[i] = { ...item, response };
    return result;
  }
  throw new RangeError("no operation of this history can be spoiled");
}
