import { numberAt, wordAt } from "#impl/memory/word.ts";
import type { Machine } from "#fuzz/machine/machine.ts";
import { isEnabled, type RunningMachine } from "#fuzz/machine/running-machine.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import type { Violation } from "#properties/violation.ts";

/**
 * A part of a wanted schedule: the thread runs until it has made `until` accesses in total.
 *
 * Counting from the start of the execution, not of the block, keeps the rest of a schedule meaningful when an earlier
 * block is removed.
 */
export interface Block {
  readonly thread: number;
  readonly until: number;
}

/** One execution, in the form that shrinking uses. */
export interface Run {
  readonly violation: Violation | undefined;
  /** The thread of each access. */
  readonly choices: Int32Array;
  readonly preemptions: number;
}

/** The blocks of a schedule: one for each stretch in which a thread runs on. */
export function blocksOf(choices: ArrayLike<number>): Block[] {
  const made = new Map<number, number>();
  const blocks: Block[] = [];
  for (let step = 0; step < choices.length; step++) {
    const thread = numberAt(choices, step);
    const until = (made.get(thread) ?? 0) + 1;
    made.set(thread, until);
    if (blocks.at(-1)?.thread === thread) blocks[blocks.length - 1] = { thread, until };
    else blocks.push({ thread, until });
  }
  return blocks;
}

/** Counts preemptions while a machine runs: the chooser reports each choice. */
export class PreemptionCount {
  count = 0;
  last = -1;

  reset(): void {
    this.count = 0;
    this.last = -1;
  }

  chosen(machine: RunningMachine, thread: number): void {
    if (this.last !== -1 && thread !== this.last && isEnabled(machine, this.last)) this.count++;
  }
}

/**
 * Follows a wanted schedule where the program allows it, and otherwise, and after its end, continues without
 * preemption.
 *
 * A block whose thread has to wait is skipped: its accesses fall to a later block of that thread.
 */
export class Follower implements Strategy {
  readonly name = "follow";
  readonly preemptions = new PreemptionCount();
  #blocks: readonly Block[] = [];
  #at = 0;
  #made: Int32Array = new Int32Array(0);

  /** Runs `blocks` on the machine. */
  run(machine: Machine, blocks: readonly Block[]): Run {
    this.#blocks = blocks;
    const violation = machine.run(this);
    return { violation, choices: machine.choices.slice(0, machine.steps), preemptions: this.preemptions.count };
  }

  begin(machine: RunningMachine): void {
    this.#at = 0;
    this.preemptions.reset();
    if (this.#made.length !== machine.pendingKind.length) this.#made = new Int32Array(machine.pendingKind.length);
    this.#made.fill(0);
  }

  choose(machine: RunningMachine): number {
    const thread = this.#wanted(machine);
    this.preemptions.chosen(machine, thread);
    return thread;
  }

  performed(_machine: RunningMachine, thread: number): void {
    this.#made[thread] = wordAt(this.#made, thread) + 1;
    this.preemptions.last = thread;
  }

  #wanted(machine: RunningMachine): number {
    for (; this.#at < this.#blocks.length; this.#at++) {
      const block = this.#blocks[this.#at];
      if (block !== undefined && wordAt(this.#made, block.thread) < block.until && isEnabled(machine, block.thread))
        return block.thread;
    }
    const { last } = this.preemptions;
    return last !== -1 && isEnabled(machine, last) ? last : wordAt(machine.enabled, 0);
  }
}
