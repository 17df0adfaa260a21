import fc from "fast-check";
import { expect, test } from "vitest";
import type { Story, StoryExecution, StoryStep } from "../../counterexample-story.ts";
import { LIFE, Memory } from "./memory.ts";

const quiet: Omit<StoryStep, "changes"> = {
  thread: 0,
  access: "write",
  place: "",
  effect: "",
  writes: true,
  holds: [],
  stack: [],
  waiting: [],
};

/** A static root at address 1, and two objects of two words, at 10 and 20; `next` is a pointer. */
function storyOf(steps: StoryExecution["steps"], memory = [[0], [0, 0], [0, 0]], live: number[] = []): Story {
  return {
    format: "quiesce-story",
    version: 1,
    scenario: "s",
    system: "s",
    replay: "",
    structs: [
      { name: "root", words: ["first"], pointers: [0] },
      { name: "node", words: ["value", "next"], pointers: [1] },
    ],
    objects: [
      { name: "root", struct: 0, address: 1, isStatic: true },
      { name: "node#1", struct: 1, address: 10, isStatic: false },
      { name: "node#2", struct: 1, address: 20, isStatic: false },
    ],
    failing: { threads: ["t"], memory, live, steps, operations: [], sections: [], gracePeriods: [], conflicts: [] },
    orderings: [],
    sources: [],
  };
}

test("an object is absent, fresh, linked, unlinked and freed, in turn, forward and backward", () => {
  const story = storyOf([
    { ...quiet, changes: [], allocated: 1 },
    { ...quiet, changes: [[0, 0, 10]] },
    { ...quiet, changes: [[0, 0, 0]] },
    { ...quiet, changes: [[1, 0, 99]], freed: 1 },
  ]);
  const memory = new Memory(story, story.failing);
  const lives = [LIFE.absent, LIFE.fresh, LIFE.linked, LIFE.unlinked, LIFE.freed];
  for (const [step, life] of [...lives.entries(), ...[...lives.entries()].toReversed()]) {
    memory.goTo(step);
    expect(memory.life(1), `after ${step}`).toBe(life);
  }
});

test("the target of a linked object is linked, and a pointer into the middle of an object counts", () => {
  const story = storyOf([{ ...quiet, changes: [[0, 0, 10]] }], [[0], [0, 21], [0, 0]], [1, 2]);
  const memory = new Memory(story, story.failing);
  expect([memory.life(1), memory.life(2)]).toEqual([LIFE.fresh, LIFE.fresh]);
  memory.goTo(1);
  expect([memory.life(1), memory.life(2)]).toEqual([LIFE.linked, LIFE.linked]);
  expect(memory.objectAt(21)).toBe(2);
  expect(memory.objectAt(22)).toBeUndefined();
  expect(memory.objectAt(0)).toBeUndefined();
});

test("memory at a step does not depend on the way there", () => {
  const change = fc.tuple(fc.constantFrom(1, 2), fc.nat({ max: 1 }), fc.constantFrom(0, 1, 10, 20));
  const steps = fc.array(fc.array(change, { maxLength: 3 }), { minLength: 1, maxLength: 12 });
  const ways = fc.array(fc.nat({ max: 12 }), { maxLength: 20 });
  fc.assert(
    fc.property(steps, ways, (all, way) => {
      const story = storyOf(all.map((changes) => ({ ...quiet, changes })));
      const memory = new Memory(story, story.failing);
      for (const wanted of way) {
        memory.goTo(wanted);
        const expected = [[0], [0, 0], [0, 0]];
        for (const [object, word, value] of all.slice(0, wanted).flat()) expected[object]?.splice(word, 1, value);
        expect(memory.words.map((words) => [...words])).toEqual(expected);
      }
    }),
    { seed: 1 },
  );
});
