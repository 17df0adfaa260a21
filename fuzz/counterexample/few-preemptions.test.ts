import fc from "fast-check";
import { expect, test } from "vitest";
import { Machine } from "#fuzz/machine/machine.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { search } from "#fuzz/search/search.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { programSubject } from "#fuzz/subjects/subject.ts";
import { lostUpdate } from "./example-programs.fixture.ts";
import { withFewPreemptions } from "./few-preemptions.ts";
import { blocksOf, Follower } from "./follow.ts";

const bounds = { executionsMax: 50_000 };
const make = (): Program => lostUpdate({ threads: 3, additions: 3 });
const subjectOf = (program: () => Program) => programSubject({ name: "example", system: "example" }, program);

/** A violating execution of a random walk, and its preemptions. */
function found(seed: number): { choices: Int32Array; preemptions: number } {
  const { choices = new Int32Array() } = search(new Machine(make()), randomWalk(seed), { executionsMax: 5000 });
  return { choices, preemptions: new Follower().run(new Machine(make()), blocksOf(choices)).preemptions };
}

test("a run with as few preemptions as needed is found from any run, and violates the property when run", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(10_000), async (seed) => {
      const run = await withFewPreemptions(subjectOf(make), found(seed).choices, 1, bounds);
      expect(run?.violation?.property).toBe("assertion");
      expect(run?.preemptions).toBe(1);
      const again = new Follower().run(new Machine(make()), blocksOf(run?.choices ?? []));
      expect([again.violation?.property, again.preemptions]).toEqual(["assertion", 1]);
    }),
    { seed: 1, numRuns: 25 },
  );
});

test("a run that is good enough is taken unchanged", async () => {
  const { choices, preemptions } = found(1);
  expect(preemptions).toBeGreaterThan(1);
  const run = await withFewPreemptions(subjectOf(make), choices, preemptions, bounds);
  expect([...(run?.choices ?? [])]).toEqual([...choices]);
});

test("asking for fewer preemptions than any violation has returns a run with more", async () => {
  // No addition is lost unless a thread is preempted between its two accesses.
  const run = await withFewPreemptions(subjectOf(make), found(1).choices, 0, bounds);
  expect([run?.violation?.property, run?.preemptions]).toEqual(["assertion", 1]);
});

test("a schedule that violates nothing has no such run", async () => {
  expect(
    await withFewPreemptions(
      subjectOf(() => lostUpdate({ locked: true })),
      [],
      3,
      bounds,
    ),
  ).toBeUndefined();
});
