import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Literal } from "#model/literal.ts";
import { valueText } from "./value-text.ts";

test("plain data is written as JSON writes it", () => {
  fc.assert(
    fc.property(
      fc.jsonValue().filter((value) => !JSON.stringify(value).includes('"edn":')),
      (value) => {
        expect(valueText(value)).toBe(JSON.stringify(value));
      },
    ),
    { seed: 4, numRuns: 500 },
  );
});

test("values that JSON lacks are written too, and a literal from another thread as the literal", () => {
  const value = { amount: 2n ** 64n, name: Literal.of(":a"), kept: new Map([[1, new Set(["x"])]]), seen: undefined };
  const text = '{"amount":18446744073709551616,"name"::a,"kept":{1:#{"x"}},"seen":undefined}';
  expect(valueText(value)).toBe(text);
  expect(valueText(structuredClone(value))).toBe(text);
});
