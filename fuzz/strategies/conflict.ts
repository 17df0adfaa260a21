/**
 * Which accesses do not commute: a schedule decides only the order of those.
 *
 * Two accesses conflict when they touch the same word and one of them may write it, when they use the same lock or the
 * same slab, or when one frees an object and the other touches a word of it. A cmpxchg counts as a write although it
 * may fail. Conflicts through RCU alone (a section against a grace period) are left out: neither side has a word.
 */
import { ACCESS, type AccessKind, type Address, NIL } from "#impl/memory/access.ts";
import { mayWrite, touchesWord } from "#impl/memory/access-class.ts";
import { Slab } from "#impl/memory/slab.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { RunningMachine } from "#fuzz/machine/running-machine.ts";

/** One access, before or after it is made. */
export interface AccessShape {
  readonly kind: AccessKind;
  readonly address: Address;
  readonly operand: number;
}

/** Does the pending access of `thread` conflict with `access`? */
export function conflictsWith(machine: RunningMachine, thread: number, access: AccessShape): boolean {
  const { pendingKind, pendingAddress, pendingOperand, words } = machine;
  const kind = pendingKind[thread] as AccessKind;
  const address = wordAt(pendingAddress, thread);
  if (address === access.address) return conflictOnOneAddress(kind, access.kind) && address !== NIL;
  if (kind === ACCESS.free) return isWithin(words, address, wordAt(pendingOperand, thread), access.address);
  return access.kind === ACCESS.free && isWithin(words, access.address, access.operand, address);
}

/**
 * Remembers the pending access of each thread: when the machine reports that a thread has made its access, it already
 * shows the next one.
 */
export class LastAccess implements AccessShape {
  kind: AccessKind = ACCESS.read;
  address: Address = NIL;
  operand = 0;
  #kinds = new Int32Array(0);
  #addresses = new Int32Array(0);
  #operands = new Int32Array(0);
  #known = 0;

  begin(machine: RunningMachine): void {
    const { length } = machine.pendingKind;
    if (this.#kinds.length !== length) {
      this.#kinds = new Int32Array(length);
      this.#addresses = new Int32Array(length);
      this.#operands = new Int32Array(length);
    }
    for (let thread = 0; thread < machine.threadCount; thread++) this.#copy(machine, thread);
    this.#known = machine.threadCount;
  }

  /** Makes this the access that `thread` has just made. */
  performed(machine: RunningMachine, thread: number): void {
    this.kind = this.#kinds[thread] as AccessKind;
    this.address = wordAt(this.#addresses, thread);
    this.operand = wordAt(this.#operands, thread);
    this.#copy(machine, thread);
    while (this.#known < machine.threadCount) this.#copy(machine, this.#known++);
  }

  #copy({ pendingKind, pendingAddress, pendingOperand }: RunningMachine, thread: number): void {
    this.#kinds[thread] = wordAt(pendingKind, thread);
    this.#addresses[thread] = wordAt(pendingAddress, thread);
    this.#operands[thread] = wordAt(pendingOperand, thread);
  }
}

/** Words have two kinds of access, locks and slabs one; an address is one of the three. */
function conflictOnOneAddress(one: AccessKind, other: AccessKind): boolean {
  return !touchesWord(one) || mayWrite(one) || mayWrite(other);
}

/** Is `address` a word of the object that is freed to `slab`? */
function isWithin(words: Int32Array, slab: Address, object: Address, address: Address): boolean {
  return address >= object && address < object + wordAt(words, Slab.stride(slab));
}
