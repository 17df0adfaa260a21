import { Machine } from "#fuzz/machine/machine.ts";
import { Random } from "#properties/random.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { share } from "#fuzz/programs/toy-program.ts";
import { ACCESS, NIL } from "#impl/memory/access.ts";
import { expect, test } from "vitest";
import { AccessProfile } from "./access-profile.ts";

const read = (address: number) => ({ kind: ACCESS.readOnce, address, operand: 0 });
const write = (address: number) => ({ kind: ACCESS.writeOnce, address, operand: 0 });
const lock = (address: number) => ({ kind: ACCESS.spinLock, address, operand: 0 });

/** A profile of a program of two threads, with the addresses of four words. */
function profileOfTwo() {
  const heap = createHeap(64);
  const at = share(heap, "words", { a: 1, b: 1, c: 1, lock: 1 });
  const machine = new Machine({
    name: "two",
    heap,
    threads: [0, 1].map(() => ({ name: "thread", *body() {} })),
    watchers: [],
  });
  return { at, machine, profile: new AccessProfile(machine) };
}

test("a word that only one thread uses, or that all threads only read, is not shared", () => {
  const { at, profile } = profileOfTwo();
  for (const access of [write(at.a), read(at.b)]) profile.count(0, access);
  for (const access of [read(at.b), write(at.c)]) profile.count(1, access);
  profile.executionEnded();
  expect(profile.drawWord(new Random(1))).toBe(NIL);
});

test("shared words are drawn in proportion to their accesses (false alarm: below 1e-7)", () => {
  const { at, profile } = profileOfTwo();
  for (let i = 0; i < 3; i++) profile.count(i % 2, write(at.a));
  for (let i = 0; i < 7; i++) profile.count(i % 2, lock(at.lock));
  profile.count(0, write(at.c));
  profile.executionEnded();
  const random = new Random(1);
  let drawnA = 0;
  for (let i = 0; i < 10_000; i++) {
    const word = profile.drawWord(random);
    expect([at.a, at.lock]).toContain(word);
    if (word === at.a) drawnA++;
  }
  // Six standard deviations around 3 in 10.
  expect(Math.abs(drawnA - 3_000)).toBeLessThan(6 * Math.sqrt(2_100));
});

test("expectations are means over executions, and a thread's include the callbacks it starts", () => {
  const { at, profile } = profileOfTwo();
  for (let execution = 0; execution < 2; execution++) {
    profile.count(0, write(at.a));
    if (execution === 1) profile.count(0, write(at.a));
    for (let callback = 0; callback <= execution; callback++) {
      profile.callbackStarted(0);
      for (let i = 0; i < 4; i++) profile.count(2 + callback, read(at.a));
    }
    profile.executionEnded();
  }
  expect(profile.expectedOfCallback(at.a)).toBe(4);
  expect(profile.expectedOf(0, at.a)).toBe((3 + 3 * 4) / 2);
  expect(profile.expectedOf(1, at.a)).toBe(0);
  expect(profile.expectedOfCallback(at.b)).toBe(0);
});

test("nothing is expected before anything is counted, and accesses to no word are not counted", () => {
  const { at, profile } = profileOfTwo();
  profile.count(0, write(NIL));
  profile.count(0, write(100_000));
  expect(profile.expectedOf(0, at.a)).toBe(0);
  expect(profile.expectedOfCallback(at.a)).toBe(0);
});

test("a profile fits the machine it was made for, but not one of another shape", () => {
  const { machine, profile } = profileOfTwo();
  expect(profile.fits(machine)).toBe(true);
  const heap = createHeap(64);
  share(heap, "words", { a: 1 });
  expect(profile.fits(new Machine({ name: "none", heap, threads: [], watchers: [] }))).toBe(false);
});
