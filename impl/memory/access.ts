/**
 * The access vocabulary: the only ways in which code under verification touches shared memory.
 *
 * A procedure is a generator that yields one access at a time and is resumed with the word the access found. An access
 * function writes its arguments into `request`, a set of registers shared by all procedures, and returns the kind of
 * the access, which the procedure yields at once: `const seen = yield readOnce(address)`. No object is made per access.
 * The registers hold one request at a time, so `yield` must stand directly before the call, and the driver of a
 * procedure copies the registers before it resumes any other.
 *
 * Names and orderings are those of the Linux kernel memory model (tools/memory-model, and
 * Documentation/memory-barriers.txt), in camelCase. Every value is an int32; an address is a word index into the heap.
 */

/** A word index into the heap. `NIL` is no object's address. */
export type Address = number;

export const NIL: Address = 0;

/** A procedure: it makes accesses and returns a `T`. Call it with `yield*`. */
export type Access<T = void> = Generator<AccessKind, T, number>;

/** Runs in a separate thread once a grace period has passed; gets the argument given to `callRcu`. */
export type RcuCallback = (argument: number) => Access;

export const ACCESS = {
  read: 0,
  readOnce: 1,
  loadAcquire: 2,
  rcuDereference: 3,
  rcuDereferenceProtected: 4,
  write: 5,
  writeOnce: 6,
  storeRelease: 7,
  rcuAssignPointer: 8,
  cmpxchg: 9,
  cmpxchgRelaxed: 10,
  cmpxchgAcquire: 11,
  cmpxchgRelease: 12,
  xchg: 13,
  xchgRelaxed: 14,
  xchgAcquire: 15,
  xchgRelease: 16,
  atomicAdd: 17,
  atomicAddReturn: 18,
  atomicAddReturnRelaxed: 19,
  atomicAddReturnAcquire: 20,
  atomicAddReturnRelease: 21,
  awaitEqual: 22,
  awaitUnequal: 23,
  spinLock: 24,
  spinTrylock: 25,
  spinUnlock: 26,
  mutexLock: 27,
  mutexUnlock: 28,
  allocate: 29,
  free: 30,
  synchronizeRcu: 31,
  callRcu: 32,
  rcuReadLock: 33,
  rcuReadUnlock: 34,
  smpMb: 35,
  smpRmb: 36,
  smpWmb: 37,
  smpMbBeforeAtomic: 38,
  smpMbAfterAtomic: 39,
  smpMbAfterSpinlock: 40,
  beginOperation: 41,
  endOperation: 42,
  assertHolds: 43,
  atomicUpdate: 44,
  awaitEqualRelaxed: 45,
  awaitUnequalRelaxed: 46,
} as const;

export type AccessKind = (typeof ACCESS)[keyof typeof ACCESS];

/** The kind that each access function requests, by the function's name: its own, or for two functions another's. */
export const KIND_ASKED_FOR: ReadonlyMap<string, AccessKind> = new Map([
  ...Object.entries(ACCESS),
  ["readUnordered", ACCESS.readOnce],
  ["writeUnordered", ACCESS.writeOnce],
]);

/**
 * The registers of the access that is being requested.
 *
 * `address` is the word (or lock, or slab) concerned. `operand` is the value to write, to add, or to wait for;
 * `expected` the comparand of a cmpxchg, or the mask of a wait.
 */
export interface Registers {
  address: Address;
  operand: number;
  expected: number;
  callback: RcuCallback | undefined;
  message: string;
  /**
   * Accesses requested so far, as an int32 that wraps: the driver of a procedure detects an access that was requested
   * but not yielded.
   */
  count: number;
}

export let request: Registers = { address: NIL, operand: 0, expected: 0, callback: undefined, message: "", count: 0 };

/**
 * Replaces `request` by other registers and returns the previous ones.
 *
 * For replay, whose registers record the source position from which they are written: every access function writes
 * `address`. Code that has seen two kinds of registers stays a fifth slower in its host thread, so only replay does
 * this.
 */
export function useRegisters(registers: Registers): Registers {
  const replaced = request;
  request = registers;
  return replaced;
}

/** A plain load: the compiler may tear it, so a lock or an earlier publication must order every conflicting access. */
export function read(address: Address): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  return ACCESS.read;
}

/** A marked load without ordering. */
export function readOnce(address: Address): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  return ACCESS.readOnce;
}

