import { expect, test } from "vitest";
import {
  counterSteps,
  mapSteps,
  mutexSteps,
  queueSteps,
  registerSteps,
  semaphoreSteps,
  setSteps,
  stackSteps,
} from "./word-steps.ts";

test("a queue returns the oldest value, a stack the newest, and an empty one its `empty` value", () => {
  const queue = queueSteps({ empty: -1 });
  expect(queue.take([1, 2])).toEqual({ response: 1, next: [2] });
  expect(queue.take([])).toEqual({ response: -1, next: [] });
  const stack = stackSteps();
  expect(stack.take([1, 2])).toEqual({ response: 2, next: [1] });
  expect(stack.put([1], { value: 2 })).toEqual({ next: [1, 2] });
});

test("a bounded container refuses or waits when it is full, and a waiting one takes nothing when it is empty", () => {
  const queue = queueSteps({ capacity: 1 });
  expect(queue.offer([], { value: 7 })).toEqual({ response: true, next: [7] });
  expect(queue.offer([7], { value: 8 })).toEqual({ response: false, next: [7] });
  expect(queue.putWhenRoom([7], { value: 8 })).toEqual([]);
  expect(queue.putWhenRoom([], { value: 8 })).toEqual([{ next: [8] }]);
  expect(queue.takeWhenThere([])).toEqual([]);
  expect(queue.takeWhenThere([7])).toEqual([{ response: 7, next: [] }]);
});

test("the responses of registers, counters, sets and maps depend only on their state", () => {
  const register = registerSteps(3);
  expect([register.initial, register.read(3), register.write(3, { value: 4 })]).toEqual([
    3,
    { response: 3, next: 3 },
    { next: 4 },
  ]);
  expect(register.compareAndSet(3, { expected: 3, value: 5 })).toEqual({ response: true, next: 5 });
  expect(register.compareAndSet(3, { expected: 4, value: 5 })).toEqual({ response: false, next: 3 });
  const counter = counterSteps();
  expect([counter.increment(1), counter.incremented(1), counter.read(1)]).toEqual([
    { next: 2 },
    { response: 2, next: 2 },
    { response: 1, next: 1 },
  ]);
  const set = setSteps();
  expect(set.add([2], { key: 1 })).toEqual({ response: true, next: [1, 2] });
  expect(set.add([1], { key: 1 })).toEqual({ response: false, next: [1] });
  expect([set.has([1], { key: 1 }).response, set.remove([1], { key: 1 })]).toEqual([
    true,
    { response: true, next: [] },
  ]);
  const map = mapSteps(-1);
  expect([map.get({}, { key: 1 }).response, map.set({}, { key: 1, value: 2 }).next]).toEqual([-1, { 1: 2 }]);
  expect([map.get({ 1: 2 }, { key: 1 }).response, map.remove({ 1: 2 }, { key: 1 })]).toEqual([
    2,
    { response: true, next: {} },
  ]);
});

test("a lock and a semaphore admit no thread when no permit is left", () => {
  const lock = mutexSteps();
  expect([lock.acquire(lock.initial), lock.acquire(0), lock.release(0)]).toEqual([[{ next: 0 }], [], { next: 1 }]);
  const semaphore = semaphoreSteps(2);
  expect([semaphore.initial, semaphore.tryAcquire(0), semaphore.tryAcquire(2)]).toEqual([
    2,
    { response: false, next: 0 },
    { response: true, next: 1 },
  ]);
});
