/** An execution under weak memory as lines, in an order that respects program order and reads-from. */
import { accessNames } from "#fuzz/machine/access-name.ts";
import {
  BLOCKED,
  EVENT,
  type Graph,
  INITIAL,
  KIND,
  LOCATION,
  NONE,
  PAIRED,
  PARTNER,
  SOURCE,
  STATE,
  THREAD,
  VALUE,
} from "./graph.ts";
import type { LocalStates } from "./local-states.ts";
import { POISON } from "./lowered-words.ts";

export interface StoryNames {
  readonly thread: (thread: number) => string;
  /** Undefined for a word that belongs to the explorer. */
  readonly word: (address: number) => string | undefined;
}

/**
 * One line per access of the program; reads of overwritten values are marked. O(events).
 *
 * @param order the events in an order that respects program order and reads-from
 */
export function weakStory(graph: Graph, states: LocalStates, order: readonly number[], names: StoryNames): string[] {
  const lines: string[] = [];
  /** The last write of each word so far, and the line that it is on. */
  const last = new Map<number, { readonly event: number; readonly line: number }>();
  for (const event of order) {
    const kind = graph.get(event, KIND);
    const location = graph.get(event, LOCATION);
    if (kind === EVENT.write && graph.has(event, PAIRED)) {
      last.set(location, { event, line: lines.length });
      continue;
    }
    const requested = accessNames[states.kind(graph.get(event, STATE))] ?? "access";
    const word = kind === EVENT.fence ? "" : names.word(states.addresses[location] as number);
    if (word === undefined) continue;
    const number = lines.length + 1;
    const value = graph.get(event, VALUE);
    let text =
      `${String(number).padStart(4)}  ${names.thread(graph.get(event, THREAD))}: ${requested} ${word}`.trimEnd();
    if (kind === EVENT.read) {
      text += ` finds ${show(value)}`;
      if (graph.has(event, PAIRED) && graph.get(event, PARTNER) !== NONE)
        text += `, leaves ${show(graph.get(graph.get(event, PARTNER), VALUE))}`;
      if (graph.has(event, BLOCKED)) text += ", and waits";
      const latest = last.get(location);
      const source = graph.get(event, SOURCE);
      if (latest !== undefined && latest.event !== source)
        text +=
          `, although it was ${show(graph.get(latest.event, VALUE))} since line ${latest.line}; ` +
          "nothing orders them";
      else if (source === INITIAL && value === POISON) text += ", which nobody has written";
    } else if (kind === EVENT.write) {
      text += ` := ${show(value)}`;
      last.set(location, { event, line: number });
    }
    lines.push(text);
  }
  return lines;
}

function show(value: number): string {
  return value === POISON ? "garbage" : String(value);
}
