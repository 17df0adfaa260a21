/**
 * Scenarios drawn from a system's operation table: long sequences of one thread, and a few operations of several
 * threads from a state that a sequence has reached.
 */
import * as fc from "fast-check";
import type { Scenario } from "./scenario.ts";
import type { System } from "./system.ts";

type Generated = Pick<System, "name" | "limits"> & { readonly conformance: NonNullable<System["conformance"]> };

/** One thread with its operations, and those that release everything. */
export function sequentialScenarios({ name, limits, conformance }: Generated): fc.Arbitrary<Scenario> {
  const { sequential, sequenceMax } = conformance;
  const operations = fc.array(sequential, { minLength: 1, maxLength: sequenceMax, size: "max" });
  return fc.tuple(limits, operations).map(([set, drawn]) => {
    const own = conformance.leadToHeld(echoing(drawn, []));
    return {
      name: `${name}-sequence`,
      system: name,
      ...(Object.keys(set).length > 0 && { limits: set }),
      initial: [],
      threads: [{ name: "client", operations: [...own, ...conformance.closing(own)] }],
    };
  });
}

/** Maximum number of operations that lead to the threads' initial state. */
const INITIAL_MAX = 16;
const THREADS_MAX = 4;
const OPERATIONS_MAX = 4;

/** Two to four threads of one to four operations each. */
export function concurrentScenarios({ name, limits, conformance }: Generated): fc.Arbitrary<Scenario> {
  const initial =
    conformance.initial === undefined
      ? fc.constant([])
      : fc.array(conformance.initial, { maxLength: INITIAL_MAX, size: "max" });
  const thread = fc.array(conformance.concurrent, { minLength: 1, maxLength: OPERATIONS_MAX, size: "max" });
  const threads = fc.array(thread, { minLength: 2, maxLength: THREADS_MAX, size: "max" });
  return fc
    .tuple(limits, initial, threads)
    .map(([set, before, operations]) => ({
      name: `${name}-threads`,
      system: name,
      ...(Object.keys(set).length > 0 && { limits: set }),
      initial: conformance.leadToHeld(echoing(before, [])),
      threads: operations.map((own, index) => ({
        name: `thread ${index + 1}`,
        operations: conformance.leadToHeld(echoing(own, before)),
      })),
    }));
}

/** Stride over the names used, so that neither the first nor the last is always chosen. */
const STRIDE = 5;

/**
 * Every other operation reuses a name from an earlier operation of its thread, or from an initial one: otherwise values
 * from a wide range would never meet.
 */
function echoing(operations: readonly unknown[], before: readonly unknown[]): readonly unknown[] {
  const named = new Map<string, string[]>();
  const note = (operation: unknown): void => {
    for (const [argument, name] of namesIn(operation as object)) {
      const known = named.get(argument);
      if (known === undefined) named.set(argument, [name]);
      else known.push(name);
    }
  };
  for (const operation of before) note(operation);
  return operations.map((operation, place) => {
    const echoed = place % 2 === 0 ? operation : echoOf(operation as object, named, place);
    note(echoed);
    return echoed;
  });
}

function echoOf(operation: object, named: ReadonlyMap<string, readonly string[]>, place: number): unknown {
  const again = namesIn(operation).flatMap(([argument]) => {
    const earlier = named.get(argument) ?? [];
    const chosen = earlier[(place * STRIDE) % earlier.length];
    return chosen === undefined ? [] : [[argument, chosen]];
  });
  return { ...operation, ...Object.fromEntries(again) };
}

/** The arguments that are names, such as addresses and connections. */
function namesIn(operation: object): readonly (readonly [string, string])[] {
  return Object.entries(operation).filter(([argument, value]) => argument !== "kind" && typeof value === "string");
}
