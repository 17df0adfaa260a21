/**
 * Explores a program of the machine under a weak memory model: every execution without a cycle of program order and
 * reads-from, exactly once.
 *
 * The machine's memory is sequentially consistent, so the graphs themselves are judged:
 *
 * - memory safety: a read of a word that was never written or has been freed; a write to a freed object; under lkmm
 *   also an access that is not ordered before the free of its object, which is a plain write to all of it. That order
 *   alone finds a free that a reader would have to see in its own future (load buffering).
 * - data races of plain accesses, under lkmm.
 * - assertions, exceptions, accesses to no object; threads that wait forever.
 * - the history: calls and returns have one order, enforced by barriers around them.
 *
 * Not judged here: watchers in the middle of an execution, leaks, lock order and context. Those are checked under
 * sequential consistency (`explore-program.ts`).
 */
import type { Program } from "#fuzz/machine/program.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import type { ExplorerModel } from "./explore.ts";
import { orderOf } from "./explore.ts";
import { Explorer } from "./explorer.ts";
import { AFTER, BLOCKED, EVENT, type Graph, KIND, LOCATION, NONE, THREAD, VALUE } from "./graph.ts";
import { LkmmOrder } from "./lkmm-order.ts";
import { isGranted } from "./lock-chain.ts";
import { LocalStates, ProgramError, STEP } from "./local-states.ts";
import { Lowering } from "./lowered-program.ts";
import { POISON, ROLE } from "./lowered-words.ts";
import { readsLastValue, weakOrder } from "./weak-linearise.ts";
import { weakStory } from "./weak-story.ts";

export type WeakModel = Exclude<ExplorerModel, "sc">;

export interface WeakOptions {
  readonly memory: WeakModel;
  /** Complete or blocked graphs after which the exploration ends undecided. */
  readonly graphsMax?: number;
  /** Called at every execution; returning true ends the exploration undecided. */
  readonly shouldStop?: () => boolean;
}

export interface WeakViolation {
  readonly property: string;
  readonly because: string;
  /** One line per access. */
  readonly story: readonly string[];
}

export interface WeakExploration {
  readonly executions: number;
  readonly blocked: number;
  /** Whether all executions have been visited. */
  readonly complete: boolean;
  readonly violation?: WeakViolation;
  /** Why the program cannot be explored, if it cannot. */
  readonly notExplorable?: string;
}

const EVENTS_MAX = 2_000;

const EVERY_EVENT = (): boolean => true;

const HISTORY: ReadonlySet<number> = new Set([ROLE.invocation, ROLE.response, ROLE.returned]);

export function exploreWeakProgram(program: Program, options: WeakOptions): WeakExploration {
  const machine = new Machine(program);
  const sections = options.memory === "lkmm" ? "weak" : "fenced";
  const lowering = new Lowering(program, machine.words.slice(0, program.heap.used), sections);
  for (;;) {
    const result = new WeakExplorer(program, lowering, options).run();
    if (result !== undefined) return result;
  }
}

class WeakExplorer {
  readonly #program: Program;
  readonly #lowering: Lowering;
  readonly #options: WeakOptions;
  readonly #states: LocalStates;
  readonly #explorer: Explorer;
  readonly #lkmm: LkmmOrder | undefined;
  readonly #threads: number;
  #executions = 0;
  #blocked = 0;
  #complete = true;
  #violation: WeakViolation | undefined;

