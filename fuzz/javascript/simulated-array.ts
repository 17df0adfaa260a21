/**
 * Typed arrays over shared buffers, as seen by code under test.
 *
 * Constructors are the language's own, except that a shared buffer gives a proxy whose elements are accesses. Methods
 * make the accesses that ECMA-262 prescribes, in its order and granularity (23.2.3): copies between arrays of one type
 * go byte by byte, everything else element by element.
 */
import { type Element, type ElementType, elementTypes } from "./element-type.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { isSimulatedBuffer, readRange, type SimulatedBuffer, writeRange } from "./simulated-buffer.ts";

type TypedArray = InstanceType<TypedArrayConstructor>;

interface TypedArrayConstructor {
  new (...given: readonly unknown[]): Uint8Array & { [index: number]: Element };
  readonly prototype: object;
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  from(values: Iterable<unknown>): TypedArray;
}

/** A typed array over a shared buffer. */
export interface SharedView {
  readonly type: ElementType;
  readonly buffer: SimulatedBuffer;
  readonly byteOffset: number;
  readonly length: number;
}

const viewOf = new WeakMap<object, SharedView>();

/** The view behind a proxy, if it is a typed array over a shared buffer. */
export function sharedViewOf(array: unknown): SharedView | undefined {
  return typeof array === "object" && array !== null ? viewOf.get(array) : undefined;
}

export function elementAt({ type, buffer, byteOffset }: SharedView, index: number, isAtomic = false): Element {
  return type.fromBits(readRange(buffer, byteOffset + index * type.size, type.size, isAtomic));
}

export function putElement(view: SharedView, index: number, value: unknown, isAtomic = false): void {
  const { type, buffer, byteOffset } = view;
  writeRange(buffer, byteOffset + index * type.size, type.size, isAtomic, type.toBits(convert(type, value)));
}

/** The conversion that the language makes before it accesses memory. @throws TypeError for a value without one */
function convert(type: ElementType, value: unknown): Element {
  return type.name.startsWith("Big") ? BigInt(value as bigint) : Number(value);
}

/** The stand-in for a typed array's constructor. */
function simulatedConstructor(real: TypedArrayConstructor, type: ElementType): TypedArrayConstructor {
  const standIn: TypedArrayConstructor = new Proxy(real, {
    construct(target, given: readonly unknown[], newTarget: unknown) {
      const [source, byteOffset, length] = given;
      if (isSimulatedBuffer(source)) {
        if (newTarget !== standIn)
          throw new InputError(
            `a class that extends ${real.name} over a shared buffer is not supported; keep the array in a field`,
          );
        return makeView(standIn, real, type, source, byteOffset, length);
      }
      const copied = sharedViewOf(source);
      if (copied !== undefined) return copyOf(target, type, copied, 0, copied.length);
      const own = newTarget === standIn ? target : (newTarget as TypedArrayConstructor);
      return Reflect.construct(target, given, own) as object;
    },
    get(target, key) {
      // A subclass's statics, and `name`, come from the language's own.
      return key === Symbol.hasInstance
        ? (value: unknown) => value instanceof target || sharedViewOf(value)?.type === type
        : Reflect.get(target, key, target);
    },
  });
  return standIn;
}

function makeView(
  standIn: TypedArrayConstructor,
  real: TypedArrayConstructor,
  type: ElementType,
  buffer: SimulatedBuffer,
  givenOffset: unknown,
  givenLength: unknown,
): object {
  const byteOffset = Math.trunc(Number(givenOffset ?? 0)) || 0;
  if (byteOffset < 0) throw new RangeError(`Start offset ${byteOffset} is outside the bounds of the buffer`);
  if (byteOffset % type.size !== 0)
    throw new RangeError(`start offset of ${real.name} should be a multiple of ${type.size}`);
  const room = buffer.byteLength - byteOffset;
  if (givenLength === undefined && buffer.byteLength % type.size !== 0)
    throw new RangeError(`byte length of ${real.name} should be a multiple of ${type.size}`);
  const length = givenLength === undefined ? room / type.size : Math.trunc(Number(givenLength)) || 0;
  if (room < 0) throw new RangeError(`Start offset ${byteOffset} is outside the bounds of the buffer`);
  if (length < 0 || length * type.size > room) throw new RangeError(`Invalid typed array length: ${length}`);
  return viewProxy(standIn, real, { type, buffer, byteOffset, length });
}

/** The number that a canonical numeric key denotes. */
function indexOf(key: string | symbol): number | undefined {
  if (typeof key === "symbol") return undefined;
  const index = Number(key);
  return String(index) === key || key === "-0" ? index : undefined;
}

