import fc from "fast-check";
import { expect, test } from "vitest";
import { createHeap, type Heap, place, placeSlab } from "#impl/memory/heap.ts";
import { takeObject } from "#impl/memory/slab.ts";
import { struct } from "#impl/memory/struct.ts";
import { Leaks } from "./leak.ts";
import { MemorySafety, SHADOW } from "./memory-safety.ts";

const Roots = struct("roots", { first: 1, second: 1 });
const Node = struct("node", { value: 1, left: 1, right: 1 });

interface Laid {
  readonly heap: Heap;
  readonly roots: number;
  readonly memory: MemorySafety;
  readonly leaks: Leaks;
  readonly nodes: readonly number[];
}

/** A heap with `count` allocated nodes whose words are all 0. */
function layOut(count: number): Laid {
  const heap = createHeap(256);
  const roots = place(heap, Roots, "roots");
  const slab = placeSlab(heap, Node, "node", 12);
  const memory = new MemorySafety(heap);
  const nodes = Array.from({ length: count }, () => {
    const node = takeObject(heap.words, slab);
    memory.allocated(node);
    memory.states.fill(SHADOW.initialised, node, node + Node.words);
    return node;
  });
  return { heap, roots, memory, leaks: new Leaks(heap, memory), nodes };
}

test("with nothing allocated, nothing is lost", () => {
  expect(layOut(0).leaks.find()).toBe(0);
});

test("an object that nothing points to is lost", () => {
  const { leaks, nodes } = layOut(1);
  expect(leaks.find()).toBe(nodes[0]);
});

test("an object that a static word points to is not lost, at its start or inside it", () => {
  const {
    heap,
    roots,
    leaks,
    nodes: [node = 0],
  } = layOut(1);
  heap.words[Roots.second(roots)] = node;
  expect(leaks.find()).toBe(0);
  heap.words[Roots.second(roots)] = Node.right(node);
  expect(leaks.find()).toBe(0);
  heap.words[Roots.second(roots)] = Node.right(node) + 1;
  expect(leaks.find()).toBe(node);
});

test("a chain keeps all its objects, and a separate cycle none", () => {
  const {
    heap,
    roots,
    leaks,
    nodes: [a = 0, b = 0, c = 0, d = 0],
  } = layOut(4);
  heap.words[Roots.first(roots)] = a;
  heap.words[Node.left(a)] = b;
  heap.words[Node.left(c)] = d;
  heap.words[Node.right(d)] = c;
  expect(leaks.find()).toBe(c);
  heap.words[Node.value(b)] = d;
  expect(leaks.find()).toBe(0);
});

test("a freed object is not lost, and keeps nothing", () => {
  const {
    heap,
    roots,
    memory,
    leaks,
    nodes: [a = 0, b = 0],
  } = layOut(2);
  heap.words[Roots.first(roots)] = a;
  heap.words[Node.left(a)] = b;
  memory.states.fill(SHADOW.freed, a, a + Node.words);
  expect(leaks.find()).toBe(b);
  memory.states.fill(SHADOW.freed, b, b + Node.words);
  expect(leaks.find()).toBe(0);
});

test("an unwritten word keeps nothing, whatever its object's former life left in it", () => {
  const {
    heap,
    roots,
    memory,
    leaks,
    nodes: [a = 0, b = 0],
  } = layOut(2);
  heap.words[Roots.first(roots)] = a;
  heap.words[Node.left(a)] = b;
  memory.states[Node.left(a)] = SHADOW.uninitialised;
  expect(leaks.find()).toBe(b);
});

test("an unwritten object can be lost, and kept", () => {
  const {
    heap,
    roots,
    memory,
    leaks,
    nodes: [a = 0],
  } = layOut(1);
  memory.states.fill(SHADOW.uninitialised, a, a + Node.words);
  expect(leaks.find()).toBe(a);
  heap.words[Roots.first(roots)] = a;
  expect(leaks.find()).toBe(0);
});

test("the slab's own words keep nothing", () => {
  // Its word `first` holds the address of the first object.
  const { leaks, nodes } = layOut(1);
  expect(leaks.find()).toBe(nodes[0]);
});

test("words that are no address, negative or huge, keep nothing and cause no error", () => {
  const {
    heap,
    roots,
    leaks,
    nodes: [a = 0],
  } = layOut(1);
  heap.words[Roots.first(roots)] = -a;
  heap.words[Roots.second(roots)] = 0x7fffffff;
  expect(leaks.find()).toBe(a);
});

test("finds exactly what a walk over all pointers does not reach", () => {
  const graphs = fc.record({
    roots: fc.array(fc.nat(11), { maxLength: 2 }),
    edges: fc.array(fc.tuple(fc.nat(11), fc.constantFrom(0, 1, 2), fc.nat(11)), { maxLength: 14 }),
  });
  let losses = 0;
  fc.assert(
    fc.property(graphs, ({ roots, edges }) => {
      const laid = layOut(12);
      for (const [index, target] of roots.entries()) laid.heap.words[laid.roots + index] = laid.nodes[target] ?? 0;
      for (const [from, field, to] of edges) laid.heap.words[(laid.nodes[from] ?? 0) + field] = laid.nodes[to] ?? 0;
      const reached = new Set(roots);
      for (let round = 0; round < 12; round++) {
        for (const [index, node] of laid.nodes.entries()) {
          if (!reached.has(index)) continue;
          for (let field = 0; field < 3; field++) {
            const target = laid.nodes.indexOf(laid.heap.words[node + field] ?? 0);
            if (target !== -1) reached.add(target);
          }
        }
      }
      const lost = laid.nodes.filter((_, index) => !reached.has(index));
      if (lost.length === 0) expect(laid.leaks.find()).toBe(0);
      else expect(laid.leaks.find()).toBe(lost[0]);
      losses += lost.length;
    }),
    { seed: 1, numRuns: 200 },
  );
  expect(losses).toBeGreaterThan(100);
});
