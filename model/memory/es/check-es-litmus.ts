/** Decides the outcomes of a program of agents under the memory model of ECMAScript: the complete set of outcomes. */

import { isAcyclic } from "../cycle.ts";
import { es, type EsModel } from "../es.ts";
import { SearchStopped } from "../litmus/candidates.ts";
import { stepCounter, type LitmusBounds } from "../litmus/candidate-search.ts";
import { LitmusError, positionAt } from "../litmus/litmus-error.ts";
import { flagsOf, isAllowed, type NamedRelations } from "../memory-model.ts";
import { union } from "../relation.ts";
import { combineAgents, dependency, type AgentCombination } from "./agent-combination.ts";
import { pathsOf } from "./agent-path.ts";
import type { AgentPath } from "./agent-state.ts";
import type { AgentProgram, Quantifier } from "./agent-program.ts";
import type { Value } from "./element-type.ts";
import { interleavedOutcomes } from "./interleavings.ts";
import { inventedValues, TooManyValues } from "./invented-values.ts";
import { columnsOf, compareRows, keyOf, rowsOf, satisfies, type Row } from "./outcome.ts";
import { endingOf, searchExecutions, type EsCandidate } from "./search-executions.ts";

/** A test, and the text that positions of its statements refer to. */
export interface EsTest {
  readonly program: AgentProgram;
  readonly text: string;
}

export interface EsAnswer {
  readonly kind: "outcomes";
  readonly name: string;
  readonly columns: readonly string[];
  /** All outcomes of all valid executions, sorted. */
  readonly outcomes: readonly Row[];
  /** Those that an interleaving of the accesses gives. */
  readonly interleaved: readonly Row[];
  /**
   * Those that every execution gives only with a cycle in agent-order, reads-from and the order of sections together.
   */
  readonly needsCycle: readonly Row[];
  /** Those of them which only executions give in which values depend on themselves. */
  readonly needsValueCycle: readonly Row[];
  /** Whether some valid execution has a data race. */
  readonly race: boolean;
  /** The test's condition, if it has one. */
  readonly question: Question | undefined;
}

export interface Question {
  readonly quantifier: Quantifier;
  readonly conditionText: string;
  /** Outcomes in which the condition holds, and in which it does not. */
  readonly positive: number;
  readonly negative: number;
}

/** A bound was hit first, so nothing is known. */
export interface EsUndecided {
  readonly kind: "undecided";
  readonly name: string;
  readonly because: string;
}

/** The cycles of an execution: one without any can be produced by a machine that goes step by step. */
type Cycle = "none" | "causality" | "values";

const CYCLES: readonly Cycle[] = ["none", "causality", "values"];

/**
 * @throws LitmusError, with line and column, if a valid execution violates the language's rules, or the test is too
 *   large
 */
export function checkEsLitmus(test: EsTest, bounds: LitmusBounds = {}, model: EsModel = es): EsAnswer | EsUndecided {
  const { program } = test;
  const rows = new Map<string, { readonly row: Row; cycle: Cycle }>();
  let race = false;
  const judge = new Judge(model);
  const rowOf = rowsOf(program);
  let interleaved: readonly Row[];
  try {
    forEachExecution(
      test,
      bounds,
      () => !race,
      (candidate) => {
        const row = rowOf(endingOf(candidate));
        const known = rows.get(keyOf(row));
        // An execution contributes only an outcome, a weaker cycle behind one, or a race.
        if (race && known?.cycle === "none") return;
        const terms = judge.termsOf(candidate);
        if (!isAllowed(model, terms)) return;
        refuseIllegal(candidate, test);
        const cycle = judge.cycleOf(candidate, terms);
        if (known === undefined) rows.set(keyOf(row), { row, cycle });
        else if (CYCLES.indexOf(cycle) < CYCLES.indexOf(known.cycle)) known.cycle = cycle;
        race ||= flagsOf(model, terms).includes("data-race");
      },
    );
    interleaved = interleavedOutcomes(program, stepCounter(bounds));
  } catch (error) {
    if (!(error instanceof SearchStopped || error instanceof TooManyValues)) throw error;
    return { kind: "undecided", name: program.name, because: error.message };
  }
  const sorted = [...rows.values()].toSorted((a, b) => compareRows(a.row, b.row));
  const rowsWith = (...cycles: readonly Cycle[]): readonly Row[] =>
    sorted.filter(({ cycle }) => cycles.includes(cycle)).map(({ row }) => row);
  return {
    kind: "outcomes",
    name: program.name,
    columns: columnsOf(program),
    outcomes: rowsWith(...CYCLES),
    interleaved,
    needsCycle: rowsWith("causality", "values"),
    needsValueCycle: rowsWith("values"),
    race,
    question: questionOf(
      program,
      sorted.map(({ row }) => row),
    ),
  };
}

function questionOf(program: AgentProgram, outcomes: readonly Row[]): Question | undefined {
  const { condition } = program;
  if (condition === undefined) return undefined;
  const positive = outcomes.filter(satisfies(condition.expression, columnsOf(program))).length;
  const { quantifier, text } = condition;
  return { quantifier, conditionText: text, positive, negative: outcomes.length - positive };
}

/** @throws LitmusError if an execution that the model allows does what no program may */
function refuseIllegal({ combination: { illegal } }: EsCandidate, { text }: EsTest): void {
  if (illegal !== undefined) throw new LitmusError(illegal.message, positionAt(text, illegal.at));
}

/** The relations of candidates, prepared once for those of one combination. */
export class Judge {
  readonly #model: EsModel;
  #combination: AgentCombination | undefined;
  #over: ReturnType<EsModel["over"]> | undefined;

  constructor(model: EsModel) {
    this.#model = model;
  }

  termsOf({ combination, choices }: EsCandidate): NamedRelations {
    if (this.#over === undefined || this.#combination !== combination) {
      this.#combination = combination;
      this.#over = this.#model.over(combination.skeleton);
    }
    return this.#over(choices());
  }

  cycleOf({ combination }: EsCandidate, terms: NamedRelations): Cycle {
    if (isAcyclic(terms.relation("causality"))) return "none";
    return isAcyclic(union(dependency(combination), terms.relation("rf"))) ? "causality" : "values";
  }
}

/** Calls `onCandidate` with every candidate, allowed or not. */
export function forEachExecution(
  { program, text }: EsTest,
  bounds: LitmusBounds,
  wantsRaces: () => boolean,
  onCandidate: (candidate: EsCandidate) => void,
): void {
  const onStep = stepCounter(bounds);
  let invented: readonly Value[] | undefined;
  let slots = 0;
  const unfold = (body: AgentProgram["setUp"]): readonly AgentPath[] =>
    pathsOf(body, { text, unassigned: program.unassigned, newSlot: () => slots++, onStep });
  const [setUps, finals] = [unfold(program.setUp), unfold(program.final)];
  const agents = program.agents.map(({ body }) => unfold(body));
  for (const setUp of setUps) {
    for (const final of finals) {
      for (const paths of choicesOf(agents)) {
        onStep();
        searchExecutions(combineAgents(program, { setUp, agents: paths, final }), {
          space: bounds.space ?? "pruned",
          text,
          wantsRaces,
          invented: () => (invented ??= inventedValues(program)),
          onStep,
          onCandidate,
        });
      }
    }
  }
}

/** One of each list, in every way. */
function* choicesOf<T>([first, ...rest]: readonly (readonly T[])[]): Generator<readonly T[]> {
  if (first === undefined) {
    yield [];
    return;
  }
  for (const one of first) for (const others of choicesOf(rest)) yield [one, ...others];
}
