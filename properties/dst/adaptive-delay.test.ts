import * as fc from "fast-check";
import { expect, test } from "vitest";
import { backOffAfter, delayLimits, freedAny, freedTenth, isRounded, roundedDelay } from "#impl/dst/delay.ts";
import { type CollectorKind, dstBackOffAfter, dstDelayTicks, dstWaitedTicks } from "#model/dst/dst-delay.ts";

test("implementation and model agree on every back-off and every rounding", () => {
  const kinds = [
    ["softirq", freedAny],
    ["workqueue", freedTenth],
  ] as const satisfies readonly (readonly [CollectorKind, unknown])[];
  const number = fc.nat({ max: 200_000 });
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.constantFrom(10, 100, 250, 1000),
      number,
      number,
      number,
      number,
      fc.integer(),
      ([kind, isWorth], hz, delay, growth, kept, freed, now) => {
        const limits = delayLimits(hz);
        expect(dstDelayTicks(hz)).toEqual({ min: limits.minTicks, step: limits.growthTicks, max: limits.maxTicks });
        const found = backOffAfter({ delay, growth }, { kept, freed }, limits, isWorth);
        expect(found).toEqual(dstBackOffAfter(kind, { delay, growth }, { kept, freed, leaves: "entries" }, hz));
        const waited = isRounded(delay, limits) ? roundedDelay(delay, now, limits) : delay;
        expect(waited).toBe(dstWaitedTicks(delay, now, hz));
      },
    ),
    { seed: 5, numRuns: 500 },
  );
});
