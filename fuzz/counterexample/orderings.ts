/**
 * The orderings that matter: those decisions of the schedule that make the execution fail.
 *
 * Each conflicting pair is reversed, with everything else kept as far as possible, and the program runs: if it then
 * passes, the ordering matters. Of those, a smallest set is kept that alone still makes random schedules fail. That is
 * a sample, and is reported as one: "in 100 of 100".
 */
import { ACCESS, type AccessKind } from "#impl/memory/access.ts";
import {
  awaitsValue,
  isAcquisition,
  isAddition,
  isConditional,
  isExchange,
  isRelease,
  isStore,
  mayWrite,
  touchesWord,
} from "#impl/memory/access-class.ts";
import { numberAt, wordAt } from "#impl/memory/word.ts";
import { accessNames } from "#fuzz/machine/access-name.ts";
import type { Machine } from "#fuzz/machine/machine.ts";
import type { RunningMachine } from "#fuzz/machine/running-machine.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { Random } from "#properties/random.ts";
import { placeOf, type RecordedAccess } from "./recorder.ts";
import { type Block, blocksOf, type Run } from "./follow.ts";
import { type Conflict, reversibleConflicts } from "./conflicts.ts";
import type { SearchBudget } from "./search-budget.ts";

/** Most constraints of a result: nobody keeps more in mind as a reason. */
const ORDERINGS_MAX = 3;

/** Random schedules to try a set of orderings on. */
const SAMPLES = 100;

/** Most orderings that are tried against each other, those next to the violation first. */
const CANDIDATES_MAX = 12;

/** Most conflicts that are reversed. */
const FLIPS_MAX = 400;

/** Longest execution in which conflicts are looked for, in accesses: the work grows with the square. */
export const ORDERED_ACCESSES_MAX = 2_000;

interface Ordering extends Conflict {
  /** `the collector's free of peer#1 before the reader's read of peer#1.refcount`. */
  readonly text: string;
}

export interface Orderings {
  readonly orderings: readonly Ordering[];
  /** Random schedules that keep these orderings, and how many of them also violate the property. */
  readonly samples: number;
  readonly failing: number;
  /** The nearest schedule that passes, and the ordering that it reverses. */
  readonly neighbour?: { readonly choices: Int32Array; readonly because: string };
}

/**
 * Finds the orderings that matter in a violating run whose accesses were recorded; none in a run of more than 2,000.
 */
export async function findOrderings(
  machine: Machine,
  run: Run,
  recorded: readonly RecordedAccess[],
  budget: SearchBudget,
): Promise<Orderings> {
  if (recorded.length > ORDERED_ACCESSES_MAX) return { orderings: [], samples: 0, failing: 0 };
  const property = run.violation?.property ?? "";
  const mattering: Ordering[] = [];
  let neighbour: { choices: Int32Array; because: string; distance: number } | undefined;
  budget.follow(machine, blocksOf(run.choices));
  const accesses = [...recorded, ...pendingAccesses(machine, recorded.at(-1)?.thread ?? -1)];
  for (const pair of reversibleConflicts(machine.heap, accesses).slice(0, FLIPS_MAX)) {
    if (!pair.isDirect && mattering.length > 0) break;
    const passing = await flip(machine, run, accesses, pair, budget);
    if (passing === undefined) continue;
    const ordering = { ...pair, text: orderingText(machine, accesses, pair) };
    mattering.push(ordering);
    const distance = distanceOf(run.choices, passing);
    if (neighbour === undefined || distance < neighbour.distance)
      neighbour = { choices: passing, because: reversedText(machine, accesses, pair), distance };
  }
  const chosen = await fewest(machine, accesses, mattering.slice(0, CANDIDATES_MAX), property, budget);
  return {
    ...chosen,
    orderings: chosen.orderings.toSorted((one, other) => one.first - other.first),
    ...(neighbour === undefined ? {} : { neighbour: { choices: neighbour.choices, because: neighbour.because } }),
  };
}

/**
 * The pending accesses of the other threads when the property was violated: that they were still to come is an ordering
 * like any other. Their values are unknown.
 */
function pendingAccesses(machine: RunningMachine, violating: number): RecordedAccess[] {
  const { pendingKind, pendingAddress, pendingOperand, pendingExpected, steps } = machine;
  const pending: RecordedAccess[] = [];
  for (let thread = 0; thread < machine.threadCount; thread++) {
    if (thread === violating || machine.hasReturned(thread)) continue;
    const kind = pendingKind[thread] as AccessKind;
    const access = {
      kind,
      address: wordAt(pendingAddress, thread),
      operand: wordAt(pendingOperand, thread),
      expected: wordAt(pendingExpected, thread),
    };
    pending.push({
      ...access,
      step: steps + pending.length,
      thread,
      before: 0,
      after: 0,
      result: 0,
      waits: false,
      holds: [],
      known: true,
      stack: [],
    });
  }
  return pending;
}

