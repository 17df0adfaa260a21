/**
 * What certificates of the compressed TIME_WAIT enumerate.
 *
 * Key k is the connection lan4/80:(k+1). All are of one class, which has two slots, and one local port, and all chains
 * are one: so the records of two keys meet, and a restart must evict when both are there. Keys have no order: which of
 * them is there first makes no difference. No time has passed in the contents: it would leave the timer due, a third
 * thread in every scenario. Those of time-wait-scenarios.ts have it.
 */
import type { SmallScope } from "../small-scope.ts";
import type { TimeWaitScenarioOperation } from "./time-wait-table.ts";

/** What a record lives where all connections are of one class. */
const LIFE_TICKS = 120;

export const timeWaitSmallScope: SmallScope<TimeWaitScenarioOperation> = {
  operationsOn(key) {
    const connection = connectionOf(key);
    return [addition(key), { kind: "lookup", connection }, { kind: "restart", connection }];
  },
  limits: { slots: 2, heads: 1, truncating: 0 },
  otherOperations: [{ kind: "advance", ticks: LIFE_TICKS }],
  initialContents(keys) {
    const one = [addition(0)];
    return keys === 1 ? [[], one] : [[], one, [...one, addition(1)]];
  },
};

function connectionOf(key: number): string {
  return `lan4/80:${key + 1}`;
}

function addition(key: number): TimeWaitScenarioOperation {
  return { kind: "add", connection: connectionOf(key), sequence: key + 1, reuse: false };
}
