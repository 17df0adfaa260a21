/**
 * Every candidate execution of a combination of paths whose values are consistent, once each; in the pruned
 * space, only the coherent ones.
 *
 * Exact: everything left out is forbidden by coherence or atomicity, which every model here demands, or
 * by the order of a lock handover. The search chooses, in this order, an order of lock sections, the
 * write that each read reads, and the coherence order of each variable; values are solved on the way,
 * and a choice is undone as soon as coherence or a branch condition contradicts it.
 */

import {
  closure,
  compose,
  emptyRelation,
  has,
  relationOf,
  union,
  within,
  type Pair,
  type Relation,
} from "../relation.ts";
import { setOf } from "../event-set.ts";
import type { Skeleton } from "../skeleton.ts";
import { wordAt } from "../words.ts";
import { Bindings } from "./bindings.ts";
import { extensionsOf, forcedOrder, type ForcedOrder, type VariableAccesses } from "./coherence-order.ts";
import { skeletonFor, variableNamed, type Combination } from "./combination.ts";
import { LitmusError, positionAt } from "./litmus-error.ts";
import { lockOrders, type LockOrder } from "./lock-orders.ts";
import type { Constraint } from "./path.ts";
import { isKnown, isTrue, type SymbolicValue } from "./value.ts";

/** A candidate execution of a litmus test. */
export interface Candidate {
  readonly combination: Combination;
  readonly skeleton: Skeleton;
  readonly rf: readonly Pair[];
  /** For each variable with its ordinary writes: the writes in coherence order, the initial one first. */
  readonly writesInOrder: ReadonlyMap<string, readonly number[]>;
  readonly lockOrder: LockOrder;
  /** The value with everything known substituted. */
  readonly resolve: (value: SymbolicValue) => SymbolicValue;
  /** Set if the program computes something illegal; an allowed candidate of this kind invalidates the test. */
  readonly illegal: string | undefined;
}

/** Thrown by a budget to end a search. */
export class SearchStopped extends Error {}

/**
 * `pruned` leaves out candidates that break coherence, atomicity or the order of a lock handover, which
 * no model here allows; `whole` keeps them, for explanations and as the reference of tests.
 */
export type SearchSpace = "pruned" | "whole";

export interface SearchHooks {
  readonly space: SearchSpace;
  /** Called at each choice; throws SearchStopped to end the search. */
  readonly onStep: () => void;
  readonly onCandidate: (candidate: Candidate) => void;
}

/** @throws LitmusError if a candidate writes through a value that is not an address */
export function searchCandidates(combination: Combination, text: string, hooks: SearchHooks): void {
  const search = new Search(combination, text, hooks);
  search.run();
}

const ACCESS_KINDS: ReadonlySet<string> = new Set(["R", "W"]);

class Search {
  readonly #combination: Combination;
  readonly #text: string;
  readonly #hooks: SearchHooks;
  readonly #bindings = new Bindings();
  readonly #constraints: readonly Constraint[];
  readonly #initialOf = new Map<string, number>();
  readonly #reads: readonly number[];
  readonly #writes: readonly number[];
  readonly #writeOf: Int32Array;
  readonly #rmwWriteOf: Int32Array;
  readonly #processOf: Int32Array;
  /** Whether the variable of every event is known before any value is. */
  readonly #isFixed: boolean;
  /** Skeletons by the variables of the events, which values may decide. */
  readonly #skeletons = new Map<string, Skeleton>();

