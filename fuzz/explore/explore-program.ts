/**
 * Explores a program of the machine: every execution that its checks or its history can distinguish.
 *
 * The explorer finds the graphs of the program's lowered events. Each is made into a schedule and run by the machine,
 * which judges it with all its checks. So a violation comes with an ordinary schedule, already replayed.
 */
import { Machine } from "#fuzz/machine/machine.ts";
import type { MachineOptions } from "#fuzz/machine/machine-settings.ts";
import type { HistoryWatcher, Program } from "#fuzz/machine/program.ts";
import type { Violation } from "#properties/violation.ts";
import { depthFirst } from "#fuzz/strategies/depth-first.ts";
import { type Estimate, estimateLeaves } from "./estimate.ts";
import { Explorer } from "./explorer.ts";
import { BLOCKED, EVENT, type Graph, KIND } from "./graph.ts";
import { Guided } from "./guided.ts";
import { readsLast } from "./linearise.ts";
import { LocalStates, ProgramError, STEP } from "./local-states.ts";
import { Lowering } from "./lowered-program.ts";
import { ScOrder } from "./total-order.ts";

export interface ExploreProgramOptions {
  /** The machine's checks to apply. */
  readonly checks?: MachineOptions;
  /** Complete or blocked graphs after which the exploration ends undecided. */
  readonly graphsMax?: number;
  /** Called at every execution; returning true ends the exploration undecided. */
  readonly shouldStop?: () => boolean;
  /**
   * Nodes of the exploration tree to visit for an estimate of the number of graphs, if the bound on graphs ends the
   * exploration. No estimate unless given.
   */
  readonly estimateNodes?: number;
  /** Asked once, after so many graphs, whether the exploration goes on; if not, it ends undecided. */
  readonly checkpoint?: { readonly graphs: number; readonly goesOn: () => boolean };
}

export interface ProgramExploration {
  /** Distinct complete executions. */
  readonly executions: number;
  /** Graphs that end with a thread waiting for an event yet to come: other graphs go on from there. */
  readonly blocked: number;
  /** Distinct histories of operations; 0 for a program without a history. */
  readonly histories: number;
  /** Accesses made by the machine. */
  readonly accesses: number;
  /** Whether all executions have been visited. */
  readonly complete: boolean;
  /**
   * Estimated number of complete and blocked graphs, if requested and the bound on graphs ended the exploration.
   */
  readonly estimate?: Estimate;
  readonly violation?: { readonly violation: Violation; readonly choices: Int32Array };
  /** Why the program cannot be explored, if it cannot: then nothing is known about it. */
  readonly notExplorable?: string;
}

/** Makes equal programs have equal estimates. */
const ESTIMATE_SEED = 1;

/** Events of one execution: more than the accesses of all threads together. */
const EVENTS_MAX = 1_000_000;

/** @throws Error if the machine does not follow a graph, which would be a fault of the explorer */
export function exploreProgram(program: Program, options: ExploreProgramOptions = {}): ProgramExploration {
  const histories = new RecordedHistories(program.history);
  const machine = new Machine(
    { ...program, ...(program.history !== undefined && { history: histories }) },
    options.checks,
  );
  if (machine.setUpFails) return violationOfSetUp(machine);
  const lowering = new Lowering(program, machine.words.slice(0, program.heap.used));
  for (;;) {
    const result = new ProgramExplorer(machine, lowering, histories, options).run();
    if (result !== undefined) return result;
  }
}

/** The set-up runs once, before all executions. */
function violationOfSetUp(machine: Machine): ProgramExploration {
  const violation = machine.run(depthFirst());
  const { steps: accesses } = machine;
  const choices = machine.choices.slice(0, accesses);
  const found = { executions: 1, blocked: 0, histories: 0, accesses, complete: false };
  return violation === undefined ? found : { ...found, violation: { violation, choices } };
}

class ProgramExplorer {
  readonly #machine: Machine;
  readonly #lowering: Lowering;
  readonly #histories: RecordedHistories;
  readonly #options: ExploreProgramOptions;
  readonly #states: LocalStates;
  readonly #explorer: Explorer;
  readonly #guided: Guided;
  readonly #threads: number;
  #executions = 0;
  #blocked = 0;
  #accesses = 0;
  #violation: ProgramExploration["violation"];
  #complete = true;
  #isPastCheckpoint = false;

