/**
 * One execution of a program of agents that shows why an outcome is allowed, or one with the axiom that forbids it.
 *
 * The search is for the test's condition, or for an outcome; without either, for the first outcome that no
 * interleaving gives.
 */

import { stepsOf, type Step } from "../derivation.ts";
import { es, type EsModel } from "../es.ts";
import { Enough, type ExplainedEvent, type Explanation } from "../explained-execution.ts";
import { SearchStopped } from "../litmus/candidates.ts";
import type { LitmusBounds } from "../litmus/candidate-search.ts";
import { positionAt } from "../litmus/litmus-error.ts";
import { isAllowed, violationOf, type NamedRelations } from "../memory-model.ts";
import { has, pairsOf } from "../relation.ts";
import { checkEsLitmus, forEachExecution, Judge, type EsTest } from "./check-es-litmus.ts";
import { MAIN, type PlacedEvent } from "./agent-combination.ts";
import { columnsOf, keyOf, rowsOf, satisfies, showEntry, type Row } from "./outcome.ts";
import { endingOf, type EsCandidate } from "./search-executions.ts";

/** Entries by column, as `showEntry` shows them. Columns that are not named may hold anything. */
export type SoughtOutcome = ReadonlyMap<string, string>;

/** A column that a test does not have. */
export class NoSuchColumn extends Error {}

/**
 * @returns undefined if a bound is hit first
 * @throws LitmusError like `checkEsLitmus`
 * @throws NoSuchColumn if the outcome names one
 */
export function explainEsLitmus(
  test: EsTest,
  outcome: SoughtOutcome | undefined,
  bounds: LitmusBounds = {},
  model: EsModel = es,
): Explanation | undefined {
  const sought = whatIsSought(test, outcome, bounds);
  if (sought === undefined) return undefined;
  if (sought === "interleaved") return { kind: "interleaved", name: test.program.name };
  const asked = { name: test.program.name, model: model.name, sought: sought.text };
  const judge = new Judge(model);
  const rowOf = rowsOf(test.program);
  const isSought = (candidate: EsCandidate): boolean => sought.isMet(rowOf(endingOf(candidate)));

  const witness = firstOf((found) =>
    forEachExecution(
      test,
      bounds,
      () => false,
      (candidate) => {
        if (!isSought(candidate)) return;
        const terms = judge.termsOf(candidate);
        if (!isAllowed(model, terms)) return;
        found({ kind: "witness", ...asked, events: eventsOf(candidate, test), edges: edgesOf(candidate, terms) });
      },
    ),
  );
  if (witness.result !== undefined) return witness.result;
  if (witness.isStopped) return undefined;

  let best: { readonly rank: number; readonly explanation: Explanation } | undefined;
  const search = firstOf(() =>
    forEachExecution(
      test,
      { ...bounds, space: "whole" },
      () => false,
      (candidate) => {
        if (!isSought(candidate)) return;
        const terms = judge.termsOf(candidate);
        const violation = violationOf(model, terms);
        if (violation === undefined) return;
        // The later the axiom, and the fewer reads are wrong, the more of the model agrees with it: the most
        // informative.
        const wrong = pairsOf(terms.relation("incoherent")).length;
        const rank = model.axioms.indexOf(violation.axiom) * 10_000 - wrong * 100 - violation.events.length;
        if (best !== undefined && best.rank >= rank) return;
        const explanation: Explanation = {
          kind: "forbidden",
          ...asked,
          events: eventsOf(candidate, test),
          edges: edgesOf(candidate, terms),
          violation,
          cycle: stepsOf(model, terms, violation),
        };
        best = { rank, explanation };
      },
    ),
  );
  if (best !== undefined) return best.explanation;
  return search.isStopped ? undefined : { kind: "impossible", ...asked };
}

interface Sought {
  readonly text: string;
  readonly isMet: (row: Row) => boolean;
}

