import fc from "fast-check";
import { expect, test } from "vitest";
import { simulatedArrays } from "./simulated-array.ts";
import { SimulatedDataView } from "./simulated-atomics.ts";
import { SimulatedBuffer } from "./simulated-buffer.ts";

type Constructor = new (...given: readonly unknown[]) => Uint8Array;

const integers = [
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
];
const floats = ["Float32Array", "Float64Array"];

const native = globalThis as unknown as Readonly<Record<string, Constructor>>;

/** A call of a method, by its name and arguments. */
const index = fc.integer({ min: -9, max: 9 });
const value = fc.oneof(fc.integer(), fc.double(), fc.constantFrom("3", undefined, null, Number.NaN, -0));
const call = fc.oneof(
  fc.tuple(fc.constant("fill"), fc.tuple(value, index, index)),
  fc.tuple(fc.constant("set"), fc.tuple(fc.array(fc.integer(), { maxLength: 4 }))),
  fc.tuple(fc.constant("copyWithin"), fc.tuple(index, index, index)),
  fc.tuple(fc.constantFrom("slice", "subarray"), fc.tuple(index, index)),
  fc.tuple(fc.constantFrom("indexOf", "lastIndexOf", "includes", "at"), fc.tuple(index)),
  fc.tuple(fc.constantFrom("sort", "reverse", "toSorted", "toReversed", "join", "toString"), fc.constant([])),
  fc.tuple(fc.constant("with"), fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer())),
);

function outcome(act: () => unknown): unknown {
  try {
    const found = act();
    return typeof found === "object" && found !== null ? [...(found as Iterable<unknown>)] : found;
  } catch (error) {
    return error instanceof RangeError ? "RangeError" : String(error);
  }
}

test("arrays over shared buffers behave like the language's own, method by method", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...integers, ...floats),
      fc.array(fc.integer(), { minLength: 8, maxLength: 8 }),
      fc.array(call, { maxLength: 6 }),
      (name, initial, calls) => {
        const simulated = simulatedArrays.get(name) as unknown as Constructor;
        const size = (native[name] as unknown as Uint8ArrayConstructor).BYTES_PER_ELEMENT;
        const one = new simulated(new SimulatedBuffer(8 * size));
        const other = new (native[name] as Constructor)(new SharedArrayBuffer(8 * size));
        one.set(initial);
        other.set(initial);
        for (const [method, given] of calls) {
          const run = (array: Uint8Array): unknown =>
            outcome(() => (array as unknown as Record<string, (...all: unknown[]) => unknown>)[method]?.(...given));
          expect(run(one), `${method}(${given.join()})`).toEqual(run(other));
          expect([...one], method).toEqual([...other]);
        }
      },
    ),
    { seed: 14, numRuns: 400 },
  );
});

test("elements beyond the end are undefined, and writes to them are lost", () => {
  const Words = simulatedArrays.get("Int32Array") as unknown as Constructor;
  const words = new Words(new SimulatedBuffer(8));
  words[2] = 1;
  expect([words[2], words[-1], words.length, 1 in words, 2 in words]).toEqual([undefined, undefined, 2, true, false]);
});

test("constructors reject the arguments that the language rejects", () => {
  const Words = simulatedArrays.get("Int32Array") as unknown as Constructor;
  expect(() => new Words(new SimulatedBuffer(8), 2)).toThrow(RangeError);
  expect(() => new Words(new SimulatedBuffer(8), 4, 2)).toThrow(RangeError);
  expect(() => new Words(new SimulatedBuffer(6))).toThrow(RangeError);
});

test("a DataView reads and writes both orders of bytes", () => {
  fc.assert(
    fc.property(fc.integer(), fc.boolean(), fc.integer({ min: 0, max: 4 }), (number, little, at) => {
      const [one, other] = [new SimulatedBuffer(8), new SharedArrayBuffer(8)];
      const simulated = new SimulatedDataView(one) as unknown as DataView;
      const real = new DataView(other);
      for (const view of [simulated, real]) view.setInt32(at, number, little);
      expect(simulated.getUint32(at, true)).toBe(real.getUint32(at, true));
      expect(simulated.getInt16(at, little)).toBe(real.getInt16(at, little));
    }),
    { seed: 14 },
  );
});

test("constructors copy shared arrays, take parts of a buffer, and know their instances", () => {
  const Words = simulatedArrays.get("Int32Array") as unknown as Constructor;
  const Bytes = simulatedArrays.get("Uint8Array") as unknown as Constructor;
  const Bigs = simulatedArrays.get("BigInt64Array") as unknown as Constructor;
  const shared = new Words(new SimulatedBuffer(16), 4, 2);
  shared.set([7, 300], 0);
  expect([shared.length, [...new Words(shared)], [...new Bytes(shared)]]).toEqual([2, [7, 300], [7, 44]]);
  expect([shared instanceof Words, shared instanceof Bytes, new Words([1]) instanceof Words]).toEqual([
    true,
    false,
    true,
  ]);
  expect("length" in shared && "fill" in shared && !("nothing" in shared)).toBe(true);
  (shared as unknown as { mark: number }).mark = 3;
  expect((shared as unknown as { mark: number }).mark).toBe(3);
  const bigs = new Bigs(new SimulatedBuffer(16)) as unknown as BigInt64Array;
  bigs[1] = 5n;
  expect([bigs[0], bigs[1]]).toEqual([0n, 5n]);
  expect(() => new Bigs(shared)).toThrow(TypeError);
  expect(() => new Words(new SimulatedBuffer(8), -4)).toThrow(RangeError);
  expect(() => new Words(new SimulatedBuffer(8), 12)).toThrow(RangeError);
  expect(() => new Words(new SimulatedBuffer(8), 0, 3)).toThrow(RangeError);
  expect(() => shared.set([1, 2, 3])).toThrow(RangeError);
  expect(() => shared.set([1], -1)).toThrow(RangeError);
});

test("set copies between arrays of one buffer, of one type, and of different types", () => {
  const Words = simulatedArrays.get("Int32Array") as unknown as Constructor;
  const Bytes = simulatedArrays.get("Uint8Array") as unknown as Constructor;
  const buffer = new SimulatedBuffer(16);
  const words = new Words(buffer);
  words.set([1, 2, 3, 4]);
  words.set(new Words(buffer, 0, 3), 1);
  expect([...words]).toEqual([1, 1, 2, 3]);
  words.set(new Bytes(buffer, 0, 2), 2);
  expect([...words]).toEqual([1, 1, 1, 0]);
  const other = new Words(new SimulatedBuffer(16));
  other.set(words);
  other.set(new Bytes(new SimulatedBuffer(1)), 0);
  other.set(new Int32Array([9]), 3);
  expect([...other]).toEqual([0, 1, 1, 9]);
});
