import { expect, test } from "vitest";
import { GcQueue, ListedPeer, ListedPeerBase, Peer, PeerBase, UnusedList } from "./layout.ts";

test("peers of both generations have what trees are made of in the same places", () => {
  const inTree = ["height", "left", "right", "refcount", "dtime", "identifier", "address"] as const;
  for (const field of inTree) expect([field, ListedPeer[field](100)]).toEqual([field, Peer[field](100)]);
});

test("the slab's own word of a freed peer is its height", () => {
  expect([Peer.height(0), ListedPeer.height(0)]).toEqual([0, 0]);
});

test("records have no words that nobody uses", () => {
  expect([Peer.words, PeerBase.words, GcQueue.words]).toEqual([12, 4, 3]);
  expect([ListedPeer.words, ListedPeerBase.words, UnusedList.words]).toEqual([9, 3, 3]);
});
