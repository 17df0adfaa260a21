/**
 * The meaning of an access to a memory model with dependencies, beyond the access vocabulary: its tag, and the reads of
 * its own thread that it depends on.
 *
 * Steps of a thread are numbered from 0; barriers count, accesses that touch nothing shared do not.
 */
import { ACCESS, type AccessKind } from "#impl/memory/access.ts";
import { CLASS, CLASSES } from "#impl/memory/access-class.ts";
import type { Tag } from "#model/memory/event.ts";

export interface Meaning {
  /** The tag in the memory models; undefined for a plain access. */
  readonly tag: Tag | undefined;
  /** The access takes, releases or reads a lock that is an ordinary word. */
  readonly lock?: "take" | "release" | "look";
  /** A grace period of sleepable RCU, of the domain at this word: a barrier. */
  readonly domain?: number;
  /** Part of read-copy-update where sections and grace periods are words. */
  readonly rcu?: RcuRole;
  /**
   * The value that a read-modify-write leaves, given the value it finds; undefined if it writes nothing. Replaces the
   * effect of its kind. The thread receives the value found.
   */
  readonly update?: (found: number) => number | undefined;
  /** Steps on whose results depend: its address, the value it writes, and whether it is made at all. */
  readonly addr: readonly number[];
  readonly data: readonly number[];
  readonly ctrl: readonly number[];
}

/**
 * `opens`, `ends`: the write that opens or ends a thread's outermost read-side critical section. `waits`: the read by
 * which a grace period learns that a thread is in no section; the section word's next `opens` comes after it. `starts`:
 * the read that starts a callback, which continues from where the thread that requested it was.
 */
export type RcuRole = "opens" | "ends" | "waits" | "starts";

const NO_STEPS: readonly number[] = [];

function fenceTagOf(kind: AccessKind): Tag {
  switch (kind) {
    case ACCESS.smpRmb:
      return "Rmb";
    case ACCESS.smpWmb:
      return "Wmb";
    case ACCESS.smpMbBeforeAtomic:
      return "BA";
    case ACCESS.smpMbAfterAtomic:
      return "AA";
    case ACCESS.smpMbAfterSpinlock:
      return "AS";
    default:
      return "Mb";
  }
}

/** A dereference is a marked read: what orders the accesses through the pointer is their dependency on it. */
function tagOf(kind: AccessKind): Tag | undefined {
  const classes = CLASSES[kind] as number;
  if ((classes & CLASS.fence) !== 0) return fenceTagOf(kind);
  if ((classes & CLASS.plain) !== 0) return undefined;
  if (kind === ACCESS.rcuDereference) return "Once";
  if (kind === ACCESS.atomicAdd) return "NoRet";
  if ((classes & CLASS.full) !== 0) return "Mb";
  if ((classes & CLASS.acquires) !== 0) return "Acq";
  return (classes & CLASS.releases) === 0 ? "Once" : "Rel";
}

/** The default meaning of each kind of access. */
const MEANINGS: readonly Meaning[] = Object.values(ACCESS).map((kind) => ({
  tag: tagOf(kind),
  addr: NO_STEPS,
  data: NO_STEPS,
  ctrl: NO_STEPS,
}));

export function meaningOf(kind: AccessKind): Meaning {
  return MEANINGS[kind] as Meaning;
}

/** Does a read-modify-write of this kind compute its write from its read? Then its write depends on its read. */
export function dependsOnItself(kind: AccessKind): boolean {
  return ((CLASSES[kind] as number) & (CLASS.adds | CLASS.updates)) !== 0;
}
