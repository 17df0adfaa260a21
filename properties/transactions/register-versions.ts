/**
 * The order in which registers took their values, as far as it can be inferred.
 *
 * Unlike a list, a register does not show its past. Two facts are known: all writes came after its initial value; and a
 * transaction that read one value and then wrote another put the second after the first, or else it would have read
 * from its own future (writes follow reads). More can be assumed of a database that promises more.
 *
 * Source: Kingsbury, Alvaro, "Elle", VLDB 2020, section 5.2, and `elle.rw-register`.
 */
import { ASSUMPTIONS } from "./assumption.ts";
import type { Assumption } from "./assumption.ts";
import { DependencyGraphBuilder, WRITE_WRITE } from "./dependency-graph.ts";
import type { ExternalOperations } from "./external-operations.ts";
import type { Finding } from "./finding.ts";
import { FindingCounter } from "./finding.ts";
import { ordersOfProcesses, ordersOfRealTime, stateOf, StateOrders, touchesOf } from "./state-orders.ts";
import { components } from "./strong-components.ts";
import { COMMITTED, INITIAL } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";
import { keyText, versionText } from "./transaction-text.ts";
import { NOBODY } from "./version-table.ts";

export interface RegisterVersions {
  /** By key: its initial state. */
  readonly initial: Int32Array;
  /** Further orders, besides the initial state before all others, by the assumption that implies them. */
  readonly orders: ReadonlyMap<Assumption, StateOrders>;
  /** The assumptions for a database that keeps the order of each process … */
  readonly inProcess: StateOrders;
  /** … and of real time. */
  readonly inRealTime: StateOrders;
  readonly findings: readonly Finding[];
}

export function stateText(history: TransactionHistory, state: number): string {
  return state >= history.versions.count ? "nil" : versionText(history, state);
}

export function keyOfState({ versions }: TransactionHistory, state: number): number {
  return state >= versions.count ? state - versions.count : versions.keyOf(state);
}

export function registerVersions(
  history: TransactionHistory,
  external: ExternalOperations,
  assumptions: readonly Assumption[],
): RegisterVersions {
  const { initial, findings } = initialStates(history, external);
  const touches = touchesOf(history, external);
  const inProcess = ordersOfProcesses(history, touches);
  const inRealTime = ordersOfRealTime(history, touches);
  const orders = new Map<Assumption, StateOrders>();
  const cyclic = new FindingCounter("cyclic-versions");
  for (const because of ASSUMPTIONS) {
    if (!assumptions.includes(because)) continue;
    const found = {
      "writes-follow-reads": () => ordersWithin(history, external),
      "sequential-keys": () => inProcess,
      "linearizable-keys": () => inRealTime,
    }[because]();
    const keys = cyclicKeys(history, initial, [...orders.values(), found]);
    // Reads and writes of one transaction that contradict each other are a cycle of reads, and found as such.
    if (because !== "writes-follow-reads")
      for (const [key, states] of keys)
        cyclic.add(() => ({
          transactions: transactionsOf(history, external, states),
          because: cycleText(history, key, states, because),
        }));
    orders.set(because, withoutKeys(history, found, keys));
  }
  return { initial, orders, inProcess, inRealTime, findings: [...findings, ...cyclic.findings()] };
}

/**
 * nil, or the only value of a key that was read although no transaction wrote it; more such values, or one beside nil,
 * are garbage.
 */
function initialStates(
  history: TransactionHistory,
  { reads, transactionOf }: ExternalOperations,
): { readonly initial: Int32Array; readonly findings: readonly Finding[] } {
  const { versions, outcome, key, value } = history;
  const initial = Int32Array.from(versions.keys, (_, each) => versions.count + each);
  const readerOf = new Int32Array(versions.keys.length).fill(NOBODY);
  const garbage = new FindingCounter("garbage-read");
  const visit = (isWanted: (read: number) => boolean): void => {
    for (const at of reads) {
      const reader = transactionOf[at] as number;
      const read = value[at] as number;
      if (outcome[reader] !== COMMITTED || !isWanted(read)) continue;
      const touched = key[at] as number;
      const state = stateOf(history, touched, read);
      const other = readerOf[touched] as number;
      const first = initial[touched] as number;
      if (other === NOBODY) {
        initial[touched] = state;
        readerOf[touched] = reader;
      } else if (first !== state) {
        garbage.add(() => {
          const name = keyText(history, touched);
          const [later, earlier] = [stateText(history, state), stateText(history, first)];
          const both = `T1 read ${name} = ${later}, and T2 read ${name} = ${earlier}`;
          const because = `${both}: no transaction writes either, and only one can be what ${name} held at first`;
          return { transactions: [reader, other], because };
        });
      }
    }
  };
  visit((read) => read === INITIAL);
  visit((read) => read >= 0 && versions.writerOf(read) === NOBODY);
  return { initial, findings: garbage.findings() };
}

