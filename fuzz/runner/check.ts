/**
 * `check` in a test of any runner: a structure, and the operations of its threads, or how many to draw.
 *
 * ```ts
 * const { push, pop } = stack.calls;
 * await check(stack, { threads: [[push(1), pop()], [push(2), pop()]] });
 * await check(stack, { threads: 3, operations: 3, executions: 20_000 });
 * ```
 *
 * Each scenario is explored to the end if it has no more executions than the limit; otherwise it is searched under
 * schedules of several strategies. Equal seeds search equally.
 */
import { setImmediate } from "node:timers/promises";
import { InputError } from "#fuzz/host/input-error.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { EXHAUSTIVE } from "#fuzz/search/exhaustive-search.ts";
import { searchNamed } from "#fuzz/search/named-search.ts";
import type { MachineSettings } from "#fuzz/machine/machine-settings.ts";
import { settingsWithout } from "#fuzz/systems/checks-off.ts";
import { scenarioSubject, type Subject } from "#fuzz/subjects/subject.ts";
import { generatedName, generatedScenario } from "#fuzz/systems/generated-scenarios.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import type { System } from "#fuzz/systems/system.ts";
import { derivedSeed, namedSeed } from "#properties/random.ts";
import type { Search } from "#reports/result.ts";
import { countOf, searchedUnder } from "#reports/searched-under.ts";
import { MEMORY } from "#reports/memory-in-words.ts";
import { type FoundIn, failureOf } from "./check-failure.ts";

export interface CheckOptions<Operation = unknown> {
  /** The operations of each thread, with or without thread names; or the number of threads of drawn scenarios. */
  readonly threads: number | readonly (readonly Operation[])[] | Readonly<Record<string, readonly Operation[]>>;
  /** Performed by one thread alone before the others start. */
  readonly initial?: readonly Operation[];
  /** Performed by one thread alone when all others have returned. */
  readonly finally?: readonly Operation[];
  /** Parameters of the system that differ from their defaults. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Most operations per thread of a drawn scenario; default 3. */
  readonly operations?: number;
  /** Scenarios to draw; default 20. */
  readonly scenarios?: number;
  /** Executions of each scenario; default 20,000. */
  readonly executions?: number;
  /** Seed of all randomness; default 1. */
  readonly seed?: number;
  /** Folder for the trace and the script of a failure; default `quiesce-out`. */
  readonly out?: string;
  /** The runner's own test context (vitest's, node:test's): for its timeout, and to report how the test was decided. */
  readonly test?: TestContext;
}

/** The part of a runner's test context that is used here. */
export interface TestContext {
  readonly signal?: AbortSignal;
  /** vitest: milliseconds that the test may take. */
  readonly task?: { readonly timeout?: number };
  /** vitest. */
  annotate?(message: string, type?: string): unknown;
  /** node:test. */
  diagnostic?(message: string): unknown;
}

/** The extent and the conditions of a check that holds. */
export interface Checked {
  readonly verdict: "holds";
  readonly scenarios: number;
  readonly executions: number;
  readonly seed: number;
  /** `every execution (44), sequentially consistent`. */
  readonly under: string;
}

/** Strategies of the search, which share the executions equally. */
const STRATEGIES = ["random", "pct3", "pos", "surw"];

/** Share of the runner's timeout that the search may take; explaining a failure takes the rest. */
const TIMEOUT_SHARE = 0.8;

/**
 * Checks a structure, and throws its violation.
 *
 * @returns the extent of the search, if nothing is violated
 * @throws Error whose message is the story of the violation, with the commands that replay it; or, if the time is up,
 * the reason why nothing is decided
 * @throws InputError if the scenario is invalid for the system, or there is nothing to check
 */
export async function check<Operation>(system: System<Operation>, options: CheckOptions<Operation>): Promise<Checked> {
  const { executions: executionsMax = 20_000, seed = 1, test = {} } = options;
  if (!Number.isSafeInteger(executionsMax) || executionsMax < 1)
    throw new InputError(`check: executions is ${executionsMax}, and must be a whole number of at least 1`);
  const timeout = test.task?.timeout ?? 0;
  const deadline = timeout > 0 ? performance.now() + timeout * TIMEOUT_SHARE : Infinity;
  const shouldStop = (): boolean => test.signal?.aborted === true || performance.now() > deadline;
  const scenarios = scenariosOf(system as System, options as CheckOptions, seed);
  const searches: Search[][] = [];
  for (const scenario of scenarios) {
    const subject = scenarioSubject(scenario, (one) => system.compile(one as Scenario<Operation>));
    const checks = settingsWithout(system.without);
    const done = await searchScenario(subject, { executionsMax, seed, shouldStop, checks });
    if (done.violated !== undefined)
      throw await failureOf(system as System, subject, done.violated, { seed, out: options.out });
    if (done.stopped)
      throw new Error(
        `UNKNOWN: ${scenario.name} is not decided: the test's time is up after ${searchedUnder(done.searches)}, ` +
          `seed ${seed}`,
      );
    searches.push(done.searches);
    await setImmediate();
  }
  const checked = checkedOf(searches, seed, system.without);
  const text = `holds: ${checked.under}, seed ${seed}`;
  await test.annotate?.(text, "quiesce");
  test.diagnostic?.(text);
  return checked;
}

