import { expect, test } from "vitest";
import { routeAddress } from "#model/route-cache/route-address.ts";
import { SKIPPED } from "#model/route-cache/route-cache.ts";
import { type Selection, selectionWord, sourceStep } from "./route-steps.ts";

const INVALID = 22;
const ADDRESS_NOT_AVAILABLE = 49;

/** What the step of the model must answer for a selection's response. */
function asked(step: ReturnType<typeof sourceStep>, selection: Partial<Selection>): unknown {
  return step.responseOf?.(
    selectionWord({ error: 0, interface: 2, serial: 1, isRouted: false, address: 0, ...selection }),
  );
}

const impossible = asked(sourceStep({ to: routeAddress("v6", 40), bound: 33 }), { address: 34 });

test("an address of a link in the zone of another interface is refused, and of its own or of none is not", () => {
  const inZone = (scope: number) => sourceStep({ to: routeAddress("v6", 230, scope) });
  expect(asked(inZone(3), { error: INVALID })).toBe(SKIPPED);
  expect(asked(inZone(3), { address: 226 })).toBe(impossible);
  for (const scope of [0, 2]) {
    expect(asked(inZone(scope), { error: INVALID })).toBe(impossible);
    expect(asked(inZone(scope), { address: 226 })).toBe(256 * 2 + 226);
  }
  expect(asked(sourceStep({ to: routeAddress("v6", 40, 3) }), { error: INVALID })).toBe(impossible);
});

test("without an address there is an error, and with one there is none", () => {
  const step = sourceStep({ to: routeAddress("v6", 40) });
  expect(asked(step, { error: ADDRESS_NOT_AVAILABLE })).toBe(256 * 2);
  expect(asked(step, {})).toBe(impossible);
  expect(asked(step, { error: ADDRESS_NOT_AVAILABLE, address: 33 })).toBe(impossible);
});

test("an address that was demanded is the one that is used, if it is ready", () => {
  const step = sourceStep({ to: routeAddress("v6", 40), source: 33 });
  expect(asked(step, { address: 33 })).toBe(1);
  expect(asked(step, { error: ADDRESS_NOT_AVAILABLE })).toBe(0);
  expect(asked(step, { address: 34 })).toBe(impossible);
  expect(asked(step, { error: INVALID })).toBe(impossible);
});

test("an address that was bound to is used, whatever else fails", () => {
  const step = sourceStep({ to: routeAddress("v6", 40), bound: 33 });
  expect(asked(step, { address: 33, interface: 0 })).toBe(SKIPPED);
  expect(asked(step, { error: INVALID })).toBe(impossible);
  expect(impossible).not.toBe(SKIPPED);
});
