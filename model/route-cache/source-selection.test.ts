import { expect, test } from "vitest";
import { bestSource, type OwnAddress, scopeOf } from "./source-selection.ts";

const own = (address: number, more: Partial<OwnAddress> = {}): OwnAddress => ({
  address,
  interface: 2,
  deprecated: false,
  temporary: false,
  notReady: false,
  isUp: true,
  ...more,
});

test("numbers have the scopes of the addresses that they represent", () => {
  expect([1, 2, 223, 224, 239, 240, 247, 248, 255, 0].map(scopeOf)).toEqual([
    "link",
    "global",
    "global",
    "link",
    "link",
    "link",
    "link",
    "global",
    "global",
    "global",
  ]);
});

test("nothing is chosen if there are no candidates, or only unusable ones", () => {
  expect(bestSource([], 40, 2)).toBe(0);
  expect(bestSource([own(33, { notReady: true })], 40, 2)).toBe(0);
  expect(bestSource([own(1)], 40, 2)).toBe(0); // the loopback address, on another link
  expect(bestSource([own(1, { interface: 1 })], 40, 1)).toBe(1);
  expect(bestSource([own(226, { interface: 3 })], 224, 2)).toBe(0); // of another zone
  expect(bestSource([own(226)], 224, 2)).toBe(226);
});

test("the rules decide in order", () => {
  const wins = (better: OwnAddress, worse: OwnAddress, to = 40): void => {
    expect(bestSource([better, worse], to, 2)).toBe(better.address);
    expect(bestSource([worse, better], to, 2)).toBe(better.address);
  };
  wins(own(40, { deprecated: true, interface: 3 }), own(41)); // the destination itself
  wins(own(200, { deprecated: true, interface: 3 }), own(226)); // the destination's scope
  wins(own(226, { deprecated: true }), own(225 - 20, { interface: 2 }), 224);
  wins(own(200, { interface: 3, temporary: true }), own(33, { deprecated: true })); // not deprecated
  wins(own(200, { temporary: true }), own(33, { interface: 3 })); // the outgoing interface
  wins(own(2, { temporary: true, isUp: false }), own(200)); // the destination's label
  wins(own(2, { isUp: false }), own(33, { temporary: true })); // not temporary
  wins(own(2), own(33, { isUp: false })); // an interface that is up
  wins(own(33), own(2)); // the longest prefix in common with 40
});

test("among equally good addresses the first is chosen", () => {
  expect(bestSource([own(48), own(49)], 2, 2)).toBe(48);
  expect(bestSource([own(49), own(48)], 2, 2)).toBe(49);
});
