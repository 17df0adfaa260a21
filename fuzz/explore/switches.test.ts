import { expect, test } from "vitest";
import { type Access, awaitEqual, mutexLock, mutexUnlock, readOnce, writeOnce } from "#impl/memory/access.ts";
import { explore } from "./explore.ts";
import type { ExploredProgram } from "./explored-program.ts";
import { exploredProgram } from "#fuzz/programs/explored-toy.ts";
import { toyProgramNamed } from "#fuzz/programs/toy-programs.ts";
import { cheapestLinearisation, type SwitchKind } from "./switches.ts";

/** Numbers of executions that need at most 0, 1, 2, … switches; the last number counts all. */
function within(program: ExploredProgram, kind: SwitchKind): number[] {
  const counts: number[] = [];
  const { executions } = explore(program, {
    onExecution: (execution) => {
      const cost = cheapestLinearisation(execution, program.initial, kind);
      counts[cost] = (counts[cost] ?? 0) + 1;
    },
  });
  let sum = 0;
  const cumulative = Array.from(counts, (count = 0) => (sum += count));
  expect(sum).toBe(executions);
  return cumulative;
}

function programOf(name: string, parameters: Readonly<Record<string, number>>): ExploredProgram {
  return exploredProgram(toyProgramNamed(name), parameters);
}

test.each([
  ["ainc", { N: 2, K: 3 }, [2, 6, 14, 18, 20]],
  ["ainc", { N: 3, K: 2 }, [6, 24, 60, 90]],
  ["binc", { N: 3 }, [6, 24, 36]],
  ["binc", { N: 4 }, [24, 168, 432, 576]],
  ["rinc", { N: 3, K: 1 }, [6, 24, 36]],
  // GenMC's column for 6 preemptions, 326, is not yet the total: two executions need a seventh.
  ["rinc", { N: 2, K: 3 }, [2, 12, 56, 132, 236, 304, 326, 328]],
  ["fib", { N: 2, K: 3 }, [2, 12, 50, 102, 140, 141]],
  ["reorder", { N: 3 }, [24, 168, 432, 576]],
  ["mutex", { N: 3, K: 2 }, [6, 24, 60, 90]],
])("%s %j has as many executions with at most b preemptions as GenMC found", (name, parameters, expected) => {
  expect(within(programOf(name, parameters), "preemptions")).toEqual(expected);
});

test.each(["ainc", "binc", "rinc", "mutex", "ticket", "ttas", "mcs", "sb", "treiber"])(
  "growing bounds on delays of %s reach the unbounded number, and zero delays is the scheduler's own run",
  (name) => {
    const delays = within(programOf(name, { N: 2 }), "delays");
    expect(delays[0]).toBe(1);
  },
);

const [x, y] = [1, 2];

test("a switch from a waiting thread is not a preemption; from one whose wait is over it is", () => {
  const handOver = (waits: boolean): ExploredProgram => ({
    threads: [
      function* (): Access {
        if (waits) yield awaitEqual(x, -1, 1);
        yield readOnce(y);
      },
      function* (): Access {
        yield writeOnce(x, 1);
        yield writeOnce(y, 1);
      },
    ],
  });
  // The reader runs after both writes, or before the second one: then the writer is preempted while it could go on.
  expect(within(handOver(true), "preemptions")).toEqual([1, 2]);
  expect(within(handOver(false), "preemptions")).toEqual([2]);
});

test("a wait that is over from the start does not wait", () => {
  const program = {
    threads: [
      function* (): Access {
        yield awaitEqual(x, -1, 0);
        yield writeOnce(y, 1);
      },
      function* (): Access {
        yield readOnce(y);
      },
    ],
  };
  expect(within(program, "preemptions")).toEqual([2]);
});

test("switching from a thread that holds a lock is a preemption", () => {
  const program = {
    threads: [x, y].map(
      (word) =>
        function* (): Access {
          yield mutexLock(9);
          yield writeOnce(word, 1);
          yield mutexUnlock(9);
          yield writeOnce(7, word);
        },
    ),
  };
  expect(within(program, "preemptions")).toEqual([2, 4]);
});
