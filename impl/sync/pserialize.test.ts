import { expect, test } from "vitest";
import { createHeap } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { Cpu, placeCpus, placeLwp } from "./cpu.ts";
import { pserializePerform, pserializeReadEnter, pserializeReadExit } from "./pserialize.ts";

function setUp() {
  const heap = createHeap(40);
  const cpus = placeCpus(heap, 2);
  return { heap, cpus, lwp: placeLwp(heap, "lwp", 0) };
}

test("a reader is in a section from enter to exit", () => {
  const { heap } = setUp();
  const log: string[] = [];
  runAlone(heap, recorded(pserializeReadEnter(), log));
  runAlone(heap, recorded(pserializeReadExit(), log));
  expect(log).toEqual(["rcuReadLock", "rcuReadUnlock"]);
});

test("perform waits for the soft interrupts of every CPU, then for the sections", () => {
  const { heap, cpus, lwp } = setUp();
  const log: string[] = [];
  runAlone(heap, recorded(pserializePerform(cpus, { lwp, inInterrupt: false }), log));
  expect(log).toEqual(["assertHolds", "awaitEqual", "awaitEqual", "synchronizeRcu"]);
  for (const cpu of cpus) {
    heap.words[Cpu.interrupts(cpu)] = 1;
    expect(() => runAlone(heap, pserializePerform(cpus, { lwp, inInterrupt: false }))).toThrow(
      `word ${Cpu.interrupts(cpu)} is 1: with nobody else running, the wait for it never ends`,
    );
    heap.words[Cpu.interrupts(cpu)] = 0;
  }
});

test("perform in a soft interrupt violates an assertion", () => {
  const { heap, cpus, lwp } = setUp();
  expect(() => runAlone(heap, pserializePerform(cpus, { lwp, inInterrupt: true }))).toThrow(
    "pserializePerform runs in no soft interrupt, which would wait for itself",
  );
});
