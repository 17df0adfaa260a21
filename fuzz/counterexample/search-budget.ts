import type { Machine } from "#fuzz/machine/machine.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import type { Violation } from "#properties/violation.ts";
import { type Block, Follower, type Run } from "./follow.ts";
import { PreemptionBounded } from "./preemption-bounded.ts";

/** Executions between two moments at which other work may run: signals are handled then. */
const EXECUTIONS_BETWEEN_PAUSES = 200;

/** Accesses per execution, on average: longer executions use up the budget sooner. */
const ACCESSES_PER_EXECUTION = 500;

export interface BudgetOptions {
  /** Total executions for shrinking; fewer when they are long. */
  readonly executionsMax: number;
  /** Called from time to time: whether to stop, and keep the result so far. */
  readonly shouldStop?: (() => boolean) | undefined;
  /** Called from time to time with the number of executions run. */
  readonly progress?: ((executions: number) => void) | undefined;
}

/** Counts the executions of one shrinking, and decides when it must end. */
export class SearchBudget {
  executions = 0;
  #accesses = 0;
  #stopped = false;
  #nextPause = EXECUTIONS_BETWEEN_PAUSES;
  readonly #options: BudgetOptions;
  readonly #follower = new Follower();

  constructor(options: BudgetOptions) {
    this.#options = options;
  }

  get isSpent(): boolean {
    const { executionsMax } = this.#options;
    return (
      this.#stopped || this.executions >= executionsMax || this.#accesses >= executionsMax * ACCESSES_PER_EXECUTION
    );
  }

  /** Whether it was told to stop before its executions were spent. */
  get wasStopped(): boolean {
    return this.#stopped;
  }

  /** Runs wanted blocks. */
  follow(machine: Machine, blocks: readonly Block[]): Run {
    const run = this.#follower.run(machine, blocks);
    this.#count(machine);
    return run;
  }

  /** Runs one execution. */
  run(machine: Machine, strategy: Strategy): Violation | undefined {
    const violation = machine.run(strategy);
    this.#count(machine);
    return violation;
  }

  #count(machine: Machine): void {
    this.executions++;
    this.#accesses += machine.steps;
  }

  /** Lets other work run for a moment, from time to time. */
  async pause(): Promise<void> {
    if (this.executions < this.#nextPause) return;
    this.#nextPause = this.executions + EXECUTIONS_BETWEEN_PAUSES;
    this.#options.progress?.(this.executions);
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.#options.shouldStop?.() === true) this.#stopped = true;
  }

  /**
   * Looks for a violation of `property` with at most `preemptionsMax` preemptions; `complete` if no schedule was left
   * out.
   */
  async searchBounded(
    machine: Machine,
    property: string,
    preemptionsMax: number,
    executionsMax: number,
  ): Promise<{ run: Run | undefined; complete: boolean }> {
    const strategy = new PreemptionBounded(preemptionsMax);
    for (let executions = 0; executions < executionsMax && !this.isSpent; executions++) {
      const violation = this.run(machine, strategy);
      if (violation?.property === property) {
        return {
          run: { violation, choices: machine.choices.slice(0, machine.steps), preemptions: strategy.preemptions.count },
          complete: false,
        };
      }
      if (!strategy.advance()) return { run: undefined, complete: true };
      await this.pause();
    }
    return { run: undefined, complete: false };
  }
}
