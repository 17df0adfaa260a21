/** One path of each agent together: the events of an execution, without the sources of reads. */

import { closure, relationOf, union, type Pair, type Relation } from "../relation.ts";
import type { AgentProgram } from "./agent-program.ts";
import type { AgentPath, Constraint, PathEvent } from "./agent-state.ts";
import { esSkeletonOf, type EsSkeleton } from "./byte-event.ts";
import type { PlacedSection } from "./waiter-lists.ts";

export type PlacedEvent = PathEvent & { readonly agent: number };

/** The main agent, which is not in `AgentProgram.agents`. */
export const MAIN = -1;

export interface AgentCombination {
  readonly program: AgentProgram;
  /** In the order of `AgentProgram.agents`. */
  readonly paths: readonly AgentPath[];
  /** Of the main agent, at the end; without events if an agent sleeps forever. */
  readonly final: AgentPath;
  /** The initial zeros first. */
  readonly events: readonly PlacedEvent[];
  readonly skeleton: EsSkeleton;
  readonly sections: readonly PlacedSection[];
  readonly constraints: readonly Constraint[];
  /** Event that reads, by slot. */
  readonly eventOfSlot: ReadonlyMap<number, number>;
  readonly illegal: AgentPath["illegal"];
}

export interface Paths {
  readonly setUp: AgentPath;
  readonly agents: readonly AgentPath[];
  readonly final: AgentPath;
}

export function combineAgents(program: AgentProgram, { setUp, agents, final }: Paths): AgentCombination {
  const isBlocked = agents.some((path) => path.isBlocked);
  const ended = isBlocked ? { ...final, events: [], registers: new Map() } : final;
  const events: PlacedEvent[] = [initialZeros(program)];
  const ao: Pair[] = [];
  const sections: PlacedSection[] = [];
  const place = ({ events: more, sections: own }: AgentPath, agent: number): readonly number[] => {
    const first = events.length;
    more.forEach((event, i) => {
      if (i > 0) ao.push([first + i - 1, first + i]);
      events.push({ ...event, agent });
    });
    for (const section of own) {
      sections.push({ ...section, enter: first + section.enter, leave: first + section.leave, agent });
    }
    return more.map((_, i) => first + i);
  };
  const before = place(setUp, MAIN);
  const between = agents.map((path, agent) => place(path, agent));
  const after = place(ended, MAIN);
  const [start, end] = [before.at(-1), after[0]];
  if (start !== undefined && end !== undefined) ao.push([start, end]);
  const host: Pair[] = [];
  for (const own of between) {
    const [first, last] = [own[0], own.at(-1)];
    if (start !== undefined && first !== undefined) host.push([start, first]);
    if (last !== undefined && end !== undefined) host.push([last, end]);
  }
  const paths = [setUp, ...agents, ended];
  return {
    program,
    paths: agents,
    final: ended,
    events,
    skeleton: esSkeletonOf({ events, ao, host }),
    sections,
    constraints: paths.flatMap(({ constraints }) => constraints),
    eventOfSlot: new Map(events.flatMap(({ slot }, i) => (slot === undefined ? [] : [[slot, i]]))),
    illegal: paths.find(({ illegal }) => illegal !== undefined)?.illegal,
  };
}

function initialZeros({ bytes }: AgentProgram): PlacedEvent {
  return {
    kind: "init",
    agent: MAIN,
    order: "init",
    noTear: false,
    start: 0,
    end: bytes,
    place: "",
    dependsOn: new Set(),
    at: 0,
  };
}

/** Read to the events whose value, place or existence depends on the value it returned. */
export function dependency({ events, eventOfSlot }: AgentCombination): Relation {
  const pairs = events.flatMap(({ dependsOn }, event) =>
    [...dependsOn].flatMap((slot): Pair[] => {
      const read = eventOfSlot.get(slot);
      return read === undefined ? [] : [[read, event]];
    }),
  );
  return relationOf(events.length, pairs);
}

/** The part of happens-before that holds whatever is read. */
export function certainOrder({ events, skeleton: { ao, host } }: AgentCombination): Relation {
  const initially = events.slice(1).map((_, i): Pair => [0, i + 1]);
  return closure(union(ao, host, relationOf(events.length, initially)));
}
