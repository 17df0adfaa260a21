import { expect, test } from "vitest";
import type { TcpConnection } from "#model/time-wait/tcp-connection.ts";
import { lifeTicksOf, MSL_CLASS, reachOf, truncatedClassOf } from "./msl.ts";

const lifetimes = { remoteSeconds: 60, localSeconds: 10, loopbackSeconds: 2 };
const CLASSES = [MSL_CLASS.classless, MSL_CLASS.remote, MSL_CLASS.local, MSL_CLASS.loopback];
const prefixes = { v4: 24, v6: 64 };

const v4 = (localAddress: number, foreignAddress: number): TcpConnection => ({
  family: "v4",
  localAddress: [localAddress],
  foreignAddress: [foreignAddress],
  localPort: 1,
  foreignPort: 2,
});
const v6 = (localAddress: readonly number[], foreignAddress: readonly number[]): TcpConnection => ({
  family: "v6",
  localAddress,
  foreignAddress,
  localPort: 1,
  foreignPort: 2,
});

test("a record lives for two segment lifetimes of its class", () => {
  expect(CLASSES.map((mslClass) => lifeTicksOf(mslClass, lifetimes, 100))).toEqual([12000, 12000, 2000, 400]);
  expect(lifeTicksOf(MSL_CLASS.remote, { ...lifetimes, remoteSeconds: 25 }, 1)).toBe(50);
});

test("a lifetime of 0 means a minute, half a minute, a quarter of a minute", () => {
  const none = { remoteSeconds: 0, localSeconds: 0, loopbackSeconds: 0 };
  expect(CLASSES.map((mslClass) => lifeTicksOf(mslClass, none, 1))).toEqual([120, 120, 60, 30]);
});

test("one's own address and 127.0.0.0/8 are loopback, and so is ::1", () => {
  expect(reachOf(v4(0x0a000001, 0x0a000001), prefixes)).toBe("loopback");
  expect(reachOf(v4(0x0a000001, 0x7f123456), prefixes)).toBe("loopback");
  expect(reachOf(v4(0x0a000001, 0x7e000001), prefixes)).toBe("remote");
  expect(reachOf(v6([0xfd000000, 0, 0, 1], [0, 0, 0, 1]), prefixes)).toBe("loopback");
  expect(reachOf(v6([0xfd000000, 0, 0, 1], [0xfd000000, 0, 0, 1]), prefixes)).toBe("loopback");
  expect(reachOf(v6([0xfd000000, 0, 0, 1], [0, 0, 0, 2]), prefixes)).toBe("remote");
  expect(reachOf(v6([0xfd000000, 0, 0, 1], [0, 1, 0, 1]), prefixes)).toBe("remote");
});

test("an address is local if it agrees in the link's prefix, and remote if not", () => {
  expect(reachOf(v4(0x0a000001, 0x0a0000fe), prefixes)).toBe("local");
  expect(reachOf(v4(0x0a000001, 0x0a000101), prefixes)).toBe("remote");
  expect(reachOf(v4(0x0a000001, 0x0a000f01), { v4: 20, v6: 64 })).toBe("local");
  expect(reachOf(v4(0x0a000001, 0x0a001001), { v4: 20, v6: 64 })).toBe("remote");
  expect(reachOf(v4(0x0a000001, 0xc0000201), { v4: 0, v6: 64 })).toBe("local");
  expect(reachOf(v4(0x0a000001, 0x8a000001), { v4: 1, v6: 64 })).toBe("remote");
  expect(reachOf(v6([0xfd000000, 7, 0, 1], [0xfd000000, 7, 0xffffffff, 2]), prefixes)).toBe("local");
  expect(reachOf(v6([0xfd000000, 7, 0, 1], [0xfd000000, 6, 0, 2]), prefixes)).toBe("remote");
  expect(reachOf(v6([0xfd000000, 0x10000, 0, 1], [0xfd000000, 0x1ffff, 0, 2]), { v4: 24, v6: 48 })).toBe("local");
  expect(reachOf(v6([0xfd000000, 0x10000, 0, 1], [0xfd000000, 0x20000, 0, 2]), { v4: 24, v6: 48 })).toBe("remote");
  expect(reachOf(v6([0xfd000000, 0, 0, 1], [0xfd000000, 0, 0, 3]), { v4: 24, v6: 128 })).toBe("remote");
});

test("the class follows from the reach", () => {
  expect(truncatedClassOf(v4(0x0a000001, 0x0a000001), prefixes)).toBe(3);
  expect(truncatedClassOf(v4(0x0a000001, 0x0a000002), prefixes)).toBe(2);
  expect(truncatedClassOf(v4(0x0a000001, 0xc0000201), prefixes)).toBe(1);
});