/**
 * A marked load whose result is not trusted until something else has confirmed it. Under simulation it is `readOnce`;
 * on real threads it is ECMAScript's Unordered load: not torn, but it synchronises with nothing, so the memory that an
 * address leads to may look older than the address. Never to be waited on: an engine may hoist it out of a loop.
 */
export function readUnordered(address: Address): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  return ACCESS.readOnce;
}

/** A load that no later access of its thread may overtake. */
export function loadAcquire(address: Address): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  return ACCESS.loadAcquire;
}

/**
 * Loads a pointer that `rcuAssignPointer` published; legal inside a read-side critical section only. Accesses through
 * the pointer are ordered after it by their address dependency.
 */
export function rcuDereference(address: Address): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  return ACCESS.rcuDereference;
}

/** Loads a published pointer where the update-side lock keeps it unchanged; needs no read-side critical section. */
export function rcuDereferenceProtected(address: Address): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  return ACCESS.rcuDereferenceProtected;
}

/** A plain store: see `read`. */
export function write(address: Address, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.operand = value;
  return ACCESS.write;
}

/** A marked store without ordering. */
export function writeOnce(address: Address, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.operand = value;
  return ACCESS.writeOnce;
}

/**
 * A marked store that a later release of its thread publishes: `writeOnce` under simulation, on real threads an
 * Unordered store.
 */
export function writeUnordered(address: Address, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.operand = value;
  return ACCESS.writeOnce;
}

/** A store that overtakes no earlier access of its thread. */
export function storeRelease(address: Address, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.operand = value;
  return ACCESS.storeRelease;
}

/** Publishes a pointer: everything written before is visible to a thread that reads through it. */
export function rcuAssignPointer(address: Address, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.operand = value;
  return ACCESS.rcuAssignPointer;
}

/**
 * Writes `next` if the word is `expected`; returns the word found, so it succeeded when the result is `expected`. A
 * full barrier when it succeeds, no ordering when it fails.
 */
export function cmpxchg(address: Address, expected: number, next: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.expected = expected;
  request.operand = next;
  return ACCESS.cmpxchg;
}

/** `cmpxchg` without ordering. */
export function cmpxchgRelaxed(address: Address, expected: number, next: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.expected = expected;
  request.operand = next;
  return ACCESS.cmpxchgRelaxed;
}

/** `cmpxchg` that is an acquire when it succeeds. */
export function cmpxchgAcquire(address: Address, expected: number, next: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.expected = expected;
  request.operand = next;
  return ACCESS.cmpxchgAcquire;
}

/** `cmpxchg` that is a release when it succeeds. */
export function cmpxchgRelease(address: Address, expected: number, next: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.expected = expected;
  request.operand = next;
  return ACCESS.cmpxchgRelease;
}

/** Writes `value` and returns the previous word. A full barrier. */
export function xchg(address: Address, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.operand = value;
  return ACCESS.xchg;
}

/** `xchg` without ordering. */
export function xchgRelaxed(address: Address, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.operand = value;
  return ACCESS.xchgRelaxed;
}

/** `xchg` that is an acquire. */
export function xchgAcquire(address: Address, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.operand = value;
  return ACCESS.xchgAcquire;
}

/** `xchg` that is a release. */
export function xchgRelease(address: Address, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.operand = value;
  return ACCESS.xchgRelease;
}

/** Replaces the word by the result of the update with this number (`updateNumber`); returns the previous word. */
export function atomicUpdate(address: Address, update: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.operand = update;
  return ACCESS.atomicUpdate;
}

/** Adds `value`. Returns nothing of use, and orders nothing: a barrier must stand beside it where order matters. */
export function atomicAdd(address: Address, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.operand = value;
  return ACCESS.atomicAdd;
}

/** Adds `value` and returns the sum. A full barrier. */
export function atomicAddReturn(address: Address, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.operand = value;
  return ACCESS.atomicAddReturn;
}

/** `atomicAddReturn` without ordering. */
export function atomicAddReturnRelaxed(address: Address, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.operand = value;
  return ACCESS.atomicAddReturnRelaxed;
}

/** `atomicAddReturn` that is an acquire. */
export function atomicAddReturnAcquire(address: Address, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.operand = value;
  return ACCESS.atomicAddReturnAcquire;
}

/** `atomicAddReturn` that is a release. */
export function atomicAddReturnRelease(address: Address, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.operand = value;
  return ACCESS.atomicAddReturnRelease;
}

/**
 * Waits until the bits of the word under `mask` are `value`; returns the whole word, as an acquire load.
 *
 * The thread cannot run before that, so nothing spins under the machine: a spin loop without side effects is written
 * as one wait.
 */
