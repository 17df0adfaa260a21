import fc from "fast-check";
import { expect, test } from "vitest";
import { simulatedArrays } from "./simulated-array.ts";
import { simulatedAtomics, SimulatedDataView } from "./simulated-atomics.ts";
import { SimulatedBuffer } from "./simulated-buffer.ts";

type AnyAtomics = Readonly<Record<string, (...given: readonly unknown[]) => unknown>>;
type Constructor = new (...given: readonly unknown[]) => object;

const simulated = simulatedAtomics as AnyAtomics;
const real = Atomics as unknown as AnyAtomics;
const native = globalThis as unknown as Readonly<Record<string, Constructor & { BYTES_PER_ELEMENT: number }>>;

const numbers = ["Int8Array", "Uint8Array", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array"];
const bigs = ["BigInt64Array", "BigUint64Array"];

const SIZE = 4;

/** An array over a simulated buffer, and the language's own over a shared one. */
function pair(name: string): { readonly one: object; readonly other: object } {
  const bytes = SIZE * (native[name]?.BYTES_PER_ELEMENT ?? 0);
  const Simulated = simulatedArrays.get(name) as unknown as Constructor;
  const Real = native[name] as Constructor;
  return { one: new Simulated(new SimulatedBuffer(bytes)), other: new Real(new SharedArrayBuffer(bytes)) };
}

function outcome(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error instanceof Error ? error.constructor.name : error;
  }
}

const index = fc.oneof(fc.integer({ min: -1, max: SIZE }), fc.constantFrom("1", 1.5, undefined, null, Number.NaN));
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom("7", undefined, null, true, Number.NaN, -0));
const modification = fc.constantFrom("add", "sub", "and", "or", "xor", "exchange", "store");

function callOf(value: fc.Arbitrary<unknown>): fc.Arbitrary<readonly [string, readonly unknown[]]> {
  return fc.oneof(
    fc.tuple(modification, fc.tuple(index, value)),
    fc.tuple(fc.constant("load"), fc.tuple(index)),
    fc.tuple(fc.constant("compareExchange"), fc.tuple(index, value, value)),
  );
}

test.each([
  ["numbers", numbers, callOf(number)],
  [
    "big integers",
    bigs,
    callOf(fc.oneof(fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }), fc.constantFrom(true, "9"))),
  ],
])("Atomics on arrays of %s does what the language's own does", (_, names, call) => {
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.array(call, { maxLength: 8 }), (name, calls) => {
      const { one, other } = pair(name);
      for (const [method, given] of calls) {
        const found = outcome(() => simulated[method]?.(one, ...given));
        expect(found, `${method}(${given.map(String).join()})`).toEqual(outcome(() => real[method]?.(other, ...given)));
        expect([...(one as Iterable<unknown>)], method).toEqual([...(other as Iterable<unknown>)]);
      }
    }),
    { seed: 14, numRuns: 400 },
  );
});

test("arrays that are not shared are the language's own business", () => {
  const own = new Int32Array([1, 2]);
  expect(simulated["add"]?.(own, 0, 5)).toBe(1);
  expect(simulated["store"]?.(own, 1, 9)).toBe(9);
  expect(simulated["compareExchange"]?.(own, 1, 9, 4)).toBe(9);
  expect([simulated["load"]?.(own, 0), simulated["load"]?.(own, 1), simulated["notify"]?.(own, 0)]).toEqual([6, 4, 0]);
  expect(() => simulated["wait"]?.(own, 0, 6)).toThrow("the typed array is not shared");
  expect([1, 2, 3, 4, 8].map((size) => simulated["isLockFree"]?.(size))).toEqual(
    [1, 2, 3, 4, 8].map((size) => Atomics.isLockFree(size)),
  );
});

test("Atomics refuses arrays of floats, and waits on int32 and BigInt64 alone", () => {
  const { one: floats } = pair("Float32Array");
  const { one: shorts } = pair("Int16Array");
  expect(() => simulated["add"]?.(floats, 0, 1)).toThrow(TypeError);
  expect(() => simulated["load"]?.(floats, 0)).toThrow("is not an integer typed array");
  expect(() => simulated["wait"]?.(shorts, 0, 0)).toThrow("is not an int32 or BigInt64 typed array");
  expect(() => simulated["notify"]?.(shorts, 0)).toThrow(TypeError);
});

test.each(["Int32Array", "BigInt64Array"])("outside threads, nobody can wake a waiter of %s", (name) => {
  const { one } = pair(name);
  const [zero, other] = name === "Int32Array" ? [0, 1] : [0n, 1n];
  expect(simulated["wait"]?.(one, 0, other)).toBe("not-equal");
  expect(simulated["wait"]?.(one, 0, zero, 0)).toBe("timed-out");
  expect(simulated["wait"]?.(one, 0, other, -1)).toBe("not-equal");
  expect(() => simulated["wait"]?.(one, 0, zero)).toThrow("would wait forever");
  expect(() => simulated["wait"]?.(one, 0, zero, 10)).toThrow("depends on a clock");
  expect(() => simulated["waitAsync"]?.(one, 0, zero)).toThrow("is not supported");
  expect([simulated["notify"]?.(one, 0), simulated["notify"]?.(one, 0, 1)]).toEqual([0, 0]);
  expect(() => simulated["notify"]?.(one, SIZE)).toThrow(RangeError);
});

test("a DataView takes each type in both orders of bytes, and refuses what lies outside", () => {
  const types = ["Int8", "Uint8", "Int16", "Uint16", "Int32", "Uint32", "Float32", "Float64", "BigInt64", "BigUint64"];
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }),
      fc.boolean(),
      fc.integer({ min: -1, max: 9 }),
      (type, bits, isLittle, at) => {
        const given = type.startsWith("Big") ? bits : Number(bits);
        const views = [
          new SimulatedDataView(new SimulatedBuffer(12), 2, 9),
          new DataView(new SharedArrayBuffer(12), 2, 9),
        ].map((view) => view as unknown as AnyAtomics);
        const [one, other] = views.map((view) =>
          outcome(() => {
            view[`set${type}`]?.(at, given, isLittle);
            return [view[`get${type}`]?.(at, isLittle), view[`get${type}`]?.(at, !isLittle)];
          }),
        );
        expect(one).toEqual(other);
      },
    ),
    { seed: 14, numRuns: 300 },
  );
});

test("a DataView knows its part of the buffer, and is made as the language makes it", () => {
  const buffer = new SimulatedBuffer(8);
  const view = new SimulatedDataView(buffer, 2);
  expect([view.buffer === buffer, view.byteOffset, view.byteLength, String(view)]).toEqual([
    true,
    2,
    6,
    "[object DataView]",
  ]);
  expect(view instanceof SimulatedDataView).toBe(true);
  expect(new SimulatedDataView(new ArrayBuffer(4))).toBeInstanceOf(DataView);
  expect(new SimulatedDataView(new ArrayBuffer(4), 1, 2).byteLength).toBe(2);
  expect(() => new SimulatedDataView(buffer, 9)).toThrow(RangeError);
  expect(() => new SimulatedDataView(buffer, 0, 9)).toThrow(RangeError);
  expect(() => SimulatedDataView.prototype.byteLength).toThrow(TypeError);
});
