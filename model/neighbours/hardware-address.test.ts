import { expect, test } from "vitest";
import {
  HARDWARE_ADDRESS_OCTETS,
  hardwareAddress,
  isSameHardwareAddress,
  MULTICAST_QUEUE,
  multicastGid,
  octetsOf,
  portGid,
} from "./hardware-address.ts";

test("an address is a flag octet, three of queue number, eight of prefix, eight of guid, big-endian", () => {
  const octets = octetsOf(hardwareAddress(0x123456, portGid(0x0a0b0c0d), 0x80));
  expect(octets).toEqual([0x80, 0x12, 0x34, 0x56, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0a, 0x0b, 0x0c, 0x0d]);
  expect(octets).toHaveLength(HARDWARE_ADDRESS_OCTETS);
});

test("a group's gid starts with ff and carries the partition key in octets 8 and 9", () => {
  const octets = octetsOf(hardwareAddress(MULTICAST_QUEUE, multicastGid(7, 0x8001)));
  expect(octets).toEqual([0, 0xff, 0xff, 0xff, 0xff, 0x12, 0x40, 0x1b, 0x80, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
});

test("words are int32s", () => {
  for (const word of [...hardwareAddress(0xffffff, portGid(0xfffffffe), 0xff).words, ...multicastGid(0xffff, 0xffff)])
    expect(word | 0).toBe(word);
});

test("addresses are the same if all words are", () => {
  const one = hardwareAddress(1, portGid(2));
  expect(isSameHardwareAddress(one, hardwareAddress(1, portGid(2)))).toBe(true);
  expect(isSameHardwareAddress(one, hardwareAddress(2, portGid(2)))).toBe(false);
  expect(isSameHardwareAddress(one, hardwareAddress(1, portGid(3)))).toBe(false);
});

test("a queue number of more than 24 bits is refused", () => {
  expect(() => hardwareAddress(0x1000000, portGid(1))).toThrow(
    "queue number 16777216: must be a whole number of 24 bits",
  );
  expect(() => hardwareAddress(-1, portGid(1))).toThrow(RangeError);
  expect(() => hardwareAddress(0.5, portGid(1))).toThrow(RangeError);
});
