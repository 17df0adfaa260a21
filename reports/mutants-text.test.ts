import { expect, test } from "vitest";
import { mutantLine, mutantRemarks, mutantTable } from "./mutants-text.ts";
import { exampleMutants } from "./tried-mutant.fixture.ts";
import { countsOf, scoreOf } from "./tried-mutant.ts";

test("a mutant that times out is killed, one that nothing reaches is not, and one that is not tried does not count", () => {
  const counts = countsOf(exampleMutants);
  expect(counts).toEqual({ mutants: 5, killed: 2, survived: 2, notReached: 1, ignored: 1, undecided: 1 });
  expect(scoreOf(counts)).toBe(40);
  expect(scoreOf(countsOf([]))).toBeUndefined();
});

test("each folder has a row, and all of them one more", () => {
  expect(mutantTable(exampleMutants)).toEqual([
    "            mutants  killed  survived  not reached   score",
    "impl/peers        4       2         1            1  50.0 %",
    "impl/sync         1       0         1            0   0.0 %",
    "all               5       2         2            1  40.0 %",
  ]);
  expect(mutantTable(exampleMutants.filter(({ file }) => file.startsWith("impl/sync")))).toHaveLength(2);
});

test("a survivor is a line with its place, the code, and what stands there instead", () => {
  const [, , removed, changed] = exampleMutants.map(mutantLine);
  expect(changed).toBe("impl/sync/half.ts:2:10  a / 2 → a * 2  survived");
  expect(removed).toBe("impl/peers/half.ts:2:10  a / 2 → nothing  survived");
});

test("the table's remarks count what it leaves out and what is taken over", () => {
  expect(mutantRemarks(exampleMutants)).toBe(
    "1 not tried (names, messages, barriers, what the compiler refuses); 1 undecided when it was stopped; 1 verdict taken over from an earlier run",
  );
  expect(mutantRemarks(exampleMutants.slice(2, 4))).toBeUndefined();
});
