/**
 * What certificates of the neighbour table enumerate.
 *
 * Key k is queue k + 1 of port 1: all keys share one path, and, with one bucket, one chain. Initially each of the keys has a
 * neighbour or not, and the path of those that have is known or still asked for.
 */
import type { NeighboursScenarioOperation } from "./neighbours.ts";
import type { SmallScope } from "./small-scope.ts";

/** Longer than any neighbour may stay idle. */
const EXPIRY_TICKS = 61;

const PORT = "1";

export const neighboursSmallScope: SmallScope<NeighboursScenarioOperation> = {
  operationsOn(key) {
    const address = addressOf(key);
    return [
      { kind: "transmit", address },
      { kind: "get", address },
    ];
  },
  otherOperations: [
    { kind: "answer", gid: PORT },
    { kind: "removePath", gid: PORT },
    { kind: "advance", ticks: EXPIRY_TICKS },
  ],
  initialContents(keys) {
    const contents: (readonly NeighboursScenarioOperation[])[] = [[]];
    for (let present = 1; present < 1 << Math.min(keys, 2); present++) {
      const transmissions = [0, 1].filter((key) => (present & (1 << key)) !== 0).map((key): NeighboursScenarioOperation => ({ kind: "transmit", address: addressOf(key) }));
      contents.push(transmissions, [...transmissions, { kind: "answer", gid: PORT }]);
    }
    return contents;
  },
  limits: { buckets: 1, queueMax: 1 },
};

function addressOf(key: number): string {
  return `${PORT}/${key + 1}`;
}
