/**
 * Events of an execution: a program's operations on memory, one record each.
 *
 * The names of kinds are those of the Linux-kernel memory model, so that model and code can be compared
 * side by side.
 *
 * Source: Linux tools/memory-model, linux-kernel.bell and lock.cat.
 */

/**
 * - `R`, `W`: read and write of a variable; `IW`: the initial write of one.
 * - `F`: fence, identified by its tag.
 * - `LKR`, `LKW`: the read and the write of a lock operation that succeeded; `UL`: an unlock.
 * - `LF`: a trylock that failed; `RL`, `RU`: `spin_is_locked` that returned true, false.
 * - `GPS`: a grace period of an SRCU domain: it has a variable, but is not an access.
 */
export type EventKind = "R" | "W" | "IW" | "F" | "LKR" | "LKW" | "UL" | "LF" | "RL" | "RU" | "GPS";

/** The ordering that an access specifies. An access without a tag is plain. */
export type AccessTag = "Once" | "Acq" | "Rel" | "Mb" | "NoRet" | "SLock" | "SUnlock";

/** The kind of fence: the kernel's, the four that strengthen a neighbour, and the RCU markers. */
export type FenceTag =
  | "Mb"
  | "Rmb"
  | "Wmb"
  | "Barrier"
  | "BA" // smp_mb__before_atomic
  | "AA" // smp_mb__after_atomic
  | "AS" // smp_mb__after_spinlock
  | "AUL" // smp_mb__after_unlock_lock
  | "ASRU" // smp_mb__after_srcu_read_unlock
  | "RLock"
  | "RUnlock"
  | "GPR"; // synchronize_rcu

export type Tag = AccessTag | FenceTag;

export interface MemoryEvent {
  readonly kind: EventKind;
  /** The process it belongs to, from 0; −1 for initial writes. */
  readonly thread: number;
  /** Absent for fences. */
  readonly variable?: string | undefined;
  readonly tag?: Tag | undefined;
  /** Half of a read-modify-write; also the read of one that failed. Not set on lock events. */
  readonly rmw?: boolean | undefined;
}
