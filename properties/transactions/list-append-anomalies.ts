/**
 * The anomalies of list-append histories that are not cycles.
 *
 * Source: Kingsbury, Alvaro, "Elle", VLDB 2020; Adya, "Weak Consistency", 1999, for G1a and G1b.
 */
import { forEachRead, forEachWrite, NONE } from "./append-order.ts";
import type { AppendOrder } from "./append-order.ts";
import type { Finding } from "./finding.ts";
import { FindingCounter } from "./finding.ts";
import { intermediateVersions } from "./intermediate-versions.ts";
import { READ, WRITE } from "./micro-operation.ts";
import { ABORTED, COMMITTED } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";
import { keyText, listText, versionText } from "./transaction-text.ts";
import { NOBODY } from "./version-table.ts";

export function listAppendAnomalies(history: TransactionHistory, order: AppendOrder): Finding[] {
  return [
    ...wrongReads(history),
    ...incompatibleOrders(history, order),
    ...dirtyUpdates(history, order),
    ...internalReads(history),
    ...futureReads(history, order),
  ];
}

/** Reads of aborted, intermediate, garbage and repeated elements. */
function wrongReads(history: TransactionHistory): Finding[] {
  const { lists, versions, outcome } = history;
  const aborted = new FindingCounter("G1a");
  const intermediate = new FindingCounter("G1b");
  const garbage = new FindingCounter("garbage-read");
  const duplicate = new FindingCounter("duplicate-elements");
  const marks = markLists(history);
  const isIntermediate = intermediateVersions(history);
  forEachRead(history, (reader, key, node) => {
    const read = (): string => `T1 read ${keyText(history, key)} = ${listText(history, node)}`;
    if (marks.repeated[node] === 1) {
      duplicate.add(() => {
        const version = repeatedIn(lists.pathOf(node));
        return { transactions: [reader], because: `${read()}, where ${versionText(history, version)} stands twice` };
      });
    }
    if (outcome[reader] !== COMMITTED) return;
    const garbageNode = marks.garbage[node] as number;
    if (garbageNode !== NONE)
      garbage.add(() => {
        const version = versionText(history, lists.versionOf(garbageNode));
        const because = `${read()}, but no transaction appends ${version} to ${keyText(history, key)}`;
        return { transactions: [reader], because };
      });
    const abortedNode = marks.aborted[node] as number;
    if (abortedNode !== NONE) {
      const version = lists.versionOf(abortedNode);
      const writer = versions.writerOf(version);
      aborted.add(() => ({
        transactions: [reader, writer],
        because: `${read()}, but T2, which appended ${versionText(history, version)}, failed`,
      }));
    }
    const last = lists.versionOf(node);
    if (last === NONE || isIntermediate[last] !== 1) return;
    const writer = versions.writerOf(last);
    if (writer !== reader)
      intermediate.add(() => ({
        transactions: [reader, writer],
        because: `${read()}, but T2 went on to append to it after ${versionText(history, last)}`,
      }));
  });
  return [aborted, intermediate, garbage, duplicate].flatMap((counter) => counter.findings());
}

interface ListMarks {
  /** By node: the shortest prefix of the list that ends in a failed element, or NONE. */
  readonly aborted: Int32Array;
  /** … in an element that no transaction appended. */
  readonly garbage: Int32Array;
  /** By node: 1 if an element occurs in the list twice. */
  readonly repeated: Uint8Array;
}

function markLists({ lists, versions, outcome }: TransactionHistory): ListMarks {
  const aborted = new Int32Array(lists.count).fill(NONE);
  const garbage = new Int32Array(lists.count).fill(NONE);
  const repeated = new Uint8Array(lists.count);
  const firstNode = new Int32Array(versions.count).fill(NONE);
  // A list's prefixes have smaller numbers than the list.
  for (let node = 0; node < lists.count; node += 1) {
    const version = lists.versionOf(node);
    if (version === NONE) continue;
    const parent = lists.parentOf(node);
    const writer = versions.writerOf(version);
    aborted[node] = aborted[parent] as number;
    garbage[node] = garbage[parent] as number;
    repeated[node] = repeated[parent] as number;
    if (writer === NOBODY) garbage[node] = garbage[node] === NONE ? node : (garbage[node] as number);
    else if (outcome[writer] === ABORTED) aborted[node] = aborted[node] === NONE ? node : (aborted[node] as number);
    if (firstNode[version] === NONE) firstNode[version] = node;
    else if (lists.pathOf(parent).includes(version)) repeated[node] = 1; // only of an element that lists disagree about
  }
  return { aborted, garbage, repeated };
}

