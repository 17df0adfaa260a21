import type { Access, Address } from "#impl/memory/access.ts";
import { createHeap, type Heap } from "#impl/memory/heap.ts";
import type { Program } from "#fuzz/machine/program.ts";

/**
 * A small program over the real procedures of a protocol: two or three threads that meet once, and what each may rely on,
 * as assertions. Small enough that every execution under weak memory is visited in moments.
 */
export interface Protocol {
  readonly name: string;
  /** The system, or folder of `impl/`, that it belongs to. */
  readonly system: string;
  readonly about: string;
  makeProgram(): Program;
}

/** What a protocol's program is made of, over a heap of its own. */
export interface Parts {
  /** Runs alone, first. */
  readonly setUp?: () => Access;
  readonly threads: Readonly<Record<string, () => Access>>;
  /** Threads that may wait for ever when the others have returned. */
  readonly daemons?: Readonly<Record<string, () => Access>>;
}

const HEAP_WORDS = 4_096;

export function protocol(system: string, name: string, about: string, make: (heap: Heap) => Parts): Protocol {
  return {
    name,
    system,
    about,
    makeProgram() {
      const heap = createHeap(HEAP_WORDS);
      const { setUp, threads, daemons = {} } = make(heap);
      return {
        name,
        heap,
        threads: [
          ...Object.entries(threads).map(([thread, body]) => ({ name: thread, body })),
          ...Object.entries(daemons).map(([thread, body]) => ({ name: thread, body, daemon: true })),
        ],
        watchers: [],
        ...(setUp !== undefined && { setUp }),
      };
    },
  };
}

/** Sets a word of a heap before anything runs. */
export function preset(heap: Heap, address: Address, value: number): void {
  heap.words[address] = value;
}
