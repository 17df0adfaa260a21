/**
 * Named definitions over one candidate execution, each evaluated when first needed.
 *
 * A model is a record of definitions such as `rfe: ({ rf, ext }) => intersection(rf, ext)`, over primitives that a
 * subclass of `LazyTerms` offers. The terms that a definition reads decide how long its value lives: one that reads no
 * choice of the candidate, directly or through others, is computed once for all candidates that share the rest, the
 * others once per candidate. A definition must therefore be a pure function of the terms it reads.
 */

import type { EventSet } from "./event-set.ts";
import type { Relation } from "./relation.ts";

export type Term = Relation | EventSet;

/** One definition for each name of `T`, over the primitives `P` and all names of `Known`. */
export type DefinitionsOver<P, T, Known = T> = { readonly [Name in keyof T]: (terms: P & Known) => T[Name] };

/** The values of definitions, as far as they have been needed. */
export abstract class LazyTerms {
  readonly #shared: Map<string, Term>;
  readonly #own = new Map<string, Term>();
  #readsChoices = false;

  /** @param shared kept for all candidates that differ in their choices alone */
  constructor(shared: Map<string, Term>) {
    this.#shared = shared;
  }

  /** To be called where a primitive returns a choice of the candidate. */
  protected markChoice(): void {
    this.#readsChoices = true;
  }

  /** The value of a definition, from the longest-lived place that may keep it. */
  term<Value extends Term>(name: string, define: (terms: this) => Value): Value {
    const shared = this.#shared.get(name);
    if (shared !== undefined) return shared as Value;
    const own = this.#own.get(name);
    if (own !== undefined) {
      this.#readsChoices = true;
      return own as Value;
    }
    const outer = this.#readsChoices;
    this.#readsChoices = false;
    const value = define(this);
    (this.#readsChoices ? this.#own : this.#shared).set(name, value);
    this.#readsChoices ||= outer;
    return value;
  }

  /** @throws RangeError if the model defines no relation of this name */
  relation(name: string): Relation {
    const value: unknown = Reflect.get(this, name);
    if (isRelation(value)) return value;
    throw new RangeError(`the model defines no relation named ${name}`);
  }
}

function isRelation(value: unknown): value is Relation {
  return typeof value === "object" && value !== null && "rows" in value;
}

/** Makes the terms of one candidate after another over one skeleton. */
export type TermsOver<Skeleton, Choices, Terms> = (skeleton: Skeleton) => (choices: Choices) => Terms;

/**
 * Prepares definitions for evaluation.
 *
 * @param Primitives the primitives that definitions start from
 */
export function termsFor<Skeleton, Choices, P extends LazyTerms, T extends object>(
  Primitives: new (skeleton: Skeleton, shared: Map<string, Term>, choices: Choices) => P,
  definitions: DefinitionsOver<P, T>,
): TermsOver<Skeleton, Choices, P & T> {
  const Base: new (skeleton: Skeleton, shared: Map<string, Term>, choices: Choices) => LazyTerms = Primitives;
  class Terms extends Base {}
  for (const name of Object.keys(definitions)) {
    // `definitions[name]` and the getter have the type that DefinitionsOver gives them; TypeScript cannot follow
    // properties defined by name.
    const define = definitions[name as keyof T] as unknown as (terms: LazyTerms) => Term;
    Object.defineProperty(Terms.prototype, name, {
      get(this: Terms) {
        return this.term(name, define);
      },
    });
  }
  return (skeleton) => {
    const shared = new Map<string, Term>();
    return (choices) => new Terms(skeleton, shared, choices) as unknown as P & T;
  };
}
