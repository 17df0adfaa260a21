/**
 * Every scenario of a system up to a size, exactly once up to symmetry.
 *
 * Two scenarios are the same if one becomes the other by
 * - renumbering the threads: threads are taken in ascending order of their operations;
 * - renaming keys without changing their order: an unused key leaves no gap;
 * - initial operations that leave the same memory: contents whose words are equal count once;
 * - leaving out an operation that has nothing to work on: a scenario with one belongs to a smaller size.
 *
 * Every thread performs exactly `operations` operations. Shorter threads are not enumerated: up to their end they run
 * like the longer ones.
 */
import { Machine } from "#fuzz/machine/machine.ts";
import type { Scenario } from "./scenario.ts";
import type { SmallScope } from "./small-scope.ts";
import type { System } from "./system.ts";
import { InputError } from "#fuzz/host/input-error.ts";

export interface ScopeSize {
  readonly threads: number;
  /** Operations of each thread. */
  readonly operations: number;
  readonly keys: number;
}

/** The sizes for which a system is certified in the long profiles, unless its small scope sets others. */
export const CERTIFIED_SIZES: readonly ScopeSize[] = [{ threads: 2, operations: 2, keys: 2 }];

/** `2x2x3`: threads, operations, keys. */
export function sizeName({ threads, operations, keys }: ScopeSize): string {
  return `${threads}x${operations}x${keys}`;
}

/** An operation and the bits of the keys it uses. */
interface Keyed {
  readonly operation: unknown;
  readonly keys: number;
}

/** One thread's sequence of operations, and the bits of the keys they use. */
interface ThreadPlan {
  readonly operations: readonly unknown[];
  readonly keys: number;
}

/**
 * The scenarios of that size, in an order that depends only on the system and the size.
 *
 * @throws InputError if the system declares no small scope
 */
export function* smallScenarios(
  system: Pick<System, "name" | "smallScope" | "compile">,
  size: ScopeSize,
): Generator<Scenario> {
  const { smallScope } = system;
  if (smallScope === undefined)
    throw new InputError(`${system.name} declares no small scope, so it cannot be certified`);
  const universe = keyedOperations(smallScope, size.keys);
  const plans = threadPlans(smallScope, universe, size.operations);
  let number = 0;
  for (const { initial, keys } of distinctContents(system, smallScope, size.keys, universe)) {
    for (const chosen of ascendingChoices(plans, size.threads)) {
      const used = chosen.reduce((bits, plan) => bits | plan.keys, keys);
      if (!isWithoutGap(used)) continue;
      number++;
      yield scenarioOf(
        system.name,
        `${system.name}-${sizeName(size)}-${number}`,
        initial,
        chosen.map(({ operations }) => operations),
        smallScope.limits,
      );
    }
  }
}

function scenarioOf(
  system: string,
  name: string,
  initial: readonly unknown[],
  threads: readonly (readonly unknown[])[],
  limits: Scenario["limits"],
): Scenario {
  return {
    name,
    system,
    initial,
    threads: threads.map((operations, index) => ({ name: `thread ${index + 1}`, operations })),
    ...(limits === undefined ? {} : { limits }),
  };
}

function keyedOperations(scope: SmallScope, keys: number): readonly Keyed[] {
  const universe: Keyed[] = [];
  for (let key = 0; key < keys; key++) {
    for (const operation of scope.operationsOn(key)) universe.push({ operation, keys: 1 << key });
  }
  for (const operation of scope.otherOperations) universe.push({ operation, keys: 0 });
  return universe;
}

function threadPlans(scope: SmallScope, universe: readonly Keyed[], length: number): readonly ThreadPlan[] {
  let plans: readonly ThreadPlan[] = [{ operations: [], keys: 0 }];
  for (let position = 0; position < length; position++) {
    plans = plans.flatMap((plan) =>
      universe
        .filter(({ operation }) => scope.isIdle?.(operation, plan.operations) !== true)
        .map(({ operation, keys }) => ({ operations: [...plan.operations, operation], keys: plan.keys | keys })),
    );
  }
  return plans;
}

/** Every choice of `count` of the items, with repetition, in ascending order of their positions. */
function* ascendingChoices<T>(items: readonly T[], count: number, from = 0): Generator<readonly T[]> {
  if (count === 0) return yield [];
  for (let first = from; first < items.length; first++) {
    const item = items[first];
    if (item === undefined) continue;
    for (const rest of ascendingChoices(items, count - 1, first)) yield [item, ...rest];
  }
}

/** Contents that leave different words, and the bits of the keys in each. */
function* distinctContents(
  system: Pick<System, "name" | "compile">,
  scope: SmallScope,
  keys: number,
  universe: readonly Keyed[],
): Generator<{ readonly initial: readonly unknown[]; readonly keys: number }> {
  const keysOf = new Map(universe.map((keyed) => [JSON.stringify(keyed.operation), keyed.keys]));
  const all = (1 << keys) - 1;
  const seen = new Set<string>();
  for (const initial of scope.initialContents(keys)) {
    const words = wordsAfter(system, scope, initial);
    if (seen.has(words)) continue;
    seen.add(words);
    // An operation that no thread performs may put something between the keys; then none of them can be renamed.
    yield {
      initial,
      keys: initial.reduce<number>((bits, operation) => bits | (keysOf.get(JSON.stringify(operation)) ?? all), 0),
    };
  }
}

/** The memory after the initial operations, as text. */
function wordsAfter(system: Pick<System, "name" | "compile">, scope: SmallScope, initial: readonly unknown[]): string {
  const program = system.compile(scenarioOf(system.name, "initial contents", initial, [[]], scope.limits));
  return new Machine(program).words.join(",");
}

/** Are the keys of these bits 0, 1, 2, … without a gap? */
function isWithoutGap(bits: number): boolean {
  return (bits & (bits + 1)) === 0;
}