  constructor(combination: Combination, text: string, hooks: SearchHooks) {
    this.#combination = combination;
    this.#text = text;
    this.#hooks = hooks;
    const { events, paths, firstOf } = combination;
    this.#constraints = paths.flatMap(({ constraints }) => constraints);
    this.#writeOf = new Int32Array(events.length).fill(-1);
    this.#rmwWriteOf = new Int32Array(events.length).fill(-1);
    this.#processOf = Int32Array.from(events, ({ process }) => process);
    paths.forEach(({ rmw }, process) => {
      if (hooks.space === "whole") return; // atomicity is left to the model
      const first = firstOf[process] as number;
      for (const [read, write] of rmw) this.#rmwWriteOf[first + read] = first + write;
    });
    events.forEach(({ kind, address }, i) => {
      const variable = variableNamed(address);
      if (kind === "IW" && variable !== undefined) this.#initialOf.set(variable, i);
    });
    const indices = events.map((_, i) => i);
    this.#writes = indices.filter((i) => events[i]?.kind === "W");
    this.#isFixed = events.every(({ address }) => address === undefined || variableNamed(address) !== undefined);
    this.#reads = this.#readsInOrder(indices.filter((i) => events[i]?.kind === "R"));
  }

  /** Reads with a known address and few writes to choose from first: they decide most for the least work. */
  #readsInOrder(reads: readonly number[]): readonly number[] {
    const { events } = this.#combination;
    const choices = (read: number): number => {
      const variable = variableNamed(events[read]?.address);
      if (variable === undefined) return Infinity;
      return this.#writes.filter((write) => (variableNamed(events[write]?.address) ?? variable) === variable).length;
    };
    const cost = new Map(reads.map((read) => [read, choices(read)]));
    return reads.toSorted((a, b) => {
      const [costA, costB] = [cost.get(a) ?? 0, cost.get(b) ?? 0];
      return costA === costB ? a - b : costA - costB;
    });
  }

  run(): void {
    if (!this.#isFixed) {
      this.#chooseReads(0, undefined);
      return;
    }
    const skeleton = this.#skeleton();
    for (const lockOrder of lockOrders(skeleton)) {
      this.#hooks.onStep();
      const before = this.#certainOrder(skeleton, lockOrder);
      this.#chooseReads(0, { skeleton, lockOrder, before, accesses: this.#accessesByVariable() });
    }
  }

  /** The order that every coherent candidate respects. */
  #certainOrder(skeleton: Skeleton, lockOrder: LockOrder): Relation {
    if (this.#hooks.space === "whole") return emptyRelation(skeleton.events.length);
    return union(skeleton.po, handedOver(skeleton, lockOrder));
  }

  #variableOf(event: number): string | undefined {
    const address = this.#combination.events[event]?.address;
    return address === undefined ? undefined : variableNamed(this.#bindings.resolve(address));
  }

  #skeleton(): Skeleton {
    const { events } = this.#combination;
    const key = this.#isFixed ? "" : events.map((_, i) => this.#variableOf(i) ?? "").join("\n");
    const known = this.#skeletons.get(key);
    if (known !== undefined) return known;
    const made = skeletonFor(this.#combination, (event) => this.#variableOf(event));
    this.#skeletons.set(key, made);
    return made;
  }

  #accessesByVariable(): ReadonlyMap<string, VariableAccesses> {
    const found = new Map<string, { initial: number; writes: number[]; reads: number[] }>();
    this.#combination.events.forEach(({ kind }, i) => {
      if (!ACCESS_KINDS.has(kind)) return;
      const variable = this.#variableOf(i);
      if (variable === undefined) return;
      const accesses = found.get(variable) ?? { initial: this.#initialOf.get(variable) ?? -1, writes: [], reads: [] };
      found.set(variable, accesses);
      (kind === "W" ? accesses.writes : accesses.reads).push(i);
    });
    return found;
  }

  #chooseReads(next: number, fixed: Fixed | undefined): void {
    const read = this.#reads[next];
    if (read === undefined) {
      this.#finish(fixed);
      return;
    }
    const { events } = this.#combination;
    const { address, value } = events[read] ?? {};
    if (address === undefined || value === undefined) throw new RangeError("a read has an address and a value");
    const resolved = this.#bindings.resolve(address);
    const variable = variableNamed(resolved);
    // A read through a value that is not an address: no such execution.
    if (isKnown(resolved) && variable === undefined) return;

    for (const write of this.#writersFor(read, variable)) {
      this.#hooks.onStep();
      if (fixed !== undefined && variable !== undefined && this.#isOverwritten(write, read, fixed, variable)) continue;
      const written = events[write];
      if (written?.address === undefined || written.value === undefined) continue;
      const mark = this.#bindings.mark();
      this.#writeOf[read] = write;
      if (
        this.#bindings.equate(address, written.address) &&
        this.#bindings.equate(value, written.value) &&
        this.#constraints.every((constraint) => this.#mayHold(constraint)) &&
        this.#isCoherent(read, fixed)
      ) {
        this.#chooseReads(next + 1, fixed);
      }
      this.#writeOf[read] = -1;
      this.#bindings.undo(mark);
    }
  }

  /**
   * Whether a certain order puts the read before the write, or another write between the two. The
   * coherence check would also find it, but this is quick and leaves one choice inside lock sections.
   */
  #isOverwritten(write: number, read: number, { before, accesses }: Fixed, variable: string): boolean {
    if (has(before, read, write)) return true;
    const isInitial = this.#processOf[write] === -1;
    const writes = accesses.get(variable)?.writes ?? [];
    return writes.some((other) => has(before, other, read) && (isInitial || has(before, write, other)));
  }

  *#writersFor(read: number, variable: string | undefined): Generator<number> {
    const { events } = this.#combination;
    if (variable === undefined) yield* this.#initialOf.values();
    else yield this.#initialOf.get(variable) ?? -1;
    for (const write of this.#writes) {
      const event = events[write];
      if (event === undefined) continue;
      // Own later writes: the coherence check would reject them too.
      if (
        this.#hooks.space === "pruned" &&
        event.process === this.#processOf[read] &&
        event.statement > (events[read]?.statement ?? 0)
      )
        continue;
      const other = this.#variableOf(write);
      if (variable === undefined || other === undefined || other === variable) yield write;
    }
  }

  #mayHold({ value, holds }: Constraint): boolean {
    const resolved = this.#bindings.resolve(value);
    return !isKnown(resolved) || isTrue(resolved) === holds;
  }

  #isCoherent(read: number, fixed: Fixed | undefined): boolean {
    // Without all addresses, program order per variable is not known either: checked at the end.
    if (fixed === undefined) return true;
    const accesses = fixed.accesses.get(this.#variableOf(read) ?? "");
    return accesses === undefined || this.#forced(accesses, fixed.before) !== undefined;
  }

  #forced(accesses: VariableAccesses, before: Relation): ForcedOrder | undefined {
    return forcedOrder({
      accesses,
      before,
      writeOf: this.#writeOf,
      rmwWriteOf: this.#rmwWriteOf,
      processOf: this.#processOf,
    });
  }

  /** All reads have their writes: solves the rest and continues with coherence orders. */
  #finish(fixed: Fixed | undefined): void {
    const mark = this.#bindings.mark();
    this.#finishSettled(fixed);
    this.#bindings.undo(mark);
  }

  #finishSettled(fixed: Fixed | undefined): void {
    if (!this.#bindings.settle()) return;
    const illegal = this.#valuesComeOut();
    if (illegal === false || !this.#addressesAreVariables()) return;
    const accesses = fixed?.accesses ?? this.#accessesByVariable();
    if (fixed !== undefined) {
      this.#orderVariables(accesses, fixed, illegal);
      return;
    }
    const skeleton = this.#skeleton();
    for (const lockOrder of lockOrders(skeleton)) {
      this.#hooks.onStep();
      const before = this.#certainOrder(skeleton, lockOrder);
      this.#orderVariables(accesses, { skeleton, lockOrder, before, accesses }, illegal);
    }
  }

  /** False if an operation or a branch still hides an unknown; else the illegal computation of the program, if any. */
  #valuesComeOut(): string | undefined | false {
    let illegal: string | undefined;
    for (const { value, holds } of this.#constraints) {
      const resolved = this.#bindings.resolve(value);
      if (resolved.kind === "illegal") illegal ??= resolved.because;
      else if (!isKnown(resolved) || isTrue(resolved) !== holds) return false;
    }
    for (const { computed } of this.#combination.paths) {
      for (const value of computed) {
        const resolved = this.#bindings.resolve(value);
        if (resolved.kind === "operation") return false;
        if (resolved.kind === "illegal") illegal ??= resolved.because;
      }
    }
    return illegal;
  }

  #addressesAreVariables(): boolean {
    for (const { address, kind, at, process } of this.#combination.events) {
      if (address === undefined || variableNamed(address) !== undefined) continue;
      const resolved = this.#bindings.resolve(address);
      const variable = variableNamed(resolved);
      if (variable !== undefined && this.#initialOf.has(variable)) continue;
      if (kind !== "R" && resolved.kind === "integer") {
        throw new LitmusError(
          `P${process} can use ${resolved.value} as the address of a variable here`,
          positionAt(this.#text, at),
        );
      }
      return false;
    }
    return true;
  }

  #orderVariables(accesses: ReadonlyMap<string, VariableAccesses>, fixed: Fixed, illegal: string | undefined): void {
    const variables: { variable: string; all: readonly number[]; forced: ForcedOrder }[] = [];
    for (const [variable, ofVariable] of accesses) {
      const forced = this.#forced(ofVariable, fixed.before);
      if (forced === undefined) return;
      variables.push({ variable, all: [ofVariable.initial, ...ofVariable.writes], forced });
    }
    const rf = this.#reads.map((read): Pair => [wordAt(this.#writeOf, read), read]);
    const writesInOrder = new Map<string, readonly number[]>();
    const choose = (next: number): void => {
      const choice = variables[next];
      if (choice === undefined) {
        this.#hooks.onStep();
        this.#hooks.onCandidate({
          combination: this.#combination,
          skeleton: fixed.skeleton,
          rf,
          writesInOrder,
          lockOrder: fixed.lockOrder,
          resolve: (value) => this.#bindings.resolve(value),
          illegal,
        });
        return;
      }
      for (const order of extensionsOf(choice.forced)) {
        writesInOrder.set(
          choice.variable,
          order.map((position) => choice.all[position] as number),
        );
        choose(next + 1);
      }
    };
    choose(0);
  }
}

