/**
 * Runs one generated scenario, and returns its violation.
 *
 * A sequence runs once, one operation after the other, and memory is checked whenever no operation is in progress.
 * Threads run under several strategies, after the first executions of an exhaustive search. Both depend on the scenario
 * alone, so that a smaller one can be compared with it.
 */
import { exploreProgram } from "#fuzz/explore/explore-program.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import type { MachineSettings } from "#fuzz/machine/machine-settings.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { search, type SearchResult } from "#fuzz/search/search.ts";
import { oneByOne } from "#fuzz/strategies/one-by-one.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import type { Violation } from "#properties/violation.ts";
import type { ConformanceForm } from "./conformance-task.ts";

export interface Checked {
  readonly executions: number;
  readonly accesses: number;
  readonly found?: FoundInScenario;
}

export interface FoundInScenario {
  readonly violation: Violation;
  readonly choices: Int32Array;
  /** The strategy that found it, and the number of the execution. */
  readonly strategy: string;
  readonly execution: number;
}

/** A sequence is long and has one thread: races are covered by the other form. */
const LONG_SEQUENCE: MachineSettings = { checksRest: true, dataRaces: false, accessesMax: 1_000_000 };

/** The strategy named for a violation of a sequence. */
export const SEQUENCE: MachineSettings = { checksRest: true };

/** Execution graphs of a scenario that are explored first. */
const GRAPHS_MAX = 24;

const STRATEGIES = ["pos", "pct3", "random"] as const;
const EXECUTIONS = 10;

export function checkScenario(makeProgram: () => Program, form: ConformanceForm, seed: number): Checked {
  return form === "sequential" ? checkSequence(makeProgram, LONG_SEQUENCE) : checkThreads(makeProgram, seed);
}

export function checkSequence(makeProgram: () => Program, settings: MachineSettings): Checked {
  const machine = new Machine(makeProgram(), settings);
  return checked("one-by-one", search(machine, oneByOne(), { executionsMax: 1 }));
}

function checkThreads(makeProgram: () => Program, seed: number): Checked {
  const explored = exploreProgram(makeProgram(), { graphsMax: GRAPHS_MAX });
  const first = { executions: explored.executions, accesses: explored.accesses };
  if (explored.violation !== undefined) {
    const { violation, choices } = explored.violation;
    return {
      ...first,
      found: { violation, choices, strategy: "exhaustive", execution: Math.max(1, first.executions) },
    };
  }
  if (explored.complete) return first;
  const machine = new Machine(makeProgram());
  let { executions, accesses } = first;
  for (const strategy of STRATEGIES) {
    const { create } = strategyNamed(strategy);
    const { found, ...counts } = checked(strategy, search(machine, create({ seed }), { executionsMax: EXECUTIONS }));
    executions += counts.executions;
    accesses += counts.accesses;
    if (found !== undefined) return { executions, accesses, found };
  }
  return { executions, accesses };
}

function checked(strategy: string, { executions, steps: accesses, violation, choices }: SearchResult): Checked {
  if (violation === undefined || choices === undefined) return { executions, accesses };
  return { executions, accesses, found: { violation, choices, strategy, execution: executions } };
}
