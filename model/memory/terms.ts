/**
 * The primitives of every definition of a model over variables: events with kinds and tags, program order, and a
 * candidate's choices, reads-from and coherence.
 */

import { setOf, type EventSet } from "./event-set.ts";
import type { EventKind, MemoryEvent, Tag } from "./event.ts";
import { LazyTerms, type DefinitionsOver, type Term } from "./lazy-terms.ts";
import type { Relation } from "./relation.ts";
import type { Skeleton } from "./skeleton.ts";

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

/** One definition for each name of `T`, over the primitives and all names of `Known`. */
export type Definitions<T, Known = T> = DefinitionsOver<Primitives, T, Known>;

/** The choices of one candidate. */
export interface Choices {
  readonly rf: Relation;
  readonly co: Relation;
  /** Used only by rules about values. */
  readonly sameValue: () => Relation;
}

export class CandidatePrimitives extends LazyTerms implements Primitives {
  readonly skeleton: Skeleton;
  readonly #choices: Choices;

  constructor(skeleton: Skeleton, shared: Map<string, Term>, choices: Choices) {
    super(shared);
    this.skeleton = skeleton;
    this.#choices = choices;
  }

  get rf(): Relation {
    this.markChoice();
    return this.#choices.rf;
  }

  get co(): Relation {
    this.markChoice();
    return this.#choices.co;
  }

  get sameValue(): Relation {
    return this.term("sameValue", () => {
      this.markChoice();
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
}
