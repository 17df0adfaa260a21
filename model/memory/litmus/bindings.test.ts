import { expect, test } from "vitest";
import { Bindings } from "./bindings.ts";
import { addressOf, integer, operate, showValue, type SymbolicValue, type Unknown } from "./value.ts";

const a: Unknown = { kind: "unknown", slot: 1 };
const b: Unknown = { kind: "unknown", slot: 2 };

test("equated unknowns are substituted, through other unknowns and operations", () => {
  const bindings = new Bindings();
  expect(bindings.equate(a, operate("+", b, integer(1)))).toBe(true);
  expect(showValue(bindings.resolve(a))).toBe("(S2 + 1)");
  expect(bindings.equate(b, integer(4))).toBe(true);
  expect(bindings.resolve(a)).toEqual(integer(5));
  expect(bindings.equate(a, integer(6))).toBe(false);
  expect(bindings.equate(a, integer(5))).toBe(true);
});

test("an address and an integer are never equal", () => {
  expect(new Bindings().equate(addressOf("x"), integer(0))).toBe(false);
  expect(new Bindings().equate(addressOf("x"), addressOf("y"))).toBe(false);
});

test("going back forgets everything after the mark, and nothing else", () => {
  const bindings = new Bindings();
  bindings.equate(a, integer(1));
  const mark = bindings.mark();
  bindings.equate(b, a);
  bindings.equate(operate("*", { kind: "unknown", slot: 3 }, a), b);
  bindings.undo(mark);
  expect(bindings.resolve(b)).toEqual(b);
  expect(bindings.resolve(a)).toEqual(integer(1));
  expect(bindings.settle()).toBe(true);
});

test("a cyclic operation has no solution, a cyclic copy stays open", () => {
  const copy = new Bindings();
  expect([copy.equate(a, b), copy.equate(b, a), copy.settle()]).toEqual([true, true, true]);
  expect(copy.resolve(a).kind).toBe("unknown");
  const circle = new Bindings();
  expect([circle.equate(a, operate("*", a, integer(1))), circle.settle()]).toEqual([true, false]);
  // Folding ends the cycle once both are known to be the same.
  const folded = new Bindings();
  expect(folded.equate(a, operate("^", a, b))).toBe(true);
  expect(folded.equate(b, a)).toBe(true);
  expect(folded.settle()).toBe(true);
  expect(folded.resolve(a)).toEqual(integer(0));
});

test("equations between operations wait until they can be solved", () => {
  const bindings = new Bindings();
  expect(bindings.equate(operate("*", a, integer(2)), operate("+", b, integer(1)))).toBe(true);
  expect(bindings.equate(a, integer(3))).toBe(true);
  expect(bindings.equate(b, integer(5))).toBe(true);
  expect(bindings.settle()).toBe(true);
  const wrong = new Bindings();
  wrong.equate(operate("*", a, integer(2)), integer(7));
  wrong.equate(a, integer(3));
  expect(wrong.settle()).toBe(false);
});

test("shared operands are resolved once, so that a chain of doublings ends", () => {
  const bindings = new Bindings();
  let value: SymbolicValue = a;
  for (let i = 0; i < 200; i++) value = operate("+", value, value);
  bindings.equate(a, integer(1));
  expect(bindings.resolve(value)).toEqual(integer(0));
  expect(bindings.equate(b, value)).toBe(true);
});

test("an excessively deep expression is illegal instead of a stack overflow", () => {
  let value: SymbolicValue = a;
  for (let i = 0; i < 2_000; i++) value = operate("*", value, integer(3));
  expect(value).toEqual({ kind: "illegal", because: "an expression of more than 1000 operations" });
});

test("values show as a state prints them", () => {
  expect(showValue(addressOf("x"))).toBe("x");
  expect(showValue(operate("+", addressOf("x"), integer(4)))).toBe("x+4");
  expect(showValue(operate("-", addressOf("x"), integer(4)))).toBe("x+-4");
  expect(showValue(operate("/", integer(1), integer(0)))).toBe("a division by zero");
  expect(operate("-", integer(1), addressOf("x")).kind).toBe("illegal");
  expect(operate("<", addressOf("x"), integer(0))).toEqual(integer(0));
});
