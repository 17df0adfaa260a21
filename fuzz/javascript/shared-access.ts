/**
 * Accesses of JavaScript code to shared memory, independent of the machine's layout of the bytes.
 *
 * A range is identified by its block (the data of one `SharedArrayBuffer`), its first byte and its size. Values are
 * bits.
 */
import type { Bits } from "./element-type.ts";

/** The modification that an atomic read-modify-write makes. */
export type Modification = "add" | "sub" | "and" | "or" | "xor" | "exchange";

export interface SharedRange {
  readonly block: number;
  readonly offset: number;
  /** Bytes: 1, 2, 4 or 8. */
  readonly size: number;
}

export type SharedAccess = SharedRange &
  (
    | { readonly op: "read"; readonly isAtomic: boolean }
    | { readonly op: "write"; readonly isAtomic: boolean; readonly value: Bits }
    | { readonly op: "modify"; readonly modification: Modification; readonly value: Bits }
    | { readonly op: "compareExchange"; readonly expected: Bits; readonly value: Bits }
    /** Sleeps if the value is as expected. Finds 0 when woken, 1 if the value was different. */
    | { readonly op: "wait"; readonly expected: Bits }
    /** Wakes sleepers in the order in which they fell asleep. Finds their number. */
    | { readonly op: "notify"; readonly count: number }
  );

/** The value left by a modification, modulo the size. */
export function modified(modification: Modification, size: number, found: Bits, operand: Bits): Bits {
  const [left, right] = [BigInt(found), BigInt(operand)];
  const result = BigInt.asUintN(8 * size, combine(modification, left, right));
  return size === 8 ? result : Number(result);
}

function combine(modification: Modification, left: bigint, right: bigint): bigint {
  switch (modification) {
    case "add":
      return left + right;
    case "sub":
      return left - right;
    case "and":
      return left & right;
    case "or":
      return left | right;
    case "xor":
      return left ^ right;
    case "exchange":
      return right;
  }
}

/** Does the access leave memory unchanged if it finds this? Then a thread that repeats it only waits for a change. */
export function isIdle(access: SharedAccess, found: Bits): boolean {
  switch (access.op) {
    case "read":
      return true;
    case "compareExchange":
      return access.expected !== found || access.value === found;
    case "modify":
      return modified(access.modification, access.size, found, access.value) === found;
    default:
      return false;
  }
}

/** Are these the same request? */
export function isSameAccess(one: SharedAccess, other: SharedAccess): boolean {
  return keyOfAccess(one) === keyOfAccess(other);
}

/** Equal for equal requests. */
export function keyOfAccess(access: SharedAccess): string {
  return JSON.stringify(access, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
}
