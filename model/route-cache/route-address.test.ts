import { expect, test } from "vitest";
import { commonBits, covers, isSameAddress, isSamePrefix, routeAddress, routePrefix } from "./route-address.ts";

test("an address has 8 bits, and a scope in IPv6 only", () => {
  expect(routeAddress("v6", 255, 7)).toEqual({ family: "v6", address: 255, scope: 7 });
  expect(routeAddress("v4", 0)).toEqual({ family: "v4", address: 0, scope: 0 });
  expect(() => routeAddress("v4", 256)).toThrow("address is 256, and must be a whole number from 0 to 255");
  expect(() => routeAddress("v4", -1)).toThrow("address is -1");
  expect(() => routeAddress("v4", 1.5)).toThrow("address is 1.5");
  expect(() => routeAddress("v6", 1, 8)).toThrow("scope is 8, and must be a whole number from 0 to 7");
  expect(() => routeAddress("v6", 1, -1)).toThrow("scope is -1");
  expect(() => routeAddress("v6", 1, 0.5)).toThrow("scope is 0.5");
  expect(() => routeAddress("v4", 1, 2)).toThrow("scope is 2, and addresses of v4 have none");
});

test("a prefix has a length of up to 8 bits, and no bits beyond it", () => {
  expect(routePrefix("v4", 0x50, 4)).toEqual({ family: "v4", address: 0x50, length: 4 });
  expect(routePrefix("v6", 0, 0).length).toBe(0);
  expect(routePrefix("v6", 255, 8).address).toBe(255);
  expect(() => routePrefix("v4", 0x51, 4)).toThrow("prefix 81/4 has bits set beyond its length");
  expect(() => routePrefix("v4", 0, 9)).toThrow("length is 9, and must be a whole number from 0 to 8");
  expect(() => routePrefix("v4", 0, -1)).toThrow("length is -1");
  expect(() => routePrefix("v4", 0, 0.5)).toThrow("length is 0.5");
});

test("a prefix covers the addresses of its family that begin with its bits", () => {
  const prefix = routePrefix("v4", 0x50, 4);
  expect([0x4f, 0x50, 0x5f, 0x60].map((address) => covers(prefix, routeAddress("v4", address)))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(covers(prefix, routeAddress("v6", 0x50))).toBe(false);
  expect(covers(routePrefix("v6", 0, 0), routeAddress("v6", 255, 3))).toBe(true);
  expect(covers(routePrefix("v6", 9, 8), routeAddress("v6", 9, 3))).toBe(true);
});

test("addresses and prefixes are equal only if all their parts are", () => {
  const address = routeAddress("v6", 9, 1);
  expect(isSameAddress(address, routeAddress("v6", 9, 1))).toBe(true);
  expect(
    [routeAddress("v6", 9, 2), routeAddress("v6", 8, 1), routeAddress("v6", 9)].some((other) =>
      isSameAddress(address, other),
    ),
  ).toBe(false);
  expect(isSameAddress(routeAddress("v6", 9), routeAddress("v4", 9))).toBe(false);
  const prefix = routePrefix("v6", 0, 4);
  expect(isSamePrefix(prefix, routePrefix("v6", 0, 4))).toBe(true);
  expect(
    [routePrefix("v4", 0, 4), routePrefix("v6", 0, 3), routePrefix("v6", 0x10, 4)].some((other) =>
      isSamePrefix(prefix, other),
    ),
  ).toBe(false);
});

test("common bits are counted from the front", () => {
  expect([
    commonBits(9, 9),
    commonBits(8, 9),
    commonBits(0x80, 0),
    commonBits(0x50, 0x5f),
    commonBits(0xf0, 0xe0),
  ]).toEqual([8, 7, 0, 4, 3]);
});
