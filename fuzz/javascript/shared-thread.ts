/**
 * A thread of JavaScript code as a procedure of the machine: each of its accesses becomes one access of the vocabulary
 * or, for sleeping and waking, a few.
 *
 * Plain accesses are marked and unordered, atomic ones ordered as `Atomics` orders them. A list of waiters has its own
 * critical section (ECMA-262, 25.4.1): a waiting thread compares and enters it atomically, and is woken in turn.
 */
import {
  type Access,
  type Address,
  atomicAddReturn,
  atomicUpdate,
  awaitEqual,
  awaitUnequal,
  cmpxchg,
  loadAcquire,
  readOnce,
  spinLock,
  spinUnlock,
  storeRelease,
  writeOnce,
  xchg,
} from "#impl/memory/access.ts";
import { updateNumber } from "#impl/memory/update.ts";
import { type BlockLayout, bitsOfWord, type Cell, wordOf } from "./block-layout.ts";
import { type CallSite, withCallSite } from "./call-site.ts";
import type { Bits } from "./element-type.ts";
import type { LocalStates } from "./local-states.ts";
import { modified, type Modification, type SharedAccess } from "./shared-access.ts";

/** How a thread ended. */
export type Ending =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly error: unknown };

/** Runs the thread from its start to its end. */
export function* sharedThread(
  states: LocalStates,
  layout: BlockLayout,
  thread: number,
  threadCount: number,
): Access<Ending> {
  let state = states.start();
  let last: Bits = 0;
  for (;;) {
    const { step, spins } = state;
    if (step.kind !== "access") return step;
    // It would repeat the access until the value changes: it waits.
    if (spins) yield* changeOf(layout, step.access, last, step.at);
    last = yield* perform(layout, step.access, step.at, thread, threadCount);
    state = states.after(state, last);
  }
}

function* changeOf(layout: BlockLayout, access: SharedAccess, from: Bits, at: CallSite): Access {
  const [cell] = layout.cellsOf(access);
  if (cell === undefined || cell.size !== access.size) return;
  yield withCallSite(at, () => awaitUnequal(cell.address, -1, wordOf(from)));
}

function* perform(
  layout: BlockLayout,
  access: SharedAccess,
  at: CallSite,
  thread: number,
  threadCount: number,
): Access<Bits> {
  const cells = layout.cellsOf(access);
  if (access.op === "wait") return yield* sleep(layout, access, at, thread);
  if (access.op === "notify") return yield* wake(layout, access, at, threadCount);
  const [cell] = cells;
  if (cells.length === 1 && cell !== undefined && cell.offset === access.offset && cell.size === access.size)
    return yield* onWhole(cell, access, at);
  let found = 0n;
  for (const part of cells) found |= yield* onPart(part, access, at);
  return access.size === 8 ? found : Number(found);
}

/** An access to a whole word. */
function* onWhole({ address, size }: Cell, access: SharedAccess, at: CallSite): Access<Bits> {
  switch (access.op) {
    case "read":
      return bitsOfWord(
        yield withCallSite(at, () => (access.isAtomic ? loadAcquire(address) : readOnce(address))),
        size,
      );
    case "write": {
      const word = wordOf(access.value);
      yield withCallSite(at, () => (access.isAtomic ? storeRelease(address, word) : writeOnce(address, word)));
      return 0;
    }
    case "compareExchange": {
      const [expected, next] = [wordOf(access.expected), wordOf(access.value)];
      return bitsOfWord(yield withCallSite(at, () => cmpxchg(address, expected, next)), size);
    }
    case "modify":
      return bitsOfWord(yield* modify(address, size, access.modification, access.value, at), size);
    default:
      throw new Error(`${access.op} is no access to a word`);
  }
}

function* modify(
  address: Address,
  size: number,
  modification: Modification,
  value: Bits,
  at: CallSite,
): Access<number> {
  if (modification === "exchange") return yield withCallSite(at, () => xchg(address, wordOf(value)));
  if (size === 4 && (modification === "add" || modification === "sub")) {
    const added = modification === "add" ? Number(value) | 0 : -Number(value) | 0;
    return ((yield withCallSite(at, () => atomicAddReturn(address, added))) - added) | 0;
  }
  const update = updateNumber(`${modification} ${value} in ${size}`, (word) =>
    wordOf(modified(modification, size, bitsOfWord(word, size), value)),
  );
  return yield withCallSite(at, () => atomicUpdate(address, update));
}

