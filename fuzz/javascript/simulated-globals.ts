/**
 * The globals that code under test gets in place of the engine's own.
 *
 * Globals that touch shared memory are simulated. Globals that make a thread nondeterministic (clocks, randomness),
 * start concurrent work (timers, workers) or touch memory unseen (WebAssembly) are refused by name while a thread or
 * `setUp` runs, and left alone while modules load.
 */
import { InputError } from "#fuzz/host/input-error.ts";
import { simulatedArrays } from "./simulated-array.ts";
import { SimulatedDataView, simulatedAtomics } from "./simulated-atomics.ts";
import { isCodeUnderTestRunning, isSimulatedBuffer, SimulatedBuffer } from "./simulated-buffer.ts";
import { sharedViewOf } from "./simulated-array.ts";
import { rethrowStop } from "./thread-run.ts";

/** The reason for refusing each global, and its replacement. */
const REFUSED: Readonly<Record<string, string>> = {
  Date: "it reads the clock; pass the time as an argument",
  performance: "it reads the clock; pass the time as an argument",
  crypto: "it is random; pass the value as an argument",
  setTimeout: "threads are synchronous; make the work a separate thread",
  setInterval: "threads are synchronous; make the work a separate thread",
  setImmediate: "threads are synchronous; make the work a separate thread",
  queueMicrotask: "threads are synchronous; make the work a separate thread",
  fetch: "it does input and output; pass the data as an argument",
  Worker: "the check runs the threads itself; name each in `threads`",
  WebAssembly: "its memory cannot be seen; write the accesses in JavaScript",
};

function refused(name: string, why: string, real: unknown): unknown {
  const check = (): void => {
    if (isCodeUnderTestRunning()) throw new InputError(`${name} in code under test: ${why}`);
  };
  // A global that this host lacks may be used by code for another host.
  const stood = typeof real === "function" || (typeof real === "object" && real !== null) ? real : Object;
  return new Proxy(stood, {
    get(target, key) {
      check();
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    apply(target, self, given: readonly unknown[]) {
      check();
      return Reflect.apply(target as (...all: readonly unknown[]) => unknown, self, given) as unknown;
    },
    construct(target, given: readonly unknown[]) {
      check();
      return Reflect.construct(target as new () => object, given) as object;
    },
  });
}

const simulatedMath = Object.create(Math, {
  random: {
    value(): number {
      if (isCodeUnderTestRunning())
        throw new InputError("Math.random in code under test: it is random; pass the value as an argument");
      return Math.random();
    },
  },
}) as object;

const simulatedArrayBuffer = new Proxy(ArrayBuffer, {
  get(target, key) {
    if (key !== "isView") return Reflect.get(target, key, target) as unknown;
    return (value: unknown) =>
      ArrayBuffer.isView(value) || sharedViewOf(value) !== undefined || value instanceof SimulatedDataView;
  },
});

const host = globalThis as unknown as Readonly<Record<string, unknown>>;

/** The globals of code under test, by name. */
export const simulatedGlobals: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(Object.entries(REFUSED).map(([name, why]) => [name, refused(name, why, host[name])])),
  ...Object.fromEntries(simulatedArrays),
  SharedArrayBuffer: SimulatedBuffer,
  ArrayBuffer: simulatedArrayBuffer,
  DataView: SimulatedDataView,
  Atomics: simulatedAtomics,
  Math: simulatedMath,
  structuredClone(value: unknown): unknown {
    return isSimulatedBuffer(value) || sharedViewOf(value) !== undefined ? value : structuredClone(value);
  },
};

/** The names under which rewritten modules find the record of globals, and the function for `catch`. */
export const GLOBALS_KEY = "quiesce.simulated-globals";
export const RETHROW = "$quiesceRethrow";

(globalThis as Record<symbol, unknown>)[Symbol.for(GLOBALS_KEY)] = { ...simulatedGlobals, [RETHROW]: rethrowStop };
