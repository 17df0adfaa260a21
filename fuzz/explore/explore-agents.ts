/**
 * Explores a program of agents under ECMAScript's memory model: every execution without a cycle of agent order and
 * reads-from, exactly once.
 *
 * Exact where ranges are equal or disjoint, with this reading of the specification: an access that never tears does not
 * mix the initial zeros with a write of its range either. Where ranges overlap, or an atomic access may mix what others
 * tear, the accesses are interleaved instead, and the result reports it.
 */
import type { AgentProgram } from "#model/memory/es/agent-program.ts";
import { interleavedOutcomes } from "#model/memory/es/interleavings.ts";
import { columnsOf, compareRows, keyOf, rowsOf, type Ending, type Row } from "#model/memory/es/outcome.ts";
import { SearchStopped } from "#model/memory/litmus/candidates.ts";
import { AgentCells, accessesOf, indicesOf, neverTears, overlappingRanges } from "./agent-cells.ts";
import { explore } from "./explore.ts";
import type { Execution } from "./explored-execution.ts";
import { BLOCKED, LOCATION, NONE } from "./graph.ts";
import { LoweredAgents, type Registers } from "./lowered-agents.ts";

export interface AgentBounds {
  /** Complete executions, or interleaved states, after which the exploration ends undecided. */
  readonly executionsMax?: number;
  /** Called now and then; returning true ends the exploration. */
  readonly shouldStop?: () => boolean;
}

export interface AgentExploration {
  readonly name: string;
  readonly columns: readonly string[];
  /** Sorted. */
  readonly outcomes: readonly Row[];
  /** Executions that ended, including those with agents that sleep forever; undefined for interleavings. */
  readonly executions: number | undefined;
  /** Whether some execution has a data race; undefined for interleavings, which are not checked for races. */
  readonly race: boolean | undefined;
  /** Why accesses were interleaved instead; undefined if they were not. */
  readonly interleavedBecause: string | undefined;
  /** False when a bound was hit. */
  readonly complete: boolean;
}

/** A thread did something that the language forbids. */
export class AgentError extends Error {}

/** @throws AgentError if an execution does what the language forbids */
export function exploreAgents(program: AgentProgram, bounds: AgentBounds = {}): AgentExploration {
  const overlapping = overlappingRanges(program);
  if (overlapping !== undefined) {
    const [a, b] = overlapping.map(({ start, end }) => `${start} to ${end - 1}`);
    return interleave(program, `the accesses to bytes ${a} and ${b} overlap`, bounds);
  }
  const cells = new AgentCells();
  for (let torn = new Map<number, readonly number[]>(); ;) {
    const found = exploreLowered(program, new LoweredAgents(program, cells, torn), bounds);
    const wanted = tornOffsets(program, cells);
    const mixed = [...wanted.keys()].find((start) => mayMix(program, start));
    if (mixed !== undefined && found.race)
      return interleave(program, `an access to byte ${mixed} that never tears may mix what others write`, bounds);
    if (!found.race || !found.complete || sizeOf(wanted) === sizeOf(torn)) return found;
    torn = wanted;
  }
}

/** Cells that may be read torn, with the offsets at which tearing makes a difference. */
function tornOffsets(program: AgentProgram, cells: AgentCells): Map<number, readonly number[]> {
  const torn = new Map<number, readonly number[]>();
  for (const statement of accessesOf(program)) {
    if (neverTears(statement)) continue;
    for (const start of startsOf(statement)) {
      const offsets = cells.differingBytes(start);
      if (offsets.length > 1) torn.set(start, offsets);
    }
  }
  return torn;
}

/** Whether a cell that may be torn has reads that mix bytes of one whole write with bytes of others. */
function mayMix(program: AgentProgram, start: number): boolean {
  return [...accessesOf(program)].some(
    (statement) =>
      statement.kind !== "write" &&
      statement.kind !== "notify" &&
      neverTears(statement) &&
      startsOf(statement).includes(start),
  );
}

function startsOf(statement: Parameters<typeof indicesOf>[0]): readonly number[] {
  const { view } = statement;
  return indicesOf(statement).map((index) => view.start + index * view.stride);
}

function sizeOf(torn: ReadonlyMap<number, readonly number[]>): number {
  return [...torn.values()].reduce((sum, { length }) => sum + length, 0);
}

function exploreLowered(
  program: AgentProgram,
  lowered: LoweredAgents,
  { executionsMax, shouldStop }: AgentBounds,
): AgentExploration {
  const rows = new Map<string, Row>();
  const rowOf = rowsOf(program);
  let executions = 0;
  const note = (execution: Execution): void => {
    executions++;
    const row = rowOf(endingOf(program, lowered, execution));
    rows.set(keyOf(row), row);
  };
  const { complete, failure, race } = explore(lowered.program, {
    model: "es",
    onExecution: note,
    onBlocked: (execution) => {
      if (!isStale(execution)) note(execution);
    },
    ...(executionsMax !== undefined && { executionsMax }),
    ...(shouldStop !== undefined && { shouldStop }),
  });
  if (failure !== undefined) throw new AgentError(failure.message);
  return {
    name: program.name,
    columns: columnsOf(program),
    outcomes: [...rows.values()].toSorted(compareRows),
    executions,
    race,
    interleavedBecause: undefined,
    complete,
  };
}

/** Whether some agent still waits although it has been woken: another execution lets it go on. */
function isStale({ graph }: Execution): boolean {
  return graph.last.some(
    (event) => event !== NONE && graph.has(event, BLOCKED) && graph.first[graph.get(event, LOCATION)] !== NONE,
  );
}

function endingOf({ agents }: AgentProgram, lowered: LoweredAgents, execution: Execution): Ending {
  const registersAt = (word: number): Registers | undefined => {
    const number = execution.finalValue(word);
    return number === undefined ? undefined : lowered.registersOf(number);
  };
  const ended = agents.map((_, agent) => registersAt(lowered.endWord(agent)));
  const final = registersAt(lowered.endWord(agents.length));
  return {
    register: (agent, name) => (ended[agent] ?? registersAt(lowered.asleepWord(agent)))?.get(name),
    final: (position) => final?.get(String(position)),
    isBlocked: (agent) => ended[agent] === undefined,
  };
}

function interleave(
  program: AgentProgram,
  because: string,
  { executionsMax = Infinity, shouldStop }: AgentBounds,
): AgentExploration {
  const result = {
    name: program.name,
    columns: columnsOf(program),
    executions: undefined,
    race: undefined,
    interleavedBecause: because,
  };
  let states = 0;
  try {
    const outcomes = interleavedOutcomes(program, () => {
      if (states++ >= executionsMax || shouldStop?.() === true) throw new SearchStopped("a bound was hit");
    });
    return { ...result, outcomes, complete: true };
  } catch (error) {
    if (!(error instanceof SearchStopped)) throw error;
    return { ...result, outcomes: [], complete: false };
  }
}
