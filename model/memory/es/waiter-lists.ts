/**
 * The orders in which agents may pass through the critical sections of waiter lists, and the results of waits and
 * notifies in each order.
 *
 * A list is a queue of sleeping agents, one for each address. Sections of one list exclude one another, so they have a
 * total order, and each one's end synchronizes with the next one's beginning. Time is not modelled: a wait with a
 * finite timeout may time out whenever it is still in the list.
 *
 * Source: ECMA-262, WaiterList Objects; Atomics.wait and Atomics.notify.
 */

import type { Pair } from "../relation.ts";
import type { Section } from "./agent-state.ts";

/** One order of the sections of all lists, consistent with the waits' endings in the paths. */
export interface SectionOrder {
  /** Leave to the next enter, by events of the whole execution. */
  readonly edges: readonly Pair[];
  /** The result of each notify, by slot. */
  readonly notified: ReadonlyMap<number, number>;
}

/** A section with its events in the numbering of the whole execution. */
export type PlacedSection = Section & { readonly agent: number };

/** Every order consistent with the waits' endings; one without edges if there are no sections. */
export function* sectionOrders(sections: readonly PlacedSection[]): Generator<SectionOrder> {
  const lists = [...Map.groupBy(sections, ({ list }) => list).values()];
  yield* combine(lists);
}

function* combine([list, ...rest]: readonly (readonly PlacedSection[])[]): Generator<SectionOrder> {
  if (list === undefined) {
    yield { edges: [], notified: new Map() };
    return;
  }
  for (const first of ordersOf(list)) {
    for (const others of combine(rest)) {
      yield { edges: [...first.edges, ...others.edges], notified: new Map([...first.notified, ...others.notified]) };
    }
  }
}

/** An agent asleep in the list, and how its wait will end. */
interface Waiter {
  readonly agent: number;
  readonly ending: "ok" | "timed-out" | "never";
}

function* ordersOf(sections: readonly PlacedSection[]): Generator<SectionOrder> {
  const queues = [...Map.groupBy(sections, ({ agent }) => agent).values()];
  const taken = queues.map(() => 0);
  const order: PlacedSection[] = [];
  const notified = new Map<number, number>();
  yield* extend([]);

  function* extend(waiters: readonly Waiter[]): Generator<SectionOrder> {
    if (order.length === sections.length) {
      if (waiters.every(({ ending }) => ending === "never"))
        yield { edges: edgesOf(order), notified: new Map(notified) };
      return;
    }
    for (const [i, queue] of queues.entries()) {
      const position = taken[i] as number;
      const section = queue[position];
      if (section === undefined) continue;
      const after = enterSection(section, waiters);
      if (after === undefined) continue;
      taken[i] = position + 1;
      order.push(section);
      if (section.kind === "notify") notified.set(section.slot, waiters.length - after.length);
      yield* extend(after);
      order.pop();
      taken[i] = position;
    }
  }
}

/** The list after the section, or undefined if a wait cannot end as it did. */
function enterSection(section: PlacedSection, waiters: readonly Waiter[]): readonly Waiter[] | undefined {
  const { agent } = section;
  switch (section.kind) {
    case "pass":
      return waiters;
    case "sleep":
      return [...waiters, { agent, ending: section.ending }];
    case "wake": {
      // Being taken off the list is decisive: then a wait ends with "ok", even if its time is also up.
      const isListed = waiters.some((waiter) => waiter.agent === agent);
      if (isListed !== (section.ending === "timed-out")) return undefined;
      return waiters.filter((waiter) => waiter.agent !== agent);
    }
    case "notify": {
      const woken = waiters.slice(0, section.count);
      return woken.some(({ ending }) => ending === "never") ? undefined : waiters.slice(woken.length);
    }
  }
}

function edgesOf(order: readonly PlacedSection[]): Pair[] {
  return order.slice(1).map(({ enter }, i): Pair => [order[i]?.leave ?? -1, enter]);
}
