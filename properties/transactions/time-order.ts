/** The orders that a database may promise besides the data's: that of each process, and that of real time. */
import { PASSAGE, PROCESS, REAL_TIME } from "./dependency-graph.ts";
import type { DependencyGraphBuilder } from "./dependency-graph.ts";
import { ABORTED, COMMITTED } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";

/**
 * Each process's transactions in their order.
 *
 * A transaction of unknown outcome comes after those before it, but before nothing: it may commit late.
 */
export function linkProcesses(history: TransactionHistory, graph: DependencyGraphBuilder): void {
  const last = new Int32Array(history.processes.length).fill(-1);
  for (let transaction = 0; transaction < history.count; transaction += 1) {
    const outcome = history.outcome[transaction];
    if (outcome === ABORTED) continue;
    const process = history.process[transaction] as number;
    const before = last[process] as number;
    if (before !== -1) graph.link(before, transaction, PROCESS);
    if (outcome === COMMITTED) last[process] = transaction;
  }
}

/**
 * A transaction that had responded before another was invoked comes before it.
 *
 * Linear in the transactions: those that respond before the next invocation lead to one auxiliary node, which leads to
 * the transactions invoked from then on and to the next such node.
 */
export function linkRealTime(history: TransactionHistory, graph: DependencyGraphBuilder): void {
  const { events, count, invokedAt, respondedAt, outcome } = history;
  const invokedBy = new Int32Array(events).fill(-1);
  const respondedBy = new Int32Array(events).fill(-1);
  for (let transaction = 0; transaction < count; transaction += 1) {
    if (outcome[transaction] === ABORTED) continue;
    const invoked = invokedAt[transaction] as number;
    const responded = respondedAt[transaction] as number;
    if (invoked >= 0) invokedBy[invoked] = transaction;
    if (responded >= 0) respondedBy[responded] = transaction;
  }
  let moment = -1; // after the responses so far, before the next invocations
  let next = -1; // the moment after that, once there was a response
  for (let at = 0; at < events; at += 1) {
    const responded = respondedBy[at] as number;
    if (responded !== -1) {
      if (next === -1) {
        next = graph.addNode();
        if (moment !== -1) graph.link(moment, next, PASSAGE);
      }
      graph.link(responded, next, REAL_TIME);
    }
    const invoked = invokedBy[at] as number;
    if (invoked === -1) continue;
    if (next !== -1) {
      moment = next;
      next = -1;
    }
    if (moment !== -1) graph.link(moment, invoked, PASSAGE);
  }
}
