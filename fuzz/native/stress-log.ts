/**
 * What the threads of a stress run write down: one log a thread, and one order stamp for all.
 *
 * A thread draws a stamp before each operation and one after it. An operation whose second stamp is below another's first
 * had answered before the other was called, whatever the thread; that is all a checker needs. A log is words in shared memory, which its
 * thread alone writes, and others read when the round is over.
 */
import { numberAt } from "#impl/memory/word.ts";
import type { PeerRecordOperation } from "#model/peer-record.ts";
import type { HistoryOperation } from "#properties/linearizability/history.ts";

export const ENTRY_WORDS = 6;

export const LOGGED = { find: 0, create: 1, put: 2, nextId: 3 } as const;

export type Logged = (typeof LOGGED)[keyof typeof LOGGED];

/** An entry's words: what was done, to which address, with which reference, what was answered, and the two stamps. */
export type Entry = readonly [logged: Logged, address: number, reference: number, response: number, invokedAt: number, respondedAt: number];

/** Identifiers drawn at a time in a stress run, less 1: from the address, so that they differ. */
export function moreOf(address: number): number {
  return address & 1;
}

export type StressOperation = HistoryOperation<PeerRecordOperation, number>;

/**
 * The operations of a round, address by address: one address's at a time is held as objects.
 *
 * @param logs the entries of each thread, as far as they are written
 */
export function* historiesByAddress(logs: readonly Int32Array[], addresses: number): Generator<readonly [address: number, history: readonly StressOperation[]]> {
  const places = placesByAddress(logs, addresses);
  for (let address = 0; address < addresses; address++) {
    const history: StressOperation[] = [];
    for (const [thread, log] of logs.entries()) {
      const { order, starts } = places[thread] ?? { order: new Int32Array(0), starts: new Int32Array(0) };
      for (let at = numberAt(starts, address); at < numberAt(starts, address + 1); at++) history.push(operationAt(log, numberAt(order, at), thread));
    }
    if (history.length > 0) yield [address, history];
  }
}

/** The entries of each log in the order of their addresses, by counting. */
function placesByAddress(logs: readonly Int32Array[], addresses: number): { readonly order: Int32Array; readonly starts: Int32Array }[] {
  return logs.map((log) => {
    const count = log.length / ENTRY_WORDS;
    const starts = new Int32Array(addresses + 1);
    for (let entry = 0; entry < count; entry++) {
      const next = numberAt(log, entry * ENTRY_WORDS + 1) + 1;
      starts[next] = numberAt(starts, next) + 1;
    }
    for (let address = 0; address < addresses; address++) starts[address + 1] = numberAt(starts, address + 1) + numberAt(starts, address);
    const free = starts.slice();
    const order = new Int32Array(count);
    for (let entry = 0; entry < count; entry++) {
      const address = numberAt(log, entry * ENTRY_WORDS + 1);
      order[numberAt(free, address)] = entry;
      free[address] = numberAt(free, address) + 1;
    }
    return { order, starts };
  });
}

function operationAt(log: Int32Array, entry: number, thread: number): StressOperation {
  const at = (word: number): number => numberAt(log, entry * ENTRY_WORDS + word);
  return { client: thread, operation: operationOf(at(0), at(1), at(2)), response: at(3), invokedAt: at(4), respondedAt: at(5) };
}

function operationOf(logged: number, address: number, reference: number): PeerRecordOperation {
  if (logged === LOGGED.put) return { kind: "put", address, reference };
  if (logged === LOGGED.nextId) return { kind: "nextId", address, reference, more: moreOf(address) };
  return { kind: "get", address, create: logged === LOGGED.create };
}
