/** Generated scenarios: drawn from the operations of a system; equal names give equal scenarios. */
import * as fc from "fast-check";
import { derivedSeed, namedSeed } from "#properties/random.ts";
import { parseScenario } from "./parse-scenario.ts";
import { ScenarioError } from "./scenario-error.ts";
import type { Scenario } from "./scenario.ts";
import type { System } from "./system.ts";

export interface GeneratedSize {
  readonly threads: number;
  /** Maximum number of operations of each thread. */
  readonly operations: number;
}

/** Number of scenarios drawn for a system that declares none. */
export const GENERATED_SCENARIOS = 12;

/** Maximum number of attempts to draw a scenario that is valid for its system. */
const ATTEMPTS_MAX = 50;

/** Maximum number of initial operations. */
const INITIAL_MAX = 2;

/** `tickets-generated-2x3-1-7`: seven drawn from seed 1, of two threads of up to three operations. */
export function generatedName(
  system: string,
  { threads, operations }: GeneratedSize,
  seed: number,
  number: number,
): string {
  return `${system}-generated-${threads}x${operations}-${seed}-${number}`;
}

/** Names of the scenarios of a system that declares none: of two threads and of three. */
export function generatedNames(system: string, seed: number): readonly string[] {
  return Array.from({ length: GENERATED_SCENARIOS }, (_, index) =>
    generatedName(
      system,
      index % 3 === 2 ? { threads: 3, operations: 1 } : { threads: 2, operations: 2 },
      seed,
      index + 1,
    ),
  );
}

/** The scenario of such a name; undefined for any other name. */
export function generatedScenario(system: System, name: string): Scenario | undefined {
  const match = /-generated-([1-9])x([1-9]\d?)-(\d{1,10})-(\d{1,6})$/.exec(name);
  if (match === null || name.slice(0, match.index) !== system.name) return undefined;
  const [threads = 0, operations = 0, seed = 0] = match.slice(1).map(Number);
  return drawn(system, name, { threads, operations }, namedSeed(seed, name));
}

/** @throws ScenarioError if none of those drawn is valid for the system */
function drawn(system: System, name: string, size: GeneratedSize, seed: number): Scenario {
  let refused: ScenarioError | undefined;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const [contents] = fc.sample(contentsOf(system, size), { seed: derivedSeed(seed, attempt) | 0, numRuns: 1 });
    if (contents === undefined) break;
    const threads = contents.threads.map((operations, index) => ({ name: `thread ${index + 1}`, operations }));
    try {
      const scenario = parseScenario(system, { name, system: system.name, initial: contents.initial, threads });
      system.compile(scenario);
      return scenario;
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      refused = error;
    }
  }
  throw refused ?? new ScenarioError(`${name}: no scenario could be drawn`);
}

function contentsOf(system: System, { threads, operations }: GeneratedSize) {
  const thread = fc.array(system.operations, { minLength: 1, maxLength: operations });
  const initial = fc
    .array(system.operations, { maxLength: INITIAL_MAX })
    .map((all) => all.filter((operation) => system.isInitial(operation)));
  return fc.record({ initial, threads: fc.array(thread, { minLength: threads, maxLength: threads }) });
}
