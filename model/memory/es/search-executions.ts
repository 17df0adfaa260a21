/**
 * Every candidate execution of a combination of paths whose values are consistent, once each; in the pruned space, only
 * those that the model may still allow.
 *
 * The search chooses, in this order, the sections of waiter lists and the sources of each read. Values follow; only if
 * they depend on themselves are they guessed. In the pruned space, the forced parts of happens-before and memory-order
 * grow with each choice, and a choice against them is undone at once.
 */

import { closure, has, relationOf, type Pair, type Relation } from "../relation.ts";
import { membersOf } from "../event-set.ts";
import type { SearchSpace } from "../litmus/candidates.ts";
import type { EsChoices } from "../es.ts";
import { certainOrder, type AgentCombination } from "./agent-combination.ts";
import { haveEqualRange, intersect, isWrite } from "./byte-event.ts";
import { sourceChoices, type ReadRegion, type SourceChoice } from "./byte-sources.ts";
import type { Value } from "./element-type.ts";
import { GrowingOrder } from "./growing-order.ts";
import type { Ending } from "./outcome.ts";
import { slotsIn, UNKNOWN, type SymbolicValue } from "./symbolic-value.ts";
import { ValueFlow } from "./value-flow.ts";
import { sectionOrders, type SectionOrder } from "./waiter-lists.ts";

export interface EsCandidate {
  readonly combination: AgentCombination;
  readonly choices: () => EsChoices;
  /** Complete during the callback, and reused for the next candidate. */
  readonly values: ValueFlow;
}

export function endingOf({ combination: { paths, final }, values }: EsCandidate): Ending {
  const valueOf = (value: SymbolicValue | undefined): Value => {
    const found = value === undefined ? undefined : values.valueOf(value);
    return found === UNKNOWN ? undefined : found;
  };
  return {
    register: (agent, name) => valueOf(paths[agent]?.registers.get(name)),
    final: (position) => valueOf(final.registers.get(String(position))),
    isBlocked: (agent) => paths[agent]?.isBlocked === true,
  };
}

export interface EsSearchHooks {
  readonly space: SearchSpace;
  readonly text: string;
  /** Whether data races are still searched for: sources that only they could need are then kept. */
  readonly wantsRaces: () => boolean;
  /** Values for reads in a cycle of values. */
  readonly invented: () => readonly Value[];
  /** Called at each choice; throws SearchStopped to end the search. */
  readonly onStep: () => void;
  readonly onCandidate: (candidate: EsCandidate) => void;
}

/** @throws LitmusError if an operation of the program throws, or a read has too many sources */
export function searchExecutions(combination: AgentCombination, hooks: EsSearchHooks): void {
  new Search(combination, hooks).run();
}

class Search {
  readonly #combination: AgentCombination;
  readonly #hooks: EsSearchHooks;
  readonly #values: ValueFlow;
  /** The part of happens-before that is known. */
  readonly #hb: GrowingOrder;
  /** The pairs that memory-order must contain. */
  readonly #mo: GrowingOrder;
  readonly #reads: readonly number[];
  readonly #seqCstWrites: readonly number[];
  /** Regions of each read, by index into the skeleton's. */
  readonly #regionsOf: readonly (readonly number[])[];
  /** Writes by region. */
  readonly #writersOf: readonly (readonly number[])[];
  /** Chosen so far, by event. */
  readonly #chosen: (SourceChoice | undefined)[];
  readonly #isPruned: boolean;