function repeatedIn(path: readonly number[]): number {
  return path.find((version, i) => path.indexOf(version) !== i) ?? NONE;
}

/**
 * One case for each key with two lists read that are not prefixes of one another, or with a list that has two appends
 * of a transaction in the wrong order, or the later without the earlier.
 */
function incompatibleOrders(history: TransactionHistory, { longest, isBeginning, position }: AppendOrder): Finding[] {
  const counter = new FindingCounter("incompatible-order");
  const readerOfLongest = new Int32Array(longest.length).fill(NOBODY);
  forEachRead(history, (reader, key, node) => {
    if (node === longest[key]) readerOfLongest[key] = reader;
  });
  const isCounted = new Uint8Array(longest.length);
  forEachRead(history, (reader, key, node) => {
    if (isBeginning[node] === 1 || isCounted[key] === 1) return;
    isCounted[key] = 1;
    counter.add(() => {
      const name = keyText(history, key);
      const other = longest[key] as number;
      return {
        transactions: [reader, readerOfLongest[key] as number],
        because: `T1 read ${name} = ${listText(history, node)}, and T2 read ${name} = ${listText(history, other)}`,
      };
    });
  });
  forEachAppendPair(history, (writer, first, second) => {
    const key = history.versions.keyOf(first);
    const [early, late] = [position[first] as number, position[second] as number];
    if (late === NONE || (early !== NONE && early < late) || isCounted[key] === 1) return;
    isCounted[key] = 1;
    counter.add(() => {
      const [name, list] = [keyText(history, key), listText(history, longest[key] as number)];
      const [before, after] = [versionText(history, first), versionText(history, second)];
      return {
        transactions: [writer, readerOfLongest[key] as number],
        because: `T1 appended ${before} to ${name} and then ${after}, but T2 read ${name} = ${list}`,
      };
    });
  });
  return counter.findings();
}

/** All pairs of consecutive appends of a transaction to one key, unless it failed. */
function forEachAppendPair(
  history: TransactionHistory,
  visit: (transaction: number, first: number, second: number) => void,
): void {
  const { versions } = history;
  const lastBy = new Int32Array(versions.keys.length).fill(NOBODY);
  const last = new Int32Array(versions.keys.length);
  forEachWrite(history, (transaction, version) => {
    const key = versions.keyOf(version);
    if (lastBy[key] === transaction) visit(transaction, last[key] as number, version);
    lastBy[key] = transaction;
    last[key] = version;
  });
}

/** Appends that committed to a list whose last decided append had failed. */
function dirtyUpdates(history: TransactionHistory, { longest }: AppendOrder): Finding[] {
  const { lists, versions, outcome } = history;
  const counter = new FindingCounter("dirty-update");
  for (const [key, node] of longest.entries()) {
    if (node === NONE) continue;
    let failed = NONE; // the element of a failed append that no decided append has followed yet
    for (const version of lists.pathOf(node)) {
      const writer = versions.writerOf(version);
      if (writer === NOBODY) continue;
      if (outcome[writer] === ABORTED) {
        if (failed === NONE) failed = version;
        continue;
      }
      if (outcome[writer] !== COMMITTED) continue;
      if (failed !== NONE) {
        const dirty = failed;
        counter.add(() => {
          const [element, before] = [versionText(history, version), versionText(history, dirty)];
          return {
            transactions: [writer, versions.writerOf(dirty)],
            because: `T1 appended ${element} to ${keyText(history, key)} after T2 appended ${before}, and T2 failed`,
          };
        });
      }
      failed = NONE;
    }
  }
  return counter.findings();
}

/**
 * Reads that do not show what their own transaction read of the key before, plus what it appended since.
 *
 * Source: Cerone, Bernardi, Gotsman, CONCUR 2015, axiom INT.
 */
