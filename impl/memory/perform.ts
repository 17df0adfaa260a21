import { ACCESS, type AccessKind, type Address } from "./access.ts";

/**
 * Carries out one access to one word and answers what it found: the word before, or the sum for the
 * `atomicAddReturn` family. This is the meaning of the memory accesses under sequential consistency, in one place.
 *
 * A failed cmpxchg writes nothing. Accesses that are no access to a word (locks, slabs, RCU) are not its business.
 */
export function performOnWord(
  words: Int32Array,
  kind: AccessKind,
  address: Address,
  operand: number,
  expected: number,
): number {
  const found = words[address] ?? 0;
  switch (kind) {
    case ACCESS.write:
    case ACCESS.writeOnce:
    case ACCESS.storeRelease:
    case ACCESS.rcuAssignPointer:
    case ACCESS.xchg:
    case ACCESS.xchgRelaxed:
    case ACCESS.xchgAcquire:
    case ACCESS.xchgRelease:
      words[address] = operand;
      return found;
    case ACCESS.cmpxchg:
    case ACCESS.cmpxchgRelaxed:
    case ACCESS.cmpxchgAcquire:
    case ACCESS.cmpxchgRelease:
      if (found === expected) words[address] = operand;
      return found;
    case ACCESS.atomicAdd:
    case ACCESS.atomicAddReturn:
    case ACCESS.atomicAddReturnRelaxed:
    case ACCESS.atomicAddReturnAcquire:
    case ACCESS.atomicAddReturnRelease:
      return (words[address] = (found + operand) | 0);
    default:
      return found;
  }
}

/** Kinds that write their word, or may: the plain and marked stores and the read-modify-writes. */
export function mayWrite(kind: AccessKind): boolean {
  return kind >= ACCESS.write && kind <= ACCESS.atomicAddReturnRelease;
}

/** Does the wait that the access asks for end with this word? */
export function waitIsOver(kind: AccessKind, word: number, mask: number, value: number): boolean {
  return ((word & mask) === value) === (kind === ACCESS.awaitEqual);
}
