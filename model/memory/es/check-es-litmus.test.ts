import fc from "fast-check";
import { expect, test } from "vitest";
import { checkEsLitmus, type EsAnswer } from "./check-es-litmus.ts";
import { enumerateOutcomes } from "./direct-enumeration.fixture.ts";
import { parseJsonLitmus } from "./notation/json-litmus.ts";
import { keyOf } from "./outcome.ts";
import { randomAccesses, randomWaits } from "./random-agents.ts";

function decide(text: string): EsAnswer {
  const answer = checkEsLitmus({ program: parseJsonLitmus(text), text });
  if (answer.kind === "undecided") throw new Error(answer.because);
  return answer;
}

test("the search gives what direct enumeration of the definition gives, on random programs", () => {
  const compare = (text: string): void => {
    let slow: ReturnType<typeof enumerateOutcomes>;
    try {
      slow = enumerateOutcomes(parseJsonLitmus(text), 3_000);
    } catch (error) {
      fc.pre(!(error instanceof RangeError));
      throw error;
    }
    const found = decide(text);
    const keys = (rows: EsAnswer["outcomes"]): ReadonlySet<string> => new Set(rows.map(keyOf));
    expect({
      outcomes: keys(found.outcomes),
      needsCycle: keys(found.needsCycle),
      needsValueCycle: keys(found.needsValueCycle),
      race: found.race,
    }).toEqual(slow);
  };
  fc.assert(fc.property(randomAccesses, compare), { seed: 1, numRuns: 300 });
  fc.assert(fc.property(randomWaits, compare), { seed: 1, numRuns: 200 });
});
