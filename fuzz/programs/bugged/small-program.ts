/**
 * Small programs with a known bug each: how strategies are judged.
 *
 * They follow published benchmarks. Every shared read, write, lock and unlock is one access, an increment is a read and
 * a write, and a block that the original calls atomic is a critical section. Accesses are marked, and neither data
 * races nor lock order are checked: what counts is the known bug, not that a checker would have warned of it.
 */
import type { Access, Address } from "#impl/memory/access.ts";
import { readOnce, writeOnce } from "#impl/memory/access.ts";
import { createHeap, type Heap, place } from "#impl/memory/heap.ts";
import { type Fields, struct, type Struct } from "#impl/memory/struct.ts";
import type { MachineOptions } from "#fuzz/machine/machine.ts";
import type { Program, ThreadBody } from "#fuzz/machine/program.ts";

export interface SmallProgram {
  readonly name: string;
  /** What is wrong, in a sentence. */
  readonly bug: string;
  /** Ordering constraints that suffice to show the bug: PCT's d. */
  readonly depth: number;
  /** Where the program comes from. */
  readonly source: string;
  /** The properties of which an execution with the bug violates one first. */
  readonly violates: readonly string[];
  readonly create: () => Program;
  /** The same program with the bug mended, if mending it is short. */
  readonly corrected?: () => Program;
}

/** How a machine for such a program is made. */
export const smallProgramChecks: MachineOptions = { dataRaces: false, lockOrder: false };

export const sctBench =
  "SCTBench (Thomson, Donaldson, Betts, Concurrency testing using controlled schedulers, TOPC 2016)";

/** A heap with one static object of these fields, all 0. */
export interface Shared<F extends Fields> {
  readonly heap: Heap;
  readonly at: { readonly [Field in keyof F]: Address };
}

const WORDS_MAX = 512;

/** Lays out the shared variables of a program: `at` has the address of each, the first word of an array. */
export function share<const F extends Fields>(name: string, fields: F): Shared<F> {
  const heap = createHeap(WORDS_MAX);
  const layout = struct(name, fields);
  return { heap, at: addressesIn(layout, fields, place(heap, layout, name)) };
}

export function thread(name: string, body: () => Access): ThreadBody {
  return { name, body };
}

/** `count` threads that run the same procedure. */
export function threads(name: string, count: number, body: (number: number) => Access): ThreadBody[] {
  return Array.from({ length: count }, (_, number) =>
    thread(count === 1 ? name : `${name} ${number + 1}`, () => body(number)),
  );
}

/** Adds to a word as a plain `+=` does, in two accesses; answers the sum. */
export function* increase(word: Address, by: number): Access<number> {
  const sum = (yield readOnce(word)) + by;
  yield writeOnce(word, sum);
  return sum;
}

function addressesIn<F extends Fields>(
  layout: Struct<F>,
  fields: F,
  base: Address,
): { readonly [Field in keyof F]: Address } {
  const at: { [Field in keyof F]?: Address } = {};
  for (const field in fields) at[field] = layout[field](base);
  return at as { readonly [Field in keyof F]: Address };
}
