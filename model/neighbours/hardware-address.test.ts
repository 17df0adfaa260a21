import { expect, test } from "vitest";
import { type HardwareAddress, hardwareAddress, MULTICAST_QUEUE, multicastGid, portGid } from "./hardware-address.ts";

/** The octets of an address in their order. */
function octetsOf({ words }: HardwareAddress): readonly number[] {
  return words.flatMap((word) => [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24]);
}

test("an address is a flag octet, three of queue number, eight of prefix, eight of guid, big-endian", () => {
  const octets = octetsOf(hardwareAddress(0x123456, portGid(0x0a0b0c0d), 0x80));
  expect(octets).toEqual([0x80, 0x12, 0x34, 0x56, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0a, 0x0b, 0x0c, 0x0d]);
});

test("a group's gid starts with ff and carries the partition key in octets 8 and 9", () => {
  const octets = octetsOf(hardwareAddress(MULTICAST_QUEUE, multicastGid(7, 0x8001)));
  expect(octets).toEqual([0, 0xff, 0xff, 0xff, 0xff, 0x12, 0x40, 0x1b, 0x80, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
});

test("words are int32s", () => {
  for (const word of [...hardwareAddress(0xffffff, portGid(0xfffffffe), 0xff).words, ...multicastGid(0xffff, 0xffff)])
    expect(word | 0).toBe(word);
});

test("a queue number of more than 24 bits is rejected", () => {
  expect(() => hardwareAddress(0x1000000, portGid(1))).toThrow(
    "queue number 16777216: must be a whole number of 24 bits",
  );
  expect(() => hardwareAddress(-1, portGid(1))).toThrow(RangeError);
  expect(() => hardwareAddress(0.5, portGid(1))).toThrow(RangeError);
});
