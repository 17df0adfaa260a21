/**
 * Explores a program exhaustively: every execution that the memory model allows, exactly once.
 *
 * ```ts
 * const [x, y] = [1, 2];
 * const storeBuffering = {
 *   threads: [
 *     function* (): Access { yield writeOnce(x, 1); yield readOnce(y); },
 *     function* (): Access { yield writeOnce(y, 1); yield readOnce(x); },
 *   ],
 * };
 * explore(storeBuffering).executions;                    // 3
 * explore(storeBuffering, { model: "tso" }).executions;  // 4
 * ```
 */
import { EsChoices } from "./es-choices.ts";
import { EsOrder } from "./es-order.ts";
import { hasDataRace } from "./es-race.ts";
import { Execution } from "./explored-execution.ts";
import type { ExploredProgram } from "./explored-program.ts";
import { Explorer, type Visitor } from "./explorer.ts";
import { type ExecutionGraph, executionGraphOf } from "./graph-trace.ts";
import { LkmmOrder } from "./lkmm-order.ts";
import { LocalStates, type Orderings, STEP } from "./local-states.ts";
import type { Order } from "./order.ts";
import { ReleaseAcquireOrder } from "./release-acquire-order.ts";
import { ScOrder, TsoOrder } from "./total-order.ts";

/**
 * `sc`: sequential consistency. `tso`: total store order, as on x86. `ra`: release/acquire with relaxed accesses, as
 * RC11. `lkmm`: the Linux-kernel memory model, without executions in which program order and reads-from form a cycle.
 * `es`: plain accesses and Atomics of ECMAScript.
 */
export type ExplorerModel = "sc" | "tso" | "ra" | "lkmm" | "es";

export interface ExploreOptions {
  /** Sequential consistency if not given. */
  readonly model?: ExplorerModel;
  /** Called for each complete execution. The view is only valid during the call. */
  readonly onExecution?: (execution: Execution) => void;
  /** Called for each execution that ends with a thread waiting forever. */
  readonly onBlocked?: (execution: Execution) => void;
  /** Complete executions after which the exploration ends undecided. */
  readonly executionsMax?: number;
  /** Called at every execution; returning true ends the exploration. */
  readonly shouldStop?: () => boolean;
  /** Events an execution may have, 10,000 by default: more is taken for an endless loop. */
  readonly eventsMax?: number;
  /** How to treat the orderings of the program's accesses: as written by default. */
  readonly accesses?: Orderings;
  /** Treat full barriers as barriers that acquire and release but have no place in a total order. */
  readonly weakFences?: boolean;
}

/** An assertion that does not hold, or a thread that threw, with the execution in which it happened. */
export interface Failure {
  readonly thread: number;
  readonly message: string;
  readonly graph: ExecutionGraph;
}

export interface Exploration {
  /** Complete executions: classes of equal program order, reads-from and coherence. */
  readonly executions: number;
  /** Executions that end with a thread waiting. Their number depends on the order in which events are tried. */
  readonly blocked: number;
  /** Whether all executions have been visited. False when a bound or a failure ended the exploration. */
  readonly complete: boolean;
  /** The first failure. The exploration ends there. */
  readonly failure?: Failure;
  /** Under `es`, whether an execution has a data race. If none has, all outcomes are those of interleavings. */
  readonly race?: boolean;
}

const EVENTS_MAX = 10_000;

/**
 * Executions whose threads are run again to check that they request the same accesses: the first ones, then one in so
 * many.
 */
const VERIFIED_FIRST = 32;
const VERIFIED_EVERY = 4096;

/**
 * @throws ProgramError if the program is not deterministic, or has more events in an execution than `eventsMax`
 */
export function explore(program: ExploredProgram, options: ExploreOptions = {}): Exploration {
  const { explorer, states } = prepare(program, options);
  return runExplorer(explorer, states, program.threads.length, options);
}

/** The parts of an exploration. */
export interface Prepared {
  readonly explorer: Explorer;
  readonly states: LocalStates;
}

export function prepare(program: ExploredProgram, options: ExploreOptions = {}): Prepared {
  const { model = "sc", accesses = "as-written", weakFences = false, eventsMax = EVENTS_MAX } = options;
  const { meaning, exchange } = program;
  const states = new LocalStates(program.threads, {
    keepsBarriers: model !== "sc",
    accesses,
    weakFences,
    refusesLooking: true,
    meaning,
    exchange,
  });
  const initial = (address: number): number => program.initial?.get(address) ?? 0;
  const explorer = new Explorer({
    order: orderOf(model, states),
    states,
    threads: program.threads.length,
    initial,
    choices: model === "es" ? (sources) => new EsChoices(states, sources) : undefined,
    eventsMax,
  });
  return { explorer, states };
}

/** Runs a prepared explorer over the whole tree, or over the children that `choose` picks. */
export function runExplorer(
  explorer: Explorer,
  states: LocalStates,
  threads: number,
  options: ExploreOptions,
  choose?: Visitor["choose"],
): Exploration {
  const { model, onExecution, onBlocked, executionsMax = Infinity, shouldStop } = options;
  const execution = new Execution(states, threads);
  let executions = 0;
  let blocked = 0;
  let complete = true;
  let failure: Failure | undefined;
  let race = false;
  const visitor: Visitor = {
    reached(graph) {
      execution.show(graph);
      const seen = executions + blocked;
      let returned = true;
      for (let thread = 0; thread < threads; thread++) {
        const state = graph.state[thread] as number;
        if (seen < VERIFIED_FIRST || seen % VERIFIED_EVERY === 0) states.verify(state);
        const step = states.step(state);
        if (step === STEP.failed)
          failure ??= { thread, message: states.message(state), graph: executionGraphOf(graph, states, threads) };
        if (step !== STEP.returned) returned = false;
      }
      if (failure !== undefined) return;
      race ||= model === "es" && hasDataRace(graph);
      if (returned) {
        executions++;
        onExecution?.(execution);
      } else {
        blocked++;
        onBlocked?.(execution);
      }
    },
    shouldStop() {
      if (failure === undefined && executions < executionsMax && shouldStop?.() !== true) return false;
      complete = false;
      return true;
    },
    ...(choose === undefined ? {} : { choose }),
  };
  explorer.explore(visitor);
  return {
    executions,
    blocked,
    complete,
    ...(failure === undefined ? {} : { failure }),
    ...(model === "es" ? { race } : {}),
  };
}

export function orderOf(model: ExplorerModel, states: LocalStates): Order {
  switch (model) {
    case "sc":
      return new ScOrder();
    case "tso":
      return new TsoOrder();
    case "ra":
      return new ReleaseAcquireOrder();
    case "lkmm":
      return new LkmmOrder(states);
    case "es":
      return new EsOrder();
  }
}