/** An access to some bytes of a word, at their positions in the range. */
function* onPart(cell: Cell, access: SharedAccess, at: CallSite): Access<bigint> {
  const first = Math.max(cell.offset, access.offset);
  const end = Math.min(cell.offset + cell.size, access.offset + access.size);
  const inWord = BigInt(8 * (first - cell.offset));
  const inRange = BigInt(8 * (first - access.offset));
  const mask = (1n << BigInt(8 * (end - first))) - 1n;
  const partOf = (word: number): bigint => ((BigInt(bitsOfWord(word, cell.size)) >> inWord) & mask) << inRange;
  if (access.op === "read")
    return partOf(yield withCallSite(at, () => (access.isAtomic ? loadAcquire(cell.address) : readOnce(cell.address))));
  const next = (part: bigint): bigint => (BigInt(partWritten(access, part)) >> inRange) & mask;
  const name = `${cell.offset} ${cell.size} ${first} ${end} ${describe(access)}`;
  const update = updateNumber(name, (word) => {
    const all = BigInt(bitsOfWord(word, cell.size));
    const part = (all >> inWord) & mask;
    return wordOf((all & ~(mask << inWord)) | (next(part << inRange) << inWord));
  });
  return partOf(yield withCallSite(at, () => atomicUpdate(cell.address, update)));
}

function partWritten(access: SharedAccess, found: bigint): Bits {
  const bits = access.size === 8 ? found : Number(found);
  switch (access.op) {
    case "write":
      return access.value;
    case "compareExchange":
      return access.expected === bits ? access.value : bits;
    case "modify":
      return modified(access.modification, access.size, bits, access.value);
    default:
      throw new Error(`${access.op} writes nothing`);
  }
}

function describe(access: SharedAccess): string {
  switch (access.op) {
    case "write":
      return `write ${access.value}`;
    case "compareExchange":
      return `compareExchange ${access.expected} ${access.value}`;
    case "modify":
      return `${access.modification} ${access.value}`;
    default:
      return access.op;
  }
}

/** Enters the list of waiters if the value is as expected, and sleeps until woken. */
function* sleep(
  layout: BlockLayout,
  access: SharedAccess & { readonly op: "wait" },
  at: CallSite,
  thread: number,
): Access<Bits> {
  const { waitersLock, tickets } = layout;
  yield withCallSite(at, () => spinLock(waitersLock));
  const found = yield* readValue(layout, access, at);
  if (found !== access.expected) {
    yield withCallSite(at, () => spinUnlock(waitersLock));
    return 1;
  }
  const number = yield withCallSite(at, () => atomicAddReturn(tickets, 1));
  yield withCallSite(at, () => writeOnce(layout.ticket(thread), ticketWord(layout, access, number)));
  yield withCallSite(at, () => writeOnce(layout.asleep(thread), 1));
  yield withCallSite(at, () => spinUnlock(waitersLock));
  yield withCallSite(at, () => awaitEqual(layout.asleep(thread), -1, 0));
  return 0;
}

/** Tickets of one execution: the position in the queue in the low bits, the location in memory above. */
const TICKETS = 1 << 12;

function ticketWord(layout: BlockLayout, access: SharedAccess, number: number): number {
  return (layout.cellsOf(access)[0]?.address ?? 0) * TICKETS + number;
}

function* wake(
  layout: BlockLayout,
  access: SharedAccess & { readonly op: "notify" },
  at: CallSite,
  threadCount: number,
): Access<Bits> {
  const { waitersLock } = layout;
  yield withCallSite(at, () => spinLock(waitersLock));
  const place = layout.cellsOf(access)[0]?.address ?? 0;
  const waiting: { thread: number; ticket: number }[] = [];
  for (let thread = 0; thread < threadCount; thread++) {
    if ((yield withCallSite(at, () => readOnce(layout.asleep(thread)))) === 0) continue;
    const ticket = yield withCallSite(at, () => readOnce(layout.ticket(thread)));
    if (Math.floor(ticket / TICKETS) === place) waiting.push({ thread, ticket });
  }
  const woken = waiting.toSorted((one, other) => one.ticket - other.ticket).slice(0, access.count);
  for (const { thread } of woken) yield withCallSite(at, () => writeOnce(layout.asleep(thread), 0));
  yield withCallSite(at, () => spinUnlock(waitersLock));
  return woken.length;
}

function* readValue(layout: BlockLayout, access: SharedAccess, at: CallSite): Access<Bits> {
  const { block, offset, size } = access;
  return yield* perform(layout, { block, offset, size, op: "read", isAtomic: true }, at, 0, 0);
}
