/**
 * CPUs and the light-weight processes (lwps) that run on them: binding, migration, soft interrupts.
 *
 *     Cpu.ipl         a spinlock that stands for "interrupts blocked on this CPU": held while the CPU's lists are
 *                     edited; a cross call, which runs there between two such edits, takes it too
 *     Cpu.interrupts  soft interrupts that run on this CPU; atomic. A wait for the CPU to be quiescent is a wait
 *                     for 0
 *     Lwp.placement   the CPU's number, plus `BOUND` for each binding; atomic. Moved to another CPU only while there
 *                     is no binding
 *
 * Source: NetBSD sys/kern/kern_lwp.c and sys/sys/lwp.h (curlwp_bind()), sys/kern/kern_softint.c, sys/kern/subr_xcall.c.
 */
import {
  type Access,
  type Address,
  atomicAdd,
  atomicAddReturn,
  cmpxchg,
  readOnce,
  smpMbBeforeAtomic,
} from "../memory/access.ts";
import { type Heap, place } from "../memory/heap.ts";
import { struct } from "../memory/struct.ts";

export const Cpu = struct("cpu", { ipl: 1, interrupts: 1 });

export const Lwp = struct("lwp", { placement: 1 });

/**
 * The runner of a procedure: an lwp, or a soft interrupt on the lwp's CPU. A soft interrupt must not wait for others.
 */
export interface Runner {
  readonly lwp: Address;
  readonly inInterrupt: boolean;
}

/** One binding. An lwp may be bound many times over, and is free again when each has been undone. */
const BOUND = 0x100;
const CPU_MASK = BOUND - 1;

/** The CPUs by their numbers. */
export type Cpus = readonly Address[];

/** @throws RangeError when the heap is full, or there are more CPUs than a placement can name */
export function placeCpus(heap: Heap, count: number): Cpus {
  if (!Number.isInteger(count) || count < 1 || count > CPU_MASK)
    throw new RangeError(`count is ${count}, and must be a whole number from 1 to ${CPU_MASK}`);
  return Array.from({ length: count }, (_, index) => place(heap, Cpu, `cpu${index}`));
}

/**
 * Places an lwp that runs on the CPU of that number, unbound.
 *
 * @throws RangeError when the heap is full
 */
export function placeLwp(heap: Heap, name: string, cpu: number): Address {
  const lwp = place(heap, Lwp, name);
  heap.words[Lwp.placement(lwp)] = cpu;
  return lwp;
}

/** Binds the lwp to the CPU it runs on; returns the CPU's number. Linearizes at its only access. */
export function* bind(lwp: Address): Access<number> {
  const placement = yield atomicAddReturn(Lwp.placement(lwp), BOUND);
  return placement & CPU_MASK;
}

/** Undoes one {@link bind}. Linearizes at its only access. */
export function* unbind(lwp: Address): Access {
  yield atomicAdd(Lwp.placement(lwp), -BOUND);
}

/** The CPU that the lwp runs on, and whether it is bound there. If not, the result may be stale at once. */
export function* placementOf(lwp: Address): Access<{ readonly cpu: number; readonly isBound: boolean }> {
  const placement = yield readOnce(Lwp.placement(lwp));
  return { cpu: placement & CPU_MASK, isBound: placement >= BOUND };
}

/**
 * The scheduler moves the lwp to another CPU, unless it is bound; returns whether it did. Linearizes at the cmpxchg.
 */
export function* migrate(lwp: Address, cpu: number): Access<boolean> {
  const placement = yield readOnce(Lwp.placement(lwp));
  if (placement >= BOUND) return false;
  const found = yield cmpxchg(Lwp.placement(lwp), placement, cpu);
  return found === placement;
}

/** A soft interrupt starts on the lwp's CPU, and keeps the lwp there. */
export function* enterInterrupt(cpus: Cpus, lwp: Address): Access {
  const cpu = yield* bind(lwp);
  yield atomicAdd(Cpu.interrupts(cpus[cpu] ?? 0), 1);
}

/** The soft interrupt ends: its accesses precede the end of any wait for the CPU to be quiescent. */
export function* leaveInterrupt(cpus: Cpus, lwp: Address): Access {
  const { cpu } = yield* placementOf(lwp);
  yield smpMbBeforeAtomic();
  yield atomicAdd(Cpu.interrupts(cpus[cpu] ?? 0), -1);
  yield* unbind(lwp);
}
