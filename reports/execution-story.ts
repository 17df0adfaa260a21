/** The reasons for a litmus test's verdict, in words, edge by edge. */

import type { Step } from "#model/memory/derivation.ts";
import type { ExplainedEvent, Explanation } from "#model/memory/explained-execution.ts";

/** The meaning of each basic relation for a pair. */
const SAYINGS: Readonly<Record<string, string>> = {
  po: "comes before, in program order,",
  poLoc: "comes before, in program order on the same variable,",
  ppo: "comes before, and the model keeps that order,",
  drained: "comes before, with the store buffer drained between them,",
  rf: "is read by",
  rfe: "is read, by another process, by",
  rfi: "is read, by its own process, by",
  co: "is overwritten by",
  coe: "is overwritten, by another process, by",
  fr: "read a value older than that of",
  fre: "read a value older than that of",
  eco: "is observed, through communication on one variable, by",
  addr: "gives the address of",
  data: "gives the value of",
  ctrl: "decides whether to do",
  dep: "is what depends on it:",
  mb: "is ordered by a full barrier before",
  wmb: "is ordered by smp_wmb before",
  rmb: "is ordered by smp_rmb before",
  porel: "is ordered before the release",
  acqpo: "is an acquire, ordered before",
  gp: "is ordered by a grace period before",
  ulk: "is ordered by an unlock and the lock after it before",
  rcuFence: "is ordered by grace periods, and the sections they wait for, before",
  rmw: "is one atomic operation with",
  sw: "synchronizes with",
  ao: "comes before, in agent-order,",
  atomicRf: "is read by, and synchronizes with,",
  wholeRf: "is read by",
  alsoReads: "also takes bytes from",
  readsOlder: "reads a byte older than that of",
  readBefore: "does not see, and so comes in memory-order before,",
  writeBefore: "is not what was read, and so comes in memory-order before,",
  sections: "leaves the waiter list's section, which is next entered by",
  host: "happens before, as agents start and end,",
  initially: "is there before",
};

export function executionStory(explanation: Explanation): string {
  const { name } = explanation;
  if (explanation.kind === "interleaved") {
    return `${name}: every outcome is that of an interleaving; ask for another one with --outcome.\n`;
  }
  const { sought } = explanation;
  if (explanation.kind === "impossible") {
    return `${name}: no choice of what the reads read gives the values of ${sought}, whatever the model.\n`;
  }
  const { events } = explanation;
  const names = eventNames(events);
  const show = (event: number): string => {
    const { process, processName, line, label } = events[event] ?? NO_EVENT;
    const where = process < 0 ? "initially" : `${processName}, line ${line}`;
    return `${names[event] ?? "?"}: ${label} (${where})`;
  };
  const stepText = (step: Step): string => `  ${show(step.from)}\n${how(step)}  ${show(step.to)}\n`;

  if (explanation.kind === "witness") {
    const reads = explanation.edges.filter(({ relation }) => relation === "rf");
    const steps = reads.map(stepText).join("");
    return `${name}: ${explanation.model} allows this execution, in which ${sought} holds.\n${steps}`;
  }
  const { axiom } = explanation.violation;
  return (
    `${name}: ${explanation.model} forbids every execution in which ${sought} holds. ` +
    `One breaks the axiom "${axiom.name}": ${axiom.statement}.\n` +
    explanation.cycle.map((step) => `  ${show(step.from)}\n${how(step)}`).join("") +
    ending(explanation, show)
  );
}

const NO_EVENT: ExplainedEvent = { process: -1, processName: "", line: 0, label: "?" };

function how({ relation }: Step): string {
  return `     ${relationText(relation)} [${relation}]\n`;
}

/** The phrase for a relation between two events: `is read by`. */
export function relationText(relation: string): string {
  return SAYINGS[relation] ?? "is related to";
}

/** The last event of the chain: the first again, for a cycle. */
function ending(
  { cycle, violation: { axiom } }: Extract<Explanation, { kind: "forbidden" }>,
  show: (event: number) => string,
): string {
  const last = cycle.at(-1);
  if (last === undefined) return "";
  return `  ${show(last.to)}${axiom.kind === "empty" ? "" : ", where it began"}\n`;
}

/** a, b, c, …, then e26, e27, …: initial writes are named by their variable. */
export function eventNames(events: readonly ExplainedEvent[]): readonly string[] {
  let next = 0;
  return events.map(({ process }) => {
    if (process < 0) return "init";
    const n = next++;
    return n < 26 ? String.fromCodePoint(97 + n) : `e${n}`;
  });
}
