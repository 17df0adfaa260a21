import { explore } from "#fuzz/explore/explore.ts";
import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { expect, test } from "vitest";
import { exploredProgram, needsMachine } from "./explored-toy.ts";
import { toyChecks, type ToyProgram } from "./toy-program.ts";
import { buggedPrograms, toyProgramNamed, toyPrograms } from "./toy-programs.ts";

/**
 * For each program, a suitable strategy and the number of schedules in which it must find the bug: at least ten times
 * the number it took.
 */
const hunts: Readonly<Record<string, readonly [strategy: string, schedulesMax: number]>> = {
  twostage_100_bad: ["pos", 2_000],
  boundedBuffer: ["pos", 200],
  SafeStack: ["pos", 400_000],
};

function hunt(program: ToyProgram): { strategy: string; schedulesMax: number } {
  const [strategy, schedulesMax] = hunts[program.name] ?? ["surw", 1_000];
  return { strategy, schedulesMax };
}

for (const program of buggedPrograms) {
  const { strategy, schedulesMax } = hunt(program);

  test(`${program.name}: ${strategy} finds its bug, and nothing else, in ${schedulesMax} schedules`, () => {
    const result = search(new Machine(program.create(), toyChecks), strategyNamed(strategy).create({ seed: 1 }), {
      executionsMax: schedulesMax,
    });
    expect(result.kind).toBe("violated");
    expect(program.bug?.violates).toContain(result.violation?.property);
  });

  const { corrected } = program;
  if (corrected === undefined) continue;

  test(`${program.name}: the corrected program holds under the same strategy and three others`, () => {
    const machine = new Machine(corrected(), toyChecks);
    // Programs with many threads take long, and their schedules resemble each other.
    const executionsMax = machine.program.threads.length > 15 ? 20 : 200;
    for (const name of [strategy, "pct3", "delay", "dfs"]) {
      expect(search(machine, strategyNamed(name).create({ seed: 1 }), { executionsMax }).violation).toBeUndefined();
    }
  });
}

for (const program of toyPrograms.filter(({ bug }) => bug === undefined)) {
  test(`${program.name}: nothing is violated on the machine, and every execution ends in the explorer`, () => {
    const machine = new Machine(program.create(), toyChecks);
    for (const name of ["random", "pct3", "dfs"]) {
      const strategy = strategyNamed(name).create({ seed: 1 });
      expect(search(machine, strategy, { executionsMax: 50 }).violation).toBeUndefined();
    }
    const found = explore(exploredProgram(program), { executionsMax: 2_000 });
    expect(found.failure).toBeUndefined();
    expect(found.executions).toBeGreaterThan(0);
  });
}

test("the explorer finds each bug that is a failing assertion, and leaves the others to the machine", () => {
  const found: string[] = [];
  const left: string[] = [];
  for (const program of buggedPrograms) {
    if (needsMachine(program)) left.push(program.name);
    else if (explore(exploredProgram(program), { executionsMax: 1_000 }).failure !== undefined)
      found.push(program.name);
  }
  // Their first failing execution is not among the first thousand.
  const deep = ["twostage_20_bad", "twostage_50_bad", "twostage_100_bad", "SafeStack"];
  const asserted = buggedPrograms.filter(({ bug }) => bug?.violates.join() === "assertion").map(({ name }) => name);
  expect([...found, ...deep].toSorted()).toEqual(asserted.toSorted());
  expect(left).toHaveLength(buggedPrograms.length - asserted.length);
});

test("the programs declared to fail on every schedule do", () => {
  for (const name of ["phase01_bad", "sync01_bad", "sync02_bad", "fsbench_bad", "arithmetic_prog_bad"]) {
    const machine = new Machine(toyProgramNamed(name).create(), toyChecks);
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
    const machine = new Machine(toyProgramNamed(name).corrected?.() ?? toyProgramNamed(name).create(), toyChecks);
    expect(search(machine, strategyNamed("dfs").create({ seed: 1 }), { executionsMax: 50_000 }).kind).toBe("exhausted");
  }
});

test("lock order, when checked, is violated by two locks in opposite order even without a deadlock", () => {
  const machine = new Machine(toyProgramNamed("deadlock01_bad").create(), { dataRaces: false });
  expect(search(machine, strategyNamed("delay").create({ seed: 1 }), { executionsMax: 1 }).violation?.property).toBe(
    "lock-order",
  );
});

test("each program has a description; one with a bug describes it, with its depth and source", () => {
  for (const { name, about } of toyPrograms) expect([name, about]).not.toContain("");
  for (const { bug, source } of buggedPrograms) {
    expect([bug?.what, source]).not.toContain("");
    expect(source).toBeDefined();
    expect(bug?.depth).toBeGreaterThanOrEqual(1);
    expect(bug?.violates).not.toHaveLength(0);
  }
  expect(new Set(toyPrograms.map(({ name }) => name)).size).toBe(toyPrograms.length);
  expect(buggedPrograms).toHaveLength(48);
});

test("reorder exists for any number of threads", () => {
  expect(toyProgramNamed("reorder_7_bad").create().threads).toHaveLength(7);
});

test("an unknown program is refused with the names of the known ones", () => {
  for (const name of ["reorder_1_bad", "reorder_201_bad"])
    expect(() => toyProgramNamed(name)).toThrow(`no toy program "${name}"; did you mean reorder_`);
  for (const name of ["nope", ""]) {
    expect(() => toyProgramNamed(name)).toThrow(`no toy program "${name}"; there are sb, sbf, `);
  }
});
