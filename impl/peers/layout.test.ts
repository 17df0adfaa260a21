import { expect, test } from "vitest";
import { addressWord, GcQueue, ListedPeer, ListedPeerBase, Peer, PeerBase, PeerRoot, UnusedList } from "./layout.ts";

test("peers of both generations have the tree's fields in the same places", () => {
  const inTree = ["height", "left", "right", "refcount", "dtime", "identifier", "address"] as const;
  for (const field of inTree) expect([field, ListedPeer[field](100)]).toEqual([field, Peer[field](100)]);
});

test("a search reads 16 bytes of a peer, and the right link follows the left one", () => {
  expect([Peer.address(0), Peer.left(0), Peer.right(0), Peer.refcount(0)]).toEqual([0, 1, 2, 3]);
});

test("an address's first word is among the often-read fields, the others are not", () => {
  expect([0, 1, 2, 3].map((index) => addressWord(100, index))).toEqual([
    Peer.address(100),
    Peer.addressRest(100),
    Peer.addressRest(100) + 1,
    Peer.addressRest(100) + 2,
  ]);
  expect([Peer.addressRest(0), Peer.gcNext(0)].every((offset) => offset >= Peer.words - Number(Peer.rareWords))).toBe(
    true,
  );
});

test("records have no unused words", () => {
  expect([Peer.words, PeerRoot.words, PeerBase.words, GcQueue.words]).toEqual([12, 1, 3, 3]);
  expect([ListedPeer.words, ListedPeerBase.words, UnusedList.words]).toEqual([9, 3, 3]);
});
