/**
 * The dependencies between the transactions of an rw-register history.
 *
 * - write-read: a write, and an external read of its value;
 * - read-write: an external read, and a write of a value that is known to come later; or that came later if the
 *   database keeps the order of processes, or of real time, which is relevant only to levels that promise it;
 * - write-write: two writes, where an assumption about the database orders them. For a write that follows a read in one
 *   transaction, the write-read edge suffices.
 *
 * Source: Kingsbury, Alvaro, "Elle", VLDB 2020, section 5.2.
 */
import { Buckets, withoutRepeats } from "./buckets.ts";
import { PROCESS_READ_WRITE, READ_WRITE, REAL_TIME_READ_WRITE, WRITE_READ, WRITE_WRITE } from "./dependency-graph.ts";
import type { DependencyGraphBuilder } from "./dependency-graph.ts";
import type { ExternalOperations } from "./external-operations.ts";
import { keyOfState, stateText } from "./register-versions.ts";
import type { RegisterVersions } from "./register-versions.ts";
import type { Step } from "./shortest-cycle.ts";
import { stateOf } from "./state-orders.ts";
import type { StateOrders } from "./state-orders.ts";
import type { Explanation, StepNames } from "./step-explanation.ts";
import { ABORTED, COMMITTED } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";
import { keyText, versionText } from "./transaction-text.ts";
import { NOBODY } from "./version-table.ts";

export interface RegisterDependencies {
  link(graph: DependencyGraphBuilder): void;
  /** Edges that count only if the order of processes, or of real time, is kept. */
  linkInTime(graph: DependencyGraphBuilder): void;
  /** Why the second of two linked transactions depends on the first. */
  explain(step: Step, names: StepNames): Explanation;
}

interface StateRead {
  readonly touched: number;
  readonly state: number;
}

