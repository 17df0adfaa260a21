/**
 * The memory model of ECMAScript: agents that share bytes, by plain accesses and Atomics.
 *
 * Reads read bytes, each from one write that covers it. happens-before follows from agent-order and
 * synchronization; a memory-order of all events, which must exist, constrains sequentially consistent accesses alone.
 * So racing plain accesses are not coherent, and cycles of agent-order and reads-from are allowed.
 *
 * Where the text of the specification is unclear: two events race if neither happens before the other; the initial
 * zeros happen before everything; a read may mix them with a write of its range; a read-modify-write may write
 * any solution of its equation.
 *
 * Source: ECMA-262, "Memory Model", draft of 2026 (after pull requests 1511 and 1692); Watt et al., "Repairing and
 * mechanising the JavaScript relaxed memory model", PLDI 2020.
 */

import type { Axiom, Flag } from "./axiom.ts";
import type { ByteEvent, EsSkeleton } from "./es/byte-event.ts";
import { isWrite } from "./es/byte-event.ts";
import { orderAvoiding, type Exclusion } from "./es/memory-order.ts";
import { bothSets, hasMember, membersOf, setOf, without, type EventSet } from "./event-set.ts";
import { LazyTerms, termsFor, type DefinitionsOver, type Term, type TermsOver } from "./lazy-terms.ts";
import type { AxiomaticModel, Derivations, NamedRelations } from "./memory-model.ts";
import {
  closure,
  compose,
  difference,
  emptyRelation,
  has,
  identity,
  intersection,
  into,
  inverse,
  isEmpty,
  pairsOf,
  product,
  relationOf,
  union,
  within,
  type Pair,
  type Relation,
} from "./relation.ts";

/** The choices of one candidate. */
export interface EsChoices {
  /**
   * reads-bytes-from: a relation from write to read for each region of the skeleton. A read may have several sources.
   */
  readonly readsBytesFrom: readonly Relation[];
  /** Each leave of a waiter list's section to the next enter of the list. */
  readonly sections: Relation;
}

export class EsPrimitives extends LazyTerms {
  readonly skeleton: EsSkeleton;
  readonly #choices: EsChoices;

  constructor(skeleton: EsSkeleton, shared: Map<string, Term>, choices: EsChoices) {
    super(shared);
    this.skeleton = skeleton;
    this.#choices = choices;
  }

  get readsBytesFrom(): readonly Relation[] {
    this.markChoice();
    return this.#choices.readsBytesFrom;
  }

  get sections(): Relation {
    this.markChoice();
    return this.#choices.sections;
  }

  setWhere(isMember: (event: ByteEvent) => boolean): EventSet {
    const { events } = this.skeleton;
    return setOf(events.length, (i) => {
      const event = events[i];
      return event !== undefined && isMember(event);
    });
  }
}

export interface EsTerms {
  readonly Init: EventSet;
  readonly W: EventSet;
  readonly SeqCst: EventSet;
  /** Writes that may not come between in memory-order. */
  readonly AtomicW: EventSet;
  readonly NoTear: EventSet;
  readonly ao: Relation;
  readonly host: Relation;
  readonly equalRange: Relation;
  readonly initially: Relation;
  /** reads-from: write to read, whatever the bytes. */
  readonly rf: Relation;
  /** Reads-from between seq-cst events of equal range. */
  readonly atomicRf: Relation;
  readonly sw: Relation;
  /** One step of happens-before. */
  readonly hbStep: Relation;
  readonly hb: Relation;
  /** Reads-from, then happens-before: back to the write, if a read happens before it. */
  readonly readsLater: Relation;
  /** Read to a write of a byte that the read takes from another write, which happens before. */
  readonly readsOlder: Relation;
  /** Then happens-before: back to the read, if the write that it reads was overwritten. */
  readonly readsOverwritten: Relation;
  /** Reads that the two rules above forbid, to the write that happens after, or that overwrites. */
  readonly incoherent: Relation;
  /** Reads-from of equal range, where both ends never tear. */
  readonly wholeRf: Relation;
  readonly alsoReads: Relation;
  /** Two such writes of one read. */
  readonly torn: Relation;
  /** Read to a seq-cst write that would otherwise come between the read and its source in memory-order. */
  readonly readBefore: Relation;
  /** Such a write to the source. */
  readonly writeBefore: Relation;
  /** Happens-before, with the pairs that the rules for seq-cst events add: acyclic exactly if a memory-order exists. */
  readonly mo: Relation;
  readonly dataRace: Relation;
  /** agent-order, reads-from and synchronization: cyclic in executions that no step-by-step machine produces. */
  readonly causality: Relation;
}