/** Runs the schedule with the pair reversed; returns the choices if that passes. */
async function flip(
  machine: Machine,
  run: Run,
  accesses: readonly RecordedAccess[],
  pair: Conflict,
  budget: SearchBudget,
): Promise<Int32Array | undefined> {
  const order = accesses.slice(0, Math.max(run.choices.length, pair.second + 1)).map(({ thread }) => thread);
  // Of the pending accesses, only the one concerned must run.
  const original =
    pair.second < run.choices.length
      ? order.slice(0, run.choices.length)
      : [...order.slice(0, run.choices.length), numberAt(order, pair.second)];
  const turned = { first: pair.first, second: Math.min(pair.second, run.choices.length) };
  for (const wanted of flipped(original, turned)) {
    if (budget.isSpent) return undefined;
    const { violation, choices } = budget.follow(machine, wanted);
    await budget.pause();
    if (violation === undefined && isTurnedRound(choices, original, turned)) return choices;
  }
  return undefined;
}

/**
 * Schedules with the second access before the first, the nearest first: the first's thread waits until the second
 * access is made, or until the second's thread ends; or it does not even begin its stretch before that.
 */
function* flipped(choices: readonly number[], { first, second }: Conflict): Generator<readonly Block[]> {
  const thread = numberAt(choices, first);
  const other = numberAt(choices, second);
  const between = choices.slice(first, second + 1);
  const moved = [...between.filter((one) => one !== thread), ...between.filter((one) => one === thread)];
  const prefix = choices.slice(0, first);
  const rest = choices.slice(second + 1);
  yield blocksOf([...prefix, ...moved, ...rest]);
  const ahead = blocksOf([...prefix, ...between.filter((one) => one !== thread)]);
  yield [...ahead, { thread: other, until: Infinity }, ...blocksOf(choices)];
  const start = choices.findLastIndex((one, step) => step < first && one !== thread) + 1;
  yield [...blocksOf(choices.slice(0, start)), { thread: other, until: Infinity }, ...blocksOf(choices)];
}

/**
 * Whether the second access was made when the first was still to come. Accesses are identified by their number within
 * their thread.
 */
function isTurnedRound(choices: Int32Array, original: readonly number[], { first, second }: Conflict): boolean {
  const where = (step: number): number => {
    const thread = numberAt(original, step);
    let number = original.slice(0, step + 1).filter((one) => one === thread).length;
    const at = choices.findIndex((one) => one === thread && --number === 0);
    return at === -1 ? Infinity : at;
  };
  return where(second) < where(first);
}

/** Accesses that were made at another step. */
function distanceOf(one: Int32Array, other: Int32Array): number {
  let distance = Math.abs(one.length - other.length);
  for (let step = 0; step < Math.min(one.length, other.length); step++) if (one[step] !== other[step]) distance++;
  return distance;
}

/**
 * Removes orderings one by one, as long as random schedules that keep the others fail as often; then keeps the few that
 * work best.
 */
async function fewest(
  machine: Machine,
  accesses: readonly RecordedAccess[],
  all: readonly Ordering[],
  property: string,
  budget: SearchBudget,
): Promise<Omit<Orderings, "neighbour">> {
  let orderings = all;
  let best = await sample(machine, accesses, orderings, property, budget);
  for (let size = all.length; size > 1; size--) {
    let kept: { orderings: readonly Ordering[]; sampled: typeof best } | undefined;
    // Those next to the violation come first, and are removed last.
    for (let out = orderings.length - 1; out >= 0; out--) {
      const rest = orderings.toSpliced(out, 1);
      const sampled = await sample(machine, accesses, rest, property, budget);
      if (kept === undefined || rate(sampled) > rate(kept.sampled)) kept = { orderings: rest, sampled };
    }
    if (
      kept === undefined ||
      (orderings.length <= ORDERINGS_MAX && (rate(kept.sampled) < rate(best) || rate(kept.sampled) === 0))
    )
      break;
    ({ orderings, sampled: best } = { orderings: kept.orderings, sampled: kept.sampled });
  }
  return { orderings, ...best };
}

function rate({ samples, failing }: { samples: number; failing: number }): number {
  return samples === 0 ? 0 : failing / samples;
}

/** Runs random schedules that keep the orderings; those that cannot are not counted. */
async function sample(
  machine: Machine,
  accesses: readonly RecordedAccess[],
  orderings: readonly Ordering[],
  property: string,
  budget: SearchBudget,
): Promise<{ samples: number; failing: number }> {
  const strategy = new Constrained(accesses, orderings);
  let samples = 0;
  let failing = 0;
  for (let execution = 0; execution < SAMPLES && !budget.isSpent; execution++) {
    const violation = budget.run(machine, strategy);
    await budget.pause();
    if (strategy.isBroken) continue;
    samples++;
    if (violation?.property === property) failing++;
  }
  return { samples, failing };
}

