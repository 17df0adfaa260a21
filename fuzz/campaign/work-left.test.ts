import { expect, test } from "vitest";
import { WorkLeft } from "./work-left.ts";

/** A clock that stands still until moved. */
function clock(): { now: () => number; pass: (milliseconds: number) => void } {
  let at = 0;
  return { now: () => at, pass: (milliseconds) => void (at += milliseconds) };
}

test("the work left is estimated from the cost of its kind so far, shared by the workers", () => {
  const time = clock();
  const left = new WorkLeft(2, time.now);
  const part = left.plan({ certificate: 100 });
  const end = part.begin("certificate", 20);
  time.pass(1_000);
  end();
  // 80 units at 50 ms, on two workers.
  expect(left.milliseconds()).toBe(2_000);
});

test("each kind is measured separately", () => {
  const time = clock();
  const left = new WorkLeft(1, time.now);
  const part = left.plan({ certificate: 2, bug: 2 });
  for (const [kind, milliseconds] of [
    ["certificate", 10],
    ["bug", 700],
  ] as const) {
    const end = part.begin(kind, 1);
    time.pass(milliseconds);
    end();
  }
  expect(left.milliseconds()).toBe(710);
});

test("running work counts for its remaining time", () => {
  const time = clock();
  const left = new WorkLeft(1, time.now);
  const part = left.plan({ bug: 2 });
  const first = part.begin("bug", 1);
  time.pass(1_000);
  first();
  part.begin("bug", 1);
  time.pass(300);
  expect(left.milliseconds()).toBe(700);
  time.pass(5_000);
  expect(left.milliseconds()).toBe(0);
});

test("work that needs all processors is not shared", () => {
  const left = new WorkLeft(4, clock().now);
  left.plan({ stress: 60_000 });
  expect(left.milliseconds()).toBe(60_000);
});

test("a part that has ended, or whose work is already done, leaves nothing", () => {
  const left = new WorkLeft(1, clock().now);
  const decided = left.plan({ stress: 5 });
  const resumed = left.plan({ stress: 7 });
  decided.end();
  resumed.skip("stress", 7);
  expect(left.milliseconds()).toBe(0);
});
