/**
 * Passive references: an object is kept by a record in the list of the CPU that reads it, so that taking and dropping a
 * reference writes no word that another CPU writes.
 *
 *     heads[cpu]     records of this class on the CPU's list; guarded by the CPU's `ipl`, edited only by code on that
 *                    CPU. One object per CPU: a word that one CPU keeps writing shares no cache line with another's
 *     Psref          belongs to its owner; `next` and `previous`, the link that leads here, are guarded by the `ipl` of
 *                    the CPU it is listed on. `target` is NIL while the record is not in use
 *     draining       of a target: marked; 1 from the moment a thread waits for its references. From then on no
 *                    reference is taken
 *     released       atomic; counts the dropped references to draining targets, for waiting threads
 *     lock           a mutex held while the lists are scanned, which takes turns and may sleep
 *
 * Rules, each an assertion: the taker is bound to its CPU until it drops the reference there; a record is used for one
 * target at a time, and dropped from the same target in the same class; no reference to a draining target; a thread
 * that waits for a target's references holds none, and is not a soft interrupt. A reference must be taken where the
 * target cannot go: in a section whose writer performs before it drains, or under the writer's lock. Sleeping with a
 * reference is allowed.
 *
 * The release reads `draining` before it releases the list: after that the target may be gone.
 *
 * Source: NetBSD sys/kern/subr_psref.c.
 */
import {
  type Access,
  type Address,
  assertHolds,
  atomicAdd,
  awaitUnequal,
  mutexLock,
  mutexUnlock,
  NIL,
  read,
  readOnce,
  spinLock,
  spinUnlock,
  write,
  writeOnce,
} from "../memory/access.ts";
import { type Heap, place } from "../memory/heap.ts";
import { struct } from "../memory/struct.ts";
import { Cpu, type Cpus, placementOf, type Runner } from "./cpu.ts";

/** A record that the holder of a reference keeps. */
export const Psref = struct("psref", { next: 1, previous: 1, target: 1, lwp: 1, cpu: 1 });

const PsrefHead = struct("psrefHead", { first: 1 });

const PsrefClassCell = struct("psrefClass", { lock: 1, released: 1 });

/** The part of an object that makes it a target. */
export const PsrefTarget = struct("psrefTarget", { owner: 1, draining: 1 });

/** One kind of target. */
export interface PsrefClass {
  /** The class, as recorded in its targets. */
  readonly cell: Address;
  readonly cpus: Cpus;
  readonly lock: Address;
  readonly released: Address;
  /** Each CPU's list head. */
  readonly heads: readonly Address[];
}

const EVERY_BIT = -1;

/** @throws RangeError when the heap is full */
export function placePsrefClass(heap: Heap, cpus: Cpus, name: string): PsrefClass {
  const cell = place(heap, PsrefClassCell, name);
  const heads = cpus.map((_, cpu) => PsrefHead.first(place(heap, PsrefHead, `${name}${cpu}`)));
  return Object.freeze({
    cell,
    cpus,
    lock: PsrefClassCell.lock(cell),
    released: PsrefClassCell.released(cell),
    heads: Object.freeze(heads),
  });
}

/** Makes an object a target; no other thread can reach it yet. */
export function* initTarget(psrefClass: PsrefClass, target: Address): Access {
  yield write(PsrefTarget.owner(target), psrefClass.cell);
  yield writeOnce(PsrefTarget.draining(target), 0);
}

