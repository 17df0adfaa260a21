/**
 * The dependencies between the transactions of a list-append history, from the order of appends that the reads show.
 *
 * - write-write: an append and the one before it in the list;
 * - write-read: the append that a read shows last, and the read;
 * - read-write: a read, and the append that comes next in the list.
 *
 * A transaction of unknown outcome takes part: its seen effects did happen, and its unseen ones lead nowhere.
 *
 * Source: Kingsbury, Alvaro, "Elle", VLDB 2020, section 5.
 */
import { forEachRead, forEachWrite, NONE, UNKNOWN } from "./append-order.ts";
import type { AppendOrder } from "./append-order.ts";
import { Buckets, withoutRepeats } from "./buckets.ts";
import { READ_WRITE, WRITE_READ, WRITE_WRITE } from "./dependency-graph.ts";
import type { DependencyGraphBuilder } from "./dependency-graph.ts";
import { READ, WRITE } from "./micro-operation.ts";
import { ABORTED } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";
import type { Step } from "./shortest-cycle.ts";
import type { Explanation, StepNames } from "./step-explanation.ts";
import { keyText, listText, versionText } from "./transaction-text.ts";
import { NOBODY } from "./version-table.ts";

export function linkListAppend(history: TransactionHistory, order: AppendOrder, graph: DependencyGraphBuilder): void {
  const { versions, lists } = history;
  const readersOf = readersByState(history);
  forEachRead(history, (transaction, _key, node) => {
    const writer = writerUnlessFailed(history, lists.versionOf(node));
    if (writer !== NOBODY) graph.link(writer, transaction, WRITE_READ);
  });
  forEachWrite(history, (transaction, version) => {
    const previous = order.previous[version] as number;
    if (previous === UNKNOWN) return;
    const writer = writerUnlessFailed(history, previous);
    if (writer !== NOBODY) graph.link(writer, transaction, WRITE_WRITE);
    if (order.position[version] === NONE) return;
    for (const reader of readersOf.of(stateAfter(history, versions.keyOf(version), previous)))
      graph.link(reader, transaction, READ_WRITE);
  });
  // An unseen append comes after the last of the order.
  const unseenOf = new Buckets(versions.keys.length, (add) =>
    forEachWrite(history, (transaction, version) => {
      if (isUnseen(order, version)) add(versions.keyOf(version), transaction);
    }),
  );
  for (const [key, last] of order.last.entries()) {
    const unseen = withoutRepeats(unseenOf.of(key));
    if (unseen.length > 0)
      graph.linkAllToAll(withoutRepeats(readersOf.of(stateAfter(history, key, last))), unseen, READ_WRITE);
  }
}

/** Whether no read shows an element. */
function isUnseen({ position, previous }: AppendOrder, version: number): boolean {
  return position[version] === NONE && previous[version] !== UNKNOWN;
}

/** Number of the state of a list that ends in that element, or is empty. */
function stateAfter({ versions }: TransactionHistory, key: number, element: number): number {
  return element === NONE ? versions.count + key : element;
}

/** The transactions that read each state. */
function readersByState(history: TransactionHistory): Buckets {
  const { versions, lists } = history;
  return new Buckets(versions.count + versions.keys.length, (add) =>
    forEachRead(history, (transaction, key, node) => add(stateAfter(history, key, lists.versionOf(node)), transaction)),
  );
}

/** The writer of a version, if there is one that did not fail. */
export function writerUnlessFailed({ versions, outcome }: TransactionHistory, version: number): number {
  const writer = version < 0 ? NOBODY : versions.writerOf(version);
  return writer !== NOBODY && outcome[writer] !== ABORTED ? writer : NOBODY;
}

/** Why the second depends on the first, of transactions that {@link linkListAppend} links. */
export function explainListAppend(
  history: TransactionHistory,
  order: AppendOrder,
  { from, to, kind }: Step,
  names: StepNames,
): Explanation {
  const { lists } = history;
  if (kind === WRITE_READ) {
    const read = operations(history, to, READ).find(
      ({ value }) => value >= 0 && writerUnlessFailed(history, lists.versionOf(value)) === from,
    );
    if (read !== undefined) {
      const shown = `${keyText(history, read.key)} = ${listText(history, read.value)}`;
      return { key: read.key, text: `${names.to} read ${shown}, the last of which ${names.from} appended` };
    }
  }
  for (const { key, value: version } of operations(history, to, WRITE)) {
    const previous = order.previous[version] as number;
    const element = versionText(history, version);
    const isSeen = order.position[version] !== NONE;
    if (kind === WRITE_WRITE && writerUnlessFailed(history, previous) === from) {
      const what = `${names.to} appended ${element} to ${keyText(history, key)}`;
      const before = versionText(history, previous);
      const text = isSeen
        ? `${what} right after ${names.from} appended ${before}`
        : `${what}, which no read shows: so after ${before}, the last one shown, which ${names.from} appended`;
      return { key, text };
    }
    const read = operations(history, from, READ).find(
      ({ key: readKey, value }) => readKey === key && value >= 0 && lists.versionOf(value) === previous,
    );
    if (kind !== READ_WRITE || read === undefined) continue;
    const shown = `${names.from} read ${keyText(history, key)} = ${listText(history, read.value)}`;
    const next = isSeen ? "the next one" : "which no read shows, so it came later";
    return { key, text: `${shown}, and did not see that ${names.to} appended ${element}, ${next}` };
  }
  throw new RangeError(`transaction ${to} does not depend on transaction ${from} in the way ${kind}`);
}

function operations(
  history: TransactionHistory,
  transaction: number,
  what: number,
): { readonly key: number; readonly value: number }[] {
  const found: { readonly key: number; readonly value: number }[] = [];
  for (
    let at = history.firstOperation[transaction] as number;
    at < (history.endOperation[transaction] as number);
    at += 1
  )
    if (history.function[at] === what)
      found.push({ key: history.key[at] as number, value: history.value[at] as number });
  return found;
}
