/**
 * Toy programs: a few threads over a few words, each declared once, for the machine and for the explorer.
 *
 * Conventions. Each read, write, lock and unlock named in a program is one access; an increment is a read and a write,
 * and a block that an original calls atomic is a critical section. Words are initially 0, unless the set-up writes
 * them. Accesses carry the orderings written in the program; most are relaxed, since the explorer's options can choose
 * orderings. Neither data races nor lock order are checked: only the program's assertions, or its known bug, count, not
 * warnings of a checker.
 */
import type { Access, Address } from "#impl/memory/access.ts";
import { readOnce, writeOnce } from "#impl/memory/access.ts";
import { createHeap, type Heap, place } from "#impl/memory/heap.ts";
import { type Fields, struct } from "#impl/memory/struct.ts";
import type { Watcher } from "#properties/watcher.ts";
import type { MachineSettings } from "#fuzz/machine/machine-settings.ts";
import type { Program, ThreadBody } from "#fuzz/machine/program.ts";

export type Parameters = Readonly<Record<string, number>>;

/** The values of a declaration's parameters. */
export type ValuesOf<P extends Parameters> = { readonly [Name in keyof P]: number };

/** An intentional bug, or one from the benchmark that the program comes from. */
export interface KnownBug {
  /** The bug in one sentence. */
  readonly what: string;
  /** Number of ordering constraints that suffice to show the bug: PCT's d. */
  readonly depth: number;
  /** Properties; an execution with the bug violates one of them first. */
  readonly violates: readonly string[];
}

/** The part of a declaration that is created for each use, over its own heap. */
export interface ToyBody {
  /** Runs alone, before the threads. */
  readonly setUp?: () => Access;
  readonly threads: readonly ThreadBody[];
  /** Checks in addition to the assertions of the threads. */
  readonly mustHold?: readonly Watcher[];
}

export interface ToyDeclaration<P extends Parameters> {
  readonly name: string;
  /** Description of its threads. */
  readonly about: string;
  /** Origin of the program, if it is not our own. */
  readonly source?: string;
  /** The parameters it takes, with their defaults. */
  readonly parameters: P;
  /** Lays out the shared memory, and creates the threads over it. */
  readonly build: (heap: Heap, parameters: ValuesOf<P>) => ToyBody;
  readonly bug?: KnownBug;
  /** The same program without the bug, if that is short. */
  readonly corrected?: (heap: Heap) => ToyBody;
  /** Threads may stop forever in a wait for a value: what would follow is of no interest. */
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
   * @param given parameters that differ from the declared defaults
   * @throws RangeError if no program has such parameters
   */
  readonly create: (given?: Parameters) => Program;
  /** The program without its bug; absent if there is none. */
  readonly corrected?: () => Program;
}

/** The machine's settings for toy programs. */
export const toyChecks: MachineSettings = { dataRaces: false, lockOrder: false };

export const sctBench =
  "SCTBench (Thomson, Donaldson, Betts, Concurrency testing using controlled schedulers, TOPC 2016)";

const WORDS_MAX = 4096;

/** Declares a toy program, in one place. */
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