/** Takes a reference with a record that is not in use. Linearizes at the store to the list's head. */
export function* psrefAcquire(
  { cell, cpus, heads }: PsrefClass,
  { lwp }: Runner,
  record: Address,
  target: Address,
): Access {
  const { cpu, isBound } = yield* placementOf(lwp);
  yield assertHolds(isBound, "the taker of a passive reference is bound to its CPU");
  const owner = yield read(PsrefTarget.owner(target));
  yield assertHolds(owner === cell, "a passive reference is taken in the class of its target");
  const draining = yield readOnce(PsrefTarget.draining(target));
  yield assertHolds(draining === 0, "no passive reference is taken to a target that is draining");
  const used = yield read(Psref.target(record));
  yield assertHolds(used === NIL, "a passive reference's record is used for one target at a time");
  yield write(Psref.target(record), target);
  yield write(Psref.lwp(record), lwp);
  yield write(Psref.cpu(record), cpu);
  const ipl = Cpu.ipl(cpus[cpu] ?? NIL);
  const head = heads[cpu] ?? NIL;
  yield spinLock(ipl);
  const first = yield read(head);
  yield write(Psref.next(record), first);
  yield write(Psref.previous(record), head);
  if (first !== NIL) yield write(Psref.previous(first), Psref.next(record));
  yield write(head, record);
  yield spinUnlock(ipl);
}

/** Drops a reference; the target may be gone at once. Linearizes at the store that takes the record off the list. */
export function* psrefRelease(
  { cpus, released }: PsrefClass,
  { lwp }: Runner,
  record: Address,
  target: Address,
): Access {
  const { cpu, isBound } = yield* placementOf(lwp);
  const recordedTarget = yield read(Psref.target(record));
  yield assertHolds(recordedTarget === target, "a passive reference is dropped from the target it was taken to");
  const recordedCpu = yield read(Psref.cpu(record));
  yield assertHolds(isBound && recordedCpu === cpu, "a passive reference is dropped on the CPU that took it");
  const ipl = Cpu.ipl(cpus[cpu] ?? NIL);
  yield spinLock(ipl);
  const next = yield read(Psref.next(record));
  const previous = yield read(Psref.previous(record));
  const listed = yield read(previous);
  yield assertHolds(listed === record, "a passive reference that is dropped is on its CPU's list");
  yield write(previous, next);
  if (next !== NIL) yield write(Psref.previous(next), previous);
  yield write(Psref.target(record), NIL);
  const draining = yield readOnce(PsrefTarget.draining(target));
  yield spinUnlock(ipl);
  if (draining !== 0) yield atomicAdd(released, 1);
}

/**
 * Waits until nothing refers to the target, and prevents new references. May sleep. The caller has removed the target
 * from every place where it is found, or marked it, and has performed since.
 */
export function* psrefDrain(psrefClass: PsrefClass, { lwp, inInterrupt }: Runner, target: Address): Access {
  const { cpus, lock, released } = psrefClass;
  yield assertHolds(!inInterrupt, "no soft interrupt waits for passive references");
  yield writeOnce(PsrefTarget.draining(target), 1);
  for (;;) {
    const seen = yield readOnce(released);
    let isReferred = false;
    yield mutexLock(lock);
    for (let cpu = 0; cpu < cpus.length && !isReferred; cpu++)
      isReferred = yield* isListed(psrefClass, cpu, target, lwp);
    yield mutexUnlock(lock);
    if (!isReferred) return;
    yield awaitUnequal(released, EVERY_BIT, seen);
  }
}

/** Lets references to the target be taken again after a {@link psrefDrain}. */
export function* psrefReopen(target: Address): Access {
  yield writeOnce(PsrefTarget.draining(target), 0);
}

/** The cross call: does the CPU's list hold a record of the target? */
function* isListed({ cpus, heads }: PsrefClass, cpu: number, target: Address, lwp: Address): Access<boolean> {
  const ipl = Cpu.ipl(cpus[cpu] ?? NIL);
  yield spinLock(ipl);
  let found = false;
  let record = yield read(heads[cpu] ?? NIL);
  while (record !== NIL && !found) {
    const referred = yield read(Psref.target(record));
    if (referred === target) {
      found = true;
      const holder = yield read(Psref.lwp(record));
      yield assertHolds(holder !== lwp, "a thread that waits for a target's passive references holds none itself");
    }
    record = yield read(Psref.next(record));
  }
  yield spinUnlock(ipl);
  return found;
}
