/** Every count of the ground-truth table: each program, with each of its parameter sets, under each model. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { explore } from "#fuzz/explore/explore.ts";
import { isTableModel, tableModels, tableOptions } from "#fuzz/explore/table-model.ts";
import { exploredProgram } from "./explored-toy.ts";
import { toyProgramNamed } from "./toy-programs.ts";

interface Entry {
  readonly program: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly executions: Readonly<Record<string, number>>;
}

const { counts }: { readonly counts: readonly Entry[] } = JSON.parse(
  readFileSync(new URL("./counts.json", import.meta.url), "utf8"),
);
const named = counts.map((entry) => ({ ...entry, text: `${entry.program} ${JSON.stringify(entry.parameters)}` }));

/**
 * No other engine explores under `es` or `lkmm`: those are compared with their axioms. The table has no column for
 * `rc11`, which takes accesses as written: the table's columns treat all accesses alike.
 */
const counted = Object.keys(tableModels).filter((model) => !["es", "lkmm", "rc11"].includes(model));

test("the table has 662 counts under five models", () => {
  expect(counts.reduce((sum, { executions }) => sum + Object.keys(executions).length, 0)).toBe(662);
  expect(new Set(counts.flatMap(({ executions }) => Object.keys(executions)))).toEqual(new Set(counted));
});

test.each(counted)("each program has as many executions under %s as two other engines found", (model) => {
  if (!isTableModel(model)) throw new Error(`${model} is no column`);
  const expected: Record<string, number | undefined> = {};
  const found: Record<string, number> = {};
  for (const { program, parameters, executions, text } of named) {
    if (executions[model] === undefined) continue;
    const result = explore(exploredProgram(toyProgramNamed(program), parameters), tableOptions(model));
    expect(result.complete, text).toBe(true);
    expected[text] = executions[model];
    found[text] = result.executions;
  }
  expect(found).toEqual(expected);
});

test("every parameter of the table is one of its program", () => {
  for (const { program, parameters, text } of named) {
    const known = Object.keys(toyProgramNamed(program).parameters);
    for (const name of Object.keys(parameters)) expect(known, text).toContain(name);
  }
});