/** @throws InputError if there is nothing to check, or the scenario is malformed */
function scenariosOf(system: System, options: CheckOptions, seed: number): readonly Scenario[] {
  const { threads, operations = 3, scenarios = 20, initial = [], finally: last, limits } = options;
  if (typeof threads === "number") {
    for (const [name, value] of Object.entries({ threads, operations, scenarios }))
      if (!Number.isSafeInteger(value) || value < 1 || (name === "threads" && value > 9) || value > 999)
        throw new InputError(`check: ${name} is ${value}, and must be a whole number of at least 1`);
    return Array.from({ length: scenarios }, (_, index) => {
      const name = generatedName(system.name, { threads, operations }, seed, index + 1);
      const drawn = generatedScenario(system, name);
      if (drawn === undefined) throw new InputError(`check: no scenario of ${system.name} could be drawn`);
      return { ...drawn, ...(last !== undefined && { finally: last }), ...(limits !== undefined && { limits }) };
    });
  }
  const named = Object.entries(threads).map(([key, own]) => ({
    name: Array.isArray(threads) ? `thread ${Number(key) + 1}` : key,
    operations: own,
  }));
  if (named.every(({ operations: own }) => own.length === 0))
    throw new InputError("check: no thread has an operation, so there is nothing to check");
  return [
    parseScenario(system, {
      name: `${system.name}-check`,
      system: system.name,
      initial,
      threads: named,
      ...(last !== undefined && { finally: last }),
      ...(limits !== undefined && { limits }),
    }),
  ];
}

interface SearchOrder {
  readonly executionsMax: number;
  readonly seed: number;
  readonly shouldStop: () => boolean;
  readonly checks: MachineSettings;
}

interface Done {
  readonly searches: Search[];
  readonly stopped: boolean;
  readonly violated?: FoundIn;
}

async function searchScenario(
  subject: Subject,
  { executionsMax, seed, shouldStop, checks }: SearchOrder,
): Promise<Done> {
  const searches: Search[] = [];
  let machine: Machine | undefined;
  const searched = {
    makeProgram: () => subject.makeProgram(),
    machine: () => (machine ??= new Machine(subject.makeProgram(), checks)),
    checks,
  };
  const own = namedSeed(seed, subject.scenario.name);
  const share = Math.ceil(executionsMax / STRATEGIES.length);
  for (const [index, strategy] of [EXHAUSTIVE, ...STRATEGIES].entries()) {
    const isFirst = index === 0;
    const bounds = isFirst ? { executionsMax, estimateMax: 2 * executionsMax } : { executionsMax: share };
    const strategySeed = derivedSeed(own, index);
    const result = searchNamed(strategy, searched, { seed: strategySeed, ...bounds, shouldStop });
    const { kind, executions, steps: accesses, estimate } = result;
    if (kind === "violated") return { searches, stopped: false, violated: { strategy, seed: strategySeed, result } };
    if (executions > 0 && accesses === 0)
      throw new InputError(
        `check: no thread of ${subject.scenario.name} makes an access to shared memory, so there is nothing to check`,
      );
    const exhaustive = isFirst && kind === "exhausted";
    searches.push({ strategy, exhaustive, executions, accesses, ...(estimate !== undefined && { estimate }) });
    if (exhaustive || kind === "stopped") return { searches, stopped: kind === "stopped" };
    await setImmediate();
  }
  return { searches, stopped: false };
}

function checkedOf(searches: readonly (readonly Search[])[], seed: number, without: System["without"]): Checked {
  const all = searches.flat();
  const executions = all.reduce((sum, search) => sum + search.executions, 0);
  const [only = []] = searches;
  const exhausted = searches.filter((own) => own.some(({ exhaustive }) => exhaustive)).length;
  const under =
    searches.length === 1
      ? searchedUnder(only, without)
      : `${countOf(searches.length, "scenario")}, ${exhausted} of them in every execution, ` +
        `${countOf(executions, "execution")} in all, ${MEMORY}`;
  return { verdict: "holds", scenarios: searches.length, executions, seed, under };
}
