import * as fc from "fast-check";
import { expect, test } from "vitest";
import { NIL } from "../memory/access.ts";
import { createHeap, place } from "../memory/heap.ts";
import { runAlone } from "../memory/sequential.ts";
import { struct } from "../memory/struct.ts";
import { addLast, initialiseLink, Link, LINK_WORDS, memberAfter, takeOut } from "./list.ts";

const Node = struct("node", { link: LINK_WORDS });

function setUp(members: number) {
  const heap = createHeap(10 + 4 * members);
  const [head = 0, ...links] = Array.from({ length: members + 1 }, (_, index) => place(heap, Node, `node ${index}`));
  for (const link of [head, ...links]) runAlone(heap, initialiseLink(link));
  const inOrder = (step: (link: number) => number): number[] => {
    const found: number[] = [];
    for (
      let link = heap.words[step(head)] ?? 0;
      link !== head && found.length <= members;
      link = heap.words[step(link)] ?? 0
    )
      found.push(links.indexOf(link));
    return found;
  };
  return { heap, head, links, forwards: () => inOrder(Link.next), backwards: () => inOrder(Link.previous) };
}

test("an empty list links to itself, and has no member", () => {
  const { heap, head } = setUp(0);
  expect([heap.words[Link.next(head)], heap.words[Link.previous(head)]]).toEqual([head, head]);
  expect(runAlone(heap, memberAfter(head, head))).toBe(NIL);
});

test("members keep the order in which they were added, and none follows the last", () => {
  const { heap, head, links } = setUp(2);
  for (const link of links) runAlone(heap, addLast(head, link));
  const [first = 0, second = 0] = links;
  expect(runAlone(heap, memberAfter(head, head))).toBe(first);
  expect(runAlone(heap, memberAfter(head, first))).toBe(second);
  expect(runAlone(heap, memberAfter(head, second))).toBe(NIL);
});

test("a removed link links to itself; removing one that is in no list changes nothing", () => {
  const { heap, head, links, forwards } = setUp(2);
  const [first = 0, second = 0] = links;
  runAlone(heap, addLast(head, first));
  runAlone(heap, takeOut(first));
  expect([heap.words[Link.next(first)], heap.words[Link.previous(first)]]).toEqual([first, first]);
  runAlone(heap, takeOut(second));
  expect(forwards()).toEqual([]);
});

test("after any additions and removals, the list equals an array, forwards and backwards", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(5)), { maxLength: 30 }), (steps) => {
      const { heap, head, links, forwards, backwards } = setUp(6);
      let expected: number[] = [];
      for (const [adds, index] of steps) {
        const link = links[index] ?? head;
        if (!adds) runAlone(heap, takeOut(link));
        else if (!expected.includes(index)) runAlone(heap, addLast(head, link));
        expected = expected.filter((other) => (adds && expected.includes(index) ? true : other !== index));
        if (adds && !expected.includes(index)) expected.push(index);
        expect(forwards()).toEqual(expected);
        expect(backwards()).toEqual(expected.toReversed());
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});
