/**
 * Every schedule with at most a few preemptions, depth first.
 *
 * Context bounding (Musuvathi, Qadeer, PLDI 2007): continuing with the same thread is free, and so is choosing the next
 * thread when it cannot continue. Complete for its bound if it ends before its executions do; it reports which.
 */
import { wordAt } from "#impl/memory/word.ts";
import { isEnabled, type RunningMachine } from "#fuzz/machine/running-machine.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { PreemptionCount } from "./follow.ts";

export class PreemptionBounded implements Strategy {
  readonly name = "preemption-bounded";
  readonly preemptions = new PreemptionCount();
  readonly #preemptionsMax: number;
  /** The untried options at each choice point of the present path, and the one taken. */
  readonly #path: { readonly thread: number; readonly left: number[] }[] = [];
  #at = 0;

  constructor(preemptionsMax: number) {
    this.#preemptionsMax = preemptionsMax;
  }

  begin(): void {
    this.#at = 0;
    this.preemptions.reset();
  }

  choose(machine: RunningMachine): number {
    const known = this.#path[this.#at];
    let thread: number;
    if (known === undefined) {
      const [first = wordAt(machine.enabled, 0), ...left] = this.#options(machine);
      this.#path.push({ thread: first, left });
      thread = first;
    } else {
      ({ thread } = known);
    }
    this.#at++;
    this.preemptions.chosen(machine, thread);
    return thread;
  }

  performed(_machine: RunningMachine, thread: number): void {
    this.preemptions.last = thread;
  }

  /** Moves on to the next schedule; false when all have run. */
  advance(): boolean {
    this.#path.length = Math.min(this.#path.length, this.#at);
    for (let last = this.#path.pop(); last !== undefined; last = this.#path.pop()) {
      const [thread, ...left] = last.left;
      if (thread === undefined) continue;
      this.#path.push({ thread, left });
      return true;
    }
    return false;
  }

  #options(machine: RunningMachine): number[] {
    const { last, count } = this.preemptions;
    const enabled = [...machine.enabled.subarray(0, machine.enabledCount)];
    if (last === -1 || !isEnabled(machine, last)) return enabled;
    return count < this.#preemptionsMax ? [last, ...enabled.filter((thread) => thread !== last)] : [last];
  }
}
