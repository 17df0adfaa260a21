/**
 * Element types of typed arrays and of `DataView`, as conversions between values and bits.
 *
 * Bits are the bytes of a range in little-endian order as one unsigned number: a `number` for up to four bytes, a
 * `bigint` for eight.
 */

/** The bits of one range: a `number` for at most four bytes, a `bigint` for eight. */
export type Bits = number | bigint;

/** The value that JavaScript reads from an element. */
export type Element = number | bigint;

export interface ElementType {
  /** The name in `DataView`'s methods: `Int32`, `BigUint64`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Does `Atomics` accept arrays of it? */
  readonly isAtomic: boolean;
  /** @throws TypeError for a value that the language does not convert, such as a number to a BigInt */
  toBits(value: unknown): Bits;
  fromBits(bits: Bits): Element;
}

const scratch = new DataView(new ArrayBuffer(8));

type Accessors = readonly [set: (value: never) => void, get: () => Element];

function elementType(name: string, size: number, isAtomic: boolean, [set, get]: Accessors): ElementType {
  return {
    name,
    size,
    isAtomic,
    toBits(value) {
      scratch.setBigUint64(0, 0n, true);
      set(value as never);
      return size === 8 ? scratch.getBigUint64(0, true) : scratch.getUint32(0, true);
    },
    fromBits(bits) {
      if (typeof bits === "bigint") scratch.setBigUint64(0, bits, true);
      else scratch.setUint32(0, bits, true);
      return get();
    },
  };
}

/** Converts like `Uint8ClampedArray`: to the nearest whole number of a byte, halves to even. */
function setClamped(value: number): void {
  scratch.setUint8(0, Uint8ClampedArray.of(value)[0] ?? 0);
}

const s = scratch;

/** Every type, by name. */
export const elementTypes: ReadonlyMap<string, ElementType> = new Map(
  [
    elementType("Int8", 1, true, [(value: number) => s.setInt8(0, value), () => s.getInt8(0)]),
    elementType("Uint8", 1, true, [(value: number) => s.setUint8(0, value), () => s.getUint8(0)]),
    elementType("Uint8Clamped", 1, false, [setClamped, () => s.getUint8(0)]),
    elementType("Int16", 2, true, [(value: number) => s.setInt16(0, value, true), () => s.getInt16(0, true)]),
    elementType("Uint16", 2, true, [(value: number) => s.setUint16(0, value, true), () => s.getUint16(0, true)]),
    elementType("Int32", 4, true, [(value: number) => s.setInt32(0, value, true), () => s.getInt32(0, true)]),
    elementType("Uint32", 4, true, [(value: number) => s.setUint32(0, value, true), () => s.getUint32(0, true)]),
    elementType("Float32", 4, false, [(value: number) => s.setFloat32(0, value, true), () => s.getFloat32(0, true)]),
    elementType("Float64", 8, false, [(value: number) => s.setFloat64(0, value, true), () => s.getFloat64(0, true)]),
    elementType("BigInt64", 8, true, [(value: bigint) => s.setBigInt64(0, value, true), () => s.getBigInt64(0, true)]),
    elementType("BigUint64", 8, true, [
      (value: bigint) => s.setBigUint64(0, value, true),
      () => s.getBigUint64(0, true),
    ]),
  ].map((type) => [type.name, type]),
);

/** @throws RangeError if there is no such type */
export function elementTypeNamed(name: string): ElementType {
  const type = elementTypes.get(name);
  if (type === undefined) throw new RangeError(`no element type ${name}`);
  return type;
}

/** The bits of bytes in little-endian order. */
export function bitsOf(bytes: Uint8Array, offset: number, size: number): Bits {
  let bits = 0n;
  for (let index = size - 1; index >= 0; index--) bits = (bits << 8n) | BigInt(bytes[offset + index] ?? 0);
  return size === 8 ? bits : Number(bits);
}

/** Puts bits into bytes, in little-endian order. */
export function putBits(bytes: Uint8Array, offset: number, size: number, bits: Bits): void {
  let rest = BigInt(bits);
  for (let index = 0; index < size; index++, rest >>= 8n) bytes[offset + index] = Number(rest & 255n);
}
