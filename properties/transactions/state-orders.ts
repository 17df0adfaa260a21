/**
 * Orders of the states of registers that follow from the order of transactions, where each key is seen to change in one
 * direction only: the state that a transaction found in a key did not precede the state that an earlier one had left
 * there.
 *
 * A state is a version, or nil of a key: versions come first, then the nils of all keys.
 *
 * Source: Kingsbury, Elle, `elle.rw-register`, sequential and linearizable keys.
 */
import { Buckets } from "./buckets.ts";
import type { ExternalOperations } from "./external-operations.ts";
import { Int32List } from "./int32-list.ts";
import { ABORTED, COMMITTED, INITIAL } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";
import { NOBODY } from "./version-table.ts";

/** Pairs of different states, of which the first came before the second. */
export class StateOrders {
  readonly #from = new Int32List();
  readonly #to = new Int32List();

  get count(): number {
    return this.#from.length;
  }

  add(from: number, to: number): void {
    if (from === to) return;
    this.#from.push(from);
    this.#to.push(to);
  }

  from(order: number): number {
    return this.#from.at(order);
  }

  to(order: number): number {
    return this.#to.at(order);
  }
}

export function stateOf({ versions }: TransactionHistory, key: number, value: number): number {
  return value === INITIAL ? versions.count + key : value;
}

/** The states in which transactions found and left keys, by key and in the order of invocations. */
export interface Touches {
  /** Touches of a key, in that order. */
  of(key: number): Int32Array;
  readonly transaction: Int32Array;
  readonly found: Int32Array;
  readonly left: Int32Array;
}

/** The external reads and writes of committed transactions; for those of unknown outcome, only the writes. */
export function touchesOf(history: TransactionHistory, { reads, writes, transactionOf }: ExternalOperations): Touches {
  const { outcome, key, value, versions } = history;
  const columns = { key: new Int32List(), transaction: new Int32List(), found: new Int32List(), left: new Int32List() };
  const touchedBy = new Int32Array(versions.keys.length).fill(NOBODY);
  const touch = new Int32Array(versions.keys.length);
  const add = (transaction: number, touched: number, state: number): void => {
    if (touchedBy[touched] === transaction) {
      columns.left.set(touch[touched] as number, state);
      return;
    }
    touchedBy[touched] = transaction;
    touch[touched] = columns.key.length;
    columns.key.push(touched);
    columns.transaction.push(transaction);
    columns.found.push(state);
    columns.left.push(state);
  };
  let [read, write] = [0, 0];
  for (let transaction = 0; transaction < history.count; transaction += 1) {
    for (; transactionOf[reads[read] ?? -1] === transaction; read += 1) {
      const at = reads[read] as number;
      const touched = key[at] as number;
      if (outcome[transaction] === COMMITTED) add(transaction, touched, stateOf(history, touched, value[at] as number));
    }
    for (; transactionOf[writes[write] ?? -1] === transaction; write += 1) {
      const at = writes[write] as number;
      if (outcome[transaction] !== ABORTED) add(transaction, key[at] as number, value[at] as number);
    }
  }
  const keys = columns.key.words();
  const byKey = new Buckets(versions.keys.length, (addTo) => {
    for (const [i, touched] of keys.entries()) addTo(touched, i);
  });
  return {
    of: (touched) => byKey.of(touched),
    transaction: columns.transaction.words(),
    found: columns.found.words(),
    left: columns.left.words(),
  };
}

/** If a process sees each key change in one direction. */
export function ordersOfProcesses(history: TransactionHistory, touches: Touches): StateOrders {
  const { versions, process, processes, outcome } = history;
  const orders = new StateOrders();
  const last = new Int32Array(processes.length);
  const lastKey = new Int32Array(processes.length).fill(-1);
  for (let key = 0; key < versions.keys.length; key += 1) {
    for (const touch of touches.of(key)) {
      const transaction = touches.transaction[touch] as number;
      const by = process[transaction] as number;
      if (lastKey[by] === key) orders.add(last[by] as number, touches.found[touch] as number);
      if (outcome[transaction] !== COMMITTED) continue;
      last[by] = touches.left[touch] as number;
      lastKey[by] = key;
    }
  }
  return orders;
}

/**
 * Most transactions directly ordered before another: the last to respond. More overlap only in heavily concurrent
 * histories.
 */
const ORDERS_MAX = 32;

/** If everything after a transaction's response sees keys no earlier than the transaction left them. */
export function ordersOfRealTime(history: TransactionHistory, touches: Touches): StateOrders {
  const { versions, invokedAt, respondedAt } = history;
  const orders = new StateOrders();
  const lastAfter = new Int32Array(versions.count + versions.keys.length).fill(-1); // the order added last, by state
  const invoked = (touch: number): number => invokedAt[touches.transaction[touch] as number] as number;
  const responded = (touch: number): number => respondedAt[touches.transaction[touch] as number] as number;
  for (let key = 0; key < versions.keys.length; key += 1) {
    const list = touches.of(key);
    const responses = list.filter((touch) => responded(touch) >= 0).toSorted((a, b) => responded(a) - responded(b));
    let done: number[] = []; // responded, and not known to precede another that has
    let next = 0;
    for (const touch of list) {
      const start = invoked(touch);
      if (start < 0) continue;
      for (; next < responses.length && responded(responses[next] as number) < start; next += 1) {
        const response = responses[next] as number;
        const began = invoked(response);
        done = done.filter((other) => responded(other) > began);
        done.push(response);
      }
      const found = touches.found[touch] as number;
      for (const other of done.slice(-ORDERS_MAX)) {
        const left = touches.left[other] as number;
        if (lastAfter[left] !== found) orders.add(left, found);
        lastAfter[left] = found;
      }
    }
  }
  return orders;
}
