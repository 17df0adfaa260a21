/**
 * The pairs of accesses of an execution whose order the schedule decided: conflicting, of different threads, and not
 * ordered by anything else.
 */
import { ACCESS, type Address, NIL } from "#impl/memory/access.ts";
import { type Heap, regionOf } from "#impl/memory/heap.ts";
import { mayWrite } from "#impl/memory/access-class.ts";
import { type RecordedAccess, wrote } from "./recorder.ts";

/** Steps of two accesses, the earlier one first. */
export interface Conflict {
  readonly first: number;
  readonly second: number;
}

export interface ReversibleConflict extends Conflict {
  /** No other conflict orders the two. */
  readonly isDirect: boolean;
}

/**
 * The conflicts that can be reversed, the latest first: those next to the violation are the most informative. Then
 * those with others in between, which are reversed together with them.
 */
export function reversibleConflicts(heap: Heap, accesses: readonly RecordedAccess[]): ReversibleConflict[] {
  const conflicts: ReversibleConflict[] = [];
  const indirect: ReversibleConflict[] = [];
  /** For each access, the accesses that happen before it: program order and conflicts, transitively. */
  const before: Set<number>[] = [];
  for (const [second, later] of accesses.entries()) {
    const known = new Set<number>();
    const direct: ReversibleConflict[] = [];
    for (let first = second - 1; first >= 0; first--) {
      const earlier = accesses[first];
      if (earlier === undefined) continue;
      const sameThread = earlier.thread === later.thread;
      if (!sameThread && !conflict(heap, earlier, later)) continue;
      if (known.has(first)) {
        if (!sameThread) indirect.push({ first, second, isDirect: false });
        continue;
      }
      known.add(first);
      for (const step of before[first] ?? []) known.add(step);
      if (!sameThread) direct.push({ first, second, isDirect: true });
    }
    before.push(known);
    conflicts.push(...direct);
  }
  return [...conflicts.toReversed(), ...indirect.toReversed()];
}

function conflict(heap: Heap, one: RecordedAccess, other: RecordedAccess): boolean {
  if (one.kind === ACCESS.free) return touches(heap, other, one.operand);
  if (other.kind === ACCESS.free) return touches(heap, one, other.operand);
  if (one.kind === ACCESS.synchronizeRcu || other.kind === ACCESS.synchronizeRcu) return false;
  return (
    one.address === other.address &&
    one.address !== NIL &&
    one.kind !== ACCESS.callRcu &&
    other.kind !== ACCESS.callRcu &&
    (wrote(one) || wrote(other) || mayWrite(one.kind) || mayWrite(other.kind))
  );
}

/** Whether the access concerns a word of the object, finds a pointer to it, allocates it or frees it. */
function touches(heap: Heap, { kind, address, operand, result }: RecordedAccess, object: Address): boolean {
  if (kind === ACCESS.free) return operand === object;
  if (kind === ACCESS.allocate) return result === object;
  if (kind === ACCESS.rcuDereference && result === object) return true;
  const words = regionOf(heap, object)?.layout.words ?? 1;
  return address >= object && address < object + words;
}
