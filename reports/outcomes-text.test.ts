import { expect, test } from "vitest";
import { checkEsLitmus } from "#model/memory/es/check-es-litmus.ts";
import { parseJavaScriptLitmus } from "#model/memory/es/notation/javascript-litmus.ts";
import { outcomesText } from "./outcomes-text.ts";

function textFor(question: string): string {
  const text = `const x = new Int32Array(new SharedArrayBuffer(8));
    function left() { const a = x[0]; x[1] = a; }
    function right() { const b = x[1]; x[0] = b === 0 ? 0 : 5; x[0] = 1; }
    ${question}`;
  const result = checkEsLitmus({ program: parseJavaScriptLitmus(text, "t"), text });
  if (result.kind === "undecided") throw new Error(result.because);
  return outcomesText(result, 0.256);
}

test("there is one outcome per line, with anything unusual about it", () => {
  expect(textFor("")).toBe(`Test t
States 4
left:a=0; right:b=0;
left:a=1; right:b=0;
left:a=1; right:b=1;  only with a cycle of agent-order and reads-from
left:a=5; right:b=5;  out of thin air
Flag data-race
Time t 0.26
`);
});

test("a question is named by its quantifier, and the verdict is Ok or No", () => {
  const verdictOn = (question: string): readonly string[] => {
    const lines = textFor(question).split("\n");
    return [lines[0] ?? "", ...lines.slice(6, -2)];
  };
  expect(verdictOn("exists(right.b === 1);")).toEqual([
    "Test t Allowed",
    "Ok",
    "Flag data-race",
    "Condition exists (right.b === 1)",
    "Observation t Sometimes 1 3",
  ]);
  expect(verdictOn("never(right.b === 1);").slice(0, 2)).toEqual(["Test t Forbidden", "No"]);
  expect(verdictOn("never(right.b === 2);").slice(0, 2)).toEqual(["Test t Forbidden", "Ok"]);
  expect(verdictOn("forall(right.b < 9);").slice(0, 2)).toEqual(["Test t Required", "Ok"]);
  expect(verdictOn("forall(left.a === 0);").slice(0, 2)).toEqual(["Test t Required", "No"]);
});
