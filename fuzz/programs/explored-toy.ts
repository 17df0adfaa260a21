/** A toy program for the explorer. */
import { type Address, NIL } from "#impl/memory/access.ts";
import { nameOf } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import type { ExploredProgram } from "#fuzz/explore/explored-program.ts";
import type { Parameters, ToyProgram } from "./toy-program.ts";

/**
 * The threads of the machine's program over the same words. Anything that only the machine can judge is not checked:
 * see `needsMachine`.
 *
 * @throws RangeError if no program has such parameters
 */
export function exploredProgram(toy: ToyProgram, parameters?: Parameters): ExploredProgram {
  const { name, heap, threads, setUp } = toy.create(parameters);
  if (setUp !== undefined) runAlone(heap, setUp());
  const initial = new Map<Address, number>();
  for (let address = 1; address < heap.used; address++) {
    const value = heap.words[address] as number;
    if (value !== 0) initial.set(address, value);
  }
  return {
    name,
    threads: threads.map(({ body }) => body),
    threadNames: threads.map((thread) => thread.name),
    wordName: (word) => nameOf(heap, word),
    initial,
  };
}

/**
 * Must the machine judge the program's executions? On its own, the explorer knows words, locks, waits and assertions,
 * but not freed objects, deadlocks, or conditions other than assertions.
 */
export function needsMachine(toy: ToyProgram, parameters?: Parameters): boolean {
  const { heap, watchers } = toy.create(parameters);
  return (
    watchers.length > 0 ||
    heap.regions.some(({ slab }) => slab !== NIL) ||
    (toy.bug?.violates ?? []).some((property) => property !== "assertion")
  );
}
