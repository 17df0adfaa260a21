import { expect, test } from "vitest";
import {
  type Access,
  allocate,
  assertHolds,
  awaitEqual,
  beginOperation,
  endOperation,
  mutexLock,
  mutexUnlock,
  read,
  readOnce,
  rcuReadLock,
  rcuReadUnlock,
  smpMb,
  writeOnce,
} from "#impl/memory/access.ts";
import type { Execution } from "./explored-execution.ts";
import { explore, runExplorer } from "./explore.ts";
import { Explorer } from "./explorer.ts";
import { assume, type ExploredProgram } from "./explored-program.ts";
import { LocalStates, ProgramError } from "./local-states.ts";
import { exploredProgram } from "#fuzz/programs/explored-toy.ts";
import { toyProgramNamed } from "#fuzz/programs/toy-programs.ts";
import { ScOrder } from "./total-order.ts";

const [x, y] = [1, 2];

const storeBuffering: ExploredProgram = {
  threads: [
    function* (): Access {
      yield writeOnce(x, 1);
      yield readOnce(y);
    },
    function* (): Access {
      yield writeOnce(y, 1);
      yield readOnce(x);
    },
  ],
};

test("store buffering has three executions under sc, and a fourth under tso and ra", () => {
  const outcomes = (model: "sc" | "tso" | "ra"): string[] => {
    const found: string[] = [];
    explore(storeBuffering, {
      model,
      onExecution: (execution) => void found.push(`${execution.valuesRead(0)}${execution.valuesRead(1)}`),
    });
    return found.toSorted();
  };
  expect(outcomes("sc")).toEqual(["01", "10", "11"]);
  expect(outcomes("tso")).toEqual(["00", "01", "10", "11"]);
  expect(outcomes("ra")).toEqual(["00", "01", "10", "11"]);
});

test("an execution reports the final values of words and its number of events", () => {
  const seen: (number | undefined)[][] = [];
  const look = (execution: Execution): void =>
    void seen.push([execution.finalValue(x), execution.finalValue(y), execution.finalValue(99), execution.eventCount]);
  const program = {
    threads: [
      function* (): Access {
        yield writeOnce(x, 5);
        yield readOnce(y);
      },
    ],
  };
  explore(program, { onExecution: look });
  expect(seen).toEqual([[5, undefined, undefined, 2]]);
});

test("a view without an execution is refused", () => {
  let kept: Execution | undefined;
  explore({ threads: [] }, { onExecution: (execution) => void (kept = execution) });
  expect(kept?.eventCount).toBe(0);
});

test("initial values are read", () => {
  let found: number[] = [];
  explore(
    {
      threads: [
        function* (): Access {
          yield read(x);
        },
      ],
      initial: new Map([[x, 42]]),
    },
    { onExecution: (execution) => void (found = execution.valuesRead(0)) },
  );
  expect(found).toEqual([42]);
});

test("an assertion that does not hold ends the exploration and is reported with its thread", () => {
  const program = {
    threads: [
      function* (): Access {
        yield writeOnce(x, 1);
      },
      function* (): Access {
        yield assertHolds((yield readOnce(x)) === 0, "x is still 0");
      },
    ],
  };
  expect(explore(program)).toMatchObject({ complete: false, failure: { thread: 1, message: "x is still 0" } });
});

test("an exception in a thread is a failure", () => {
  const program = {
    threads: [
      function* (): Access {
        yield readOnce(x);
        throw new RangeError("too far");
      },
    ],
  };
  expect(explore(program).failure).toMatchObject({ thread: 0, message: "it threw RangeError: too far" });
});

test("the bound on executions leaves an exploration undecided", () => {
  expect(explore(storeBuffering, { executionsMax: 2 })).toEqual({ executions: 2, blocked: 0, complete: false });
  let calls = 0;
  expect(explore(storeBuffering, { shouldStop: () => ++calls === 1 })).toEqual({
    executions: 1,
    blocked: 0,
    complete: false,
  });
});

test("waits that never end are counted separately and reported", () => {
  const lost = {
    threads: [
      function* (): Access {
        yield awaitEqual(x, -1, 1);
      },
      function* (): Access {
        if ((yield readOnce(y)) === 0) yield writeOnce(x, 1);
      },
      function* (): Access {
        yield writeOnce(y, 1);
      },
    ],
  };
  const blocked: string[] = [];
  const result = explore(lost, { onBlocked: (execution) => void blocked.push(execution.canonical()) });
  expect(result.executions).toBe(1);
  expect(result.blocked).toBe(blocked.length);
  expect(blocked.some((text) => text.includes("!"))).toBe(true);
});

test("an assumption that fails ends the execution as blocked", () => {
  const program = {
    threads: [
      function* (): Access {
        yield* assume((yield readOnce(x)) === 1);
      },
      function* (): Access {
        yield writeOnce(x, 1);
      },
    ],
  };
  expect(explore(program)).toEqual({ executions: 1, blocked: 1, complete: true });
});

