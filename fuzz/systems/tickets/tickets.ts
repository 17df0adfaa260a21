import { type Access, type Address, atomicAddReturn } from "#impl/memory/access.ts";
import { place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { defineSystem } from "../define-system.ts";
import { operation } from "../operation-table.ts";

// What is fast: a dispenser of tickets in shared memory. Every access is a yield.
const Dispenser = struct("dispenser", { last: 1 });

/** Draws the next ticket. Linearizes at its only access. */
function* draw(dispenser: Address): Access<number> {
  return yield atomicAddReturn(Dispenser.last(dispenser), 1);
}

export default defineSystem({
  name: "tickets",
  about: "a dispenser of tickets",
  place: (heap) => place(heap, Dispenser, "dispenser"),
  // What is right: tickets come 1, 2, 3, … and nobody draws one twice.
  initialState: 0,
  operations: { draw: operation({ run: draw, step: (last: number) => ({ response: last + 1, next: last + 1 }) }) },
  // What is tried: two customers draw two tickets each, when one has been drawn already.
  scenarios: {
    "two-customers": {
      initial: [{ kind: "draw" }],
      threads: { first: [{ kind: "draw" }, { kind: "draw" }], second: [{ kind: "draw" }, { kind: "draw" }] },
    },
  },
});