/** The part that is chosen before any read. */
interface Fixed {
  readonly skeleton: Skeleton;
  readonly lockOrder: LockOrder;
  /** Certain order between accesses. */
  readonly before: Relation;
  readonly accesses: ReadonlyMap<string, VariableAccesses>;
}

/**
 * Accesses before an unlock and accesses after the lock operation that it hands over to, of variables
 * without plain accesses. Such a pair is ordered by a release, a reads-from and an acquire, so that a
 * coherence order or a reads-from against it breaks happens-before in every model here.
 */
function handedOver({ events, po }: Skeleton, lockOrder: LockOrder): Relation {
  const size = events.length;
  const handovers = lockOrder.rf.filter(
    ([unlock, lock]) => events[unlock]?.kind === "UL" && events[lock]?.kind === "LKR",
  );
  if (handovers.length === 0) return relationOf(size, []);
  const isPlain = (i: number): boolean => ACCESS_KINDS.has(events[i]?.kind ?? "") && events[i]?.tag === undefined;
  const withPlain = new Set(events.filter((_, i) => isPlain(i)).map(({ variable }) => variable));
  const marked = setOf(size, (i) => ACCESS_KINDS.has(events[i]?.kind ?? "") && !withPlain.has(events[i]?.variable));
  const steps = closure(compose(relationOf(size, handovers), po));
  return within(marked, compose(po, steps), marked);
}
