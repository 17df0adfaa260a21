import fc from "fast-check";
import { expect, test } from "vitest";
import { ScenarioError } from "#fuzz/systems/scenario-error.ts";
import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { earlyFree, lostUpdate } from "./example-programs.fixture.ts";
import { replay } from "./replay.ts";
import { programSubject, scenarioSubject } from "#fuzz/subjects/subject.ts";
import type { MachineSettings } from "#fuzz/machine/machine-settings.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { blocksOf, Follower } from "./follow.ts";
import { PreemptionBounded } from "./preemption-bounded.ts";
import { shrink, type Shrunk } from "./shrink.ts";

const subjectOf = (make: () => Program) => programSubject({ name: "example", system: "example" }, make);

/**
 * A free is an access, so an early one is a data race before any use of the object: here the later fault is of
 * interest.
 */
const GRACE = { dataRaces: false };

/** The choices of the first violating execution of a random walk. */
function violatingChoices(make: () => Program, seed = 1, checks: MachineSettings = {}): Int32Array {
  const { choices } = search(new Machine(make(), checks), randomWalk(seed), { executionsMax: 5000 });
  if (choices === undefined) throw new Error("nothing was violated");
  return choices;
}

async function shrunkOf(make: () => Program, seed = 1, checks: MachineSettings = {}): Promise<Shrunk> {
  const shrunk = await shrink(subjectOf(make), violatingChoices(make, seed, checks), { machine: checks });
  if (shrunk === undefined) throw new Error("it does not violate anything");
  return shrunk;
}

/** A scenario of counters: each operation adds 1 to the counter; operations are numbered per adder. */
const adders: Scenario = {
  name: "adders",
  system: "adders",
  initial: ["unused", "unused"],
  threads: ["first", "second", "third"].map((name) => ({ name, operations: [1, 1, 1] })),
};

/** Fails when an addition of the first two threads is lost; the third is a bystander. */
function compileAdders(scenario: Scenario): Program {
  const names = scenario.threads.map(({ name }) => name);
  if (names.length < 2) throw new ScenarioError("adders: one thread alone is no scenario");
  const counts = scenario.threads.map(({ operations }) => operations.length);
  const program = lostUpdate({ threads: names.length, additions: Math.max(...counts) });
  return { ...program, threads: program.threads.map((thread, index) => ({ ...thread, name: names[index] ?? "" })) };
}

test("an early free shrinks to one preemption and its nine accesses", async () => {
  const { replayed, preemptions, fewestPreemptions, choices, finished } = await shrunkOf(
    () => earlyFree({ reads: 3 }),
    1,
    GRACE,
  );
  expect(replayed.violation?.property).toBe("grace-period");
  expect({ preemptions, fewestPreemptions, finished, accesses: choices.length }).toEqual({
    preemptions: 1,
    fewestPreemptions: true,
    finished: true,
    accesses: 9,
  });
});

test("the orderings that matter are the textbook ones, and they alone make it fail", async () => {
  const { orderings, samples, failing, neighbour } = await shrunkOf(() => earlyFree(), 1, GRACE);
  expect(orderings.map(({ text }) => text)).toEqual([
    "reader's read of box.current before writer's write of box.current",
    "writer's free of item#1 before reader's read of item#1.value",
  ]);
  expect(samples).toBeGreaterThan(50);
  expect(failing).toBe(samples);
  expect(neighbour?.because).toBe("with reader's read of item#1.value before writer's free of item#1");
});

test("the neighbour passes, and is a schedule of the result's scenario", async () => {
  for (const make of [() => earlyFree({ reads: 2 }), () => lostUpdate({ additions: 2 })]) {
    const { subject, neighbour } = await shrunkOf(make);
    expect(neighbour).toBeDefined();
    expect(replay(subject.makeProgram(), { choices: neighbour?.choices ?? [] }).kind).toBe("passed");
  }
});

test("every ordering that is named holds in the result", async () => {
  const { orderings, replayed } = await shrunkOf(() => lostUpdate({ threads: 3 }), 3);
  for (const { first, second } of orderings) {
    expect(first).toBeLessThan(second);
    expect(replayed.accesses[first]?.thread).not.toBe(replayed.accesses[second]?.thread);
  }
});

test("shrinking keeps the violated property, and never adds preemptions", async () => {
  const makes = [() => earlyFree({ reads: 2 }), () => lostUpdate({ additions: 2 }), () => lostUpdate({ threads: 3 })];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...makes),
      fc.nat(10_000),
      fc.integer({ min: 50, max: 3000 }),
      async (make, seed, executionsMax) => {
        const choices = violatingChoices(make, seed);
        const before = replay(make(), { choices });
        const shrunk = await shrink(subjectOf(make), choices, { executionsMax });
        expect(shrunk?.replayed.kind).toBe("violated");
        expect(shrunk?.replayed.violation?.property).toBe(before.violation?.property);
        expect(shrunk?.preemptions).toBeLessThanOrEqual(before.preemptions);
        expect(shrunk?.preemptionsBefore).toBe(before.preemptions);
        expect(shrunk?.replayed.preemptions).toBe(shrunk?.preemptions);
        expect(shrunk?.executions).toBeLessThanOrEqual(executionsMax + 1);
      },
    ),
    { seed: 1, numRuns: 25 },
  );
});

