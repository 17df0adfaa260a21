/** Why a test has no execution that a model allows: a deadlock, a filter that nothing satisfies, or an axiom. */

import { Enough } from "../explained-execution.ts";
import { isAllowed, violationOf, type MemoryModel, type Terms, type Violation } from "../memory-model.ts";
import { has, pairsOf } from "../relation.ts";
import { combinations, forEachCandidate, type LitmusBounds } from "./candidate-search.ts";
import { SearchStopped, type Candidate } from "./candidates.ts";
import { skeletonFor, variableNamed, type Combination } from "./combination.ts";
import { positionAt } from "./litmus-error.ts";
import { deadlock, type Deadlock } from "./lock-orders.ts";
import type { LitmusTest } from "./syntax.ts";

/** For a test for which the search found no allowed execution that its filter lets pass. */
export function whyNoExecution(text: string, test: LitmusTest, model: MemoryModel, bounds: LitmusBounds): string {
  const lineOf = (candidate: Combination, event: number): number =>
    positionAt(text, candidate.events[event]?.at ?? 0).line;
  let best: { readonly rank: number; readonly because: string } | undefined;
  try {
    forEachCandidate(text, { ...test, filter: undefined }, { ...bounds, space: "whole" }, (candidate, termsOver) => {
      const terms = termsOver(model);
      if (isAllowed(model, terms)) throw new Enough();
      const violation = violationOf(model, terms);
      if (violation === undefined) return;
      const rank = model.axioms.indexOf(violation.axiom);
      if (best !== undefined && best.rank >= rank) return;
      best = { rank, because: brokenBy(candidate, terms, violation, lineOf) };
    });
    if (best === undefined) return withoutCandidates(text, test, bounds, lineOf);
  } catch (error) {
    if (error instanceof Enough) return `its filter holds in no execution that ${model.name} allows`;
    if (!(error instanceof SearchStopped)) throw error;
  }
  return best?.because ?? "the search for a reason hit a bound";
}

function withoutCandidates(text: string, test: LitmusTest, bounds: LitmusBounds, lineOf: LineOf): string {
  for (const combination of combinations(text, test, bounds)) {
    const skeleton = skeletonFor(combination, (event) => variableNamed(combination.events[event]?.address));
    const found = deadlock(skeleton);
    if (found !== undefined) return deadlocked(found, combination, lineOf);
  }
  return "no choice of what the reads read gives values that fit together";
}

type LineOf = (candidate: Combination, event: number) => number;

function brokenBy(
  { combination, skeleton }: Candidate,
  terms: Terms,
  { axiom, events }: Violation,
  lineOf: LineOf,
): string {
  // A process that waits for its own read-side critical section waits forever, in every model.
  for (const name of ["rscs", "srscs"]) {
    for (const [lock, unlock] of pairsOf(terms.relation(name))) {
      const waits = skeleton.events.findIndex(
        ({ tag, kind }, i) =>
          (name === "rscs" ? tag === "GPR" : kind === "GPS" && has(skeleton.loc, lock, i)) &&
          has(skeleton.po, lock, i) &&
          has(skeleton.po, i, unlock),
      );
      if (waits === -1) continue;
      const process = combination.events[waits]?.process ?? 0;
      const [begins, ends, at] = [lock, unlock, waits].map((event) => lineOf(combination, event));
      const section = `its own read-side critical section, lines ${begins} to ${ends}`;
      return `a deadlock: P${process} waits, in line ${at}, for the end of ${section}`;
    }
  }
  const lines = [...new Set(events.map((event) => lineOf(combination, event)))].toSorted((a, b) => a - b);
  const where = lines.length === 1 ? `line ${lines[0]}` : `lines ${lines.join(", ")}`;
  return `every candidate breaks an axiom, one of them "${axiom.name}" (${where}): ${axiom.statement}`;
}

function deadlocked(found: Deadlock, combination: Combination, lineOf: LineOf): string {
  const [first, second] = found.kind === "again" ? [found.held, found.again] : [found.first, found.second];
  const processOf = (event: number): string => `P${combination.events[event]?.process ?? 0}`;
  const [from, to] = [lineOf(combination, first), lineOf(combination, second)];
  const address = combination.events[second]?.address;
  const lock = variableNamed(address) ?? "a lock";
  return found.kind === "again"
    ? `a deadlock: ${processOf(second)} takes ${lock} in line ${to}, which it holds since line ${from}`
    : `a deadlock: ${processOf(first)} takes ${lock} in line ${from}, ${processOf(second)} in line ${to}, ` +
        "and neither unlocks it";
}