export function registerDependencies(
  history: TransactionHistory,
  external: ExternalOperations,
  registerVersions: RegisterVersions,
): RegisterDependencies {
  const { versions, outcome, key, value } = history;
  const { reads, writes, transactionOf } = external;
  const { initial, orders, inProcess, inRealTime } = registerVersions;
  const states = versions.count + versions.keys.length;
  // By state: the transaction that wrote it visibly.
  const writerOf = new Int32Array(states).fill(NOBODY);
  for (const at of writes) {
    const writer = transactionOf[at] as number;
    if (outcome[writer] !== ABORTED) writerOf[value[at] as number] = writer;
  }
  const readersOf = new Buckets(states, (add) => {
    for (const at of reads) {
      const reader = transactionOf[at] as number;
      if (outcome[reader] === COMMITTED) add(stateOf(history, key[at] as number, value[at] as number), reader);
    }
  });
  const isInitial = (state: number): boolean => initial[keyOfState(history, state)] === state;

  return {
    link(graph) {
      for (let version = 0; version < versions.count; version += 1) {
        const writer = writerOf[version] as number;
        if (writer !== NOBODY) for (const reader of readersOf.of(version)) graph.link(writer, reader, WRITE_READ);
      }
      linkOverwriters(graph, READ_WRITE, (add) => {
        for (let version = 0; version < versions.count; version += 1)
          add(initial[versions.keyOf(version)] as number, version);
        for (const each of orders.values()) addOrders(each, add);
      });
      for (const [because, each] of orders) {
        if (because === "writes-follow-reads") continue;
        for (let order = 0; order < each.count; order += 1) {
          const [first, second] = [writerOf[each.from(order)] as number, writerOf[each.to(order)] as number];
          if (first !== NOBODY && second !== NOBODY) graph.link(first, second, WRITE_WRITE);
        }
      }
    },
    linkInTime(graph) {
      linkOverwriters(graph, PROCESS_READ_WRITE, (add) => addOrders(inProcess, add));
      linkOverwriters(graph, REAL_TIME_READ_WRITE, (add) => addOrders(inRealTime, add));
    },
    explain({ from, to, kind }, names) {
      switch (kind) {
        case WRITE_READ:
          for (const read of readsOf(to))
            if (writerOf[read.state] === from)
              return { key: read.touched, text: `${names.to} read ${shown(read)}, which ${names.from} wrote` };
          break;
        case WRITE_WRITE:
          for (const [because, each] of orders) {
            const order = orderBetween(each, (state) => writerOf[state] === from, to);
            if (order === undefined) continue;
            const touched = keyOfState(history, each.to(order));
            const first = `${names.from} wrote ${shown({ touched, state: each.from(order) })}`;
            const then = `${names.to} wrote ${stateText(history, each.to(order))}, which came later`;
            return { key: touched, text: `${first}, and ${then}, if ${because} are assumed` };
          }
          break;
        default:
          for (const read of readsOf(from)) {
            const overwriting = overwritingOf(read, to, kind);
            if (overwriting === undefined) continue;
            const missed = `did not see that ${names.to} wrote ${overwriting}`;
            return { key: read.touched, text: `${names.from} read ${shown(read)}, and ${missed}` };
          }
      }
      throw new RangeError(`transaction ${to} does not depend on transaction ${from} in the way ${kind}`);
    },
  };

  type AddPair = (state: number, later: number) => void;

  function addOrders(each: StateOrders, add: AddPair): void {
    for (let order = 0; order < each.count; order += 1)
      if (!isInitial(each.from(order))) add(each.from(order), each.to(order));
  }

  /** From all readers of a state to all writers of a later one. */
  function linkOverwriters(graph: DependencyGraphBuilder, kind: number, visit: (add: AddPair) => void): void {
    const later = new Buckets(states, (add) =>
      visit((state, laterState) => {
        const writer = writerOf[laterState] as number;
        if (writer !== NOBODY && state !== laterState) add(state, writer);
      }),
    );
    for (let state = 0; state < states; state += 1) {
      const overwriters = later.of(state);
      if (overwriters.length > 0) graph.linkAllToAll(readersOf.of(state), withoutRepeats(overwriters.toSorted()), kind);
    }
  }

  function readsOf(transaction: number): StateRead[] {
    return [...reads]
      .filter((at) => transactionOf[at] === transaction)
      .map((at) => ({ touched: key[at] as number, state: stateOf(history, key[at] as number, value[at] as number) }));
  }

  function shown({ touched, state }: StateRead): string {
    const held = isInitial(state) ? ", which it held at first" : "";
    return `${keyText(history, touched)} = ${stateText(history, state)}${held}`;
  }

  /** The write of a transaction that is later than a read state, and why it is later. */
  function overwritingOf({ touched, state }: StateRead, writer: number, kind: number): string | undefined {
    if (kind === READ_WRITE && isInitial(state)) {
      const at = writes.find((each) => transactionOf[each] === writer && key[each] === touched);
      return at === undefined ? undefined : versionText(history, value[at] as number);
    }
    for (const [why, each] of ordersOf(kind)) {
      const order = orderBetween(each, (from) => from === state, writer);
      if (order !== undefined) return `${stateText(history, each.to(order))}, ${why}`;
    }
    return undefined;
  }

  function ordersOf(kind: number): (readonly [string, StateOrders])[] {
    if (kind === PROCESS_READ_WRITE) return [["later in the order of a process", inProcess]];
    if (kind === REAL_TIME_READ_WRITE) return [["later in real time", inRealTime]];
    return [...orders].map(([because, each]) => [
      because === "writes-follow-reads" ? "having read that itself" : `later if ${because} are assumed`,
      each,
    ]);
  }

  function orderBetween(each: StateOrders, isFrom: (state: number) => boolean, writer: number): number | undefined {
    for (let order = 0; order < each.count; order += 1)
      if (isFrom(each.from(order)) && writerOf[each.to(order)] === writer) return order;
    return undefined;
  }
}
