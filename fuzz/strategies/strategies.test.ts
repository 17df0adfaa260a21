import { Machine } from "#fuzz/machine/machine.ts";
import { toyProgramNamed } from "#fuzz/programs/toy-programs.ts";
import { toyChecks } from "#fuzz/programs/toy-program.ts";
import { expect, test } from "vitest";
import { pct } from "./pct.ts";
import { strategies, strategyNamed } from "./strategies.ts";

test("every strategy is found by its name, and carries it", () => {
  for (const entry of strategies) {
    expect(strategyNamed(entry.name)).toBe(entry);
    expect(entry.create({ seed: 1 }).name).toBe(entry.name);
    expect(entry.description).not.toBe("");
  }
});

test("pct is known with any depth from 1 to 99", () => {
  expect(strategyNamed("pct1").create({ seed: 1 }).name).toBe("pct1");
  expect(strategyNamed("pct7").description).toContain("6 random change points");
  expect(strategyNamed("pct99").create({ seed: 1 }).name).toBe("pct99");
});

test("a strategy that does not exist is refused with the names of those that do", () => {
  expect(() => strategyNamed("pct3x")).toThrow(
    'no strategy "pct3x"; did you mean pct3? (and pct with any depth from 1 to 99)',
  );
  for (const name of ["", "pct0", "pct100", "POS"])
    expect(() => strategyNamed(name)).toThrow(new RegExp(`^no strategy "${name}"; `));
  for (const name of ["", "nope"]) {
    expect(() => strategyNamed(name)).toThrow(
      `no strategy "${name}"; there are random, pct2, pct3, pct5, pct10, pos, urw, surw, delay, dfs ` +
        "(and pct with any depth from 1 to 99)",
    );
  }
});

test("pct refuses an invalid depth", () => {
  for (const depth of [0, -1, 1.5, Number.NaN])
    expect(() => pct(1, depth)).toThrow(`pct: the depth is ${depth}, and must be a whole number ≥ 1`);
});

test("equal seeds give equal schedules, different seeds different ones; enumerations ignore the seed", () => {
  for (const entry of strategies) {
    const [first, again, other] = [1, 1, 2].map((seed) => {
      const machine = new Machine(toyProgramNamed("token_ring_bad").create(), toyChecks);
      const strategy = entry.create({ seed });
      let schedules = "";
      for (let i = 0; i < 40; i++) {
        machine.run(strategy);
        schedules += `${machine.choices.subarray(0, machine.steps).join("")} `;
      }
      return schedules;
    });
    expect(again).toBe(first);
    expect(other === first).toBe(entry.enumerates);
  }
});