test("shrinking is deterministic", async () => {
  const [one, other] = [
    await shrunkOf(() => lostUpdate({ additions: 3 })),
    await shrunkOf(() => lostUpdate({ additions: 3 })),
  ];
  expect([...one.choices]).toEqual([...other.choices]);
  expect(one.orderings).toEqual(other.orderings);
  expect(one.executions).toBe(other.executions);
});

test("an execution that violates nothing is not shrunk", async () => {
  expect(
    await shrink(
      subjectOf(() => lostUpdate({ locked: true })),
      [0, 0, 0],
    ),
  ).toBeUndefined();
});

test("threads, operations and initial operations that the violation does not need are removed", async () => {
  const subject = scenarioSubject(adders, compileAdders);
  const choices = violatingChoices(() => compileAdders(adders), 5);
  const before = replay(compileAdders(adders), { choices });
  const shrunk = await shrink(subject, choices);
  expect(shrunk?.subject.scenario["threads"]).toEqual(
    [
      { name: "first", operations: [1] },
      { name: "second", operations: [1] },
    ].map((thread) => ({ ...thread, name: expect.any(String) })),
  );
  expect(shrunk?.subject.scenario["initial"]).toEqual([]);
  expect(shrunk?.preemptions).toBe(1);
  expect(before.preemptions).toBeGreaterThan(1);
  expect(shrunk?.replayed.violation?.property).toBe("assertion");
});

test("when told to stop, it returns its result so far, marked unfinished", async () => {
  const make = (): Program => lostUpdate({ threads: 4, additions: 4 });
  const choices = violatingChoices(make, 2);
  const whole = await shrink(subjectOf(make), choices);
  const shrunk = await shrink(subjectOf(make), choices, { shouldStop: () => true });
  expect(whole?.finished).toBe(true);
  expect(shrunk?.finished).toBe(false);
  expect(shrunk?.replayed.kind).toBe("violated");
  expect(shrunk?.executions).toBeLessThan(whole?.executions ?? 0);
});

test("progress is reported while it runs", async () => {
  const reported: number[] = [];
  const make = (): Program => lostUpdate({ threads: 3, additions: 3 });
  await shrink(subjectOf(make), violatingChoices(make, 2), { progress: (executions) => reported.push(executions) });
  expect(reported.length).toBeGreaterThan(0);
  expect(reported).toEqual(reported.toSorted((one, other) => one - other));
});

test("following the blocks of an execution repeats it", () => {
  fc.assert(
    fc.property(fc.nat(10_000), (seed) => {
      const machine = new Machine(lostUpdate({ threads: 3, additions: 2 }));
      machine.run(randomWalk(seed));
      const choices = machine.choices.slice(0, machine.steps);
      expect([...new Follower().run(machine, blocksOf(choices)).choices]).toEqual([...choices]);
    }),
    { seed: 1, numRuns: 50 },
  );
});

test("the search bounded by preemptions runs each schedule once, and all of them", () => {
  // Two threads of two accesses each, without locks: C(4, 2) = 6 schedules; 2 without a preemption, 4 with at most one.
  const make = (): Program => {
    const program = lostUpdate();
    const [first, second] = program.threads;
    if (first === undefined || second === undefined) throw new Error("two threads were asked for");
    const twoAccesses = (thread: typeof first) => ({
      ...thread,
      *body() {
        const body = thread.body();
        let step = body.next(0);
        for (let accesses = 0; accesses < 3 && !step.done; accesses++) step = body.next(yield step.value);
      },
    });
    return { ...program, threads: [twoAccesses(first), twoAccesses(second)] };
  };
  for (const [preemptionsMax, expected] of [
    [0, 2],
    [1, 4],
    [2, 6],
    [9, 6],
  ] as const) {
    const machine = new Machine(make());
    const strategy = new PreemptionBounded(preemptionsMax);
    const seen = new Set<string>();
    let executions = 0;
    do {
      machine.run(strategy);
      executions++;
      seen.add(machine.choices.slice(0, machine.steps).join(""));
      expect(strategy.preemptions.count).toBeLessThanOrEqual(preemptionsMax);
    } while (strategy.advance() && executions < 100);
    expect({ preemptionsMax, executions, schedules: seen.size }).toEqual({
      preemptionsMax,
      executions: expected,
      schedules: expected,
    });
  }
});

test("an endless execution spends the budget by its length, and has no orderings", async () => {
  const make = (): Program => {
    const program = lostUpdate();
    return {
      ...program,
      threads: program.threads.map((thread) => ({
        ...thread,
        *body() {
          for (;;) {
            const body = thread.body();
            for (let accesses = 0, found = 0; accesses < 2; accesses++) {
              const step = body.next(found);
              if (step.done === true) break;
              found = yield step.value;
            }
          }
        },
      })),
    };
  };
  const choices = Array.from({ length: 3_000 }, (_, step) => step % 2);
  const shrunk = await shrink(subjectOf(make), choices, { executionsMax: 300, machine: { accessesMax: 3_000 } });
  expect(shrunk?.replayed.violation?.property).toBe("progress");
  expect(shrunk?.executions).toBeLessThan(60);
  expect(shrunk?.orderings).toEqual([]);
});
