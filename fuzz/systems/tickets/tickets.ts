import * as fc from "fast-check";
import { z } from "zod";
import { type Access, type Address, atomicAddReturn, beginOperation, endOperation } from "#impl/memory/access.ts";
import { createHeap, place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import type { Model } from "#model/model.ts";
import { modelHistory } from "#properties/linearizability/model-history.ts";
import type { Scenario } from "../scenario.ts";
import type { System } from "../system.ts";

// What is fast: a dispenser of tickets in shared memory. Every access is a yield.
const Dispenser = struct("dispenser", { last: 1 });

/** Draws the next ticket. Linearizes at its only access. */
function* draw(dispenser: Address): Access<number> {
  return yield atomicAddReturn(Dispenser.last(dispenser), 1);
}

// What is right: tickets come 1, 2, 3, … and nobody draws one twice.
type Draw = { readonly kind: "draw" };

const model: Model<number, Draw, number> = {
  name: "tickets",
  initial: 0,
  next: (last, _draw, ticket) => (ticket === undefined || ticket === last + 1 ? [last + 1] : []),
  key: (last) => last,
};

// How a scenario becomes a program: memory, threads, and what must hold.
const tickets: System<Draw> = {
  name: "tickets",
  about: "a dispenser of tickets",
  operationSchema: z.strictObject({ kind: z.literal("draw") }),
  limitsSchema: z.strictObject({}),
  operations: fc.constant<Draw>({ kind: "draw" }),
  properties: ["linearizability"],
  compile({ name, initial, threads }) {
    const heap = createHeap(16);
    const dispenser = place(heap, Dispenser, "dispenser");
    const operations = threads.flatMap((thread) => thread.operations);
    let number = 0;
    return {
      name,
      heap,
      *setUp() {
        for (const _draw of initial) yield* draw(dispenser);
      },
      threads: threads.map((thread) => {
        const numbers = thread.operations.map(() => number++);
        return {
          name: thread.name,
          *body() {
            for (const one of numbers) {
              yield beginOperation(one);
              yield endOperation(yield* draw(dispenser));
            }
          },
        };
      }),
      watchers: [],
      history: modelHistory(
        { ...model, initial: initial.length },
        { operations, responseOf: (word) => word, describe: ({ kind }) => kind },
      ),
    };
  },
};

// What is tried: two customers draw two tickets each, when one has been drawn already.
const twoCustomers: Scenario<Draw> = {
  name: "tickets-two-customers",
  system: "tickets",
  initial: [{ kind: "draw" }],
  threads: ["first", "second"].map((name) => ({ name, operations: [{ kind: "draw" }, { kind: "draw" }] })),
};

export const systems = [tickets];
export const scenarios = [twoCustomers];