  constructor(machine: Machine, lowering: Lowering, histories: RecordedHistories, options: ExploreProgramOptions) {
    const threads = lowering.threads();
    this.#machine = machine;
    this.#lowering = lowering;
    this.#histories = histories;
    this.#options = options;
    this.#threads = threads.length;
    this.#states = new LocalStates(threads, {
      keepsBarriers: false,
      accesses: "as-written",
      weakFences: false,
      refusesLooking: false,
    });
    this.#guided = new Guided(this.#states, lowering, threads.length);
    this.#explorer = new Explorer({
      order: new ScOrder(),
      states: this.#states,
      threads: threads.length,
      initial: (address) => lowering.initial(address),
      eventsMax: EVENTS_MAX,
    });
  }

  /** Undefined if the program made an access that was not foreseen and must be explored again. */
  run(): ProgramExploration | undefined {
    this.#histories.clear();
    try {
      this.#explorer.explore({ reached: (graph) => this.#reached(graph), shouldStop: () => this.#shouldStop() });
    } catch (error) {
      if (!(error instanceof ProgramError) || this.#lowering.isSufficient) throw error;
    }
    const { refusal, isSufficient } = this.#lowering;
    if (refusal === undefined && !isSufficient) return undefined;
    const result = {
      executions: this.#executions,
      blocked: this.#blocked,
      histories: this.#histories.count,
      accesses: this.#accesses,
      complete: this.#complete,
    };
    if (refusal !== undefined) return { ...result, complete: false, notExplorable: refusal };
    const { estimateNodes } = this.#options;
    const estimate = estimateNodes !== undefined && this.#isBounded() ? this.#estimate(estimateNodes) : undefined;
    if (estimate !== undefined) return { ...result, estimate };
    return this.#violation === undefined ? result : { ...result, complete: false, violation: this.#violation };
  }

  /**
   * Undefined if a descent reached an access that was not foreseen, so that the rest of the tree is unknown.
   */
  #estimate(nodesMax: number): Estimate | undefined {
    try {
      const estimate = estimateLeaves(this.#explorer, { nodesMax, seed: ESTIMATE_SEED });
      return this.#lowering.isSufficient ? estimate : undefined;
    } catch (error) {
      if (error instanceof ProgramError && !this.#lowering.isSufficient) return undefined;
      throw error;
    }
  }

  /** Did the bound on graphs end the exploration? */
  #isBounded(): boolean {
    return (
      !this.#complete &&
      this.#violation === undefined &&
      this.#executions + this.#blocked >= (this.#options.graphsMax ?? Infinity)
    );
  }

  #shouldStop(): boolean {
    const { refusal, isSufficient } = this.#lowering;
    if (this.#violation !== undefined || refusal !== undefined || !isSufficient) return true;
    const { graphsMax = Infinity, shouldStop } = this.#options;
    if (this.#executions + this.#blocked < graphsMax && shouldStop?.() !== true && this.#goesOn()) return false;
    this.#complete = false;
    return true;
  }

  #goesOn(): boolean {
    const { checkpoint } = this.#options;
    if (checkpoint === undefined || this.#isPastCheckpoint || this.#executions + this.#blocked < checkpoint.graphs)
      return true;
    this.#isPastCheckpoint = true;
    return checkpoint.goesOn();
  }

  #reached(graph: Graph): void {
    if (!this.#lowering.isSufficient || this.#lowering.refusal !== undefined) return;
    const states = this.#states;
    let failed = false;
    for (let thread = 0; thread < this.#threads; thread++) {
      const step = states.step(graph.state[thread] as number);
      if (step === STEP.failed) failed = true;
      if (step > STEP.failed && !this.#endsHere(graph, thread)) {
        this.#blocked++;
        return;
      }
    }
    this.#executions++;
    this.#judge(graph, failed);
  }

  /** Does a thread that has not returned wait forever? */
  #endsHere(graph: Graph, thread: number): boolean {
    const last = graph.last[thread] as number;
    return graph.get(last, KIND) !== EVENT.read || !graph.has(last, BLOCKED) || readsLast(graph, last);
  }

  #judge(graph: Graph, failed: boolean): void {
    const machine = this.#machine;
    const guided = this.#guided;
    guided.follow(graph);
    const violation = machine.run(guided);
    this.#accesses += machine.steps;
    if (violation !== undefined) {
      this.#violation = { violation, choices: machine.choices.slice(0, machine.steps) };
    } else if (guided.divergence !== undefined || failed) {
      throw new Error(
        `${machine.program.name}: the machine left the graph: ${guided.divergence ?? "a thread that fails went on"}`,
      );
    } else {
      this.#histories.keep();
    }
  }
}

/** Passes a history on to its judge, and counts distinct histories. */
class RecordedHistories implements HistoryWatcher {
  readonly property: string;
  readonly #inner: HistoryWatcher | undefined;
  readonly #seen = new Set<string>();
  /** The events so far; consecutive invocations, or consecutive responses, are in one fixed order. */
  #text = "";
  #run: string[] = [];
  #runKind = "";

  constructor(inner: HistoryWatcher | undefined) {
    this.#inner = inner;
    this.property = inner?.property ?? "";
  }

  get count(): number {
    return this.#seen.size;
  }

  clear(): void {
    this.#seen.clear();
  }

  keep(): void {
    if (this.#inner === undefined) return;
    this.#endRun();
    this.#seen.add(this.#text);
  }

  reset(): void {
    this.#text = "";
    this.#run = [];
    this.#inner?.reset();
  }

  mayWaitForEver(thread: number): boolean {
    return this.#inner?.mayWaitForEver?.(thread) === true;
  }

  setUpBegins(): void {
    this.#inner?.setUpBegins?.();
  }

  setUpEnds(words: Int32Array): string | undefined {
    return this.#inner?.setUpEnds?.(words);
  }

  invoke(thread: number, operation: number): void {
    this.#add("i", `${thread}:${operation}`);
    this.#inner?.invoke(thread, operation);
  }

  respond(thread: number, response: number): string | undefined {
    this.#add("r", `${thread}=${response}`);
    return this.#inner?.respond(thread, response);
  }

  #add(kind: string, text: string): void {
    if (kind !== this.#runKind) this.#endRun();
    this.#runKind = kind;
    this.#run.push(text);
  }

  #endRun(): void {
    if (this.#run.length > 0) this.#text += `${this.#runKind}${this.#run.toSorted().join()};`;
    this.#run = [];
  }
}
