/**
 * Every execution of a program without a cycle of program order and reads-from, built one access at a time in every
 * order and judged by the axioms of `model/memory/es.ts`. The explorer's own consistency check takes no part.
 */
import { succeeds, valueFound, valueWritten, waitIsOver } from "#impl/memory/access-class.ts";
import { es, type EsModel } from "#model/memory/es.ts";
import { esSkeletonOf, type ByteEvent } from "#model/memory/es/byte-event.ts";
import { isAllowed } from "#model/memory/memory-model.ts";
import { relationOf, type Pair } from "#model/memory/relation.ts";
import type { ExploredProgram } from "./explored-program.ts";
import { PLAIN } from "./graph.ts";
import { LocalStates, STEP } from "./local-states.ts";

interface Made {
  readonly kind: "read" | "write" | "rmw" | "enter" | "leave";
  readonly thread: number;
  readonly word: number;
  readonly isSeqCst: boolean;
  /** The value it writes, if any. */
  readonly written: number | undefined;
  /** Index of the source among the events made, or −1 for the initial value; undefined if it reads nothing. */
  readonly source: number | undefined;
  /** As in `Execution.canonical`. */
  readonly text: string;
  /** Name of its write, or of the acquisition. */
  readonly name: string;
}

interface PartialExecution {
  readonly made: readonly Made[];
  /** Local states. */
  readonly threads: readonly number[];
}

/** The valid executions, in the form of `canonicalWithoutCoherence`. */
export function validExecutions(program: ExploredProgram, model: EsModel = es): ReadonlySet<string> {
  const states = new LocalStates(program.threads, {
    keepsBarriers: true,
    accesses: "as-written",
    weakFences: false,
    refusesLooking: false,
  });
  const found = new Set<string>();
  const seen = new Set<string>();
  const go = (state: PartialExecution): void => {
    const text = canonical(state.made, program.threads.length);
    if (seen.has(text)) return;
    seen.add(text);
    if (state.threads.every((at) => states.step(at) === STEP.returned)) {
      if (isValid(state.made, model)) found.add(text);
      return;
    }
    for (let thread = 0; thread < program.threads.length; thread++)
      for (const next of successors(state, thread, states, program)) go(next);
  };
  go({ made: [], threads: program.threads.map((_, thread) => states.root(thread)) });
  return found;
}

function* successors(
  { made, threads }: PartialExecution,
  thread: number,
  states: LocalStates,
  { initial }: ExploredProgram,
): Generator<PartialExecution> {
  const at = threads[thread] ?? 0;
  const step = states.step(at);
  if (step <= STEP.failed) return;
  const word = states.addresses[states.location(at)] ?? 0;
  const kind = states.kind(at);
  const isSeqCst = (states.flags(at) & PLAIN) === 0;
  const position = made
    .filter((event) => event.thread === thread)
    .reduce((sum, event) => sum + (event.kind === "rmw" ? 2 : 1), 0);
  const name = `${thread}.${position}`;
  const after = (event: Omit<Made, "thread" | "word" | "isSeqCst">, result: number): PartialExecution => ({
    made: [...made, { ...event, thread, word, isSeqCst }],
    threads: threads.with(thread, states.next(at, result)),
  });
  const plain = { written: undefined, source: undefined, name };
  switch (step) {
    case STEP.lock: {
      const last = made.findLast((event) => event.word === word && (event.kind === "enter" || event.kind === "leave"));
      if (last?.kind !== "enter") yield after({ ...plain, kind: "enter", text: `L${word};` }, 0);
      return;
    }
    case STEP.unlock:
      yield after({ ...plain, kind: "leave", text: `U${word};` }, 0);
      return;
    case STEP.write: {
      const written = states.operand(at);
      yield after({ ...plain, kind: "write", written, text: `W${word}=${written};` }, 0);
      return;
    }
    default:
  }
  const sources = [-1, ...made.keys()].filter(
    (i) => i === -1 || (made[i]?.word === word && made[i]?.written !== undefined),
  );
  for (const source of sources) {
    const writer = made[source];
    const value = writer?.written ?? initial?.get(word) ?? 0;
    const text = `R${word}=${value}<${writer?.name ?? "i"};`;
    if (step === STEP.wait && !waitIsOver(kind, value, states.expected(at), states.operand(at))) continue;
    if (step !== STEP.update || !succeeds(kind, value, states.expected(at))) {
      yield after({ ...plain, kind: "read", source, text }, value);
      continue;
    }
    const written = valueWritten(kind, value, states.operand(at));
    const update = { kind: "rmw" as const, source, written, name: `${thread}.${position + 1}` };
    yield after({ ...update, text: `${text}W${word}=${written};` }, valueFound(kind, value, written));
  }
}

function canonical(made: readonly Made[], threads: number): string {
  const texts = Array.from({ length: threads }, (_, thread) =>
    made
      .filter((event) => event.thread === thread)
      .map(({ text }) => text)
      .join(""),
  );
  const orders = new Map<number, string>();
  for (const { kind, word, name } of made) if (kind === "enter") orders.set(word, `${orders.get(word) ?? ""}${name},`);
  return `${texts.join("|")}#${[...orders]
    .map(([word, names]) => `${word}:${names}`)
    .toSorted()
    .join("|")}`;
}

const WORD_BYTES = 4;

function isValid(made: readonly Made[], model: EsModel): boolean {
  const largest = Math.max(0, ...made.map(({ word }) => word));
  const init: ByteEvent = {
    kind: "init",
    agent: -1,
    order: "init",
    noTear: false,
    start: 0,
    end: (largest + 1) * WORD_BYTES,
  };
  const events = [
    init,
    ...made.map(({ kind, thread, word, isSeqCst }): ByteEvent => {
      const touches = kind !== "enter" && kind !== "leave";
      const start = touches ? word * WORD_BYTES : 0;
      const end = touches ? start + WORD_BYTES : 0;
      return { kind, agent: thread, order: touches && isSeqCst ? "seq-cst" : "unordered", noTear: touches, start, end };
    }),
  ];
  const ao: Pair[] = [];
  const sections: Pair[] = [];
  made.forEach((event, i) => {
    made.slice(0, i).forEach((other, j) => {
      if (other.thread === event.thread) ao.push([j + 1, i + 1]);
      if (event.kind === "enter" && other.kind === "leave" && other.word === event.word) sections.push([j + 1, i + 1]);
    });
  });
  const skeleton = esSkeletonOf({ events, ao });
  const readsBytesFrom = skeleton.regions.map(({ start }) =>
    relationOf(
      events.length,
      made.flatMap(({ source, word }, i): Pair[] =>
        source === undefined || word * WORD_BYTES !== start ? [] : [[source + 1, i + 1]],
      ),
    ),
  );
  return isAllowed(model, model.over(skeleton)({ readsBytesFrom, sections: relationOf(events.length, sections) }));
}
