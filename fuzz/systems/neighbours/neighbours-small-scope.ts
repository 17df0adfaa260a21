/**
 * The scope of certificates of the neighbour table.
 *
 * Key k is queue k + 1 of port 1: all keys share one path and, with one bucket, one chain, so keys are interchangeable.
 * Packets go to all of them; the first is also held until the thread ends. Initially there is nothing, a neighbour
 * waiting for its path, one that has it, or two that have it.
 */
import type { NeighboursScenarioOperation } from "./neighbours-table.ts";
import type { SmallScope } from "../small-scope.ts";

/** Longer than any neighbour may stay idle. */
const EXPIRY_TICKS = 61;

const PORT = "1";

export const neighboursSmallScope: SmallScope<NeighboursScenarioOperation> = {
  operationsOn(key) {
    const address = addressOf(key);
    return key === 0
      ? [
          { kind: "transmit", address },
          { kind: "get", address },
        ]
      : [{ kind: "transmit", address }];
  },
  otherOperations: [
    { kind: "answer", gid: PORT },
    { kind: "removePath", gid: PORT },
    { kind: "advance", ticks: EXPIRY_TICKS },
  ],
  initialContents(keys) {
    const first: NeighboursScenarioOperation = { kind: "transmit", address: addressOf(0) };
    const second: NeighboursScenarioOperation = { kind: "transmit", address: addressOf(1) };
    const answered: NeighboursScenarioOperation = { kind: "answer", gid: PORT };
    const contents = [[], [first], [first, answered], [first, answered, second]];
    return contents.slice(0, keys === 0 ? 1 : keys === 1 ? 3 : 4);
  },
  limits: { buckets: 1, queueMax: 1 },
};

function addressOf(key: number): string {
  return `${PORT}/${key + 1}`;
}
