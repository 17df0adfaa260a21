/** The explorer under `es` against the axioms of `model/memory/es.ts`. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Access,
  type AccessKind,
  atomicAdd,
  awaitEqual,
  loadAcquire,
  read,
  smpMb,
  storeRelease,
  write,
} from "#impl/memory/access.ts";
import {
  atomicConditions,
  es,
  esAxioms,
  esDefinitions,
  esModel,
  type EsModel,
  memoryOrderDefinitions,
} from "#model/memory/es.ts";
import { validExecutions } from "./es-executions.fixture.ts";
import { explore } from "./explore.ts";
import type { ExploredProgram } from "./explored-program.ts";
import { ProgramError } from "./local-states.ts";
import { randomProgram, randomThreads } from "./random-program.ts";

function exploredExecutions(program: ExploredProgram): readonly string[] {
  const found: string[] = [];
  explore(program, { model: "es", onExecution: (execution) => void found.push(execution.canonicalWithoutCoherence()) });
  return found.toSorted();
}

const random = randomThreads({ threads: 3, accesses: 3, words: 2, barriers: false });

function agrees(program: ExploredProgram, model: EsModel): boolean {
  const wanted = [...validExecutions(program, model)].toSorted();
  return exploredExecutions(program).join("\n") === wanted.join("\n");
}

test("every execution of a random program that the axioms allow is visited exactly once", () => {
  fc.assert(
    fc.property(random, (threads) => {
      const program = randomProgram(threads);
      expect(exploredExecutions(program)).toEqual([...validExecutions(program)].toSorted());
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("two threads of five accesses, including locks and waits, have the executions that the axioms allow", () => {
  const long = randomThreads({ threads: 2, accesses: 5, words: 2, barriers: false });
  fc.assert(
    fc.property(long, (threads) => agrees(randomProgram(threads), es)),
    { numRuns: 120, seed: 9 },
  );
});

test.each([
  [
    "the first of the conditions on atomics",
    esModel({ ...esDefinitions, ...memoryOrderDefinitions(atomicConditions.slice(1)) }),
  ],
  [
    "the last of the conditions on atomics",
    esModel({ ...esDefinitions, ...memoryOrderDefinitions(atomicConditions.slice(0, 2)) }),
  ],
  [
    "the rule on reads of what was overwritten",
    esModel(
      esDefinitions,
      esAxioms.filter(({ name }) => name !== "coherent-reads-latest"),
    ),
  ],
])("axioms without %s are noticed", (_, model) => {
  const programs = fc.sample(random, { numRuns: 300, seed: 1 }).map(randomProgram);
  expect(programs.some((program) => !agrees(program, model))).toBe(true);
});

const [x, y] = [1, 2];

type Body = readonly (() => AccessKind)[];

function threads(...bodies: readonly Body[]): ExploredProgram {
  return {
    threads: bodies.map(
      (body) =>
        function* (): Access {
          for (const access of body) yield access();
        },
    ),
  };
}

test.each([
  // Both reads of 0 need a plain access.
  [
    "store buffering by Atomics",
    3,
    threads([() => storeRelease(x, 1), () => loadAcquire(y)], [() => storeRelease(y, 1), () => loadAcquire(x)]),
  ],
  [
    "store buffering by plain accesses",
    4,
    threads([() => write(x, 1), () => read(y)], [() => write(y, 1), () => read(x)]),
  ],
  // A plain read may miss what an earlier one saw; after an atomic read of an atomic write this cannot happen.
  ["two plain reads", 4, threads([() => write(x, 1)], [() => read(x), () => read(x)])],
  ["two atomic reads", 3, threads([() => storeRelease(x, 1)], [() => loadAcquire(x), () => loadAcquire(x)])],
  // Writes that no thread reads have no order.
  ["three plain writes", 1, threads([() => write(x, 1)], [() => write(x, 2)], [() => write(x, 3)])],
  ["three atomic additions", 6, threads([() => atomicAdd(x, 1)], [() => atomicAdd(x, 1)], [() => atomicAdd(x, 1)])],
  // A plain write may fall inside a read-modify-write, but only one of two values is read.
  ["an addition beside a plain write", 2, threads([() => atomicAdd(x, 1)], [() => write(x, 5)])],
  [
    "a wait for a flag",
    1,
    threads([() => write(x, 1), () => storeRelease(y, 1)], [() => awaitEqual(y, -1, 1), () => read(x)]),
  ],
] as const)("%s: %i executions", (_, executions, program) => {
  expect(explore(program, { model: "es" })).toMatchObject({ executions, blocked: 0, complete: true });
});

test("a data race is two conflicting, unordered accesses of which at least one is plain", () => {
  const race = (...bodies: readonly Body[]): boolean | undefined => explore(threads(...bodies), { model: "es" }).race;
  expect(race([() => write(x, 1)], [() => write(x, 2)])).toBe(true);
  expect(race([() => write(x, 1)], [() => loadAcquire(x)])).toBe(true);
  expect(race([() => storeRelease(x, 1)], [() => atomicAdd(x, 2), () => loadAcquire(x)])).toBe(false);
  expect(race([() => write(x, 1)], [() => write(y, 2)])).toBe(false);
  const published = [() => write(x, 1), () => storeRelease(y, 1)];
  expect(race(published, [() => awaitEqual(y, -1, 1), () => read(x)])).toBe(false);
  expect(race(published, [() => read(y), () => read(x)])).toBe(true);
  expect(explore(threads([() => write(x, 1)]), { model: "sc" }).race).toBeUndefined();
});

test("barriers are refused: JavaScript has none", () => {
  expect(() => explore(threads([() => smpMb()]), { model: "es" })).toThrow(ProgramError);
});
