import { expect, test } from "vitest";
import { struct } from "./struct.ts";

const Peer = struct("peer", { refcount: 1, address: 4, left: 1 });

test("fields lie in the order given, without padding", () => {
  expect([Peer.refcount(100), Peer.address(100), Peer.left(100)]).toEqual([100, 101, 105]);
  expect(Peer.words).toBe(6);
  expect(Peer.structName).toBe("peer");
});

test("a word is named by its field, with an index if the field has several, and by its offset beyond the end", () => {
  expect([0, 1, 4, 5, 6].map((offset) => Peer.wordName(offset))).toEqual([
    "refcount",
    "address[0]",
    "address[3]",
    "left",
    "+6",
  ]);
});

test("a field has at least one whole word", () => {
  expect(() => struct("peer", { refcount: 0 })).toThrow(
    new RangeError("peer.refcount has 0 words, and must have at least 1"),
  );
  expect(() => struct("peer", { refcount: 1.5 })).toThrow("peer.refcount has 1.5 words");
});

test("rare fields follow the others, and the layout records their number of words", () => {
  const Long = struct("long", { refcount: 1, left: 1 }, { address: 3, next: 1 });
  expect([Long.refcount(10), Long.left(10), Long.address(10), Long.next(10)]).toEqual([10, 11, 12, 15]);
  expect([Long.words, Long.rareWords, Peer.rareWords]).toEqual([6, 4, undefined]);
  expect(Long.wordName(3)).toBe("address[1]");
});

for (const name of ["structName", "words", "rareWords", "wordName"]) {
  test(`no field can be called ${name}`, () => {
    expect(() => struct("peer", { [name]: 1 })).toThrow(new RangeError(`peer.${name}: a field cannot have this name`));
  });
}
