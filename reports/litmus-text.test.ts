import { expect, test } from "vitest";
import { checkLitmus } from "#model/memory/litmus/check-litmus.ts";
import { lkmm } from "#model/memory/lkmm.ts";
import { litmusText } from "./litmus-text.ts";

function textFor(condition: string): string {
  const text = `C t\n{}\nP0(int *x) { *x = 1; }\nP1(int *x) { int r0; r0 = *x; }\n${condition}\n`;
  const result = checkLitmus(text, lkmm);
  if (result.kind === "undecided") throw new Error(result.because);
  return litmusText(result, 0.256);
}

function questionAndVerdict(condition: string): string {
  const lines = textFor(condition).split("\n");
  return `${lines[0]} ${lines.find((line) => line === "Ok" || line === "No")}`;
}

test("the question is named by its quantifier, and the verdict is Ok or No", () => {
  expect(questionAndVerdict("exists (1:r0=1)")).toBe("Test t Allowed Ok");
  expect(questionAndVerdict("exists (1:r0=2)")).toBe("Test t Allowed No");
  expect(questionAndVerdict("~exists (1:r0=1)")).toBe("Test t Forbidden No");
  expect(questionAndVerdict("~exists (1:r0=2)")).toBe("Test t Forbidden Ok");
  expect(questionAndVerdict("forall (1:r0=1)")).toBe("Test t Required No");
  expect(questionAndVerdict("forall (x=1)")).toBe("Test t Required Ok");
  expect(questionAndVerdict("")).toBe("Test t Allowed Ok");
});

test("flags stand between the counts and the condition", () => {
  expect(textFor("exists (1:r0=1)")).toContain(
    "Positive: 1 Negative: 1\nFlag data-race\nCondition exists (1:r0=1)\nObservation t Sometimes 1 1\nTime t 0.26\n",
  );
});

test("a test without a condition is shown as true", () => {
  expect(textFor("")).toContain("Condition exists (true)\nObservation t Always 2 0\n");
});
