/**
 * The classes of each kind of access, one row per kind, and its effect on its word.
 *
 * Every reader of kinds uses this table, so a new kind is a row here, its function in access.ts and its counterpart
 * for real threads in impl/native/. Orderings are those of the Linux kernel memory model, except for dereferences: a
 * dereference counts as an acquire, that is, it orders every later access of its thread and not only those through the
 * pointer.
 */
import { ACCESS, type AccessKind, type Address } from "./access.ts";
import { updated } from "./update.ts";

/** The classes, as bits of a row. */
export const CLASS = {
  /** Reads its word. A read-modify-write reads and writes. */
  reads: 1 << 0,
  /** Writes its word, or may write it. */
  writes: 1 << 1,
  /** Writes the operand, whatever the word is, and finds the previous word. */
  exchanges: 1 << 2,
  /** Writes only if the word has the expected value; otherwise it is a read that orders nothing. */
  compares: 1 << 3,
  /** Writes the sum of the word and the operand, and finds the sum. */
  adds: 1 << 4,
  /** Unmarked: the compiler may tear it. */
  plain: 1 << 5,
  acquires: 1 << 6,
  releases: 1 << 7,
  /** A full barrier, before and after. */
  full: 1 << 8,
  /** Its word is a pointer. */
  pointer: 1 << 9,
  /** The word it finds matters to the procedure. */
  returns: 1 << 10,
  /** Its thread may have to wait before it can make the access. */
  waits: 1 << 11,
  /** Takes the lock at its address; without `waits` only if the lock is free. */
  takesLock: 1 << 12,
  releasesLock: 1 << 13,
  /**
   * Touches nothing shared, so it is no point at which another thread may run: the driver of the procedure carries it
   * out together with the access beside it.
   */
  local: 1 << 14,
  /** A barrier; also local. */
  fence: 1 << 15,
  /** Writes the word that an update computes from the old word, and finds the old word: see update.ts. */
  updates: 1 << 16,
} as const;

const { reads, writes, exchanges, compares, adds, plain, acquires, releases, full } = CLASS;
const { pointer, returns, waits, takesLock, releasesLock, local, fence, updates } = CLASS;

const load = reads | returns;
const wait = load | waits | acquires;
const relaxedWait = load | waits;
const exchange = reads | writes | exchanges | returns;
const compareExchange = reads | writes | compares | returns;
const add = reads | writes | adds;
const addReturn = add | returns;
const ordered = acquires | releases | full;
const barrier = local | fence;

const ROWS: Readonly<Record<keyof typeof ACCESS, number>> = {
  read: load | plain,
  readOnce: load,
  loadAcquire: load | acquires,
  rcuDereference: load | pointer | acquires,
  rcuDereferenceProtected: load | pointer | acquires | plain,
  write: writes | plain,
  writeOnce: writes,
  storeRelease: writes | releases,
  rcuAssignPointer: writes | pointer | releases,
  cmpxchg: compareExchange | ordered,
  cmpxchgRelaxed: compareExchange,
  cmpxchgAcquire: compareExchange | acquires,
  cmpxchgRelease: compareExchange | releases,
  xchg: exchange | ordered,
  xchgRelaxed: exchange,
  xchgAcquire: exchange | acquires,
  xchgRelease: exchange | releases,
  atomicAdd: add,
  atomicAddReturn: addReturn | ordered,
  atomicAddReturnRelaxed: addReturn,
  atomicAddReturnAcquire: addReturn | acquires,
  atomicAddReturnRelease: addReturn | releases,
  awaitEqual: wait,
  awaitUnequal: wait,
  spinLock: takesLock | waits | acquires,
  spinTrylock: takesLock | returns | acquires,
  spinUnlock: releasesLock | releases,
  mutexLock: takesLock | waits | acquires,
  mutexUnlock: releasesLock | releases,
  allocate: returns,
  free: 0,
  synchronizeRcu: waits,
  callRcu: 0,
  rcuReadLock: local,
  rcuReadUnlock: local,
  smpMb: barrier | ordered,
  smpRmb: barrier | acquires,
  smpWmb: barrier | releases,
  smpMbBeforeAtomic: barrier | ordered,
  smpMbAfterAtomic: barrier | ordered,
  smpMbAfterSpinlock: barrier | ordered,
  beginOperation: local,
  endOperation: local,
  assertHolds: local,
  atomicUpdate: reads | writes | updates | returns | ordered,
  awaitEqualRelaxed: relaxedWait,
  awaitUnequalRelaxed: relaxedWait,
};

/** The row of each kind, by kind. For hot loops that test several classes of one access; other code calls functions. */
export const CLASSES: Int32Array = new Int32Array(Object.keys(ACCESS).length);
for (const [name, kind] of Object.entries(ACCESS)) CLASSES[kind] = ROWS[name as keyof typeof ACCESS];

