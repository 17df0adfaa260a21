/**
 * Finds the ranges of shared memory that a test accesses by running its threads on plain bytes, under random schedules.
 *
 * A range that only other schedules access is an error when it is accessed (`block-layout.ts`), never a wrong verdict.
 */
import fc from "fast-check";
import { bitsOf, type Bits, putBits } from "./element-type.ts";
import type { LocalState, LocalStates } from "./local-states.ts";
import { modified, type SharedAccess, type SharedRange } from "./shared-access.ts";

/** Number of random schedules tried, after those in which threads run one after another. */
const SCHEDULES = 40;

/** Accesses after which a run is abandoned: threads may wait for each other forever. */
const ACCESSES_MAX = 5_000;

/** The distinct ranges, in the order in which they were found. */
export function discoverRanges(threads: readonly LocalStates[], blocks: readonly Uint8Array[]): SharedRange[] {
  const found = new Map<string, SharedRange>();
  const note = ({ block, offset, size }: SharedRange): void => {
    const key = `${block} ${offset} ${size}`;
    if (!found.has(key)) found.set(key, { block, offset, size });
  };
  for (const [first] of threads.entries()) {
    // The first thread that can go on, counting from `first`.
    run(threads, blocks, (able) => able.find((thread) => thread >= first) ?? able[0], note);
  }
  const random = fc.sample(fc.infiniteStream(fc.nat()), { numRuns: SCHEDULES, seed: 1 });
  for (const numbers of random) {
    run(threads, blocks, (able) => able[numbers.next().value % able.length], note);
  }
  return [...found.values()];
}

function run(
  threads: readonly LocalStates[],
  initial: readonly Uint8Array[],
  choose: (able: readonly number[]) => number | undefined,
  note: (range: SharedRange) => void,
): void {
  const blocks = initial.map((bytes) => bytes.slice());
  const states: LocalState[] = threads.map((thread) => thread.start());
  const asleep = new Map<number, SharedRange>();
  for (let count = 0; count < ACCESSES_MAX; count++) {
    const able = [...states.keys()].filter((thread) => !asleep.has(thread) && canGoOn(states[thread], blocks));
    const chosen = choose(able);
    const state = chosen === undefined ? undefined : states[chosen];
    if (chosen === undefined || state?.step.kind !== "access") return;
    const { access } = state.step;
    note(access);
    let found = perform(blocks, access);
    if (access.op === "notify") found = wake(asleep, access);
    if (access.op === "wait" && found === 0) asleep.set(chosen, access);
    states[chosen] = (threads[chosen] as LocalStates).after(state, found);
  }
}

/** A thread that repeats an access until it finds another value can go on when it would find one. */
function canGoOn(state: LocalState | undefined, blocks: readonly Uint8Array[]): boolean {
  if (state?.step.kind !== "access") return false;
  const { block, offset, size } = state.step.access;
  return !state.spins || bitsOf(blocks[block] ?? new Uint8Array(), offset, size) !== state.past.found.at(-1);
}

function perform(blocks: readonly Uint8Array[], access: SharedAccess): Bits {
  const { block, offset, size } = access;
  const bytes = blocks[block] ?? new Uint8Array();
  const found = bitsOf(bytes, offset, size);
  switch (access.op) {
    case "read":
      return found;
    case "write":
      putBits(bytes, offset, size, access.value);
      return 0;
    case "modify":
      putBits(bytes, offset, size, modified(access.modification, size, found, access.value));
      return found;
    case "compareExchange":
      if (found === access.expected) putBits(bytes, offset, size, access.value);
      return found;
    case "wait":
      return found === access.expected ? 0 : 1;
    case "notify":
      return 0;
  }
}

function wake(asleep: Map<number, SharedRange>, access: SharedAccess & { readonly op: "notify" }): number {
  const woken = [...asleep].filter(([, { block, offset }]) => block === access.block && offset === access.offset);
  for (const [thread] of woken.slice(0, access.count)) asleep.delete(thread);
  return Math.min(woken.length, access.count);
}
