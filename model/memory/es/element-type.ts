/**
 * Element types of typed arrays: encoding values as bytes, and decoding bytes.
 *
 * Source: ECMA-262, TypedArray Objects, table "The TypedArray Constructors"; NumericToRawBytes; RawBytesToNumeric.
 */

export type ElementType =
  | "Int8"
  | "Uint8"
  | "Uint8Clamped"
  | "Int16"
  | "Uint16"
  | "Int32"
  | "Uint32"
  | "BigInt64"
  | "BigUint64"
  | "Float16"
  | "Float32"
  | "Float64";

/** The possible values of an agent's expression. */
export type Value = number | bigint | string | boolean | undefined;

export interface ElementFormat {
  /** Bytes. */
  readonly size: number;
  readonly holds: "integer" | "bigint" | "float";
}

export const elementFormats: Readonly<Record<ElementType, ElementFormat>> = {
  Int8: { size: 1, holds: "integer" },
  Uint8: { size: 1, holds: "integer" },
  Uint8Clamped: { size: 1, holds: "integer" },
  Int16: { size: 2, holds: "integer" },
  Uint16: { size: 2, holds: "integer" },
  Int32: { size: 4, holds: "integer" },
  Uint32: { size: 4, holds: "integer" },
  BigInt64: { size: 8, holds: "bigint" },
  BigUint64: { size: 8, holds: "bigint" },
  Float16: { size: 2, holds: "float" },
  Float32: { size: 4, holds: "float" },
  Float64: { size: 8, holds: "float" },
};

export function isElementType(name: string): name is ElementType {
  return Object.hasOwn(elementFormats, name);
}

/** Whether Atomics accept arrays of this type: the eight integer types, without the clamped one. */
export function isAtomic(type: ElementType): boolean {
  return elementFormats[type].holds !== "float" && type !== "Uint8Clamped";
}

/** Whether `Atomics.wait` and `notify` accept arrays of this type. */
export function isWaitable(type: ElementType): boolean {
  return type === "Int32" || type === "BigInt64";
}

/** Whether an access through a typed array never tears. One through a DataView always may. */
export function isNoTear(type: ElementType, isSeqCst: boolean): boolean {
  const { size, holds } = elementFormats[type];
  if (type === "Uint8Clamped" || holds === "float") return false;
  return size <= 4 || isSeqCst;
}

const scratch = new DataView(new ArrayBuffer(8));

/**
 * The bytes of a value in an array of this type, its integers modulo the size.
 *
 * @throws TypeError for a Number where a BigInt is needed, and vice versa
 */
export function encode(type: ElementType, value: Value, littleEndian: boolean): Uint8Array {
  const { size, holds } = elementFormats[type];
  if (holds === "bigint") {
    if (typeof value !== "bigint") throw new TypeError(`${show(value)} is not a BigInt, which ${type} elements are`);
    scratch.setBigUint64(0, BigInt.asUintN(64, value), littleEndian);
  } else {
    if (typeof value === "bigint") throw new TypeError(`${show(value)} is a BigInt, which ${type} elements are not`);
    setNumber(type, Number(value), littleEndian);
  }
  return new Uint8Array(scratch.buffer.slice(0, size));
}

function setNumber(type: ElementType, value: number, littleEndian: boolean): void {
  switch (type) {
    case "Uint8Clamped":
      scratch.setUint8(0, new Uint8ClampedArray([value])[0] ?? 0);
      return;
    case "Float16":
      scratch.setFloat16(0, value, littleEndian);
      return;
    case "Float32":
      scratch.setFloat32(0, value, littleEndian);
      return;
    case "Float64":
      scratch.setFloat64(0, value, littleEndian);
      return;
    default:
      setInteger(elementFormats[type].size, value, littleEndian);
  }
}

function setInteger(size: number, value: number, littleEndian: boolean): void {
  if (size === 1) scratch.setUint8(0, value);
  else if (size === 2) scratch.setUint16(0, value, littleEndian);
  else scratch.setUint32(0, value, littleEndian);
}

/** The value of the bytes, as many as an element of the type has. */
export function decode(type: ElementType, bytes: Uint8Array, littleEndian: boolean): number | bigint {
  for (const [i, byte] of bytes.entries()) scratch.setUint8(i, byte);
  switch (type) {
    case "Int8":
      return scratch.getInt8(0);
    case "Uint8":
    case "Uint8Clamped":
      return scratch.getUint8(0);
    case "Int16":
      return scratch.getInt16(0, littleEndian);
    case "Uint16":
      return scratch.getUint16(0, littleEndian);
    case "Int32":
      return scratch.getInt32(0, littleEndian);
    case "Uint32":
      return scratch.getUint32(0, littleEndian);
    case "BigInt64":
      return scratch.getBigInt64(0, littleEndian);
    case "BigUint64":
      return scratch.getBigUint64(0, littleEndian);
    case "Float16":
      return scratch.getFloat16(0, littleEndian);
    case "Float32":
      return scratch.getFloat32(0, littleEndian);
    case "Float64":
      return scratch.getFloat64(0, littleEndian);
  }
}

/**
 * The conversion that `Atomics.store` and the other functions apply to their argument before they use it.
 *
 * @throws TypeError like `encode`
 */
export function toAtomicValue(type: ElementType, value: Value): number | bigint {
  if (elementFormats[type].holds === "bigint") {
    if (typeof value !== "bigint") throw new TypeError(`${show(value)} is not a BigInt, which ${type} elements are`);
    return value;
  }
  if (typeof value === "bigint") throw new TypeError(`${show(value)} is a BigInt, which ${type} elements are not`);
  const number = Number(value);
  // Adding 0 makes the −0 that truncation may leave 0.
  return Number.isNaN(number) ? 0 : Math.trunc(number) + 0;
}

/** A value as source text. */
export function show(value: Value): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value);
  return Object.is(value, -0) ? "-0" : String(value);
}

/** The operations of Atomics that read, modify and write. */
export type Modification = "add" | "sub" | "and" | "or" | "xor" | "exchange";

/** The bytes that a modification writes: `and`, `or` and `xor` go byte by byte, `add` and `sub` by numbers, modulo. */
export function modify(operation: Modification, type: ElementType, old: Uint8Array, operand: Uint8Array): Uint8Array {
  switch (operation) {
    case "exchange":
      return operand;
    case "and":
      return old.map((byte, i) => byte & (operand[i] as number));
    case "or":
      return old.map((byte, i) => byte | (operand[i] as number));
    case "xor":
      return old.map((byte, i) => byte ^ (operand[i] as number));
    case "add":
    case "sub": {
      const [a, b] = [decode(type, old, true), decode(type, operand, true)];
      if (typeof a === "bigint" && typeof b === "bigint")
        return encode(type, operation === "add" ? a + b : a - b, true);
      return encode(type, operation === "add" ? Number(a) + Number(b) : Number(a) - Number(b), true);
    }
  }
}