/** The identity of an access: its thread, kind and word, and the number of equal ones that thread made before. */
function identityOf(thread: number, kind: AccessKind, address: number): string {
  return `${thread} ${kind} ${address}`;
}

/** A random walk that keeps given orderings between accesses. */
class Constrained implements Strategy {
  readonly name = "constrained";
  isBroken = false;
  readonly #random = new Random(1);
  /** For each later access, by identity and number: the earlier one that must have been made. */
  readonly #constraints: {
    readonly later: string;
    readonly laterNumber: number;
    readonly earlier: string;
    readonly earlierNumber: number;
  }[];
  readonly #made = new Map<string, number>();
  #pending: string[] = [];

  constructor(accesses: readonly RecordedAccess[], orderings: readonly Conflict[]) {
    const seen = new Map<string, number>();
    const identities = accesses.map(({ thread, kind, address, waits }) => {
      const identity = identityOf(thread, kind, address);
      const number = (seen.get(identity) ?? 0) + (waits ? 0 : 1);
      seen.set(identity, number);
      return { identity, number };
    });
    this.#constraints = orderings.flatMap(({ first, second }) => {
      const earlier = identities[first];
      const later = identities[second];
      return earlier === undefined || later === undefined
        ? []
        : [
            {
              later: later.identity,
              laterNumber: later.number,
              earlier: earlier.identity,
              earlierNumber: earlier.number,
            },
          ];
    });
  }

  begin(machine: RunningMachine): void {
    this.isBroken = false;
    this.#made.clear();
    this.#pending = [];
    for (let thread = 0; thread < machine.threadCount; thread++) this.#pending.push(pendingIdentity(machine, thread));
  }

  choose(machine: RunningMachine): number {
    const free: number[] = [];
    for (let i = 0; i < machine.enabledCount; i++) {
      const thread = wordAt(machine.enabled, i);
      if (!this.#isHeldBack(this.#pending[thread] ?? "")) free.push(thread);
    }
    return free[this.#random.below(Math.max(1, free.length))] ?? wordAt(machine.enabled, 0);
  }

  performed(machine: RunningMachine, thread: number): void {
    const identity = this.#pending[thread] ?? "";
    if (this.#isHeldBack(identity)) this.isBroken = true;
    this.#made.set(identity, (this.#made.get(identity) ?? 0) + 1);
    for (let other = this.#pending.length; other < machine.threadCount; other++)
      this.#pending.push(pendingIdentity(machine, other));
    this.#pending[thread] = pendingIdentity(machine, thread);
  }

  #isHeldBack(identity: string): boolean {
    const number = (this.#made.get(identity) ?? 0) + 1;
    return this.#constraints.some(
      ({ later, laterNumber, earlier, earlierNumber }) =>
        later === identity && laterNumber === number && (this.#made.get(earlier) ?? 0) < earlierNumber,
    );
  }
}

function pendingIdentity({ pendingKind, pendingAddress }: RunningMachine, thread: number): string {
  return identityOf(thread, pendingKind[thread] as AccessKind, wordAt(pendingAddress, thread));
}

/** The source of names for words and threads. */
type Named = Pick<RunningMachine, "heap" | "threadName">;

/** `reader's read of peer#1.refcount before collector's write of peer#1.refcount`. */
export function orderingText(machine: Named, accesses: readonly RecordedAccess[], { first, second }: Conflict): string {
  return `${deedText(machine, accesses, first)} before ${deedText(machine, accesses, second)}`;
}

function reversedText(machine: Named, accesses: readonly RecordedAccess[], { first, second }: Conflict): string {
  return `with ${deedText(machine, accesses, second)} before ${deedText(machine, accesses, first)}`;
}

/** `reader's read of peer#1.refcount`, with the access number if the thread does the same more than once. */
function deedText(machine: Named, accesses: readonly RecordedAccess[], step: number): string {
  const access = accesses[step];
  if (access === undefined) return "";
  const alike = accesses.filter(
    ({ thread, kind, address }) => thread === access.thread && kind === access.kind && address === access.address,
  );
  const which = alike.length > 1 ? ` (access ${step + 1})` : "";
  const place = placeOf(machine.heap, access.kind, access.address, access.operand);
  return `${machine.threadName(access.thread)}'s ${verbOf(access)} of ${place}${which}`;
}

function verbOf({ kind, operand }: RecordedAccess): string {
  if (isAcquisition(kind)) return "acquisition";
  if (isRelease(kind)) return "release";
  if (awaitsValue(kind)) return "wait";
  if (isStore(kind)) return "write";
  if (isConditional(kind)) return "compare-and-exchange";
  if (isExchange(kind)) return "exchange";
  if (isAddition(kind)) return operand === 1 ? "increment" : operand === -1 ? "decrement" : "addition";
  if (touchesWord(kind) && !mayWrite(kind)) return "read";
  return kind === ACCESS.allocate ? "allocation" : (accessNames[kind] ?? "access");
}
