import { expect, test } from "vitest";
import { compareAddresses, peerAddress } from "./peer-address.ts";

test("an address has as many words as its family", () => {
  expect(peerAddress("v4", [7])).toEqual({ family: "v4", words: [7] });
  expect(peerAddress("v6", [1, 2, 3, 4294967295]).words).toEqual([1, 2, 3, 4294967295]);
  expect(() => peerAddress("v4", [1, 2, 3, 4])).toThrow("a v4 address has 4 words, and must have 1");
  expect(() => peerAddress("v6", [1])).toThrow("a v6 address has 1 words, and must have 4");
});

test("a word is an unsigned 32-bit integer", () => {
  for (const word of [-1, 4294967296, 1.5, Number.NaN])
    expect(() => peerAddress("v4", [word])).toThrow("whole number from 0 to 4294967295");
});

test("words compare unsigned, and the first that differ decide", () => {
  expect(compareAddresses(peerAddress("v4", [0x80000000]), peerAddress("v4", [1]))).toBeGreaterThan(0);
  expect(compareAddresses(peerAddress("v6", [1, 0, 9, 9]), peerAddress("v6", [1, 1, 0, 0]))).toBeLessThan(0);
  expect(compareAddresses(peerAddress("v6", [1, 2, 3, 4]), peerAddress("v6", [1, 2, 3, 4]))).toBe(0);
  expect(compareAddresses(peerAddress("v6", [1, 2, 3, 5]), peerAddress("v6", [1, 2, 3, 4]))).toBeGreaterThan(0);
});