/** For transactions that read a key and then wrote it. */
function ordersWithin(history: TransactionHistory, { reads, writes, transactionOf }: ExternalOperations): StateOrders {
  const { outcome, key, value, versions } = history;
  const orders = new StateOrders();
  const readBy = new Int32Array(versions.keys.length).fill(NOBODY);
  const stateRead = new Int32Array(versions.keys.length);
  let next = 0;
  for (const at of writes) {
    const transaction = transactionOf[at] as number;
    for (; next < reads.length && (transactionOf[reads[next] as number] as number) <= transaction; next += 1) {
      const read = reads[next] as number;
      const touched = key[read] as number;
      readBy[touched] = transactionOf[read] as number;
      stateRead[touched] = stateOf(history, touched, value[read] as number);
    }
    const written = key[at] as number;
    if (outcome[transaction] === COMMITTED && readBy[written] === transaction)
      orders.add(stateRead[written] as number, value[at] as number);
  }
  return orders;
}

/** Keys whose states would precede themselves, with those states. */
function cyclicKeys(
  history: TransactionHistory,
  initial: Int32Array,
  orders: readonly StateOrders[],
): Map<number, number[]> {
  const { versions } = history;
  const states = versions.count + versions.keys.length;
  const graph = new DependencyGraphBuilder(states);
  for (let version = 0; version < versions.count; version += 1)
    graph.link(initial[versions.keyOf(version)] as number, version, WRITE_WRITE);
  for (const each of orders)
    for (let order = 0; order < each.count; order += 1) graph.link(each.from(order), each.to(order), WRITE_WRITE);
  const { of, sizes } = components(graph.build(), WRITE_WRITE, "any");
  const keys = new Map<number, number[]>();
  const componentOf = new Map<number, number>();
  for (let state = 0; state < states; state += 1) {
    const component = of[state] as number;
    if ((sizes[component] as number) < 2) continue;
    const key = keyOfState(history, state);
    if (!componentOf.has(key)) componentOf.set(key, component);
    if (componentOf.get(key) !== component) continue;
    const list = keys.get(key) ?? [];
    list.push(state);
    keys.set(key, list);
  }
  return keys;
}

function withoutKeys(
  history: TransactionHistory,
  orders: StateOrders,
  keys: ReadonlyMap<number, unknown>,
): StateOrders {
  if (keys.size === 0) return orders;
  const left = new StateOrders();
  for (let order = 0; order < orders.count; order += 1)
    if (!keys.has(keyOfState(history, orders.from(order)))) left.add(orders.from(order), orders.to(order));
  return left;
}

function transactionsOf(
  history: TransactionHistory,
  { reads, transactionOf }: ExternalOperations,
  states: readonly number[],
): number[] {
  const found = new Set<number>();
  for (const state of states) {
    const writer = state < history.versions.count ? history.versions.writerOf(state) : NOBODY;
    const reader = reads.find(
      (at) => stateOf(history, history.key[at] as number, history.value[at] as number) === state,
    );
    const transaction = writer !== NOBODY ? writer : reader === undefined ? NOBODY : (transactionOf[reader] as number);
    if (transaction !== NOBODY) found.add(transaction);
  }
  return [...found];
}

function cycleText(history: TransactionHistory, key: number, states: readonly number[], because: Assumption): string {
  const values = states.map((state) => stateText(history, state)).join(", ");
  return `${keyText(history, key)} took each of the values ${values} before each other, if ${because} are assumed`;
}