export type EsDefinitions = DefinitionsOver<EsPrimitives, EsTerms>;

/** Whether a seq-cst write may not come between a write and a read that reads from it, in memory-order. */
export type AtomicCondition = (terms: EsTerms, triple: Exclusion) => boolean;

/** The three conditions on sequentially consistent accesses, (a), (b) and (c) of the literature. */
export const atomicConditions: readonly AtomicCondition[] = [
  ({ atomicRf, equalRange }, { from, excluded, to }) => has(atomicRf, from, to) && has(equalRange, excluded, to),
  ({ hb, SeqCst, equalRange }, { from, excluded, to }) =>
    has(hb, from, to) && has(hb, excluded, to) && hasMember(SeqCst, from) && has(equalRange, from, excluded),
  ({ hb, SeqCst, equalRange }, { from, excluded, to }) =>
    has(hb, from, to) && has(hb, from, excluded) && hasMember(SeqCst, to) && has(equalRange, excluded, to),
];

type OrderTerms = Pick<EsTerms, "mo" | "readBefore" | "writeBefore">;

/** memory-order, as far as conditions constrain it. */
export function memoryOrderDefinitions(
  conditions: readonly AtomicCondition[],
): DefinitionsOver<EsPrimitives, OrderTerms, EsTerms> {
  const added = (x: EsTerms, pairOf: (triple: Exclusion) => Pair): Relation => {
    const possible = relationOf(x.hb.size, exclusionsOf(x, conditions).map(pairOf));
    return difference(intersection(x.mo, possible), x.hb);
  };
  return {
    mo: (x) => orderAvoiding(x.hb, exclusionsOf(x, conditions)),
    readBefore: (x) => added(x, ({ to, excluded }) => [to, excluded]),
    writeBefore: (x) => added(x, ({ excluded, from }) => [excluded, from]),
  };
}

export const esDefinitions: EsDefinitions = {
  ...memoryOrderDefinitions(atomicConditions),

  Init: (x) => x.setWhere(({ kind }) => kind === "init"),
  W: (x) => x.setWhere(isWrite),
  SeqCst: (x) => x.setWhere(({ order }) => order === "seq-cst"),
  AtomicW: ({ SeqCst, W }) => bothSets(SeqCst, W),
  NoTear: (x) => x.setWhere(({ noTear }) => noTear),
  ao: ({ skeleton }) => skeleton.ao,
  host: ({ skeleton }) => skeleton.host,
  equalRange: ({ skeleton }) => skeleton.equalRange,
  initially: ({ Init, skeleton: { events } }) =>
    product(
      Init,
      without(
        setOf(events.length, () => true),
        Init,
      ),
    ),

  rf: ({ readsBytesFrom, skeleton }) => union(emptyRelation(skeleton.events.length), ...readsBytesFrom),
  atomicRf: ({ SeqCst, rf, equalRange }) => intersection(within(SeqCst, rf, SeqCst), equalRange),
  sw: ({ atomicRf, sections, host }) => union(atomicRf, sections, host),
  hbStep: ({ ao, sw, initially }) => union(ao, sw, initially),
  hb: ({ hbStep }) => closure(hbStep),

  readsLater: ({ rf, hb }) => compose(rf, hb),
  readsOlder: ({ readsBytesFrom, hb, skeleton: { events, regions } }) =>
    union(
      emptyRelation(events.length),
      ...regions.map(({ writers }, i) => {
        const reads = readsBytesFrom[i];
        if (reads === undefined || isEmpty(reads)) return emptyRelation(events.length);
        return compose(inverse(reads), into(hb, writers));
      }),
    ),
  readsOverwritten: ({ readsOlder, hb }) => compose(readsOlder, hb),
  incoherent: ({ rf, readsOlder, hb }) => union(intersection(inverse(rf), hb), intersection(readsOlder, inverse(hb))),
  wholeRf: ({ NoTear, rf, equalRange }) => intersection(within(NoTear, rf, NoTear), equalRange),
  alsoReads: ({ wholeRf }) => inverse(wholeRf),
  torn: ({ wholeRf, alsoReads }) => difference(compose(wholeRf, alsoReads), identity(wholeRf.size)),

  dataRace: ({ W, SeqCst, rf, hb, equalRange, skeleton: { intersecting } }) => {
    const ordered = union(hb, inverse(hb), identity(rf.size));
    const conflicting = union(within(W, intersecting, W), rf, inverse(rf));
    return difference(conflicting, union(ordered, within(SeqCst, equalRange, SeqCst)));
  },
  causality: ({ ao, host, sections, rf }) => union(ao, host, sections, rf),
};

