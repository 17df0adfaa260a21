/**
 * The logs of a stress run's threads: one log per thread, and one order stamp for all.
 *
 * A thread draws a stamp before each operation and one after it. An operation whose second stamp is below another's
 * first had returned before the other was called, whatever the threads; a checker needs no more. A log is words in
 * shared memory, written by its thread alone, and read by others when the round is over.
 */
import { numberAt } from "#impl/memory/word.ts";
import type { AddressFamily } from "#model/peers/peer-address.ts";
import type { PeerRecordOperation } from "#model/peers/peer-record.ts";
import type { HistoryOperation } from "#properties/linearizability/history.ts";

export const ENTRY_WORDS = 6;

/** References that a thread holds at a time. */
export const HELD_MAX = 4;

export const LOGGED = { find: 0, create: 1, put: 2, nextId: 3 } as const;

export type Logged = (typeof LOGGED)[keyof typeof LOGGED];

/** An entry's words: operation, address, reference, result, and the two stamps. */
export type Entry = readonly [
  logged: Logged,
  address: number,
  reference: number,
  response: number,
  invokedAt: number,
  respondedAt: number,
];

/** Identifiers drawn at once in a stress run, less 1: depends on the address, so that they differ. */
export function moreOf(address: number): number {
  return address & 1;
}

/** The address with that number; IPv6 addresses differ in the last word alone. */
export function stressAddress(family: AddressFamily, number: number): number | readonly number[] {
  return family === "v4" ? number : [0x20010db8, 0, 0, number];
}

export type StressOperation = HistoryOperation<PeerRecordOperation, number>;

/**
 * The operations of a round, address by address, each address's in the order of invocation. They become objects as they
 * are consumed, so memory stays bounded for any number.
 *
 * @param logs the written entries of each thread
 */
export function* historiesByAddress(
  logs: readonly Int32Array[],
  addresses: number,
): Generator<readonly [address: number, history: Iterable<StressOperation>]> {
  const places = placesByAddress(logs, addresses);
  for (let address = 0; address < addresses; address++) {
    if (places.some(({ starts }) => numberAt(starts, address) < numberAt(starts, address + 1)))
      yield [address, historyOf(logs, places, address)];
  }
}

/** One address's operations: of the next ones in each log, the one invoked first. */
function* historyOf(
  logs: readonly Int32Array[],
  places: readonly Places[],
  address: number,
): Generator<StressOperation> {
  const at = places.map(({ starts }) => numberAt(starts, address));
  for (;;) {
    let first = -1;
    let invokedAt = Number.POSITIVE_INFINITY;
    for (const [thread, { order, starts }] of places.entries()) {
      const next = at[thread] as number;
      const stamp =
        next < numberAt(starts, address + 1)
          ? numberAt(logs[thread] ?? order, numberAt(order, next) * ENTRY_WORDS + 4)
          : Number.POSITIVE_INFINITY;
      if (stamp >= invokedAt) continue;
      invokedAt = stamp;
      first = thread;
    }
    const [log, place] = [logs[first], places[first]];
    if (log === undefined || place === undefined) return;
    yield operationAt(log, numberAt(place.order, at[first] as number), first);
    at[first] = (at[first] as number) + 1;
  }
}

interface Places {
  /** Entry numbers of a log, address by address. */
  readonly order: Int32Array;
  /** Start of each address in `order`, followed by the end. */
  readonly starts: Int32Array;
}

/** The entries of each log in the order of their addresses, by counting. */
function placesByAddress(logs: readonly Int32Array[], addresses: number): Places[] {
  return logs.map((log) => {
    const count = log.length / ENTRY_WORDS;
    const starts = new Int32Array(addresses + 1);
    for (let entry = 0; entry < count; entry++) {
      const next = numberAt(log, entry * ENTRY_WORDS + 1) + 1;
      starts[next] = numberAt(starts, next) + 1;
    }
    for (let address = 0; address < addresses; address++)
      starts[address + 1] = numberAt(starts, address + 1) + numberAt(starts, address);
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
  return {
    client: thread,
    operation: operationOf(at(0), at(1), at(2)),
    response: at(3),
    invokedAt: at(4),
    respondedAt: at(5),
  };
}

function operationOf(logged: number, address: number, reference: number): PeerRecordOperation {
  if (logged === LOGGED.put) return { kind: "put", address, reference };
  if (logged === LOGGED.nextId) return { kind: "nextId", address, reference, more: moreOf(address) };
  return { kind: "get", address, create: logged === LOGGED.create };
}
