import type { Machine } from "#fuzz/machine/machine.ts";
import { type Block, Follower, type Run } from "./follow.ts";
import { PreemptionBounded } from "./preemption-bounded.ts";

/** Executions between two moments at which others may run: signals are heard then. */
const EXECUTIONS_BETWEEN_PAUSES = 200;

export interface BudgetOptions {
  /** Executions that shrinking may run in all. */
  readonly executionsMax: number;
  /** Asked now and then: stop, and keep what has been reached? */
  readonly shouldStop?: (() => boolean) | undefined;
  /** Told now and then how many executions have been run. */
  readonly progress?: ((executions: number) => void) | undefined;
}

/** Counts the executions of one shrinking, and says when it is to end. */
export class SearchBudget {
  executions = 0;
  #stopped = false;
  #nextPause = EXECUTIONS_BETWEEN_PAUSES;
  readonly #options: BudgetOptions;
  readonly #follower = new Follower();

  constructor(options: BudgetOptions) {
    this.#options = options;
  }

  get isSpent(): boolean {
    return this.#stopped || this.executions >= this.#options.executionsMax;
  }

  /** Was it told to stop before its executions were spent? */
  get wasStopped(): boolean {
    return this.#stopped;
  }

  follow(machine: Machine, blocks: readonly Block[]): Run {
    this.executions++;
    return this.#follower.run(machine, blocks);
  }

  /** Lets others run for a moment, now and then. */
  async pause(): Promise<void> {
    if (this.executions < this.#nextPause) return;
    this.#nextPause = this.executions + EXECUTIONS_BETWEEN_PAUSES;
    this.#options.progress?.(this.executions);
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.#options.shouldStop?.() === true) this.#stopped = true;
  }

  /** Looks for a violation of `property` with at most `preemptionsMax` preemptions; `complete` when no schedule was left out. */
  async searchBounded(machine: Machine, property: string, preemptionsMax: number, executionsMax: number): Promise<{ run: Run | undefined; complete: boolean }> {
    const strategy = new PreemptionBounded(preemptionsMax);
    for (let executions = 0; executions < executionsMax && !this.isSpent; executions++) {
      this.executions++;
      const violation = machine.run(strategy);
      if (violation?.property === property) {
        return { run: { violation, choices: machine.choices.slice(0, machine.steps), preemptions: strategy.preemptions.count }, complete: false };
      }
      if (!strategy.advance()) return { run: undefined, complete: true };
      await this.pause();
    }
    return { run: undefined, complete: false };
  }
}