function viewProxy(standIn: TypedArrayConstructor, real: TypedArrayConstructor, view: SharedView): object {
  const methods = methodsOf(standIn, real, view);
  const target = Object.create(real.prototype) as object;
  const isInside = (index: number): boolean => Number.isInteger(index) && index >= 0 && index < view.length;
  const proxy = new Proxy(target, {
    get(_, key) {
      const index = indexOf(key);
      if (index !== undefined) return isInside(index) ? elementAt(view, index) : undefined;
      return methods.has(key) ? methods.get(key) : Reflect.get(target, key, target);
    },
    set(_, key, value: unknown) {
      const index = indexOf(key);
      if (index === undefined) return Reflect.set(target, key, value);
      // The value is converted even if there is no such element.
      if (isInside(index)) putElement(view, index, value);
      else convert(view.type, value);
      return true;
    },
    has(_, key) {
      const index = indexOf(key);
      return index === undefined ? methods.has(key) || key in target : isInside(index);
    },
    ownKeys: () => [...Array(view.length).keys()].map(String),
    getOwnPropertyDescriptor(_, key) {
      const index = indexOf(key);
      if (index === undefined || !isInside(index)) return Reflect.getOwnPropertyDescriptor(target, key);
      return { value: elementAt(view, index), writable: true, enumerable: true, configurable: true };
    },
  });
  viewOf.set(proxy, view);
  return proxy;
}

/** A native array with the elements from `first` to before `last`. */
function copyOf(
  real: TypedArrayConstructor,
  type: ElementType,
  source: SharedView,
  first: number,
  last: number,
): TypedArray {
  const copy = new real(Math.max(0, last - first));
  if (type !== source.type) {
    for (let index = first; index < last; index++) Reflect.set(copy, index - first, elementAt(source, index));
    return copy;
  }
  const bytes = new Uint8Array(copy.buffer);
  for (const [at] of bytes.entries()) bytes[at] = byteAt(source, first * type.size + at);
  return copy;
}

function byteAt({ buffer, byteOffset }: SharedView, at: number): number {
  return Number(readRange(buffer, byteOffset + at, 1, false));
}

function putByte({ buffer, byteOffset }: SharedView, at: number, value: number): void {
  writeRange(buffer, byteOffset + at, 1, false, value);
}

/** Resolves an index that may be relative to the end, like the language. */
function relativeIndex(given: unknown, length: number, otherwise: number): number {
  if (given === undefined) return otherwise;
  const index = Math.trunc(Number(given)) || 0;
  return index < 0 ? Math.max(0, length + index) : Math.min(index, length);
}

/** Methods that return arrays of the same type. */
const GIVES_ARRAY = ["map", "filter", "toReversed", "toSorted", "with"] as const;

/** Methods that read elements in the order in which they visit them, and write none. */
const READS = [
  "at",
  "entries",
  "every",
  "find",
  "findIndex",
  "findLast",
  "findLastIndex",
  "forEach",
  "includes",
  "indexOf",
  "join",
  "keys",
  "lastIndexOf",
  "reduce",
  "reduceRight",
  "some",
  "toLocaleString",
  "values",
] as const;

