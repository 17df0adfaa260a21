import { expect, test } from "vitest";
import { createHeap } from "#impl/memory/heap.ts";
import { placeCookieNeighbour } from "#impl/neighbours/cookie.ts";
import { placeNeighbours } from "#impl/neighbours/place-neighbours.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import { createNeighboursModel } from "#model/neighbours/neighbours.ts";
import type { NeighboursCall } from "#properties/neighbours/neighbours-history.ts";
import { parseNeighbourAddress } from "./neighbours-names.ts";
import { runSetUp } from "./neighbours-set-up.ts";

const model = createNeighboursModel({
  now: 100,
  idleTicksMax: 60,
  queueMax: 2,
  connected: false,
  identitiesMax: 3,
  allocationMayFail: true,
});

function place(neighboursMax: number) {
  const heap = createHeap(500);
  const clock = placeClock(heap, 100);
  const limits = {
    buckets: 1,
    intervalTicks: 30,
    queueMax: 2,
    connected: false,
    partitionKey: 0x8001,
    removable: false,
  };
  const neighbours = placeNeighbours(heap, clock, limits, {
    neighboursMax,
    pathsMax: 2,
    handlesMax: 1,
    connectionsMax: 1,
    packetsMax: 4,
  });
  return { heap, clock, neighbours, cookie: placeCookieNeighbour(heap, 1) };
}

function stepsOf(...names: readonly string[]) {
  const calls: NeighboursCall[] = [];
  const add = (call: NeighboursCall) => ({ kind: "call" as const, calls: [{ call, number: calls.push(call) - 1 }] });
  const steps = names.map((name) => {
    const [kind = "", of = ""] = name.split(" ");
    const address = parseNeighbourAddress(of);
    if (kind === "get") return add({ kind: "get", name: of, address });
    return kind === "remove"
      ? add({ kind: "remove", name: of, address })
      : add({ kind: "transmit", via: "neighbour", name: of, address });
  });
  return { steps, calls };
}

test("the model stands where memory does, also where it allows more than one outcome", () => {
  const left = runSetUp("odd", model, place(1), stepsOf("transmit 1/1", "transmit 2/1", "transmit 1/2"));
  expect(left.state.records).toMatchObject([{ address: "1/1", waiting: 1 }]);
  expect(left.state.paths).toMatchObject([
    { gid: "1", asked: true },
    { gid: "2", asked: false },
  ]); // a path that has no neighbour
  expect(left).toMatchObject({ initialNeighbours: [], identitiesUsed: 0 });
});

test("neighbours that were seen have numbers, in the order in which they were; those that are gone have none", () => {
  const placed = place(3);
  const left = runSetUp(
    "odd",
    model,
    placed,
    stepsOf("transmit 1/1", "transmit 1/2", "get 1/2", "get 1/1", "get 1/2", "remove 1/1"),
  );
  expect(left.initialNeighbours).toEqual([
    { neighbour: placed.neighbours.firstNeighbour + placed.neighbours.neighbourStride, identity: 1 },
  ]);
  expect(left.identitiesUsed).toBe(2);
});

test("an answer that the model does not allow is refused, and so is a table that it has not", () => {
  expect(() => runSetUp("odd", { ...model, next: () => [] }, place(1), stepsOf("transmit 1/1"))).toThrow(
    "odd: initial operations: transmit 1/1 answers 2, which the model does not allow",
  );
  expect(() => runSetUp("odd", { ...model, next: (state) => [state] }, place(1), stepsOf("transmit 1/1"))).toThrow(
    "odd: initial operations: the model has not what is in the table after them",
  );
});
