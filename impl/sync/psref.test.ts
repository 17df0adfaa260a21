import { expect, test } from "vitest";
import { type Access, type Address, NIL } from "../memory/access.ts";
import { createHeap, place } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { bind, Lwp, migrate, placeCpus, placeLwp, type Runner, unbind } from "./cpu.ts";
import {
  initTarget,
  placePsrefClass,
  Psref,
  psrefAcquire,
  psrefDrain,
  psrefRelease,
  psrefReopen,
  PsrefTarget,
} from "./psref.ts";

function setUp() {
  const heap = createHeap(200);
  const cpus = placeCpus(heap, 2);
  const psrefClass = placePsrefClass(heap, cpus, "class");
  const otherClass = placePsrefClass(heap, cpus, "other");
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  const runnerOn = (cpu: number): Runner => ({ lwp: placeLwp(heap, `lwp${cpu}`, cpu), inInterrupt: false });
  const zero = runnerOn(0);
  const one = runnerOn(1);
  const first = place(heap, Psref, "first");
  const second = place(heap, Psref, "second");
  const third = place(heap, Psref, "third");
  const target = place(heap, PsrefTarget, "target");
  const other = place(heap, PsrefTarget, "other");
  for (const each of [target, other]) run(initTarget(psrefClass, each));
  /** The list of a CPU, followed forwards; each link back is checked. */
  const listOf = (cpu: number): Address[] => {
    const list: Address[] = [];
    let link = psrefClass.heads[cpu] ?? NIL;
    for (let record = heap.words[link] ?? NIL; record !== NIL; record = heap.words[link] ?? NIL) {
      expect(heap.words[Psref.previous(record)]).toBe(link);
      list.push(record);
      link = Psref.next(record);
    }
    return list;
  };
  return { heap, psrefClass, otherClass, run, zero, one, first, second, third, target, other, listOf };
}

test("references are listed on the CPU that takes them, the newest first, and dropped in any order", () => {
  const { run, psrefClass, zero, one, first, second, third, target, other, listOf, heap } = setUp();
  run(bind(zero.lwp));
  run(bind(one.lwp));
  for (const record of [first, second, third])
    run(psrefAcquire(psrefClass, zero, record, record === second ? other : target));
  expect([listOf(0), listOf(1)]).toEqual([[third, second, first], []]);
  run(psrefRelease(psrefClass, zero, second, other));
  expect(listOf(0)).toEqual([third, first]);
  run(psrefAcquire(psrefClass, one, second, target));
  expect([listOf(0), listOf(1)]).toEqual([[third, first], [second]]);
  run(psrefRelease(psrefClass, zero, first, target));
  run(psrefRelease(psrefClass, zero, third, target));
  expect([listOf(0), listOf(1)]).toEqual([[], [second]]);
  expect([first, second, third].map((record) => heap.words[Psref.target(record)])).toEqual([NIL, target, NIL]);
  expect(heap.words[psrefClass.released]).toBe(0); // no thread waits, so none is notified
});

test("the rules of taking a reference are enforced", () => {
  const { run, psrefClass, otherClass, zero, first, second, target, other } = setUp();
  expect(() => run(psrefAcquire(psrefClass, zero, first, target))).toThrow(
    "the taker of a passive reference is bound to its CPU",
  );
  run(bind(zero.lwp));
  expect(() => run(psrefAcquire(otherClass, zero, first, target))).toThrow(
    "a passive reference is taken in the class of its target",
  );
  run(psrefAcquire(psrefClass, zero, first, target));
  expect(() => run(psrefAcquire(psrefClass, zero, first, other))).toThrow(
    "a passive reference's record is used for one target at a time",
  );
  run(psrefDrain(psrefClass, zero, other));
  expect(() => run(psrefAcquire(psrefClass, zero, second, other))).toThrow(
    "no passive reference is taken to a target that is draining",
  );
  run(psrefReopen(other));
  run(psrefAcquire(psrefClass, zero, second, other));
});

