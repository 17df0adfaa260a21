import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { expect, test } from "vitest";
import { smallProgramNamed, smallPrograms } from "./small-programs.ts";
import { type SmallProgram, smallProgramChecks } from "./small-program.ts";

/** With the strategy that suits it, and schedules in which that must find the bug: ten times what it took, or more. */
const hunts: Readonly<Record<string, readonly [strategy: string, schedulesMax: number]>> = {
  twostage_100_bad: ["pos", 2_000],
  boundedBuffer: ["pos", 200],
  SafeStack: ["pos", 400_000],
};

function hunt(program: SmallProgram): { strategy: string; schedulesMax: number } {
  const [strategy, schedulesMax] = hunts[program.name] ?? ["surw", 1_000];
  return { strategy, schedulesMax };
}

for (const program of smallPrograms) {
  const { strategy, schedulesMax } = hunt(program);

  test(`${program.name}: ${strategy} finds its bug, and nothing else, in ${schedulesMax} schedules`, () => {
    const result = search(
      new Machine(program.create(), smallProgramChecks),
      strategyNamed(strategy).create({ seed: 1 }),
      { executionsMax: schedulesMax },
    );
    expect(result.kind).toBe("violated");
    expect(program.violates).toContain(result.violation?.property);
  });

  const { corrected } = program;
  if (corrected === undefined) continue;

  test(`${program.name}: the corrected program holds under the same strategy and three others`, () => {
    const machine = new Machine(corrected(), smallProgramChecks);
    // The programs of many threads take long, and one schedule of theirs is much like another.
    const executionsMax = machine.program.threads.length > 15 ? 20 : 200;
    for (const name of [strategy, "pct3", "delay", "dfs"]) {
      expect(search(machine, strategyNamed(name).create({ seed: 1 }), { executionsMax }).violation).toBeUndefined();
    }
  });
}

test("the programs that fail on every schedule do", () => {
  for (const name of ["phase01_bad", "sync01_bad", "sync02_bad", "fsbench_bad", "arithmetic_prog_bad"]) {
    const machine = new Machine(smallProgramNamed(name).create(), smallProgramChecks);
    const strategy = strategyNamed("random").create({ seed: 2 });
    for (let i = 0; i < 50; i++) expect(machine.run(strategy)).toBeDefined();
  }
});

test("the small corrected programs hold on all schedules", () => {
  for (const name of [
    "account_bad",
    "lazy01_bad",
    "token_ring_bad",
    "deadlock01_bad",
    "bluetooth_driver_bad",
    "reorder_3_bad",
    "sync01_bad",
    "CVE-2017-15265",
  ]) {
    const machine = new Machine(
      smallProgramNamed(name).corrected?.() ?? smallProgramNamed(name).create(),
      smallProgramChecks,
    );
    expect(search(machine, strategyNamed("dfs").create({ seed: 1 }), { executionsMax: 50_000 }).kind).toBe("exhausted");
  }
});

test("lock order, when checked, is violated by two locks in opposite order even where nobody deadlocks", () => {
  const machine = new Machine(smallProgramNamed("deadlock01_bad").create(), { dataRaces: false });
  expect(search(machine, strategyNamed("delay").create({ seed: 1 }), { executionsMax: 1 }).violation?.property).toBe(
    "lock-order",
  );
});

test("each program says what is wrong, how deep, and where it comes from; names are different", () => {
  for (const { bug, source, depth, violates } of smallPrograms) {
    expect([bug, source]).not.toContain("");
    expect(depth).toBeGreaterThanOrEqual(1);
    expect(violates).not.toHaveLength(0);
  }
  expect(new Set(smallPrograms.map(({ name }) => name)).size).toBe(smallPrograms.length);
});

test("reorder is known with any number of threads", () => {
  expect(smallProgramNamed("reorder_7_bad").create().threads).toHaveLength(7);
});

test("a program that does not exist is refused with the names of those that do", () => {
  for (const name of ["nope", "reorder_1_bad", "reorder_201_bad", ""]) {
    expect(() => smallProgramNamed(name)).toThrow(`no small program "${name}"; there are account_bad, lazy01_bad,`);
  }
});
