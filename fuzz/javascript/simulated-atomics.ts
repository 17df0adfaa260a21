/** `Atomics` and `DataView`, as seen by code under test. */
import { InputError } from "#fuzz/host/input-error.ts";
import { type Element, type ElementType, elementTypes } from "./element-type.ts";
import type { Modification } from "./shared-access.ts";
import { elementAt, putElement, type SharedView, sharedViewOf } from "./simulated-array.ts";
import { atomically, isSimulatedBuffer, readRange, type SimulatedBuffer, writeRange } from "./simulated-buffer.ts";

/** The array as a shared one, or undefined if the language's own `Atomics` handles it. */
function sharedIntegers(array: unknown, name: string): SharedView | undefined {
  const view = sharedViewOf(array);
  if (view !== undefined && !view.type.isAtomic)
    throw new TypeError(`Atomics.${name}: [object ${view.type.name}Array] is not an integer typed array`);
  return view;
}

/** An index, converted like the language does. @throws RangeError beyond the array */
function indexIn(view: SharedView, given: unknown): number {
  const index = Math.trunc(Number(given)) || 0;
  if (index < 0 || index >= view.length) throw new RangeError("Invalid atomic access index");
  return index;
}

/** The value as `Atomics` converts it. */
function converted({ type }: SharedView, value: unknown): Element {
  if (type.size === 8) return BigInt(value as bigint);
  return Math.trunc(Number(value)) || 0;
}

function modify(modification: Modification) {
  return (array: unknown, index: unknown, value: unknown): Element => {
    const view = sharedIntegers(array, modification);
    const real = Atomics as unknown as Record<string, (...given: readonly unknown[]) => Element>;
    if (view === undefined) return real[modification]?.call(Atomics, array, index, value) as Element;
    const at = indexIn(view, index);
    const bits = view.type.toBits(converted(view, value));
    const { buffer, byteOffset, type } = view;
    return type.fromBits(
      atomically(buffer, byteOffset + at * type.size, type.size, { op: "modify", modification, value: bits }),
    );
  };
}

function waitable(array: unknown, name: string): SharedView | undefined {
  const view = sharedViewOf(array);
  if (view !== undefined && view.type.name !== "Int32" && view.type.name !== "BigInt64")
    throw new TypeError(`Atomics.${name}: [object ${view.type.name}Array] is not an int32 or BigInt64 typed array`);
  return view;
}

/** The stand-in for `Atomics`. */
export const simulatedAtomics: object = Object.freeze({
  [Symbol.toStringTag]: "Atomics",
  add: modify("add"),
  sub: modify("sub"),
  and: modify("and"),
  or: modify("or"),
  xor: modify("xor"),
  exchange: modify("exchange"),
  load(array: Int32Array, index: number): Element {
    const view = sharedIntegers(array, "load");
    return view === undefined ? Atomics.load(array, index) : elementAt(view, indexIn(view, index), true);
  },
  store(array: Int32Array, index: number, value: number): Element {
    const view = sharedIntegers(array, "store");
    if (view === undefined) return Atomics.store(array, index, value);
    const at = indexIn(view, index);
    const stored = converted(view, value);
    putElement(view, at, stored, true);
    return stored;
  },
  compareExchange(array: Int32Array, index: number, expected: number, value: number): Element {
    const view = sharedIntegers(array, "compareExchange");
    if (view === undefined) return Atomics.compareExchange(array, index, expected, value);
    const at = indexIn(view, index);
    const { buffer, byteOffset, type } = view;
    const found = atomically(buffer, byteOffset + at * type.size, type.size, {
      op: "compareExchange",
      expected: type.toBits(converted(view, expected)),
      value: type.toBits(converted(view, value)),
    });
    return type.fromBits(found);
  },
  isLockFree: (size: number): boolean => Atomics.isLockFree(size),
  wait(array: Int32Array, index: number, value: number, timeout: number = Infinity): string {
    const view = waitable(array, "wait");
    if (view === undefined) throw new TypeError("Atomics.wait: the typed array is not shared");
    const at = indexIn(view, index);
    const expected = view.type.toBits(converted(view, value));
    const { buffer, byteOffset, type } = view;
    const milliseconds = Number.isNaN(Number(timeout)) ? Infinity : Math.max(0, Number(timeout));
    if (milliseconds > 0 && milliseconds < Infinity)
      throw new InputError(
        `Atomics.wait with a timeout of ${milliseconds} ms depends on a clock; wait without one, or with 0`,
      );
    if (milliseconds === 0) return type.toBits(elementAt(view, at, true)) === expected ? "timed-out" : "not-equal";
    return atomically(buffer, byteOffset + at * type.size, type.size, { op: "wait", expected }) === 0
      ? "ok"
      : "not-equal";
  },
  notify(array: Int32Array, index: number, count: number = Infinity): number {
    const view = waitable(array, "notify");
    if (view === undefined) return Atomics.notify(array, index, count);
    const at = indexIn(view, index);
    const { buffer, byteOffset, type } = view;
    const whole = Math.max(0, Math.trunc(Number(count)) || 0);
    // JSON has no Infinity: a number above the number of threads means all of them.
    return Number(
      atomically(buffer, byteOffset + at * type.size, type.size, { op: "notify", count: Math.min(whole, 1_000) }),
    );
  },
  waitAsync(): never {
    throw new InputError("Atomics.waitAsync is not supported: threads are synchronous; use Atomics.wait");
  },
  pause(): void {},
});

