import type { Access, Address } from "#impl/memory/access.ts";
import { createHeap, type Heap } from "#impl/memory/heap.ts";
import type { Program } from "#fuzz/machine/program.ts";

/**
 * A small program over the real procedures of a protocol: two or three threads that interact once, with assertions of
 * what each may rely on. Small enough to visit every execution under weak memory in moments.
 */
export interface Protocol {
  readonly name: string;
  /** The system, or folder of `impl/`, to which it belongs. */
  readonly system: string;
  readonly about: string;
  makeProgram(): Program;
}

/** The parts of a protocol's program, over its own heap. */
export interface Parts {
  /** Runs first, alone. */
  readonly setUp?: () => Access;
  readonly threads: Readonly<Record<string, () => Access>>;
  /** Threads that may wait forever when the others have returned. */
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