function exclusionsOf(x: EsTerms, conditions: readonly AtomicCondition[]): Exclusion[] {
  const writes = membersOf(x.AtomicW);
  return pairsOf(x.rf).flatMap(([from, to]) =>
    writes
      .filter((excluded) => excluded !== from && excluded !== to)
      .map((excluded): Exclusion => ({ from, excluded, to }))
      .filter((triple) => conditions.some((forbids) => forbids(x, triple))),
  );
}

export const esAxioms: readonly Axiom<keyof EsTerms>[] = [
  // Implied by the last: memory-order contains happens-before. Separate, so that its violations are described in words.
  { name: "happens-before", kind: "acyclic", relation: "hbStep", statement: "no event happens before itself" },
  {
    name: "coherent-reads-past",
    kind: "irreflexive",
    relation: "readsLater",
    statement: "a read does not read from a write that happens after it",
  },
  {
    name: "coherent-reads-latest",
    kind: "irreflexive",
    relation: "readsOverwritten",
    statement: "a read does not read a byte that another write, which happens before it, has overwritten",
  },
  {
    name: "tear-free-reads",
    kind: "empty",
    relation: "torn",
    statement: "a read that never tears does not mix two writes of its range that never tear",
  },
  {
    name: "sequentially-consistent-atomics",
    kind: "acyclic",
    relation: "mo",
    statement:
      "one order of all events contains happens-before, " +
      "and no atomic write in it comes between an atomic access and its source",
  },
];

const esFlags: readonly Flag<keyof EsTerms>[] = [{ name: "data-race", relation: "dataRace" }];

const esDerivations: Derivations = {
  mo: [["hb"], ["readBefore"], ["writeBefore"]],
  hb: [["hbStep", "hbStep*"]],
  hbStep: [["ao"], ["sw"], ["initially"]],
  sw: [["atomicRf"], ["sections"], ["host"]],
  readsLater: [["rf", "hb"]],
  readsOverwritten: [["readsOlder", "hb"]],
  torn: [["wholeRf", "alsoReads"]],
};

export interface EsModel extends AxiomaticModel {
  readonly over: TermsOver<EsSkeleton, EsChoices, NamedRelations>;
}

/** The model with some definitions or axioms replaced: tests show that replacements are detected. */
export function esModel(
  definitions: EsDefinitions = esDefinitions,
  axioms: readonly Axiom<keyof EsTerms>[] = esAxioms,
): EsModel {
  return {
    name: "es",
    title: "ECMAScript: shared memory and Atomics of JavaScript",
    axioms,
    flags: esFlags,
    derivations: esDerivations,
    over: termsFor(EsPrimitives, definitions),
  };
}

export const es: EsModel = esModel();
