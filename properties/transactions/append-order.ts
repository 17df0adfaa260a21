/**
 * The order in which the elements of each list were appended, as far as the reads show it.
 *
 * The longest list read of a key gives the order of its appends. Appends that no read shows came after them: a read of
 * one would have shown the others too. Lists that are not prefixes of the longest contradict it; the places of elements
 * that only such lists have are unknown.
 *
 * Source: Kingsbury, Alvaro, "Elle", VLDB 2020, section 4: traceable objects.
 */
import { READ, WRITE } from "./micro-operation.ts";
import { ABORTED } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";

/** No element. */
export const NONE = -1;
/** An unknown element. */
export const UNKNOWN = -2;

export interface AppendOrder {
  /** The node of the longest list of each key, or NONE. */
  readonly longest: Int32Array;
  /** By key: the last element of that list, or NONE. */
  readonly last: Int32Array;
  /**
   * By element: the one appended to the list before it, NONE or UNKNOWN. For one that no read shows, the last of the
   * order.
   */
  readonly previous: Int32Array;
  /** By element: its place in the order, or NONE if it is not part of it. */
  readonly position: Int32Array;
  /** By node: 1 if the list is a prefix of the longest of its key, or the longest itself. */
  readonly isBeginning: Uint8Array;
}

export function appendOrder(history: TransactionHistory): AppendOrder {
  const { lists, versions } = history;
  const longest = new Int32Array(versions.keys.length).fill(NONE);
  forEachRead(history, (_transaction, key, node) => {
    const best = longest[key] as number;
    if (best === NONE || lists.lengthOf(node) > lists.lengthOf(best)) longest[key] = node;
  });
  const previous = new Int32Array(versions.count);
  const position = new Int32Array(versions.count).fill(NONE);
  const isBeginning = new Uint8Array(lists.count);
  const last = new Int32Array(versions.keys.length).fill(NONE);
  for (const [key, node] of longest.entries()) {
    if (node === NONE) continue;
    for (let at = node; at >= 0; at = lists.parentOf(at)) isBeginning[at] = 1;
    let place = 0;
    for (const version of lists.pathOf(node)) {
      if (position[version] !== NONE) continue; // a repeated element counts at its first place
      position[version] = place;
      previous[version] = last[key] as number;
      last[key] = version;
      place += 1;
    }
  }
  for (let version = 0; version < versions.count; version += 1)
    if (position[version] === NONE) previous[version] = last[versions.keyOf(version)] as number;
  for (let node = 0; node < lists.count; node += 1) {
    const version = lists.versionOf(node);
    if (version !== NONE && isBeginning[node] === 0 && position[version] === NONE) previous[version] = UNKNOWN;
  }
  return { longest, last, previous, position, isBeginning };
}

/** All reads with a seen list, of transactions that did not fail. */
export function forEachRead(
  { count, outcome, firstOperation, endOperation, function: functions, key, value }: TransactionHistory,
  visit: (transaction: number, key: number, node: number) => void,
): void {
  for (let transaction = 0; transaction < count; transaction += 1) {
    if (outcome[transaction] === ABORTED) continue;
    const end = endOperation[transaction] as number;
    for (let at = firstOperation[transaction] as number; at < end; at += 1) {
      const node = value[at] as number;
      if (functions[at] === READ && node >= 0) visit(transaction, key[at] as number, node);
    }
  }
}

/** All appends, or writes, of transactions that did not fail. */
export function forEachWrite(
  { count, outcome, firstOperation, endOperation, function: functions, value }: TransactionHistory,
  visit: (transaction: number, version: number) => void,
): void {
  for (let transaction = 0; transaction < count; transaction += 1) {
    if (outcome[transaction] === ABORTED) continue;
    const end = endOperation[transaction] as number;
    for (let at = firstOperation[transaction] as number; at < end; at += 1)
      if (functions[at] === WRITE) visit(transaction, value[at] as number);
  }
}
