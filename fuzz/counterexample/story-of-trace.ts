/** Makes the story of a trace for the page: runs the violating schedule and the nearest passing one again. */
import { ACCESS, type Address, NIL } from "#impl/memory/access.ts";
import { type Heap, objectNameOf, regionOf } from "#impl/memory/heap.ts";
import { Slab } from "#impl/memory/slab.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { expandChoices, type Trace } from "#fuzz/machine/trace.ts";
import type { Subject } from "#fuzz/subjects/subject.ts";
import type { Story, StoryExecution, StoryObject, StoryOperation, StoryStep } from "#reports/counterexample-story.ts";
import type { AccessRow, OperationRow } from "#reports/recorded-execution.ts";
import { reversibleConflicts } from "./conflicts.ts";
import { effectMoments } from "./effect-moments.ts";
import { ORDERED_ACCESSES_MAX, orderingText } from "./orderings.ts";
import { type HeldValue, pointerWords } from "./pointer-words.ts";
import { replay, type Replayed } from "./replay.ts";
import { machineSettings } from "./replay-trace.ts";
import { isAllocated, MemoryWatch } from "./watch-memory.ts";

/** A story, or the reason for none. */
export type StoryOfTrace = { readonly story: Story } | { readonly because: string };

interface Run {
  readonly program: Program;
  readonly replayed: Replayed;
  readonly watch: MemoryWatch;
}

/**
 * The story without its sources.
 *
 * @param replayCommand the command that replays the trace
 */
export function storyOfTrace(trace: Trace, subject: Subject, replayCommand: string): StoryOfTrace {
  const failing = run(trace, subject, trace.choices, trace.accesses);
  const { divergence } = failing.replayed;
  if (divergence !== undefined) return { because: `access ${divergence.access} ${divergence.because}` };
  const neighbour = trace.neighbour && run(trace, subject, trace.neighbour.choices);
  const passing = neighbour?.replayed.divergence === undefined ? neighbour : undefined;
  const runs = passing === undefined ? [failing] : [failing, passing];
  const objects = objectsOf(runs);
  const numbers = new Map(objects.map(({ address }, number) => [address, number]));
  const structs = [...new Set(objects.map(({ struct }) => struct))];
  const pointers = pointerWords(
    failing.program.heap,
    runs.flatMap(({ replayed }) => replayed.accesses),
    valuesOf(runs, objects),
  );
  return {
    story: {
      format: "quiesce-story",
      version: 1,
      scenario: trace.scenario.name,
      system: trace.scenario.system,
      ...(trace.bug !== undefined && { bug: trace.bug }),
      replay: replayCommand,
      structs: structs.map((layout) => ({
        name: layout.structName,
        words: Array.from({ length: layout.words }, (_, word) => layout.wordName(word)),
        pointers: (pointers.get(layout.structName) ?? []).filter((word) => word < layout.words),
      })),
      objects: objects.map(({ name, address, isStatic, struct }): StoryObject => ({
        name,
        struct: structs.indexOf(struct),
        address,
        isStatic,
      })),
      failing: executionOf(failing, objects, numbers),
      ...(passing !== undefined && { passing: executionOf(passing, objects, numbers) }),
      ...(passing !== undefined && trace.neighbour !== undefined && { passes: trace.neighbour.because }),
      orderings: orderingsOf(trace, failing),
      sources: [],
    },
  };
}

function run(trace: Trace, subject: Subject, choices: Trace["choices"], accesses?: readonly string[]): Run {
  const program = subject.makeProgram();
  const watch = new MemoryWatch(program.heap);
  const replayed = replay(
    program,
    { choices: expandChoices(choices), ...(accesses !== undefined && { accesses }) },
    { machine: machineSettings(trace), operations: subject.operationNames(program), watch },
  );
  return { program, replayed, watch };
}

interface HeapObject {
  readonly name: string;
  readonly address: Address;
  readonly words: number;
  readonly isStatic: boolean;
  readonly struct: Heap["regions"][number]["layout"];
}

/** The objects that exist at some time in one of the runs; slabs themselves belong to the allocator. */
function objectsOf(runs: readonly Run[]): HeapObject[] {
  const [first] = runs;
  if (first === undefined) return [];
  const { heap } = first.program;
  const handedOut = new Set(
    runs.flatMap(({ replayed }) =>
      replayed.accesses.flatMap(({ kind, result }) => (kind === ACCESS.allocate && result !== NIL ? [result] : [])),
    ),
  );
  return heap.regions.flatMap((region) => {
    const { layout, base, stride, count, slab } = region;
    if (layout.structName === Slab.structName) return [];
    return Array.from({ length: count }, (_, index) => base + index * stride).flatMap((address) => {
      const isThere = handedOut.has(address) || runs.some(({ watch }) => isAllocated(watch.initial, region, address));
      if (!isThere) return [];
      const name = objectNameOf(heap, address) ?? region.name;
      return [{ name, address, words: layout.words, isStatic: slab === NIL, struct: layout }];
    });
  });
}

/** All values that words of objects held while the objects were allocated. */
function* valuesOf(runs: readonly Run[], objects: readonly HeapObject[]): Generator<HeldValue> {
  for (const { program, watch, replayed } of runs) {
    for (const { address, words } of objects) {
      const region = regionOf(program.heap, address);
      if (region === undefined || !isAllocated(watch.initial, region, address)) continue;
      for (let word = 0; word < words; word++)
        yield { address: address + word, value: wordAt(watch.initial, address + word) };
    }
    for (const [step, changes] of watch.changes.entries()) {
      // Freeing an object writes the allocator's own link into it.
      if (replayed.accesses[step]?.kind === ACCESS.free) continue;
      for (const [address, value] of changes) yield { address, value };
    }
  }
}