const dataViews = new WeakMap<
  object,
  { readonly buffer: SimulatedBuffer; readonly first: number; readonly length: number }
>();

/** The stand-in for `DataView`: over a shared buffer, each getter and setter is one access. */
export class SimulatedDataView {
  constructor(buffer: unknown, byteOffset: unknown = 0, byteLength?: unknown) {
    if (!isSimulatedBuffer(buffer)) {
      const real = byteLength === undefined ? [buffer, byteOffset] : [buffer, byteOffset, byteLength];
      return Reflect.construct(DataView, real) as SimulatedDataView;
    }
    const first = Math.trunc(Number(byteOffset)) || 0;
    if (first < 0 || first > buffer.byteLength)
      throw new RangeError(`Start offset ${first} is outside the bounds of the buffer`);
    const length = byteLength === undefined ? buffer.byteLength - first : Math.trunc(Number(byteLength)) || 0;
    if (length < 0 || first + length > buffer.byteLength) throw new RangeError(`Invalid DataView length ${length}`);
    dataViews.set(this, { buffer, first, length });
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof DataView || (typeof value === "object" && value !== null && dataViews.has(value));
  }

  get buffer(): SimulatedBuffer {
    return partOf(this).buffer;
  }

  get byteOffset(): number {
    return partOf(this).first;
  }

  get byteLength(): number {
    return partOf(this).length;
  }

  get [Symbol.toStringTag](): string {
    return "DataView";
  }
}

function partOf(view: object): { readonly buffer: SimulatedBuffer; readonly first: number; readonly length: number } {
  const part = dataViews.get(view);
  if (part === undefined) throw new TypeError("Receiver is not a DataView");
  return part;
}

function rangeIn(view: object, given: unknown, { size }: ElementType): { buffer: SimulatedBuffer; offset: number } {
  const { buffer, first, length } = partOf(view);
  const offset = Math.trunc(Number(given)) || 0;
  if (offset < 0 || offset + size > length) throw new RangeError("Offset is outside the bounds of the DataView");
  return { buffer, offset: first + offset };
}

/** The bits in the opposite byte order. */
function swapped(size: number, bits: number | bigint): number | bigint {
  let rest = BigInt(bits);
  let result = 0n;
  for (let byte = 0; byte < size; byte++, rest >>= 8n) result = (result << 8n) | (rest & 255n);
  return size === 8 ? result : Number(result);
}

for (const type of elementTypes.values()) {
  if (type.name === "Uint8Clamped") continue;
  const { name, size } = type;
  Object.defineProperty(SimulatedDataView.prototype, `get${name}`, {
    value(this: object, given: unknown, littleEndian: unknown) {
      const { buffer, offset } = rangeIn(this, given, type);
      const bits = readRange(buffer, offset, size, false);
      return type.fromBits(Boolean(littleEndian) || size === 1 ? bits : swapped(size, bits));
    },
  });
  Object.defineProperty(SimulatedDataView.prototype, `set${name}`, {
    value(this: object, given: unknown, value: unknown, littleEndian: unknown) {
      const bits = type.toBits(size === 8 && name !== "Float64" ? BigInt(value as bigint) : Number(value));
      const { buffer, offset } = rangeIn(this, given, type);
      writeRange(buffer, offset, size, false, Boolean(littleEndian) || size === 1 ? bits : swapped(size, bits));
    },
  });
}