function whatIsSought(
  test: EsTest,
  outcome: SoughtOutcome | undefined,
  bounds: LitmusBounds,
): Sought | "interleaved" | undefined {
  const { program } = test;
  const columns = columnsOf(program);
  if (outcome !== undefined) return soughtOutcome(outcome, columns);
  if (program.condition !== undefined) {
    return { text: "the condition", isMet: satisfies(program.condition.expression, columns) };
  }
  const result = checkEsLitmus(test, bounds);
  if (result.kind === "undecided") return undefined;
  const interleaved = new Set(result.interleaved.map(keyOf));
  const weak = result.outcomes.find((row) => !interleaved.has(keyOf(row)));
  if (weak === undefined) return "interleaved";
  const entries = columns.map((column, i): [string, string] => [column, showEntry(weak[i] ?? null)]);
  return soughtOutcome(new Map(entries), columns);
}

function soughtOutcome(outcome: SoughtOutcome, columns: readonly string[]): Sought {
  for (const column of outcome.keys()) {
    if (!columns.includes(column)) throw new NoSuchColumn(`no column ${column}: there are ${columns.join(", ")}`);
  }
  return {
    text: [...outcome].map(([column, entry]) => `${column}=${entry}`).join("; "),
    isMet: (row) => [...outcome].every(([column, entry]) => showEntry(row[columns.indexOf(column)] ?? null) === entry),
  };
}

/** Runs a search until it has a result, or a bound is hit. */
function firstOf(search: (found: (result: Explanation) => void) => void): {
  readonly result: Explanation | undefined;
  readonly isStopped: boolean;
} {
  let result: Explanation | undefined;
  try {
    search((found) => {
      result = found;
      throw new Enough();
    });
  } catch (error) {
    if (error instanceof SearchStopped) return { result, isStopped: true };
    if (!(error instanceof Enough)) throw error;
  }
  return { result, isStopped: false };
}

function valueAt({ decode }: PlacedEvent, bytes: Uint8Array | undefined): string {
  return bytes === undefined || decode === undefined ? "" : showEntry(decode(bytes) ?? null);
}

function eventsOf({ combination: { events, program }, values }: EsCandidate, { text }: EsTest): ExplainedEvent[] {
  return events.map((event, i) => {
    const { kind, place, order, at, agent } = event;
    if (kind === "init") return { process: -1, processName: "", line: 0, label: "zeros" };
    const [read, written] = [valueAt(event, values.bytesRead(i)), valueAt(event, values.bytesWritten(i))];
    const tag = order === "seq-cst" ? " SeqCst" : "";
    const label = {
      read: `R ${place}=${read}${tag}`,
      write: `W ${place}=${written}${tag}`,
      rmw: `RMW ${place}=${read}→${written}${tag}`,
      enter: `enter ${place}`,
      leave: `leave ${place}`,
    }[kind];
    const isMain = agent === MAIN;
    const name = isMain ? "main" : (program.agents[agent]?.name ?? "");
    return {
      process: isMain ? program.agents.length : agent,
      processName: /^\d+$/.test(name) ? `agent ${name}` : name,
      line: positionAt(text, at).line,
      label,
    };
  });
}

/** agent-order between neighbours, reads-from, and the order of sections. */
function edgesOf({ combination: { skeleton, events }, choices }: EsCandidate, terms: NamedRelations): Step[] {
  const edges: Step[] = [];
  const rf = terms.relation("rf");
  const { sections } = choices();
  events.forEach((_, from) => {
    events.forEach((_event, to) => {
      const isNext =
        has(skeleton.ao, from, to) && !events.some((_e, i) => has(skeleton.ao, from, i) && has(skeleton.ao, i, to));
      if (isNext) edges.push({ relation: "ao", from, to });
      if (has(rf, from, to)) edges.push({ relation: "rf", from, to });
      if (has(sections, from, to)) edges.push({ relation: "sections", from, to });
    });
  });
  return edges;
}