  constructor(program: Program, lowering: Lowering, options: WeakOptions) {
    const threads = lowering.threads();
    this.#program = program;
    this.#lowering = lowering;
    this.#options = options;
    this.#threads = threads.length;
    this.#states = new LocalStates(threads, {
      keepsBarriers: true,
      accesses: "as-written",
      weakFences: false,
      refusesLooking: false,
      meaning: (thread, kind, steps) => lowering.meaning(thread, kind, steps),
    });
    const order = orderOf(options.memory, this.#states);
    this.#lkmm = order instanceof LkmmOrder ? order : undefined;
    this.#explorer = new Explorer({
      order,
      states: this.#states,
      threads: threads.length,
      initial: (address) => lowering.initial(address),
      eventsMax: EVENTS_MAX,
    });
  }

  /** Undefined if the program made an access that was not foreseen and must be explored again. */
  run(): WeakExploration | undefined {
    try {
      this.#explorer.explore({ reached: (graph) => this.#reached(graph), shouldStop: () => this.#shouldStop() });
    } catch (error) {
      if (!(error instanceof ProgramError) || this.#lowering.isSufficient) throw error;
    }
    const { refusal, isSufficient } = this.#lowering;
    if (refusal === undefined && !isSufficient) return undefined;
    const result = { executions: this.#executions, blocked: this.#blocked, complete: this.#complete };
    if (refusal !== undefined) return { ...result, complete: false, notExplorable: refusal };
    return this.#violation === undefined ? result : { ...result, complete: false, violation: this.#violation };
  }

  #shouldStop(): boolean {
    const { refusal, isSufficient } = this.#lowering;
    if (this.#violation !== undefined || refusal !== undefined || !isSufficient) return true;
    const { graphsMax = Infinity, shouldStop } = this.#options;
    if (this.#executions + this.#blocked < graphsMax && shouldStop?.() !== true) return false;
    this.#complete = false;
    return true;
  }

  #reached(graph: Graph): void {
    if (!this.#lowering.isSufficient || this.#lowering.refusal !== undefined) return;
    const found = this.#unsafe(graph) ?? this.#failure(graph);
    if (found !== undefined) return this.#violate(graph, found.property, found.because);
    for (let thread = 0; thread < this.#threads; thread++) {
      if (this.#states.step(graph.state[thread] as number) <= STEP.failed) continue;
      if (!this.#waitsForEver(graph, thread)) {
        this.#blocked++;
        return;
      }
      if (this.#mayWait(graph, thread)) continue;
      return this.#violate(graph, "deadlock", `${this.#threadName(thread)} waits forever`);
    }
    this.#executions++;
    const because = this.#history(graph);
    if (because !== undefined) this.#violate(graph, this.#program.history?.property ?? "linearizability", because);
  }

  #violate(graph: Graph, property: string, because: string): void {
    const story = weakStory(
      graph,
      this.#states,
      weakOrder(
        graph,
        () => true,
        () => false,
      ) ?? [],
      {
        thread: (thread) => this.#threadName(thread),
        word: (address) => {
          const role = this.#lowering.role(address);
          return role === ROLE.word || role === ROLE.lock ? this.#lowering.nameOf(address) : undefined;
        },
      },
    );
    this.#violation = { property, because, story };
  }

  // ---- Memory safety

  #unsafe(graph: Graph): { readonly property: string; readonly because: string } | undefined {
    for (let event = 0; event < graph.count; event++) {
      if (this.#roleOf(graph, event) !== ROLE.word) continue;
      const kind = graph.get(event, KIND);
      if (kind === EVENT.read && graph.get(event, VALUE) === POISON)
        return { property: "memory-safety", because: `${this.#describe(graph, event)} finds garbage` };
      if (kind === EVENT.write && graph.get(event, VALUE) === POISON) {
        const after = graph.get(event, AFTER);
        if (after !== NONE && this.#isFreed(graph, event, after))
          return { property: "memory-safety", because: `${this.#describe(graph, after)} comes after the free` };
      }
    }
    const race = this.#lkmm?.race;
    if (race === undefined) return undefined;
    const [first, second] = [race.earlier, race.later].map((event) => this.#describe(graph, event));
    const frees = [race.earlier, race.later].find(
      (event) => this.#roleOf(graph, event) === ROLE.act || graph.get(event, VALUE) === POISON,
    );
    if (frees === undefined) return { property: "data-race", because: `${first} races with ${second}` };
    const other = frees === race.earlier ? race.later : race.earlier;
    return { property: "memory-safety", because: `${this.#describe(graph, other)} is not ordered before the free` };
  }

  /** Is a write that follows a free in coherence order a write to the freed object, not to its successor? */
  #isFreed(graph: Graph, free: number, after: number): boolean {
    return this.#lowering.isOwnObject(this.#addressOf(graph, free)) && graph.get(after, VALUE) !== POISON;
  }

  #failure(graph: Graph): { readonly property: string; readonly because: string } | undefined {
    for (let thread = 0; thread < this.#threads; thread++) {
      const state = graph.state[thread] as number;
      if (this.#states.step(state) !== STEP.failed) continue;
      const because = `${this.#threadName(thread)}: ${this.#states.message(state)}`;
      return { property: this.#states.message(state).startsWith("it threw") ? "exception" : "assertion", because };
    }
    return undefined;
  }

  // ---- Waits

  #waitsForEver(graph: Graph, thread: number): boolean {
    const last = graph.last[thread] as number;
    return graph.get(last, KIND) !== EVENT.read || !graph.has(last, BLOCKED) || readsLastValue(graph, last);
  }

  /** May the thread be left waiting: is it a daemon, or a callback that was never started? */
  #mayWait(graph: Graph, thread: number): boolean {
    if (this.#program.threads[thread]?.daemon === true) return true;
    const last = graph.last[thread] as number;
    if (graph.get(last, KIND) === EVENT.lock && isGranted(graph, last)) return true;
    return this.#roleOf(graph, last) === ROLE.spawn;
  }

  // ---- History

  #history(graph: Graph): string | undefined {
    const { history } = this.#program;
    if (history === undefined) return undefined;
    history.reset();
    // Calls and returns have one order, which may contradict the order of the accesses in between: then those are left
    // out.
    const isHistory = (event: number): boolean => HISTORY.has(this.#roleOf(graph, event));
    const responses = new Map<number, number>();
    const order = weakOrder(graph, EVERY_EVENT, isHistory) ?? weakOrder(graph, isHistory, isHistory);
    if (order === undefined) throw new Error(`${this.#program.name}: calls and returns have no order`);
    for (const event of order) {
      if (graph.get(event, KIND) !== EVENT.write) continue;
      const role = this.#roleOf(graph, event);
      if (role === ROLE.invocation) history.invoke(graph.get(event, THREAD), graph.get(event, VALUE));
      if (role === ROLE.response) responses.set(graph.get(event, THREAD), graph.get(event, VALUE));
      if (role !== ROLE.returned) continue;
      const response = responses.get(graph.get(event, THREAD)) ?? 0;
      const because = history.respond(graph.get(event, THREAD), this.#lowering.placeInHeap(response));
      if (because !== undefined) return because;
    }
    return undefined;
  }

  // ---- Names

  #addressOf(graph: Graph, event: number): number {
    return this.#states.addresses[graph.get(event, LOCATION)] as number;
  }

  #roleOf(graph: Graph, event: number): number {
    return graph.get(event, KIND) === EVENT.fence
      ? ROLE.bookkeeping
      : this.#lowering.role(this.#addressOf(graph, event));
  }

  #describe(graph: Graph, event: number): string {
    const verb = graph.get(event, KIND) === EVENT.read ? "reading" : "writing";
    const role = this.#roleOf(graph, event);
    const word = role === ROLE.word ? this.#lowering.nameOf(this.#addressOf(graph, event)) : "a lock of the object";
    return `${this.#threadName(graph.get(event, THREAD))} ${verb} ${word}`;
  }

  #threadName(thread: number): string {
    const { threads } = this.#program;
    return threads[thread]?.name ?? `rcu callback ${thread - threads.length + 1}`;
  }
}