function executionOf(
  { program, replayed, watch }: Run,
  objects: readonly HeapObject[],
  numbers: ReadonlyMap<Address, number>,
): StoryExecution {
  const { heap, history } = program;
  const { execution, accesses, violation } = replayed;
  const placeOf = (address: Address): readonly [object: number, word: number] | undefined => {
    const region = regionOf(heap, address);
    if (region === undefined) return undefined;
    const word = (address - region.base) % region.stride;
    const object = numbers.get(address - word);
    return object === undefined || word >= region.layout.words ? undefined : [object, word];
  };
  const rows = execution.rows.filter((row) => row.kind === "access");
  const steps = rows.map((row, step): StoryStep => {
    const { kind, address, operand, result } = accesses[step] ?? {
      kind: undefined,
      address: NIL,
      operand: 0,
      result: 0,
    };
    const isFree = kind === ACCESS.free || kind === ACCESS.callRcu;
    const place = placeOf(isFree ? operand : address);
    const allocated = kind === ACCESS.allocate ? numbers.get(result) : undefined;
    const freed = kind === ACCESS.free ? numbers.get(operand) : undefined;
    return {
      ...rowParts(row),
      ...(place !== undefined && { object: place[0], word: place[1] }),
      stack: [...(accesses[step]?.stack ?? [])],
      changes: (watch.changes[step] ?? []).flatMap(([changed, value]) => {
        const at = placeOf(changed);
        return at === undefined ? [] : [[at[0], at[1], value] as [number, number, number]];
      }),
      ...(allocated !== undefined && { allocated }),
      ...(freed !== undefined && { freed }),
      waiting: (watch.waiting[step] ?? []).map(([thread, what]): [number, string] => [thread, what]),
    };
  });
  const isUnexplained = violation?.property === history?.property;
  const moments = history === undefined ? new Map<number, number>() : momentsOf(history, watch, isUnexplained);
  const object = violation === undefined ? undefined : placeOf(violation.address)?.[0];
  return {
    threads: [...execution.threads],
    memory: objects.map(({ address, words }) => [...watch.initial.subarray(address, address + words)]),
    live: objects.flatMap(({ address }, number) => {
      const region = regionOf(heap, address);
      return region !== undefined && isAllocated(watch.initial, region, address) ? [number] : [];
    }),
    steps,
    operations: operationsOf(
      execution.rows.filter((row) => row.kind !== "access"),
      steps,
      moments,
      isUnexplained,
    ),
    sections: watch.sections.map((span) => ({ ...span })),
    gracePeriods: watch.gracePeriods.map((span) => ({ ...span })),
    conflicts:
      accesses.length > ORDERED_ACCESSES_MAX
        ? []
        : reversibleConflicts(heap, accesses)
            .filter(({ isDirect }) => isDirect)
            .map(({ first, second }): [number, number] => [first, second]),
    ...(violation !== undefined && {
      violation: { property: violation.property, because: violation.because, ...(object !== undefined && { object }) },
    }),
  };
}

function rowParts({ thread, access, place, effect, writes, holds }: AccessRow) {
  return { thread, access, place, effect, writes, holds: [...holds] };
}

/** Without the response that nothing explains, the rest is explained. */
function momentsOf(
  history: NonNullable<Program["history"]>,
  { history: marks }: MemoryWatch,
  isUnexplained: boolean,
): ReadonlyMap<number, number> {
  return effectMoments(history, isUnexplained && marks.at(-1)?.kind === "respond" ? marks.slice(0, -1) : marks);
}

function operationsOf(
  rows: readonly OperationRow[],
  steps: readonly StoryStep[],
  moments: ReadonlyMap<number, number>,
  isUnexplained: boolean,
): StoryOperation[] {
  const operations: StoryOperation[] = [];
  for (const { kind, step, thread, operation, text } of rows) {
    if (kind === "begin") {
      const end = rows.find((row) => row.kind === "end" && row.operation === operation && row.thread === thread);
      const to = end === undefined ? undefined : Math.max(step, end.step - 1);
      const effect = moments.get(operation);
      operations.push({
        thread,
        text,
        from: Math.min(step, Math.max(0, steps.length - 1)),
        ...(end !== undefined && to !== undefined && { response: end.text, to }),
        ...(effect !== undefined && { effect: ownStep(steps, thread, effect, step, to ?? steps.length - 1) }),
        isImpossible: isUnexplained && end !== undefined && end === rows.at(-1),
      });
    }
  }
  return operations;
}

/** The operation's own first access at or after that moment: something happens there. */
function ownStep(steps: readonly StoryStep[], thread: number, moment: number, from: number, to: number): number {
  for (let step = Math.max(moment, from); step <= to; step++) if (steps[step]?.thread === thread) return step;
  return Math.min(Math.max(moment, from), to);
}

/** The orderings that matter, with their steps if the same words are found in the execution. */
function orderingsOf(trace: Trace, { program, replayed }: Run): Story["orderings"] {
  const { accesses, execution } = replayed;
  const named = { heap: program.heap, threadName: (thread: number) => execution.threads[thread] ?? `thread ${thread}` };
  const steps = new Map(
    (accesses.length > ORDERED_ACCESSES_MAX ? [] : reversibleConflicts(program.heap, accesses)).map((pair) => [
      orderingText(named, accesses, pair),
      pair,
    ]),
  );
  return (trace.orderings ?? []).map((text) => {
    const pair = steps.get(text);
    return { text, ...(pair !== undefined && { steps: [pair.first, pair.second] as [number, number] }) };
  });
}
