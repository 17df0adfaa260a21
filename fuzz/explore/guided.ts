/** Makes the machine follow a graph: the schedule is a linearisation of its events. */
import type { RunningMachine } from "#fuzz/machine/running-machine.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { BLOCKED, EVENT, Graph, KIND, LOCATION, PAIRED, THREAD, VALUE } from "./graph.ts";
import { Linearisation } from "./linearise.ts";
import type { LocalStates } from "./local-states.ts";
import { isGranted } from "./lock-chain.ts";
import type { Lowering } from "./lowered-program.ts";
import { POISON, ROLE } from "./lowered-words.ts";

// The meaning of an event to the machine.
const NOTHING = 0;
const STEP = 1;
/** Only the start of a wait: a step if the thread may make one. */
const WAITS = 2;

export class Guided implements Strategy {
  readonly name = "exhaustive";
  readonly #states: LocalStates;
  readonly #lowering: Lowering;
  readonly #linearisation = new Linearisation();
  #graph: Graph;
  #at = 0;
  /** The machine's thread for each of the graph's. */
  readonly #machineThread: Int32Array;
  /** Threads of the machine that wait for a grace period. */
  readonly #inGrace: Uint8Array;
  /** How the machine left the graph, if it did. */
  divergence: string | undefined;

  constructor(states: LocalStates, lowering: Lowering, threads: number) {
    this.#states = states;
    this.#graph = new Graph(threads, 1);
    this.#lowering = lowering;
    this.#machineThread = new Int32Array(threads);
    this.#inGrace = new Uint8Array(threads);
  }

  /** Makes the next execution follow this graph. */
  follow(graph: Graph): void {
    this.#linearisation.of(graph);
    this.#graph = graph;
  }

  begin(): void {
    this.#at = 0;
    this.divergence = undefined;
    this.#machineThread.fill(-1);
    this.#inGrace.fill(0);
    for (let thread = 0; thread < this.#lowering.program.threads.length; thread++) this.#machineThread[thread] = thread;
  }

  choose(machine: RunningMachine): number {
    const graph = this.#graph;
    for (; this.#at < graph.count; this.#at++) {
      const event = this.#linearisation.order[this.#at] as number;
      const meaning = this.#meaning(graph, event);
      const thread = this.#machineThread[graph.get(event, THREAD)] as number;
      if (meaning === STEP || (meaning === WAITS && isEnabled(machine, thread)))
        return isEnabled(machine, thread) ? thread : this.#diverge(machine, thread);
    }
    return machine.enabled[0] as number;
  }

  performed(machine: RunningMachine, made: number): void {
    const graph = this.#graph;
    for (; this.#at < graph.count; this.#at++) {
      const event = this.#linearisation.order[this.#at] as number;
      const meaning = this.#meaning(graph, event);
      const thread = this.#machineThread[graph.get(event, THREAD)] as number;
      if (meaning === NOTHING || (meaning === WAITS && thread !== made)) continue;
      if (thread === made) this.#consume(machine, graph, event, made);
      else this.#diverge(machine, thread);
      this.#at++;
      return;
    }
  }

  #consume(machine: RunningMachine, graph: Graph, event: number, made: number): void {
    const address = this.#address(graph, event);
    switch (this.#lowering.role(address)) {
      case ROLE.graceBegins:
        this.#inGrace[made] = machine.isInGracePeriod(made) ? 1 : 0;
        return;
      case ROLE.graceEnds:
        this.#inGrace[made] = 0;
        return;
      case ROLE.spawn: {
        const child = machine.threadCount - 1;
        this.#machineThread[this.#lowering.startedBy(address)] = child;
        this.#inGrace[child] = 1;
        return;
      }
      default:
    }
  }

  #diverge(machine: RunningMachine, expected: number): number {
    this.divergence ??= `after ${machine.steps} accesses ${machine.threadName(expected)} was to go on, and did not`;
    return machine.enabled[0] as number;
  }

  #address(graph: Graph, event: number): number {
    return this.#states.addresses[graph.get(event, LOCATION)] as number;
  }

  #meaning(graph: Graph, event: number): number {
    const kind = graph.get(event, KIND);
    switch (this.#lowering.role(this.#address(graph, event))) {
      case ROLE.word:
        if (kind === EVENT.read) return graph.has(event, BLOCKED) ? WAITS : STEP;
        return graph.has(event, PAIRED) || graph.get(event, VALUE) === POISON ? NOTHING : STEP;
      case ROLE.lock:
        return kind === EVENT.lock && !isGranted(graph, event) ? WAITS : STEP;
      case ROLE.graceBegins:
        return STEP;
      case ROLE.graceEnds:
        return this.#inGrace[this.#machineThread[graph.get(event, THREAD)] as number] === 1 ? STEP : NOTHING;
      case ROLE.act:
      case ROLE.spawn:
        return kind === EVENT.write ? STEP : NOTHING;
      default:
        return NOTHING;
    }
  }
}

function isEnabled(machine: RunningMachine, thread: number): boolean {
  for (let i = 0; i < machine.enabledCount; i++) if (machine.enabled[i] === thread) return true;
  return false;
}
