/**
 * Addresses in the route caches' table: a family, a number of 8 bits, and for IPv6 the index of an interface
 * as scope, 0 where there is none.
 *
 * Eight bits suffice for nested prefixes, and leave room for every class that source selection distinguishes.
 */

export type RouteFamily = "v4" | "v6";

export interface RouteAddress {
  readonly family: RouteFamily;
  /** 0 to 255. */
  readonly address: number;
  /** Interface index that an IPv6 address refers to; 0 for none. */
  readonly scope: number;
}

/** A destination network: the first `length` bits of `address`. */
export interface RoutePrefix {
  readonly family: RouteFamily;
  readonly address: number;
  /** 0 to 8; 8 is a host. */
  readonly length: number;
}

const ADDRESS_BITS = 8;

/** @throws RangeError for a number that is not an address or not an interface index */
export function routeAddress(family: RouteFamily, address: number, scope = 0): RouteAddress {
  if (!Number.isInteger(address) || address < 0 || address > 255)
    throw new RangeError(`address is ${address}, and must be a whole number from 0 to 255`);
  if (!Number.isInteger(scope) || scope < 0 || scope > 7)
    throw new RangeError(`scope is ${scope}, and must be a whole number from 0 to 7`);
  if (family === "v4" && scope !== 0) throw new RangeError(`scope is ${scope}, and addresses of v4 have none`);
  return { family, address, scope };
}

/** @throws RangeError for an invalid length, or bits set beyond it */
export function routePrefix(family: RouteFamily, address: number, length: number): RoutePrefix {
  if (!Number.isInteger(length) || length < 0 || length > ADDRESS_BITS)
    throw new RangeError(`length is ${length}, and must be a whole number from 0 to ${ADDRESS_BITS}`);
  const { address: checked } = routeAddress(family, address);
  if (commonBits(checked, firstBits(checked, length)) < ADDRESS_BITS)
    throw new RangeError(`prefix ${address}/${length} has bits set beyond its length`);
  return { family, address: checked, length };
}

export function isSameAddress(left: RouteAddress, right: RouteAddress): boolean {
  return left.family === right.family && left.address === right.address && left.scope === right.scope;
}

export function isSamePrefix(left: RoutePrefix, right: RoutePrefix): boolean {
  return left.family === right.family && left.address === right.address && left.length === right.length;
}

/** Does the prefix cover the address? */
export function covers(
  { family, address, length }: RoutePrefix,
  { family: otherFamily, address: other }: RouteAddress,
): boolean {
  return family === otherFamily && firstBits(other, length) === address;
}

/** Leading bits that two numbers of 8 bits have in common. */
export function commonBits(left: number, right: number): number {
  for (let bits = ADDRESS_BITS; bits > 0; bits--) if (firstBits(left, bits) === firstBits(right, bits)) return bits;
  return 0;
}

function firstBits(address: number, length: number): number {
  const rest = 2 ** (ADDRESS_BITS - length);
  return address - (address % rest);
}
