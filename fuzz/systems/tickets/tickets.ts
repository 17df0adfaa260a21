import { type Access, type Address, atomicAddReturn } from "#impl/memory/access.ts";
import { place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { defineSystem } from "../define-system.ts";
import { operation } from "../operation-table.ts";

// The implementation: a dispenser of tickets in shared memory. Every access is a yield.
const Dispenser = struct("dispenser", { last: 1 });

/** Draws the next ticket. Linearizes at its only access. */
function* draw(dispenser: Address): Access<number> {
  return yield atomicAddReturn(Dispenser.last(dispenser), 1);
}

export default defineSystem({
  name: "tickets",
  about: "a dispenser of tickets",
  place: (heap) => place(heap, Dispenser, "dispenser"),
  // The model: tickets are numbered 1, 2, 3, … and none is drawn twice.
  initialState: 0,
  operations: { draw: operation({ run: draw, step: (last: number) => ({ response: last + 1, next: last + 1 }) }) },
  // The scenario: two customers draw two tickets each after one has been drawn.
  scenarios: {
    "two-customers": {
      initial: [{ kind: "draw" }],
      threads: { first: [{ kind: "draw" }, { kind: "draw" }], second: [{ kind: "draw" }, { kind: "draw" }] },
    },
  },
});