function is(kind: AccessKind, classes: number): boolean {
  return ((CLASSES[kind] as number) & classes) !== 0;
}

/** Is it an access to one word: a load, a store, a read-modify-write or a wait for a value? */
export function touchesWord(kind: AccessKind): boolean {
  return is(kind, reads | writes);
}

/** Does it write its word, or may it? True of stores and read-modify-writes. */
export function mayWrite(kind: AccessKind): boolean {
  return is(kind, writes);
}

export function isReadModifyWrite(kind: AccessKind): boolean {
  return ((CLASSES[kind] as number) & (reads | writes)) === (reads | writes);
}

/** Does it write its word without reading it? */
export function isStore(kind: AccessKind): boolean {
  return ((CLASSES[kind] as number) & (reads | writes)) === writes;
}

/** Does it exchange the word for another, whatever it is? */
export function isExchange(kind: AccessKind): boolean {
  return is(kind, exchanges);
}

/** Does it write only if the word has the expected value? */
export function isConditional(kind: AccessKind): boolean {
  return is(kind, compares);
}

/** Is it an access to a word that is known to be a pointer? */
export function isForPointers(kind: AccessKind): boolean {
  return is(kind, pointer);
}

/** Does it write, or find, a sum? */
export function isAddition(kind: AccessKind): boolean {
  return is(kind, adds);
}

/** May its thread have to wait? */
export function mayWait(kind: AccessKind): boolean {
  return is(kind, waits);
}

/** Does it wait until its word has, or no longer has, a value? */
export function awaitsValue(kind: AccessKind): boolean {
  return ((CLASSES[kind] as number) & (reads | waits)) === (reads | waits);
}

/** Does it take a lock, or try to? */
export function isAcquisition(kind: AccessKind): boolean {
  return is(kind, takesLock);
}

/** Does it take its lock, when it finds `result`? */
export function tookLock(kind: AccessKind, result: number): boolean {
  return is(kind, takesLock) && (is(kind, waits) || result === 1);
}

/** Does it release a lock? */
export function isRelease(kind: AccessKind): boolean {
  return is(kind, releasesLock);
}

export function isFence(kind: AccessKind): boolean {
  return is(kind, fence);
}

/** Does the word that it finds matter to the procedure? */
export function returnsWord(kind: AccessKind): boolean {
  return is(kind, returns);
}

/** Does it touch nothing shared? */
export function isLocal(kind: AccessKind): boolean {
  return is(kind, local);
}

/** Does an access that may write its word do so where it finds `found`? */
export function succeeds(kind: AccessKind, found: number, expected: number): boolean {
  return succeedsBy(CLASSES[kind] as number, found, expected);
}

/** The word that a successful write or read-modify-write leaves where it finds `found`. */
export function valueWritten(kind: AccessKind, found: number, operand: number): number {
  return writtenBy(CLASSES[kind] as number, found, operand);
}

/** The value that a successful write or read-modify-write returns to the procedure, from the words found and left. */
export function valueFound(kind: AccessKind, found: number, written: number): number {
  return foundBy(CLASSES[kind] as number, found, written);
}

/**
 * Carries out one access to one word and returns the value found: the word before, or the sum for an addition. This is
 * the meaning of the memory accesses under sequential consistency, in one place.
 *
 * A failed cmpxchg writes nothing. Accesses that are not to a word (locks, slabs, RCU) are handled elsewhere.
 */
export function performOnWord(
  words: Int32Array,
  kind: AccessKind,
  address: Address,
  operand: number,
  expected: number,
): number {
  return performClasses(words, CLASSES[kind] as number, address, operand, expected);
}

/** `performOnWord` for callers that have already looked up the classes of the kind. */
export function performClasses(
  words: Int32Array,
  classes: number,
  address: Address,
  operand: number,
  expected: number,
): number {
  const found = words[address] ?? 0;
  if ((classes & writes) === 0 || !succeedsBy(classes, found, expected)) return found;
  const written = writtenBy(classes, found, operand);
  words[address] = written;
  return foundBy(classes, found, written);
}

function succeedsBy(classes: number, found: number, expected: number): boolean {
  return (classes & compares) === 0 || found === expected;
}

function writtenBy(classes: number, found: number, operand: number): number {
  if ((classes & (adds | updates)) === 0) return operand;
  return (classes & adds) === 0 ? updated(operand, found) : (found + operand) | 0;
}

function foundBy(classes: number, found: number, written: number): number {
  return (classes & adds) === 0 ? found : written;
}

/** Does this word end the wait that the access asks for? */
export function waitIsOver(kind: AccessKind, word: number, mask: number, value: number): boolean {
  return ((word & mask) === value) === (kind === ACCESS.awaitEqual || kind === ACCESS.awaitEqualRelaxed);
}
