/**
 * The scope of certificates of the compressed TIME_WAIT.
 *
 * Key k is the connection lan4/80:(k+1). All have one class, with two slots, one local port, and one chain, so the
 * records of two keys interact, and a restart must evict when both are present. Keys have no order: which is inserted
 * first makes no difference. No time has passed in the contents: otherwise the timer would be due, a third thread in
 * every scenario. time-wait-scenarios.ts covers that.
 */
import type { SmallScope } from "../small-scope.ts";
import type { TimeWaitScenarioOperation } from "./time-wait-table.ts";

/** Lifetime of a record if all connections are of one class. */
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
