/**
 * The scope of certificates of the destination cache.
 *
 * Key k is the destination eth0/k+1. Initially the cache is empty, or has one or two entries that no thread holds, or
 * has an entry that is dead and still held, on the list that the collector has not scanned or has left there.
 */
import type { DstScenarioOperation } from "./dst-table.ts";
import type { SmallScope } from "../small-scope.ts";

/** At least the minimum delay, so that a requested run takes place. */
const RUN_TICKS = 1;

export const dstSmallScope: SmallScope<DstScenarioOperation> = {
  operationsOn(key) {
    const name = destinationOf(key);
    return [
      { kind: "get", destination: name },
      { kind: "send", reference: name },
      { kind: "release", reference: name },
      { kind: "drop", destination: name },
    ];
  },
  otherOperations: [
    { kind: "advance", ticks: RUN_TICKS },
    { kind: "unregister", device: "eth0" },
  ],
  initialContents(keys) {
    const contents: DstScenarioOperation[][] = [[]];
    for (let key = 0; key < keys; key++) {
      const name = destinationOf(key);
      const idle: DstScenarioOperation[] = [
        { kind: "get", destination: name },
        { kind: "release", reference: name },
      ];
      const dead: DstScenarioOperation[] = [
        { kind: "get", destination: name },
        { kind: "drop", destination: name },
      ];
      contents.push(idle);
      if (key === 0)
        contents.push(
          dead,
          [...dead, { kind: "advance", ticks: RUN_TICKS }],
          [...dead, { kind: "advance", ticks: RUN_TICKS }, { kind: "release", reference: name }, ...idle],
        );
    }
    return contents;
  },
};

function destinationOf(key: number): string {
  return `eth0/${key + 1}`;
}
