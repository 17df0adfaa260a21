import { expect, test } from "vitest";
import type { Access } from "../memory/access.ts";
import { createHeap } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import {
  bind,
  Cpu,
  enterInterrupt,
  leaveInterrupt,
  Lwp,
  migrate,
  placeCpus,
  placeLwp,
  placementOf,
  unbind,
} from "./cpu.ts";

function setUp() {
  const heap = createHeap(40);
  const cpus = placeCpus(heap, 3);
  const lwp = placeLwp(heap, "lwp", 1);
  return { heap, cpus, lwp, run: <T>(procedure: Access<T>): T => runAlone(heap, procedure) };
}

test("an lwp is bound where it runs, as many times as it requests", () => {
  const { lwp, run } = setUp();
  expect(run(placementOf(lwp))).toEqual({ cpu: 1, isBound: false });
  expect([run(bind(lwp)), run(bind(lwp))]).toEqual([1, 1]);
  run(unbind(lwp));
  expect(run(placementOf(lwp))).toEqual({ cpu: 1, isBound: true });
  run(unbind(lwp));
  expect(run(placementOf(lwp))).toEqual({ cpu: 1, isBound: false });
});

test("an lwp migrates unless it is bound", () => {
  const { lwp, run } = setUp();
  expect(run(migrate(lwp, 2))).toBe(true);
  expect(run(placementOf(lwp)).cpu).toBe(2);
  expect(run(bind(lwp))).toBe(2);
  expect(run(migrate(lwp, 0))).toBe(false);
  run(unbind(lwp));
  expect(run(migrate(lwp, 0))).toBe(true);
  expect(run(placementOf(lwp))).toEqual({ cpu: 0, isBound: false });
});

test("a migration gives up when the lwp is bound between its two accesses", () => {
  const { heap, lwp } = setUp();
  const migration = migrate(lwp, 2);
  migration.next(0);
  migration.next(1); // found unbound on CPU 1, and requests the exchange
  heap.words[Lwp.placement(lwp)] = 0x101;
  expect(migration.next(0x101)).toEqual({ done: true, value: false });
});

test("a soft interrupt counts on its CPU and keeps the lwp there", () => {
  const { heap, cpus, lwp, run } = setUp();
  const running = (): (number | undefined)[] => cpus.map((cpu) => heap.words[Cpu.interrupts(cpu)]);
  run(enterInterrupt(cpus, lwp));
  expect(running()).toEqual([0, 1, 0]);
  expect(run(migrate(lwp, 0))).toBe(false);
  const log: string[] = [];
  run(recorded(leaveInterrupt(cpus, lwp), log));
  expect(log).toEqual(["readOnce", "smpMbBeforeAtomic", "atomicAdd", "atomicAdd"]);
  expect(running()).toEqual([0, 0, 0]);
  expect(run(placementOf(lwp)).isBound).toBe(false);
});

test("the requested number of CPUs is placed, if a placement can name them", () => {
  expect(placeCpus(createHeap(2000), 255)).toHaveLength(255);
  for (const count of [0, -1, 256, 1.5])
    expect(() => placeCpus(createHeap(2000), count)).toThrow(
      `count is ${count}, and must be a whole number from 1 to 255`,
    );
});
