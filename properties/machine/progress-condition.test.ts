import { expect, test } from "vitest";
import {
  type Access,
  type Address,
  cmpxchg,
  readOnce,
  spinLock,
  spinUnlock,
  write,
  read,
} from "#impl/memory/access.ts";
import { place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { check } from "#fuzz/runner/check.ts";
import { defineSystem } from "#fuzz/systems/define-system.ts";
import { operation } from "#fuzz/systems/operation-table.ts";
import { counterSteps } from "#model/objects/word-steps.ts";
import type { ProgressCondition } from "./progress-condition.ts";

const Counter = struct("counter", { lock: 1, value: 1 });

/** Retries until no other thread interferes: lock-free. */
function* incrementByRetry(counter: Address): Access<number> {
  for (;;) {
    const seen = yield readOnce(Counter.value(counter));
    if ((yield cmpxchg(Counter.value(counter), seen, seen + 1)) === seen) return seen + 1;
  }
}

function* incrementUnderLock(counter: Address): Access<number> {
  yield spinLock(Counter.lock(counter));
  const sum = (yield read(Counter.value(counter))) + 1;
  yield write(Counter.value(counter), sum);
  yield spinUnlock(Counter.lock(counter));
  return sum;
}

function verdictOf(run: (counter: Address) => Access<number>, progress: ProgressCondition): Promise<string> {
  const system = defineSystem({
    name: "counter",
    about: "a counter",
    place: (heap) => place(heap, Counter, "counter"),
    initialState: 0,
    operations: { increment: operation({ run, step: counterSteps().incremented }) },
    progress,
  });
  const { increment } = system.calls;
  const threads = [
    [increment(), increment()],
    [increment(), increment()],
  ];
  const out = `${import.meta.dirname}/../../reports/out/progress`;
  return check(system, { threads, out }).then(
    ({ verdict }) => verdict,
    (error: Error) => error.name,
  );
}

test("a retry loop is lock-free and obstruction-free, and not wait-free", async () => {
  expect(await verdictOf(incrementByRetry, { kind: "lock-free", accessesMax: 4 })).toBe("holds");
  expect(await verdictOf(incrementByRetry, { kind: "obstruction-free", accessesMax: 4 })).toBe("holds");
  expect(await verdictOf(incrementByRetry, { kind: "wait-free", accessesMax: 4 })).toBe("VIOLATED wait-free");
  expect(await verdictOf(incrementByRetry, { kind: "lock-free", accessesMax: 2 })).toBe("VIOLATED lock-free");
  expect(await verdictOf(incrementByRetry, { kind: "obstruction-free", accessesMax: 1 })).toBe(
    "VIOLATED obstruction-free",
  );
});

test("under a lock none of the conditions holds", async () => {
  for (const kind of ["wait-free", "lock-free", "obstruction-free"] as const)
    expect(await verdictOf(incrementUnderLock, { kind, accessesMax: 100 })).toBe(`VIOLATED ${kind}`);
});
