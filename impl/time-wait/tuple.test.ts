import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { TcpConnection } from "#model/time-wait/tcp-connection.ts";
import { createHeap } from "../memory/heap.ts";
import { runAlone } from "../memory/sequential.ts";
import { isVestigeOf, localPortOf, portKey, portsWord, tupleKey, vestigeTupleKey, writeTuple } from "./tuple.ts";

const port = fc.integer({ min: 0, max: 65535 });
const word = fc.integer({ min: 0, max: 0xffffffff });
const connections: fc.Arbitrary<TcpConnection> = fc
  .constantFrom(["v4", 1] as const, ["v6", 4] as const)
  .chain(([family, words]) => {
    const address = fc.array(word, { minLength: words, maxLength: words });
    return fc.record({
      family: fc.constant(family),
      localAddress: address,
      foreignAddress: address,
      localPort: port,
      foreignPort: port,
    });
  });

test("the tuple's key is the sum of its parts, modulo 2^32", () => {
  fc.assert(
    fc.property(connections, (connection) => {
      const { localAddress, foreignAddress, localPort, foreignPort } = connection;
      const sum = [...localAddress, ...foreignAddress, localPort, foreignPort].reduce(
        (all, part) => all + BigInt(part),
        0n,
      );
      expect(tupleKey(connection)).toBe(Number(BigInt.asIntN(32, sum)));
    }),
    { seed: 1, numRuns: 200 },
  );
});

test("the port's key is that of the original, in 32-bit arithmetic", () => {
  const reference = (port: number): bigint => {
    const low = (value: bigint): bigint => BigInt.asUintN(32, value);
    let tag = BigInt(port) ^ low(BigInt(port) << 11n);
    tag ^= low(tag << 3n);
    tag = low(tag + (tag >> 5n));
    tag ^= low(tag << 4n);
    tag = low(tag + (tag >> 17n));
    tag ^= low(tag << 25n);
    return low(tag + (tag >> 6n));
  };
  fc.assert(
    fc.property(port, (number) => {
      expect(portKey(number) >>> 0).toBe(Number(reference(number)));
    }),
    { seed: 2, numRuns: 500 },
  );
});

test("a record matches its connection, and no other, and has its key", () => {
  fc.assert(
    fc.property(connections, connections, fc.nat({ max: 9 }), (connection, other, changedPart) => {
      const heap = createHeap(40);
      const run = <T>(procedure: Parameters<typeof runAlone<T>>[1]): T => runAlone(heap, procedure);
      run(writeTuple(1, connection));
      expect(run(isVestigeOf(1, connection))).toBe(true);
      expect(run(vestigeTupleKey(1, connection.localAddress.length))).toBe(tupleKey(connection));
      const change = (words: readonly number[]) =>
        words.map((part, index) => (index === changedPart % words.length ? (part ^ 1) >>> 0 : part));
      const changed: readonly TcpConnection[] = [
        { ...connection, localAddress: change(connection.localAddress) },
        { ...connection, foreignAddress: change(connection.foreignAddress) },
        { ...connection, localPort: connection.localPort ^ 1 },
        { ...connection, foreignPort: connection.foreignPort ^ 1 },
        { ...other, family: connection.family, localPort: (connection.localPort + 1) & 0xffff },
      ];
      for (const stranger of changed) expect(run(isVestigeOf(1, stranger))).toBe(false);
    }),
    { seed: 3, numRuns: 200 },
  );
});

test("both ports are in one word, the local one on top", () => {
  const connection: TcpConnection = {
    family: "v4",
    localAddress: [1],
    foreignAddress: [2],
    localPort: 65535,
    foreignPort: 7,
  };
  expect(portsWord(connection)).toBe(0xffff0007 | 0);
  expect(localPortOf(portsWord(connection))).toBe(65535);
});
