/**
 * What toy programs are made of: a few threads over a few words, each declared once, for the machine and for the
 * explorer.
 *
 * Conventions. Each read, write, lock and unlock named in a program is one access; an increment is a read and a write,
 * and a block that an original calls atomic is a critical section. Words are 0 at first, unless the set-up says
 * otherwise. Accesses carry the orderings that stand in the program; most are relaxed, for orderings are a choice of
 * whoever explores. Neither data races nor lock order are checked: what counts is what the program states, or its known
 * bug, not that a checker would have warned of it.
 */
import type { Access, Address } from "#impl/memory/access.ts";
import { readOnce, writeOnce } from "#impl/memory/access.ts";
import { createHeap, type Heap, place } from "#impl/memory/heap.ts";
import { type Fields, struct } from "#impl/memory/struct.ts";
import type { Watcher } from "#properties/watcher.ts";
import type { MachineSettings } from "#fuzz/machine/machine-settings.ts";
import type { Program, ThreadBody } from "#fuzz/machine/program.ts";

export type Parameters = Readonly<Record<string, number>>;

/** What a declaration gives for its parameters. */
export type ValuesOf<P extends Parameters> = { readonly [Name in keyof P]: number };

/** A bug that is there on purpose, or for the benchmark that the program comes from. */
export interface KnownBug {
  /** What is wrong, in a sentence. */
  readonly what: string;
  /** Ordering constraints that suffice to show the bug: PCT's d. */
  readonly depth: number;
  /** The properties of which an execution with the bug violates one first. */
  readonly violates: readonly string[];
}

/** The part of a declaration that is made anew for each use, over a heap of its own. */
export interface ToyBody {
  /** Runs alone, before the threads. */
  readonly setUp?: () => Access;
  readonly threads: readonly ThreadBody[];
  /** What must hold besides the assertions of the threads. */
  readonly mustHold?: readonly Watcher[];
}

export interface ToyDeclaration<P extends Parameters> {
  readonly name: string;
  /** What its threads do. */
  readonly about: string;
  /** Where the program comes from, if it is somebody's. */
  readonly source?: string;
  /** The parameters it takes, with their defaults. */
  readonly parameters: P;
  /** Lays out the shared memory, and makes the threads over it. */
  readonly build: (heap: Heap, parameters: ValuesOf<P>) => ToyBody;
  readonly bug?: KnownBug;
  /** The same program without the bug, if that is short. */
  readonly corrected?: (heap: Heap) => ToyBody;
  /** Threads may stop for good, in a wait for a value: what would follow is of no interest. */
  readonly mayBlock?: true;
}

export interface ToyProgram {
  readonly name: string;
  readonly about: string;
  readonly source: string | undefined;
  readonly parameters: Parameters;
  readonly bug: KnownBug | undefined;
  /**
   * A fresh program for the machine.
   *
   * @param given parameters that are not as declared
   * @throws RangeError if no program has such parameters
   */
  readonly create: (given?: Parameters) => Program;
  /** The program without its bug; absent if there is no such. */
  readonly corrected?: () => Program;
}

/** How a machine for a toy program is made. */
export const toyChecks: MachineSettings = { dataRaces: false, lockOrder: false };

export const sctBench =
  "SCTBench (Thomson, Donaldson, Betts, Concurrency testing using controlled schedulers, TOPC 2016)";

const WORDS_MAX = 4096;

/** Declares a toy program: the one place where anything is said of it. */
export function toyProgram<const P extends Parameters>(declaration: ToyDeclaration<P>): ToyProgram {
  const { name, about, source, parameters, build, bug, corrected, mayBlock } = declaration;
  const programOf = (make: (heap: Heap) => ToyBody): Program => {
    const heap = createHeap(WORDS_MAX);
    const { setUp, threads, mustHold = [] } = make(heap);
    return {
      name,
      heap,
      ...(setUp !== undefined && { setUp }),
      // Only a daemon may be left in a wait.
      threads: mayBlock === true ? threads.map((one) => ({ ...one, daemon: true })) : threads,
      watchers: mustHold,
    };
  };
  return {
    name,
    about,
    source,
    parameters,
    bug,
    create: (given = {}) => programOf((heap) => build(heap, { ...parameters, ...given } as ValuesOf<P>)),
    ...(corrected !== undefined && { corrected: () => programOf(corrected) }),
  };
}

/** Lays out the shared words of a program as one object: the address of each field, the first word of an array. */
export function share<const F extends Fields>(
  heap: Heap,
  name: string,
  fields: F,
): { readonly [Field in keyof F]: Address } {
  const layout = struct(name, fields);
  const base = place(heap, layout, name);
  const at: { [Field in keyof F]?: Address } = {};
  for (const field in fields) at[field] = layout[field](base);
  return at as { readonly [Field in keyof F]: Address };
}

export function thread(name: string, body: () => Access): ThreadBody {
  return { name, body };
}

/** `count` threads that run the same procedure. */
export function threads(name: string, count: number, body: (me: number) => Access): ThreadBody[] {
  return Array.from({ length: count }, (_, me) => thread(count === 1 ? name : `${name} ${me + 1}`, () => body(me)));
}

/** Adds to a word as a plain `+=` does, in two accesses; returns the sum. */
export function* increase(word: Address, by = 1): Access<number> {
  const sum = (yield readOnce(word)) + by;
  yield writeOnce(word, sum);
  return sum;
}
