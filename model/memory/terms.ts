/**
 * Named definitions over one candidate execution, each evaluated when first asked for.
 *
 * A model is a record of definitions such as `rfe: ({ rf, ext }) => intersection(rf, ext)`. What a
 * definition reads decides how long its value lives: one that reads neither `rf`, `co` nor values,
 * directly or through others, is computed once for all candidates that share a skeleton, the rest once
 * a candidate. A definition must therefore be a pure function of the terms it reads.
 */

import { setOf, type EventSet } from "./event-set.ts";
import type { EventKind, MemoryEvent, Tag } from "./event.ts";
import type { Relation } from "./relation.ts";
import type { Skeleton } from "./skeleton.ts";

/** What every definition may read. */
export interface Primitives {
  readonly skeleton: Skeleton;
  /** Write to the read that takes its value. */
  readonly rf: Relation;
  /** Per variable a total order of its writes, the initial one first. */
  readonly co: Relation;
  /** Pairs of events that carry the same value. */
  readonly sameValue: Relation;
  ofKind(...kinds: readonly EventKind[]): EventSet;
  tagged(tag: Tag): EventSet;
}

type Term = Relation | EventSet;

/** One definition for each name of `T`, over the primitives and all names of `Known`. */
export type Definitions<T, Known = T> = { readonly [Name in keyof T]: (terms: Primitives & Known) => T[Name] };

/** What one candidate chooses. */
export interface Choices {
  readonly rf: Relation;
  readonly co: Relation;
  /** Asked for only by rules about values. */
  readonly sameValue: () => Relation;
}

/** Makes the terms of one candidate after another over one skeleton. */
export type TermsOf<T> = (choices: Choices) => Primitives & T;

class LazyTerms implements Primitives {
  readonly skeleton: Skeleton;
  readonly #shared: Map<string, Term>;
  readonly #own = new Map<string, Term>();
  readonly #choices: Choices;
  #readsChoices = false;

  constructor(skeleton: Skeleton, shared: Map<string, Term>, choices: Choices) {
    this.skeleton = skeleton;
    this.#shared = shared;
    this.#choices = choices;
  }

  get rf(): Relation {
    this.#readsChoices = true;
    return this.#choices.rf;
  }

  get co(): Relation {
    this.#readsChoices = true;
    return this.#choices.co;
  }

  get sameValue(): Relation {
    return this.term("sameValue", () => {
      this.#readsChoices = true;
      return this.#choices.sameValue();
    });
  }

  ofKind(...kinds: readonly EventKind[]): EventSet {
    return this.#setWhere(({ kind }) => kinds.includes(kind));
  }

  tagged(tag: Tag): EventSet {
    return this.#setWhere((event) => event.tag === tag);
  }

  #setWhere(isMember: (event: MemoryEvent) => boolean): EventSet {
    const { events } = this.skeleton;
    return setOf(events.length, (i) => {
      const event = events[i];
      return event !== undefined && isMember(event);
    });
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
}

/** Prepares definitions for evaluation. */
export function termsFor<T extends object>(definitions: Definitions<T>): (skeleton: Skeleton) => TermsOf<T> {
  class Terms extends LazyTerms {}
  for (const name of Object.keys(definitions)) {
    // `definitions[name]` and the getter have the type that Definitions<T> gives them; TypeScript cannot follow
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
    return (choices) => new Terms(skeleton, shared, choices) as unknown as Primitives & T;
  };
}