test("two locks taken in opposite order deadlock in one execution of three", () => {
  const nested = (first: number, second: number) =>
    function* (): Access {
      yield mutexLock(first);
      yield mutexLock(second);
      yield mutexUnlock(second);
      yield mutexUnlock(first);
    };
  expect(explore({ threads: [nested(x, y), nested(y, x)] })).toEqual({ executions: 2, blocked: 1, complete: true });
});

test("an access that touches nothing shared is not an event", () => {
  const program = {
    threads: [
      function* (): Access {
        yield beginOperation(0);
        yield rcuReadLock();
        yield readOnce(x);
        yield rcuReadUnlock();
        yield endOperation(0);
      },
    ],
  };
  let events = 0;
  explore(program, { onExecution: ({ eventCount }) => void (events = eventCount) });
  expect(events).toBe(1);
});

test("barriers are events under weak models only", () => {
  const program = {
    threads: [
      function* (): Access {
        yield smpMb();
      },
    ],
  };
  const events = (model: "sc" | "tso"): number => {
    let count = -1;
    explore(program, { model, onExecution: ({ eventCount }) => void (count = eventCount) });
    return count;
  };
  expect([events("sc"), events("tso")]).toEqual([0, 1]);
});

test("a thread that requests something else when it runs again is reported with that access", () => {
  let runs = 0;
  const fickle = {
    threads: [
      function* (): Access {
        const mine = runs++;
        yield readOnce(x);
        yield writeOnce(y, mine);
      },
      function* (): Access {
        yield writeOnce(x, 1);
      },
    ],
  };
  expect(() => explore(fickle)).toThrow(
    "thread 0 is not deterministic: as its access 2 it asked for writeOnce of word 2 with 1, " +
      "and now, after the same results, for writeOnce of word 2 with 2",
  );
  let calls = 0;
  const shrinking = {
    threads: [
      function* (): Access {
        if (calls++ === 0) yield readOnce(x);
      },
    ],
  };
  expect(() => explore(shrinking)).toThrow(
    "as its access 1 it asked for readOnce of word 1, and now, after the same results, for nothing: it returned",
  );
  let rounds = 0;
  const failing = {
    threads: [
      function* (): Access {
        yield assertHolds(rounds++ > 0, "");
      },
    ],
  };
  expect(() => explore(failing)).toThrow(
    "for nothing: it failed, and now, after the same results, for nothing: it returned",
  );
});

test("an endless execution is stopped at the bound on events", () => {
  const endless = {
    threads: [
      function* (): Access {
        for (;;) yield readOnce(x);
      },
    ],
  };
  const error = catching(() => explore(endless, { eventsMax: 50 }));
  expect(error).toBeInstanceOf(ProgramError);
  expect(error).toMatchObject({ thread: 0, event: 50, message: expect.stringContaining("more than 50 events") });
});

test("accesses that need the machine are refused by name", () => {
  expect(() =>
    explore({
      threads: [
        function* (): Access {
          yield allocate(x);
        },
      ],
    }),
  ).toThrow("thread 0 asks for allocate, which only programs for the machine may");
});

test("the number of locations and local states is not limited", () => {
  const words = 200;
  const wide = {
    threads: [0, 1].map(
      (me) =>
        function* (): Access {
          for (let i = 0; i < words; i++) yield writeOnce(1 + 2 * i + me, i);
        },
    ),
  };
  expect(explore(wide).executions).toBe(1);
  const adders = exploredProgram(toyProgramNamed("ainc"), { N: 5, K: 1 });
  expect(explore(adders).executions).toBe(120);
});

test("a loop that only reads a few words is refused with a replacement; one that reads many words is not", () => {
  const looking = {
    name: "looking",
    threads: [
      function* (): Access {
        yield writeOnce(1, 1);
      },
      function* (): Access {
        while ((yield readOnce(1)) === 0);
      },
    ],
  };
  expect(catching(() => explore(looking))).toMatchObject({
    thread: 1,
    message:
      "thread 1 reads word 1 256 times in a row, and does nothing else: " +
      "a loop that only waits is one wait: yield awaitEqual(address, mask, value)",
  });
  const walking = {
    name: "walking",
    threads: [
      function* (): Access {
        for (let word = 1; word <= 600; word++) yield readOnce(word);
      },
    ],
  };
  expect(explore(walking).executions).toBe(1);
});

test.each(["rinc", "casrot", "ttas"])(
  "emptying the cache of local states midway does not change the executions: %s",
  (name) => {
    const program = exploredProgram(toyProgramNamed(name), { N: 3 });
    const visited = (statesMax: number): string[] => {
      const found: string[] = [];
      const states = new LocalStates(
        program.threads,
        { keepsBarriers: false, accesses: "as-written", weakFences: false, refusesLooking: true },
        statesMax,
      );
      const explorer = new Explorer({ order: new ScOrder(), states, threads: 3, initial: () => 0, eventsMax: 100 });
      runExplorer(explorer, states, 3, { onExecution: (execution) => void found.push(execution.canonical()) });
      return found;
    };
    const kept = visited(100_000);
    expect(kept.length).toBeGreaterThan(1);
    expect(visited(20)).toEqual(kept);
  },
);

function catching(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
