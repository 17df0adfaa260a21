import { expect, test } from "vitest";
import { createHeap, place } from "../memory/heap.ts";
import { runAlone } from "../memory/sequential.ts";
import { hashWords, keyedIdentifier, nextIdentifier } from "./identifier.ts";
import { Peer } from "./layout.ts";

test("the hash is HalfSipHash-1-3: the vectors of Linux lib/test_siphash.c for 0, 4 and 8 bytes", () => {
  const key = [0x03020100, 0x07060504] as const;
  expect(hashWords([], key) >>> 0).toBe(0x5814c896);
  expect(hashWords([0x03020100], key) >>> 0).toBe(0x7e059ea6);
  expect(hashWords([0x03020100, 0x07060504], key) >>> 0).toBe(0x577999b1);
});

test("the first identifier depends on the address and on either half of the secret", () => {
  const address = { family: "v4", words: [42] } as const;
  const starts = [keyedIdentifier([1, 2]), keyedIdentifier([1, 3]), keyedIdentifier([0, 2])].map((first) =>
    first(address),
  );
  expect(new Set(starts).size).toBe(3);
  expect(keyedIdentifier([1, 2])({ family: "v4", words: [43] })).not.toBe(starts[0]);
  expect(keyedIdentifier([1, 2])(address)).toBe(starts[0]);
});

test("an identifier is the counter's value before it advances past all those requested", () => {
  const heap = createHeap(40);
  const peer = place(heap, Peer, "peer");
  heap.words[Peer.identifier(peer)] = 100;
  expect(runAlone(heap, nextIdentifier(peer, 3))).toBe(100);
  expect(runAlone(heap, nextIdentifier(peer, 0))).toBe(104);
  expect(heap.words[Peer.identifier(peer)]).toBe(105);
});

test("identifiers have 16 bits, whatever the counter", () => {
  const heap = createHeap(40);
  const peer = place(heap, Peer, "peer");
  heap.words[Peer.identifier(peer)] = 0x1fffe;
  expect([0, 1, 0].map((more) => runAlone(heap, nextIdentifier(peer, more)))).toEqual([0xfffe, 0xffff, 1]);
  heap.words[Peer.identifier(peer)] = -1;
  expect(runAlone(heap, nextIdentifier(peer, 0))).toBe(0xffff);
});