function internalReads(history: TransactionHistory): Finding[] {
  const { count, outcome, firstOperation, endOperation, key, value } = history;
  const counter = new FindingCounter("internal");
  const touchedBy = new Int32Array(history.versions.keys.length).fill(NOBODY);
  for (let transaction = 0; transaction < count; transaction += 1) {
    if (outcome[transaction] !== COMMITTED) continue;
    const first = firstOperation[transaction] as number;
    const end = endOperation[transaction] as number;
    for (let at = first; at < end; at += 1) {
      const touched = key[at] as number;
      const isFirst = touchedBy[touched] !== transaction;
      touchedBy[touched] = transaction;
      if (isFirst || history.function[at] !== READ || isExpected(history, first, at)) continue;
      const node = value[at] as number;
      counter.add(() => ({
        transactions: [transaction],
        because:
          `T1 read ${keyText(history, touched)} = ${listText(history, node)}, ` + expectation(history, first, at),
      }));
      break; // one case per transaction
    }
  }
  return counter.findings();
}

/** Whether a read shows the result of its transaction's operations from `first` on. */
function isExpected(
  { lists, function: functions, key, value }: TransactionHistory,
  first: number,
  read: number,
): boolean {
  let node = value[read] as number;
  for (let at = read - 1; at >= first; at -= 1) {
    if (key[at] !== key[read]) continue;
    if (functions[at] === READ) return node === value[at];
    if (lists.versionOf(node) !== value[at]) return false;
    node = lists.parentOf(node);
  }
  return true;
}

function expectation(history: TransactionHistory, first: number, read: number): string {
  const appended: string[] = [];
  for (let at = read - 1; at >= first; at -= 1) {
    if (history.key[at] !== history.key[read]) continue;
    if (history.function[at] === WRITE) {
      appended.unshift(versionText(history, history.value[at] as number));
      continue;
    }
    const before = `though it had read ${listText(history, history.value[at] as number)} before`;
    return appended.length === 0 ? before : `${before} and appended ${appended.join(", ")} since`;
  }
  return `though it had appended ${appended.join(", ")} before`;
}

/** Reads of elements that their own transaction appends only later. */
function futureReads(history: TransactionHistory, order: AppendOrder): Finding[] {
  const { count, outcome, firstOperation, endOperation, key, value } = history;
  const counter = new FindingCounter("future-read");
  const readBy = new Int32Array(history.versions.keys.length).fill(NOBODY);
  for (let transaction = 0; transaction < count; transaction += 1) {
    if (outcome[transaction] !== COMMITTED) continue;
    const first = firstOperation[transaction] as number;
    const end = endOperation[transaction] as number;
    for (let at = first; at < end; at += 1) {
      const touched = key[at] as number;
      if (history.function[at] === READ) readBy[touched] = transaction;
      else if (readBy[touched] === transaction) {
        const version = value[at] as number;
        const node = readBefore(history, order, { first, append: at });
        if (node === NONE) continue;
        counter.add(() => {
          const name = keyText(history, touched);
          const read = `T1 read ${name} = ${listText(history, node)}`;
          const because = `${read} before it appended ${versionText(history, version)}`;
          return { transactions: [transaction], because };
        });
        break;
      }
    }
  }
  return counter.findings();
}

/** A list read before an append of the same transaction that has its element, or NONE. */
function readBefore(
  history: TransactionHistory,
  order: AppendOrder,
  { first, append }: { readonly first: number; readonly append: number },
): number {
  const version = history.value[append] as number;
  for (let at = first; at < append; at += 1) {
    if (history.key[at] !== history.key[append] || history.function[at] !== READ) continue;
    const node = history.value[at] as number;
    if (contains(history, order, node, version)) return node;
  }
  return NONE;
}

function contains(
  { lists }: TransactionHistory,
  { isBeginning, position }: AppendOrder,
  node: number,
  version: number,
): boolean {
  if (isBeginning[node] !== 1) return lists.pathOf(node).includes(version);
  const place = position[version] as number;
  return place !== NONE && place < lists.lengthOf(node);
}
