/**
 * Why a pair is in a composite relation: the basic relations that it consists of, step by step.
 *
 * For explanations only. A derivation found here is a reason that the definitions admit, and a shortest
 * one, but not necessarily the one that a reader would choose.
 */

import type { AxiomaticModel, NamedRelations, Violation } from "./memory-model.ts";
import { has, type Relation } from "./relation.ts";

/** One step of a reason: `from` is related to `to` by a relation that has no derivation. */
export interface Step {
  readonly relation: string;
  readonly from: number;
  readonly to: number;
}

/** Derivations nest less deeply than this in every model. */
const DEPTH_MAX = 12;

/** The cycle that breaks an axiom, in basic steps. For an axiom of kind empty, the one pair, derived. */
export function stepsOf(model: AxiomaticModel, terms: NamedRelations, { axiom, events }: Violation): readonly Step[] {
  const pairs = events.map((event, i) => [event, events[(i + 1) % events.length] ?? event] as const);
  const wanted = axiom.kind === "empty" ? pairs.slice(0, 1) : pairs;
  return wanted.flatMap(([from, to]) => derive(model, terms, { relation: axiom.relation, from, to }, 0));
}

function derive(model: AxiomaticModel, terms: NamedRelations, step: Step, depth: number): readonly Step[] {
  const alternatives = model.derivations[step.relation];
  if (alternatives === undefined || depth > DEPTH_MAX) return [step];
  let best: readonly Step[] | undefined;
  for (const chain of alternatives) {
    const found = matchChain(terms, chain, step.from, step.to);
    if (found !== undefined && (best === undefined || found.length < best.length)) best = found;
  }
  return best === undefined ? [step] : best.flatMap((inner) => derive(model, terms, inner, depth + 1));
}

interface Visit {
  readonly position: number;
  readonly event: number;
  readonly cameBy: Step | undefined;
  readonly previous: Visit | undefined;
}

/** A shortest way from one event to another along a chain of relations; undefined if there is none. */
function matchChain(
  terms: NamedRelations,
  chain: readonly string[],
  from: number,
  to: number,
): readonly Step[] | undefined {
  const seen = new Set<string>();
  let frontier: Visit[] = [{ position: 0, event: from, cameBy: undefined, previous: undefined }];
  while (frontier.length > 0) {
    const next: Visit[] = [];
    // Skipping an optional relation costs no step, so the list grows during iteration.
    for (const visit of frontier) {
      const key = `${visit.position} ${visit.event}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const item = chain[visit.position];
      if (item === undefined) {
        if (visit.event === to && visit.previous !== undefined) return walkBack(visit);
        continue;
      }
      const repeat = item.endsWith("*");
      const name = item.replace(/[?*]$/, "");
      if (item !== name) frontier.push({ ...visit, position: visit.position + 1, previous: visit.previous });
      for (const event of successors(terms.relation(name), visit.event)) {
        next.push({
          position: repeat ? visit.position : visit.position + 1,
          event,
          cameBy: { relation: name, from: visit.event, to: event },
          previous: visit,
        });
      }
    }
    frontier = next;
  }
  return undefined;
}

function successors(relation: Relation, event: number): number[] {
  const found: number[] = [];
  for (let other = 0; other < relation.size; other++) if (has(relation, event, other)) found.push(other);
  return found;
}

function walkBack(end: Visit): readonly Step[] {
  const steps: Step[] = [];
  for (let visit: Visit | undefined = end; visit !== undefined; visit = visit.previous) {
    if (visit.cameBy !== undefined) steps.unshift(visit.cameBy);
  }
  return steps;
}