test("the rules of dropping a reference are enforced", () => {
  const { run, psrefClass, zero, first, second, target, other, heap } = setUp();
  run(bind(zero.lwp));
  run(psrefAcquire(psrefClass, zero, first, target));
  expect(() => run(psrefRelease(psrefClass, zero, first, other))).toThrow(
    "a passive reference is dropped from the target it was taken to",
  );
  run(unbind(zero.lwp));
  expect(() => run(psrefRelease(psrefClass, zero, first, target))).toThrow(
    "a passive reference is dropped on the CPU that took it",
  );
  run(migrate(zero.lwp, 1));
  run(bind(zero.lwp));
  expect(() => run(psrefRelease(psrefClass, zero, first, target))).toThrow(
    "a passive reference is dropped on the CPU that took it",
  );
  heap.words[Lwp.placement(zero.lwp)] = 0x100;
  heap.words[Psref.target(second)] = target;
  heap.words[Psref.previous(second)] = psrefClass.heads[0] ?? NIL; // which leads to the first record
  expect(() => run(psrefRelease(psrefClass, zero, second, target))).toThrow(
    "a passive reference that is dropped is on its CPU's list",
  );
});

test("a drain waits for the references of every CPU to the target, and to no other", () => {
  const { run, psrefClass, zero, one, first, second, target, other, heap } = setUp();
  run(bind(one.lwp));
  run(psrefAcquire(psrefClass, one, first, other));
  run(psrefDrain(psrefClass, zero, target));
  run(psrefReopen(target));
  run(psrefAcquire(psrefClass, one, second, target));
  expect(() => run(psrefDrain(psrefClass, zero, target))).toThrow(
    `word ${psrefClass.released} is 0: with nobody else running, the wait for it never ends`,
  );
  expect(heap.words[PsrefTarget.draining(target)]).toBe(1);
  run(psrefRelease(psrefClass, one, second, target));
  expect(heap.words[psrefClass.released]).toBe(1);
  run(psrefDrain(psrefClass, zero, target));
  expect(heap.words[PsrefTarget.draining(other)]).toBe(0);
});

test("a drain checks again when a reference was dropped between its check and its wait", () => {
  const { psrefClass, zero, one, first, target, run, heap } = setUp();
  run(bind(one.lwp));
  run(psrefAcquire(psrefClass, one, first, target));
  const seen = heap.words[psrefClass.released] ?? 0;
  const log: string[] = [];
  expect(() => run(recorded(psrefDrain(psrefClass, zero, target), log))).toThrow("never ends");
  expect(log.slice(0, 4)).toEqual(["assertHolds", "writeOnce", "readOnce", "mutexLock"]);
  expect(log.slice(-2)).toEqual(["mutexUnlock", "awaitUnequal"]);
  run(psrefRelease(psrefClass, one, first, target));
  expect(heap.words[psrefClass.released]).toBe(seen + 1);
});

test("a draining thread holds no reference itself, and is not a soft interrupt", () => {
  const { run, psrefClass, zero, first, target } = setUp();
  expect(() => run(psrefDrain(psrefClass, { ...zero, inInterrupt: true }, target))).toThrow(
    "no soft interrupt waits for passive references",
  );
  run(bind(zero.lwp));
  run(psrefAcquire(psrefClass, zero, first, target));
  expect(() => run(psrefDrain(psrefClass, zero, target))).toThrow(
    "a thread that waits for a target's passive references holds none itself",
  );
});

test("a release checks for a waiting thread before it releases the list", () => {
  const { run, psrefClass, zero, first, target } = setUp();
  run(bind(zero.lwp));
  run(psrefAcquire(psrefClass, zero, first, target));
  const log: string[] = [];
  run(recorded(psrefRelease(psrefClass, zero, first, target), log));
  expect(log.filter((name) => name !== "read" && name !== "write" && name !== "assertHolds")).toEqual([
    "readOnce",
    "spinLock",
    "readOnce",
    "spinUnlock",
  ]);
});