export function awaitEqual(address: Address, mask: number, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.expected = mask;
  request.operand = value;
  return ACCESS.awaitEqual;
}

/** Waits until the bits of the word under `mask` are no longer `value`; returns the whole word, as an acquire load. */
export function awaitUnequal(address: Address, mask: number, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.expected = mask;
  request.operand = value;
  return ACCESS.awaitUnequal;
}

/** `awaitEqual` without ordering. */
export function awaitEqualRelaxed(address: Address, mask: number, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.expected = mask;
  request.operand = value;
  return ACCESS.awaitEqualRelaxed;
}

/** `awaitUnequal` without ordering. */
export function awaitUnequalRelaxed(address: Address, mask: number, value: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = address;
  request.expected = mask;
  request.operand = value;
  return ACCESS.awaitUnequalRelaxed;
}

/** Takes a spinlock, as an acquire; waits while another thread holds it. No sleeping until it is released. */
export function spinLock(lock: Address): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = lock;
  return ACCESS.spinLock;
}

/** Takes a spinlock if it is free; returns 1 if so, else 0. */
export function spinTrylock(lock: Address): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = lock;
  return ACCESS.spinTrylock;
}

/** Releases a spinlock, as a release. */
export function spinUnlock(lock: Address): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = lock;
  return ACCESS.spinUnlock;
}

/** Takes a mutex, as an acquire; may sleep, so it is illegal under a spinlock and in a read-side critical section. */
export function mutexLock(lock: Address): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = lock;
  return ACCESS.mutexLock;
}

/** Releases a mutex, as a release. */
export function mutexUnlock(lock: Address): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = lock;
  return ACCESS.mutexUnlock;
}

/**
 * Takes an object from a slab; returns its address, or `NIL` when the slab is exhausted. Its words are uninitialised.
 */
export function allocate(slab: Address): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = slab;
  return ACCESS.allocate;
}

/** Returns an object to the slab it came from. No thread may touch it afterwards. */
export function free(slab: Address, object: Address): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = slab;
  request.operand = object;
  return ACCESS.free;
}

/** Waits for a grace period: until every read-side critical section that is open now has ended. May sleep. */
export function synchronizeRcu(): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = NIL;
  return ACCESS.synchronizeRcu;
}

/**
 * Runs `callback(argument)` in a separate thread after a grace period that starts now. Never waits.
 *
 * Create the callback once per structure, not at each call: under the machine it is recorded by identity.
 */
export function callRcu(callback: RcuCallback, argument: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = NIL;
  request.callback = callback;
  request.operand = argument;
  return ACCESS.callRcu;
}

/** Opens a read-side critical section; sections nest. */
export function rcuReadLock(): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = NIL;
  return ACCESS.rcuReadLock;
}

/** Ends the innermost read-side critical section. */
export function rcuReadUnlock(): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = NIL;
  return ACCESS.rcuReadUnlock;
}

/** A full barrier. */
export function smpMb(): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = NIL;
  return ACCESS.smpMb;
}

/** Orders earlier loads before later loads. */
export function smpRmb(): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = NIL;
  return ACCESS.smpRmb;
}

/** Orders earlier stores before later stores. */
export function smpWmb(): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = NIL;
  return ACCESS.smpWmb;
}

/** Makes the next atomic operation order the accesses before it. */
export function smpMbBeforeAtomic(): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = NIL;
  return ACCESS.smpMbBeforeAtomic;
}

/** Makes the last atomic operation order the accesses after it. */
export function smpMbAfterAtomic(): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = NIL;
  return ACCESS.smpMbAfterAtomic;
}

/** Makes the acquisition of a spinlock a full barrier. */
export function smpMbAfterSpinlock(): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = NIL;
  return ACCESS.smpMbAfterSpinlock;
}

/**
 * Marks the invocation of the operation with this number (known to the harness). The invocation is recorded
 * with the operation's first access, as late as it can be.
 */
export function beginOperation(operation: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = NIL;
  request.operand = operation;
  return ACCESS.beginOperation;
}

/** Marks the response of the operation last begun. Recorded with the operation's last access, as early as it can be. */
export function endOperation(response: number): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = NIL;
  request.operand = response;
  return ACCESS.endOperation;
}

/** States what must be true here: the execution violates `assertion` when `condition` is false. */
export function assertHolds(condition: boolean, message: string): AccessKind {
  request.count = (request.count + 1) | 0;
  request.address = NIL;
  request.operand = condition ? 1 : 0;
  request.message = message;
  return ACCESS.assertHolds;
}
