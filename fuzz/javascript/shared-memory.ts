/**
 * `sharedMemory`: a test of unmodified JavaScript code over a `SharedArrayBuffer`.
 *
 * It returns a system with one scenario, so everything that works on systems works: exhaustive exploration, strategies,
 * shrinking, stories, replay, scripts.
 */
import { isDeepStrictEqual } from "node:util";
import { constant } from "fast-check";
import { z } from "zod";
import { type Access, assertHolds } from "#impl/memory/access.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import type { Program, ThreadBody } from "#fuzz/machine/program.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import { ScenarioError } from "#fuzz/systems/scenario-error.ts";
import type { System } from "#fuzz/systems/system.ts";
import type { Watcher } from "#properties/watcher.ts";
import { type BlockLayout, layOut } from "./block-layout.ts";
import { discoverRanges } from "./discover-ranges.ts";
import { localStates } from "./local-states.ts";
import type { SharedRange } from "./shared-access.ts";
import { type Ending, sharedThread } from "./shared-thread.ts";
import { bytesOfBlocks, inMemory, inSetUp, inThread } from "./simulated-buffer.ts";

/** Maximum number of threads. */
const THREADS_MAX = 16;

/** The single operation of each thread: all of its code. */
const RUN = { kind: "run" } as const;

/** The declaration of a test. */
export interface SharedMemoryTest<Storage, Threads extends Readonly<Record<string, (storage: Storage) => unknown>>> {
  /** Name shown in lists; the file's name by default. */
  readonly name?: string;
  readonly about?: string;
  /**
   * Creates the shared buffers, and everything else that threads need. Runs again for each thread, as in a separate
   * worker.
   */
  readonly setUp: () => Storage;
  /** Each runs in its own thread, on its own copy of the result of `setUp`, over the same shared memory. */
  readonly threads: Threads;
  /**
   * Called at the end of each execution with the threads' return values, and the result of `setUp` over the final
   * memory. False, or an exception, is a violation.
   */
  readonly after?: (
    returned: { readonly [Name in keyof Threads]: ReturnType<Threads[Name]> },
    storage: Storage,
  ) => boolean | undefined | void;
  /** The allowed return values of threads, if restricted: one list for each outcome, in the order of `threads`. */
  readonly outcomes?: readonly (readonly unknown[])[];
}

/**
 * Declares a test. Export the result from a module and pass the module to `quiesce verify`.
 *
 * @throws InputError for a test without threads, or with more than 16
 */
export function sharedMemory<Storage, const Threads extends Readonly<Record<string, (storage: Storage) => unknown>>>(
  test: SharedMemoryTest<Storage, Threads>,
): System {
  const { name = "shared-memory", about = "code over a SharedArrayBuffer", threads } = test;
  const names = Object.keys(threads);
  if (names.length === 0) throw new InputError(`${name}: there is no thread; name at least one in "threads"`);
  if (names.length > THREADS_MAX)
    throw new InputError(`${name}: there are ${names.length} threads, and there may be ${THREADS_MAX}`);
  const scenario: Scenario = {
    name: `${name}-${names.join("-")}`,
    system: name,
    about,
    limits: {},
    initial: [],
    threads: names.map((thread) => ({ name: thread, operations: [RUN] })),
  };
  return {
    name,
    about,
    operationSchema: z.strictObject({ kind: z.literal("run") }),
    limitsSchema: z.object({}),
    limits: constant({}),
    operations: constant(RUN),
    scenarios: [scenario],
    isInitial: () => false,
    operationText: () => "run",
    compile: (requested) => compile(test as SharedMemoryTest<unknown, AnyThreads>, requested),
  };
}

type AnyThreads = Readonly<Record<string, (storage: unknown) => unknown>>;

function compile(test: SharedMemoryTest<unknown, AnyThreads>, scenario: Scenario): Program {
  const names = Object.keys(test.threads);
  // A scenario has all threads of a test, or none.
  if (scenario.threads.some(({ operations }) => operations.length !== 1))
    throw new ScenarioError(`${scenario.name}: each thread runs once`);
  if (
    !isDeepStrictEqual(
      names,
      scenario.threads.map(({ name }) => name),
    )
  )
    throw new ScenarioError(`${scenario.name}: "after" is written for the threads ${names.join(", ")}`);
  const states = names.map((name) => localStates(() => runOnce(test, name)));
  inSetUp(test.setUp);
  const blocks = bytesOfBlocks();
  const layout = layOut(blocks, discoverRanges(states, blocks), nameOfRange);
  const endings: (Ending | undefined)[] = names.map(() => undefined);
  const threads = names.map((name, thread): ThreadBody => ({
    name,
    *body(): Access {
      endings[thread] = undefined;
      const own = states[thread];
      if (own === undefined) return;
      const ending = yield* sharedThread(own, layout, thread, names.length);
      endings[thread] = ending;
      if (ending.kind === "threw") yield assertHolds(false, `${name} throws ${describeError(ending.error)}`);
    },
  }));
  return { name: scenario.name, heap: layout.heap, threads, watchers: [atTheEnd(test, names, layout, endings)] };
}

function runOnce({ setUp, threads }: SharedMemoryTest<unknown, AnyThreads>, name: string): unknown {
  const storage = inSetUp(setUp);
  const thread = threads[name];
  if (thread === undefined) throw new InputError(`no thread "${name}"`);
  const value = inThread(() => thread(storage));
  if (value instanceof Promise)
    throw new InputError(`thread "${name}" is asynchronous; threads run to their end without await`);
  return value;
}

/** Checks the return values when all threads have ended. */
function atTheEnd(
  { setUp, after, outcomes }: SharedMemoryTest<unknown, AnyThreads>,
  names: readonly string[],
  layout: BlockLayout,
  endings: readonly (Ending | undefined)[],
): Watcher {
  return {
    property: outcomes === undefined ? "after" : "outcomes",
    ended(words) {
      const values = endings.map((ending) => (ending?.kind === "returned" ? ending.value : undefined));
      const shown = (): string => names.map((name, index) => `${name} returns ${describe(values[index])}`).join(", ");
      if (outcomes !== undefined && !outcomes.some((outcome) => isDeepStrictEqual([...outcome], values)))
        return `${shown()}, which is none of the outcomes`;
      if (after === undefined) return undefined;
      try {
        const storage = inSetUp(setUp);
        const returned = Object.fromEntries(names.map((name, index) => [name, values[index]]));
        const holds = inMemory(layout.bytesOf(words), () => after(returned, storage));
        return holds === false ? `${shown()}, and "after" returns false` : undefined;
      } catch (error) {
        if (error instanceof InputError) throw error;
        return `${shown()}, and "after" throws ${describeError(error)}`;
      }
    },
  };
}

function nameOfRange({ block, offset, size }: SharedRange): string {
  const buffer = block === 0 ? "buffer" : `buffer${block + 1}`;
  return size === 1 ? `${buffer}[${offset}]` : `${buffer}[${offset}..${offset + size - 1}]`;
}

function describe(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) =>
    typeof part === "bigint" ? `${part}n` : ArrayBuffer.isView(part) ? [...(part as Uint8Array)] : part,
  );
  return text ?? String(value);
}

function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
