import * as fc from "fast-check";
import ipaddr from "ipaddr.js";
import { expect, test } from "vitest";
import { canonicalIPv4, parseIpAddress } from "./ip-address.ts";

/** The address converted back to text by ipaddr.js. */
function textOf({ words }: { readonly words: readonly number[] }): string {
  const bytes = words.flatMap((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255]);
  return ipaddr.fromByteArray(bytes).toString();
}

test("canonical IPv4 is read as ipaddr.js reads it", () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      expect(textOf(parseIpAddress(text))).toBe(ipaddr.IPv4.parse(text).toString());
      expect(canonicalIPv4(text)).not.toBe(-1);
      expect(parseIpAddress(`::ffff:${text}`)).toEqual(parseIpAddress(text));
    }),
    { seed: 3, numRuns: 300 },
  );
});

test("nearly canonical IPv4 is accepted exactly if ipaddr.js sees four decimal parts without leading zeros", () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom("0", "1", "2", "9", ".", ".", "5", " ", "-", "/", ":", "x", "é"),
        maxLength: 16,
      }),
      (text) => {
        const isCanonical = ipaddr.IPv4.isValidFourPartDecimal(text) && ipaddr.IPv4.parse(text).toString() === text;
        expect(canonicalIPv4(text) !== -1, text).toBe(isCanonical);
      },
    ),
    { seed: 3, numRuns: 2_000 },
  );
});

test("of one to four dotted numbers, exactly four from 0 to 255 are an address, whatever their digits", () => {
  const part = fc.oneof(fc.integer({ min: 0, max: 300 }).map(String), fc.stringMatching(/^0?[0-9]{0,3}$/u));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const isAddress =
        parts.length === 4 && parts.every((one) => /^(?:0|[1-9][0-9]{0,2})$/u.test(one) && Number(one) < 256);
      const word = parts.reduce((sum, one) => sum * 256 + Number(one), 0);
      expect(canonicalIPv4(parts.join("."))).toBe(isAddress ? word : -1);
      expect(canonicalIPv4(`12${parts.join(".")}`, 2)).toBe(isAddress ? word : -1);
    }),
    { seed: 4, numRuns: 3_000 },
  );
});

test("IPv6 is read as ipaddr.js reads it; a mapped address is IPv4, and a zone is ignored", () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const expected = ipaddr.IPv6.parse(text);
      const found = parseIpAddress(text);
      expect(textOf(found)).toBe(
        expected.isIPv4MappedAddress()
          ? expected.toIPv4Address().toString()
          : ipaddr.fromByteArray(expected.toByteArray()).toString(),
      );
    }),
    { seed: 3, numRuns: 300 },
  );
  expect(parseIpAddress("::ffff:192.0.2.1")).toEqual({ family: "v4", words: [0xc0000201] });
  expect(parseIpAddress("fe80::1%eth0")).toEqual({ family: "v6", words: [0xfe800000, 0, 0, 1] });
});

test("packed words are taken as they are", () => {
  expect(parseIpAddress(0xffffffff)).toEqual({ family: "v4", words: [0xffffffff] });
  expect(parseIpAddress([7])).toEqual({ family: "v4", words: [7] });
  expect(parseIpAddress(new Uint32Array([1, 2, 3, 0xfffffffe]))).toEqual({
    family: "v6",
    words: [1, 2, 3, 0xfffffffe],
  });
});

test("text that is not an address is rejected, with an example of an address", () => {
  const cases: readonly (readonly [unknown, string])[] = [
    ["", '"" is not an IP address; write 192.0.2.1 or 2001:db8::1'],
    ["256.1.1.1", '"256.1.1.1" is not an IP address'],
    ["01.2.3.4", "is not an IP address"],
    ["1.2.3", "is not an IP address"],
    ["1.2.3.4.5", "is not an IP address"],
    ["localhost", "is not an IP address"],
    [-1, "an address word is -1, and must be a whole number from 0 to 4294967295"],
    [1.5, "an address word is 1.5"],
    [[], "an address has 1 word (IPv4) or 4 (IPv6), and not 0"],
    [[1, 2, 3, 2 ** 32], "an address word is 4294967296"],
  ];
  for (const [address, message] of cases) {
    expect(() => parseIpAddress(address as string)).toThrow(
      expect.objectContaining({ code: "ERR_ADDRESS", message: expect.stringContaining(message) as string }) as Error,
    );
  }
});

test("a value that is neither text nor words is reported with its type", () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [undefined, "an address is undefined, and must be text or its words; a socket that is closed has none"],
    [null, "an address is null, "],
    [{}, "an address is object, "],
    [true, "an address is boolean, "],
  ];
  for (const [address, message] of cases) {
    expect(() => parseIpAddress(address as string)).toThrow(
      expect.objectContaining({ code: "ERR_ADDRESS", message: expect.stringContaining(message) as string }) as Error,
    );
  }
});