function byNumber(left: Element, right: Element): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function methodsOf(
  standIn: TypedArrayConstructor,
  real: TypedArrayConstructor,
  view: SharedView,
): ReadonlyMap<string | symbol, unknown> {
  const { type, buffer, byteOffset, length } = view;
  const arrayMethods = Array.prototype as unknown as Record<string, (...given: readonly unknown[]) => unknown>;
  const own: Record<string, unknown> = {
    constructor: standIn,
    length,
    buffer,
    byteOffset,
    byteLength: length * type.size,
    BYTES_PER_ELEMENT: type.size,
    set(source: unknown, offset: unknown = 0) {
      setFrom(view, source, Math.trunc(Number(offset)) || 0);
    },
    fill(this: unknown, value: unknown, begin?: unknown, end?: unknown) {
      const converted = convert(type, value);
      const last = relativeIndex(end, length, length);
      for (let index = relativeIndex(begin, length, 0); index < last; index++) putElement(view, index, converted);
      return this;
    },
    slice: (begin?: unknown, end?: unknown) =>
      copyOf(real, type, view, relativeIndex(begin, length, 0), relativeIndex(end, length, length)),
    subarray(begin?: unknown, end?: unknown) {
      const first = relativeIndex(begin, length, 0);
      const count = Math.max(0, relativeIndex(end, length, length) - first);
      return viewProxy(standIn, real, { type, buffer, byteOffset: byteOffset + first * type.size, length: count });
    },
    copyWithin(this: unknown, target: unknown, begin: unknown, end?: unknown) {
      copyWithin(
        view,
        relativeIndex(target, length, 0),
        relativeIndex(begin, length, 0),
        relativeIndex(end, length, length),
      );
      return this;
    },
    sort(this: object, compare: (left: Element, right: Element) => number = byNumber) {
      const sorted = Array.from({ length }, (_, index) => elementAt(view, index)).toSorted(compare);
      for (const [index, value] of sorted.entries()) putElement(view, index, value);
      return this;
    },
    reverse(this: object) {
      for (let low = 0, high = length - 1; low < high; low++, high--) {
        const [lower, upper] = [elementAt(view, low), elementAt(view, high)];
        putElement(view, low, upper);
        putElement(view, high, lower);
      }
      return this;
    },
    toString(this: object) {
      return arrayMethods["join"]?.call(this);
    },
  };
  for (const name of READS) {
    own[name] = function (this: object, ...given: readonly unknown[]) {
      return arrayMethods[name]?.apply(this, [...given]);
    };
  }
  for (const name of GIVES_ARRAY) {
    own[name] = function (this: object, ...given: readonly unknown[]) {
      const compared = name === "toSorted" && given[0] === undefined ? [byNumber] : given;
      return real.from(arrayMethods[name]?.apply(this, [...compared]) as Iterable<unknown>);
    };
  }
  return new Map<string | symbol, unknown>([
    ...Object.entries(own),
    [Symbol.iterator, own["values"]],
    [Symbol.toStringTag, real.name],
  ]);
}

function setFrom(view: SharedView, source: unknown, offset: number): void {
  const { type } = view;
  const from = sharedViewOf(source);
  const values = source as ArrayLike<unknown>;
  const count = from?.length ?? Math.trunc(Number(values.length)) ?? 0;
  if (offset < 0 || offset + count > view.length) throw new RangeError("offset is out of bounds");
  const isSameType = from === undefined ? isArrayOf(source, type) : from.type === type;
  if (from === undefined && isSameType) {
    const array = source as Uint8Array;
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (const [at, byte] of bytes.entries()) putByte(view, offset * type.size + at, byte);
  } else if (from === undefined) {
    for (let index = 0; index < count; index++) putElement(view, offset + index, values[index]);
  } else if (from.buffer === view.buffer) {
    // Source and target in one block: a private copy comes first, byte by byte.
    const bytes = Array.from({ length: count * from.type.size }, (_, at) => byteAt(from, at));
    const copy = new DataView(Uint8Array.from(bytes).buffer);
    if (isSameType) for (const [at, byte] of bytes.entries()) putByte(view, offset * type.size + at, byte);
    else
      for (let index = 0; index < count; index++) putElement(view, offset + index, elementIn(copy, from.type, index));
  } else if (isSameType) {
    for (let at = 0; at < count * type.size; at++) putByte(view, offset * type.size + at, byteAt(from, at));
  } else {
    for (let index = 0; index < count; index++) putElement(view, offset + index, elementAt(from, index));
  }
}

function elementIn(copy: DataView, { name, size }: ElementType, index: number): Element {
  const getters = copy as unknown as Record<string, (offset: number, littleEndian: boolean) => Element>;
  const getter = name === "Uint8Clamped" ? "getUint8" : `get${name}`;
  return getters[getter]?.call(copy, index * size, true) ?? 0;
}

function isArrayOf(source: unknown, type: ElementType): boolean {
  return ArrayBuffer.isView(source) && Object.prototype.toString.call(source) === `[object ${type.name}Array]`;
}

function copyWithin(view: SharedView, target: number, first: number, last: number): void {
  const { size } = view.type;
  const count = Math.min(last - first, view.length - target) * size;
  const [to, from] = [target * size, first * size];
  const isDescending = from < to && to < from + count;
  for (let step = 0; step < count; step++) {
    const at = isDescending ? count - 1 - step : step;
    putByte(view, to + at, byteAt(view, from + at));
  }
}

/** Constructors by name. */
export const simulatedArrays: ReadonlyMap<string, TypedArrayConstructor> = new Map(
  [...elementTypes.values()].map((type) => {
    const real = (globalThis as unknown as Record<string, TypedArrayConstructor>)[`${type.name}Array`];
    if (real === undefined) throw new Error(`the engine has no ${type.name}Array`);
    return [real.name, simulatedConstructor(real, type)];
  }),
);
