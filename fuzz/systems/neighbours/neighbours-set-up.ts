/** What the initial operations of a scenario leave behind, in memory and in the model. */
import { type Address, NIL } from "#impl/memory/access.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { wordAt } from "#impl/memory/word.ts";
import { Device, Neighbour } from "#impl/neighbours/layout.ts";
import type { Neighbours } from "#impl/neighbours/neighbours.ts";
import { Link } from "#impl/sync/list.ts";
import type { Model } from "#model/model.ts";
import type { NeighboursOperation, NeighboursState } from "#model/neighbours/neighbours.ts";
import { ADDRESS_WORDS, collectTable } from "#properties/neighbours/neighbour-words.ts";
import { callName, type NeighboursCall, operationOf } from "#properties/neighbours/neighbours-history.ts";
import { performSetUp, type Placed, type Step } from "./neighbours-calls.ts";
import { parseNeighbourAddress } from "./neighbours-names.ts";
import { ScenarioError } from "../scenario-error.ts";

/** Initial operations, and all calls of the scenario by their numbers. */
export interface InitialSteps {
  readonly steps: readonly Step[];
  readonly calls: readonly NeighboursCall[];
}

export interface InitialContents {
  /** Where the model stands: without the records that have vanished. */
  readonly state: NeighboursState;
  readonly initialNeighbours: readonly { readonly neighbour: Address; readonly identity: number }[];
  readonly identitiesUsed: number;
}

/**
 * Performs the initial operations on a table of its own, and lets the model follow. What it finds holds for every table
 * of the same limits: alone, the operations have one outcome. Where the model allows several, memory tells which it
 * was.
 *
 * @throws ScenarioError if the model does not allow what they answer
 */
export function runSetUp(
  name: string,
  model: Model<NeighboursState, NeighboursOperation, number>,
  placed: Placed,
  { steps, calls }: InitialSteps,
): InitialContents {
  const { heap, neighbours } = placed;
  const identities = new Map<Address, number>();
  let identitiesUsed = 0;
  let states: readonly NeighboursState[] = [model.initial];
  runAlone(
    heap,
    performSetUp(placed, calls, steps, (number, response, subject) => {
      const call = calls[number];
      if (call === undefined) return;
      let answer = response;
      if (call.kind === "get" && response !== NIL) {
        const isKnown = states.some(({ records }) =>
          records.some(({ identity }) => identity === identities.get(response)),
        );
        if (!isKnown) identities.set(response, ++identitiesUsed);
        answer = identities.get(response) ?? 0;
      }
      const operation = operationOf(call, identities.get(subject) ?? 0);
      states = states.flatMap((state) => model.next(state, operation, answer));
      if (states.length === 0)
        throw new ScenarioError(
          `${name}: initial operations: ${callName(call)} answers ${answer}, which the model does not allow`,
        );
    }),
  );
  const table = addressesInTable(heap.words, neighbours);
  const paths = pathCount(heap.words, neighbours);
  const present = states
    .map((state) => ({
      ...state,
      records: state.records.filter(({ address, mayVanish }) => !mayVanish || table.has(keyOf(address))),
    }))
    .find(
      (state) =>
        state.paths.length === paths &&
        state.records.length === table.size &&
        state.records.every(({ address }) => table.has(keyOf(address))),
    );
  if (present === undefined)
    throw new ScenarioError(`${name}: initial operations: the model has not what is in the table after them`);
  const known = [...identities].filter(([, identity]) =>
    present.records.some((record) => record.identity === identity),
  );
  return {
    state: present,
    initialNeighbours: known.map(([neighbour, identity]) => ({ neighbour, identity })),
    identitiesUsed,
  };
}

function addressesInTable(words: Int32Array, neighbours: Neighbours): ReadonlySet<string> {
  const found = new Int32Array(neighbours.capacities.neighboursMax);
  const count = collectTable(words, neighbours, found);
  return new Set(
    Array.from(found.subarray(0, count), (neighbour) =>
      words.slice(Neighbour.address(neighbour), Neighbour.address(neighbour) + ADDRESS_WORDS).join(),
    ),
  );
}

function keyOf(address: string): string {
  return parseNeighbourAddress(address).words.join();
}

function pathCount(words: Int32Array, { device }: Neighbours): number {
  const head = Device.paths(device);
  let count = 0;
  for (let path = wordAt(words, Link.next(head)); path !== head; path = wordAt(words, Link.next(path))) count++;
  return count;
}