  constructor(combination: AgentCombination, hooks: EsSearchHooks) {
    const { events, skeleton } = combination;
    this.#combination = combination;
    this.#hooks = hooks;
    this.#isPruned = hooks.space === "pruned";
    this.#values = new ValueFlow(combination);
    const certain = certainOrder(combination);
    this.#hb = new GrowingOrder(certain);
    this.#mo = new GrowingOrder(certain);
    this.#regionsOf = events.map((event) => {
      const regions = skeleton.regions.map((_, i) => i);
      return event.slot === undefined
        ? []
        : regions.filter((i) => intersect(event, { ...event, ...skeleton.regions[i] }));
    });
    this.#writersOf = skeleton.regions.map(({ writers }) => membersOf(writers));
    const indices = events.map((_, i) => i);
    this.#seqCstWrites = indices.filter((i) => {
      const event = events[i];
      return event !== undefined && isWrite(event) && event.order === "seq-cst";
    });
    this.#chosen = events.map(() => undefined);
    this.#reads = this.#readsInOrder(indices.filter((i) => events[i]?.slot !== undefined));
  }

  /**
   * Reads whose sources' values are known come first: then their own are known, and branches are decided. Among these,
   * those with few writes to choose from.
   */
  #readsInOrder(reads: readonly number[]): readonly number[] {
    const { events, eventOfSlot } = this.#combination;
    const left = new Set(reads);
    const order: number[] = [];
    const isOpen = (write: number): boolean => {
      const payload = events[write]?.payload;
      if (payload === undefined) return false;
      if (payload.usesOld && left.has(write)) return true;
      return [...slotsIn(payload.operand)].some((slot) => left.has(eventOfSlot.get(slot) ?? -1));
    };
    const writersFor = new Map(
      reads.map((read) => [
        read,
        [
          ...new Set(
            (this.#regionsOf[read] as readonly number[]).flatMap(
              (region) => this.#writersOf[region] as readonly number[],
            ),
          ),
        ],
      ]),
    );
    const cost = (read: number): number => {
      const writers = writersFor.get(read) ?? [];
      return writers.filter((write) => write !== read && isOpen(write)).length * 1_000 + writers.length;
    };
    while (left.size > 0) {
      const next = [...left].map((read) => ({ read, cost: cost(read) })).toSorted((a, b) => a.cost - b.cost)[0];
      if (next === undefined) break;
      left.delete(next.read);
      order.push(next.read);
    }
    return order;
  }

  run(): void {
    for (const order of sectionOrders(this.#combination.sections)) {
      this.#hooks.onStep();
      this.#attempt(() => this.#startWith(order));
    }
  }

  /** Runs code that may choose, and undoes every choice. */
  #attempt(act: () => void): void {
    const mark = this.#values.mark();
    this.#hb.mark();
    this.#mo.mark();
    act();
    this.#mo.undo();
    this.#hb.undo();
    this.#values.undo(mark);
  }

  #startWith(order: SectionOrder): void {
    if (this.#isPruned && !order.edges.every(([leave, enter]) => this.#happensBefore(leave, enter))) return;
    for (const [slot, value] of order.notified) this.#values.setSlot(slot, value);
    this.#values.settle();
    if (this.#values.mayHold()) this.#chooseSources(0, order);
  }

  #happensBefore(a: number, b: number): boolean {
    return this.#hb.add(a, b) && this.#mo.add(a, b);
  }

  #chooseSources(next: number, order: SectionOrder): void {
    const read = this.#reads[next];
    if (read === undefined) {
      this.#finish(order);
      return;
    }
    for (const choice of this.#choicesFor(read)) {
      this.#hooks.onStep();
      this.#attempt(() => {
        this.#chosen[read] = choice;
        if (this.#take(read, choice)) this.#chooseSources(next + 1, order);
        this.#chosen[read] = undefined;
      });
    }
  }

  #choicesFor(read: number): readonly SourceChoice[] {
    const { events, skeleton } = this.#combination;
    const reader = events[read];
    if (reader === undefined) return [];
    const regions = (this.#regionsOf[read] as readonly number[]).map((region): ReadRegion => {
      const { start, end } = skeleton.regions[region] ?? { start: 0, end: 0 };
      const writers = (this.#writersOf[region] as readonly number[]).filter((write) => write !== read);
      const candidates = this.#isPruned ? writers.filter((write) => this.#isVisible(write, read, region)) : writers;
      return { start, end, candidates };
    });
    // In the whole space the model itself decides which reads tear.
    const isWhole = (write: number): boolean => {
      const writer = events[write];
      return this.#isPruned && reader.noTear && writer?.noTear === true && haveEqualRange(writer, reader);
    };
    return sourceChoices(
      {
        regions,
        byteOf: (write, address) => this.#values.byteOf(write, address),
        isWhole,
        mayRace: (write) => this.#hooks.wantsRaces() && !this.#hb.has(write, read),
        onStep: this.#hooks.onStep,
      },
      this.#hooks.text,
      reader.at,
    );
  }

  /** Whether coherent reads allow the read a byte of this region from the write. */
  #isVisible(write: number, read: number, region: number): boolean {
    if (this.#hb.has(read, write)) return false;
    return !(this.#writersOf[region] as readonly number[]).some(
      (other) => this.#hb.has(write, other) && this.#hb.has(other, read),
    );
  }

  /** Propagates a choice to everything that follows from it; false if it is impossible. */
  #take(read: number, choice: SourceChoice): boolean {
    this.#values.setSource(read, choice.bytes);
    this.#values.settle();
    if (!this.#values.mayHold()) return false;
    if (!this.#isPruned) return true;
    for (const write of new Set(choice.sources.flat())) {
      if (this.#synchronize(write, read) && !this.#happensBefore(write, read)) return false;
    }
    return this.#areReadsCoherent() && this.#orderAtomics();
  }

  #synchronize(write: number, read: number): boolean {
    const { events, skeleton } = this.#combination;
    const isSeqCst = events[write]?.order === "seq-cst" && events[read]?.order === "seq-cst";
    return isSeqCst && has(skeleton.equalRange, write, read);
  }

  #areReadsCoherent(): boolean {
    return this.#reads.every((read) => {
      const choice = this.#chosen[read];
      return (
        choice === undefined ||
        (this.#regionsOf[read] as readonly number[]).every((region, i) =>
          (choice.sources[i] ?? []).every((write) => this.#isVisible(write, read, region)),
        )
      );
    });
  }

  /** Adds to memory-order the pairs that the rules for seq-cst events already force; false if that makes a cycle. */
  #orderAtomics(): boolean {
    for (let hasChanged = true; hasChanged;) {
      hasChanged = false;
      for (const read of this.#reads) {
        for (const source of new Set(this.#chosen[read]?.sources.flat())) {
          for (const other of this.#seqCstWrites) {
            if (other === source || other === read || !this.#mayNotComeBetween(source, other, read)) continue;
            const [before, after] = [this.#mo.has(other, source), this.#mo.has(read, other)];
            if (before || after) continue;
            if (this.#mo.has(source, other)) {
              if (!this.#mo.add(read, other)) return false;
            } else if (this.#mo.has(other, read)) {
              if (!this.#mo.add(other, source)) return false;
            } else continue;
            hasChanged = true;
          }
        }
      }
    }
    return true;
  }

  #mayNotComeBetween(source: number, other: number, read: number): boolean {
    const { events, skeleton } = this.#combination;
    if (!this.#hb.has(source, read)) return false;
    const likeRead = has(skeleton.equalRange, other, read);
    if (likeRead && this.#synchronize(source, read)) return true;
    if (likeRead && events[read]?.order === "seq-cst" && this.#hb.has(source, other)) return true;
    const likeSource = events[source]?.order === "seq-cst" && has(skeleton.equalRange, other, source);
    return likeSource && this.#hb.has(other, read);
  }

  /** All reads have sources. The values still open depend on themselves. */
  #finish(order: SectionOrder): void {
    const open = this.#values.openReads();
    const inCircle = open.length === 0 ? [] : this.#readsInCircle(open);
    const guessed = inCircle[0];
    if (guessed === undefined) {
      if (this.#values.isConsistent() && this.#values.mayHold()) this.#emit(order);
      return;
    }
    const offered = new Map(inCircle.map((read) => [read, this.#offeredTo(read)]));
    for (const bytes of offered.get(guessed)?.values() ?? []) {
      this.#hooks.onStep();
      this.#attempt(() => {
        this.#values.setRead(guessed, bytes);
        this.#values.settle();
        const isOffered = (read: number): boolean => {
          const found = this.#values.bytesRead(read);
          return found === undefined || offered.get(read)?.has(found.join()) === true;
        };
        if (this.#values.mayHold() && inCircle.every(isOffered)) this.#finish(order);
      });
    }
  }

  /** Open reads whose values depend on themselves. */
  #readsInCircle(open: readonly number[]): readonly number[] {
    const { events, eventOfSlot } = this.#combination;
    const pairs = open.flatMap((read) =>
      this.#values.awaitedWrites(read).flatMap((write): Pair[] => {
        const payload = events[write]?.payload;
        if (payload === undefined) return [];
        const needed = [...slotsIn(payload.operand)].map((slot) => eventOfSlot.get(slot) ?? write);
        return [...needed, ...(payload.usesOld ? [write] : [])].map((source): Pair => [source, read]);
      }),
    );
    const flow = closure(relationOf(events.length, pairs));
    return open.filter((read) => has(flow, read, read));
  }

  /** The bytes that a read may be offered, by their joined text. */
  #offeredTo(read: number): ReadonlyMap<string, Uint8Array> {
    const encode = this.#combination.events[read]?.encode;
    const found = new Map<string, Uint8Array>();
    for (const value of this.#hooks.invented()) {
      const bytes = encode?.(value);
      if (bytes !== undefined) found.set(bytes.join(), bytes);
    }
    return found;
  }

  #emit({ edges }: SectionOrder): void {
    this.#hooks.onCandidate({
      combination: this.#combination,
      choices: () => ({
        readsBytesFrom: this.#readsBytesFrom(),
        sections: relationOf(this.#combination.events.length, edges),
      }),
      values: this.#values,
    });
  }

  #readsBytesFrom(): readonly Relation[] {
    const { skeleton, events } = this.#combination;
    const pairs = skeleton.regions.map((): Pair[] => []);
    for (const read of this.#reads) {
      this.#regionsOf[read]?.forEach((region, i) => {
        for (const write of this.#chosen[read]?.sources[i] ?? []) pairs[region]?.push([write, read]);
      });
    }
    return pairs.map((ofRegion) => relationOf(events.length, ofRegion));
  }
}
