import { expect, test } from "vitest";
import { poolControl, workerControl } from "./worker-control.ts";

test("a job without a pool is never told to stop", () => {
  expect(workerControl().shouldStop(3)).toBe(false);
});

test("a pool counts no executions before a worker does, and stops for good", () => {
  const pool = poolControl();
  expect(pool.executions()).toBe(0);
  pool.stop();
  pool.stop();
  expect(new Int32Array(pool.shared)[0]).toBe(1);
});
