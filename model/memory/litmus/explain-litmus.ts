/**
 * One execution that shows why a test's verdict is as it is: an allowed one in which the condition
 * holds, or a forbidden one with the axiom and the cycle that forbid it.
 */

import { stepsOf, type Step } from "../derivation.ts";
import { Enough, type ExplainedEvent, type Explanation } from "../explained-execution.ts";
import { isAllowed, violationOf, type MemoryModel, type Terms } from "../memory-model.ts";
import { has } from "../relation.ts";
import { SearchStopped, type Candidate } from "./candidates.ts";
import { forEachCandidate, type LitmusBounds } from "./candidate-search.ts";
import { satisfies } from "./final-state.ts";
import { positionAt } from "./litmus-error.ts";
import { parseLitmus } from "./parse.ts";
import { showValue } from "./value.ts";

/**
 * @returns undefined if a bound is hit first
 * @throws LitmusError like `checkLitmus`
 */
export function explainLitmus(text: string, model: MemoryModel, bounds: LitmusBounds = {}): Explanation | undefined {
  const { test } = parseLitmus(text);
  const asked = { name: test.name, model: model.name, sought: "the condition" };
  let witness: Explanation | undefined;
  let best: { readonly rank: number; readonly explanation: Explanation } | undefined;
  const consider = (candidate: Candidate, terms: Terms): void => {
    if (!satisfies(candidate, test.condition)) return;
    if (isAllowed(model, terms)) {
      witness = { kind: "witness", ...asked, events: eventsOf(candidate, text), edges: edgesOf(candidate, terms) };
      throw new Enough();
    }
    const violation = violationOf(model, terms);
    if (violation === undefined) return;
    // The later the axiom, the more of the model agrees with the execution: the most informative.
    const rank = model.axioms.indexOf(violation.axiom) * 100 - violation.events.length;
    if (best !== undefined && best.rank >= rank) return;
    const explanation: Explanation = {
      kind: "forbidden",
      ...asked,
      events: eventsOf(candidate, text),
      edges: edgesOf(candidate, terms),
      violation,
      cycle: stepsOf(model, terms, violation),
    };
    best = { rank, explanation };
  };
  try {
    forEachCandidate(text, test, { ...bounds, space: "whole" }, (candidate, termsOver) =>
      consider(candidate, termsOver(model)),
    );
  } catch (error) {
    if (error instanceof SearchStopped && best === undefined) return undefined;
    if (!(error instanceof Enough || error instanceof SearchStopped)) throw error;
  }
  return witness ?? best?.explanation ?? { kind: "impossible", ...asked };
}

function eventsOf({ combination, skeleton, resolve }: Candidate, text: string): ExplainedEvent[] {
  return combination.events.map(({ kind, tag, value, process, at }, i) => {
    const variable = skeleton.events[i]?.variable;
    const what = variable === undefined ? "" : ` ${variable}`;
    const which = value === undefined ? "" : `=${showValue(resolve(value))}`;
    const how = tag === undefined ? "" : ` ${tag}`;
    const processName = process < 0 ? "" : `P${process}`;
    return {
      process,
      processName,
      line: kind === "IW" ? 0 : positionAt(text, at).line,
      label: `${kind}${what}${which}${how}`,
    };
  });
}

/** Program order between neighbours, and communication, without edges that follow from the others. */
function edgesOf({ skeleton, rf, lockOrder, writesInOrder }: Candidate, terms: Terms): Step[] {
  const edges: Step[] = [];
  const { po, events } = skeleton;
  const size = events.length;
  const isBefore = (a: number, b: number): boolean => has(po, a, b);
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) {
      const between = events.some((_, middle) => isBefore(from, middle) && isBefore(middle, to));
      if (isBefore(from, to) && !between) edges.push({ relation: "po", from, to });
    }
  }
  for (const [from, to] of [...rf, ...lockOrder.rf]) edges.push({ relation: "rf", from, to });
  for (const writes of writesInOrder.values()) {
    writes.slice(1).forEach((to, i) => edges.push({ relation: "co", from: writes[i] ?? to, to }));
  }
  const fr = terms.relation("fr");
  for (const [, read] of rf) {
    for (const writes of writesInOrder.values()) {
      const to = writes.find((write) => has(fr, read, write));
      if (to !== undefined) edges.push({ relation: "fr", from: read, to });
    }
  }
  return edges;
}
