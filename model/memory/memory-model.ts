/**
 * A memory model as a value: named relations, axioms over them, flags. A candidate execution is
 * allowed if it breaks no axiom.
 */

import type { Axiom, Flag } from "./axiom.ts";
import { cycleOf, isAcyclic, loopOf } from "./cycle.ts";
import { executionDefinitions, type ExecutionTerms } from "./execution-terms.ts";
import { termsFor, type TermsOver } from "./lazy-terms.ts";
import { misuseDefinitions, misuseFlags, type MisuseTerms } from "./misuse.ts";
import { isEmpty, pairsOf, type Relation } from "./relation.ts";
import type { Skeleton } from "./skeleton.ts";
import { CandidatePrimitives, type Choices, type Definitions } from "./terms.ts";

/**
 * How a pair of a composite relation comes about: by one of these chains of relations. A name may end
 * in `?` (or nothing) or `*` (any number). They explain verdicts and never decide one.
 */
export type Derivations = { readonly [relation: string]: readonly (readonly string[])[] };

/** One candidate's relations by name. */
export interface NamedRelations {
  /** @throws RangeError if the model defines no relation of this name */
  relation(name: string): Relation;
}

/** The relations of a candidate that a model over variables judges. */
export interface Terms extends NamedRelations {
  readonly skeleton: Skeleton;
  readonly rf: Relation;
  readonly co: Relation;
}

/** The demands of a model, whatever its executions consist of. */
export interface AxiomaticModel {
  readonly name: string;
  /** One line for a list of models. */
  readonly title: string;
  /** In the order in which they are checked. */
  readonly axioms: readonly Axiom[];
  readonly flags: readonly Flag[];
  readonly derivations: Derivations;
}

export interface MemoryModel extends AxiomaticModel {
  /** Prepares for the candidates that share a skeleton. */
  readonly over: TermsOver<Skeleton, Choices, Terms>;
}

/** An axiom that a candidate breaks, and the events that show it. */
export interface Violation {
  readonly axiom: Axiom;
  /** A shortest cycle of `axiom.relation`; for an axiom of kind empty, one pair of it. */
  readonly events: readonly number[];
}

/** The source of `memoryModel`: the model's own definitions, over those that all models share. */
export interface ModelSource<T extends object> {
  readonly name: string;
  readonly title: string;
  readonly definitions: Definitions<T, ExecutionTerms & MisuseTerms & T>;
  readonly axioms: readonly Axiom<Extract<keyof (ExecutionTerms & T), string>>[];
  readonly flags: readonly Flag<Extract<keyof T, string>>[];
  readonly derivations: Derivations;
}

export function memoryModel<T extends object>(source: ModelSource<T>): MemoryModel {
  const definitions = { ...executionDefinitions, ...misuseDefinitions, ...source.definitions };
  return {
    name: source.name,
    title: source.title,
    axioms: source.axioms,
    flags: [...source.flags, ...misuseFlags].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    derivations: source.derivations,
    over: termsFor(
      CandidatePrimitives,
      // The three records define the names of the three types; TypeScript does not see that through a generic spread.
      definitions as unknown as Definitions<ExecutionTerms & MisuseTerms & T>,
    ),
  };
}

/** Whether a candidate breaks no axiom. */
export function isAllowed(model: AxiomaticModel, terms: NamedRelations): boolean {
  return model.axioms.every((axiom) => isKept(axiom, terms.relation(axiom.relation)));
}

function isKept({ kind }: Axiom, relation: Relation): boolean {
  switch (kind) {
    case "acyclic":
      return isAcyclic(relation);
    case "irreflexive":
      return loopOf(relation) === undefined;
    case "empty":
      return isEmpty(relation);
  }
}

/** The first axiom that a candidate breaks, with its events; undefined if it is allowed. */
export function violationOf(model: AxiomaticModel, terms: NamedRelations): Violation | undefined {
  for (const axiom of model.axioms) {
    const relation = terms.relation(axiom.relation);
    const events = offenders(axiom, relation);
    if (events !== undefined) return { axiom, events };
  }
  return undefined;
}

function offenders({ kind }: Axiom, relation: Relation): readonly number[] | undefined {
  switch (kind) {
    case "acyclic":
      return cycleOf(relation);
    case "irreflexive":
      return loopOf(relation);
    case "empty":
      return pairsOf(relation)[0];
  }
}

/** The names of the flags that a candidate raises, sorted; those in `known` are not checked again. */
export function flagsOf(
  model: AxiomaticModel,
  terms: NamedRelations,
  known: ReadonlySet<string> = new Set(),
): string[] {
  return model.flags
    .filter(({ name, relation }) => !known.has(name) && !isEmpty(terms.relation(relation)))
    .map(({ name }) => name);
}
