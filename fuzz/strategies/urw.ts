/**
 * URW, the uniform random walk: a thread is chosen with probability proportional to the accesses it has still to make.
 *
 * With exact counts and no waiting every interleaving is equally likely; random walk, in contrast, favours those in
 * which several threads end early. The accesses still to come are estimated by the mean of the executions so far; the
 * first execution is a random walk. A thread's count includes those of the RCU callbacks it starts, until it starts
 * them.
 *
 * Source: Zhao, Wolff, Mathur, Roychoudhury, Selectively uniform concurrency testing, ASPLOS 2025.
 */
import { numberAt, wordAt } from "#impl/memory/word.ts";
import type { RunningMachine } from "#fuzz/machine/running-machine.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { Random } from "#properties/random.ts";

export function urw(seed: number): Strategy {
  const random = new Random(seed);
  let executions = 0;
  /** Mean accesses per execution: of each thread of the program with its callbacks, and of one callback. */
  let expected = new Float64Array(0);
  let expectedOfCallback = 1;
  let callbacks = 0;
  let weight = new Float64Array(0);
  let made = new Int32Array(0);
  let parent = new Int32Array(0);
  let known = 0;

  function start(machine: RunningMachine, starter: number): void {
    for (; known < machine.threadCount; known++) {
      parent[known] = starter;
      weight[known] = Math.max(1, expectedOfCallback);
      weight[starter] = Math.max(1, numberAt(weight, starter, 1) - expectedOfCallback);
    }
  }

  return {
    name: "urw",
    begin(machine) {
      const threadsMax = machine.enabled.length;
      if (weight.length !== threadsMax) {
        expected = new Float64Array(threadsMax).fill(1);
        weight = new Float64Array(threadsMax);
        made = new Int32Array(threadsMax);
        parent = new Int32Array(threadsMax);
        executions = 0;
      }
      made.fill(0);
      known = machine.threadCount;
      for (let thread = 0; thread < known; thread++) weight[thread] = Math.max(1, numberAt(expected, thread, 1));
    },
    choose(machine) {
      const { enabled, enabledCount } = machine;
      let sum = 0;
      for (let i = 0; i < enabledCount; i++) sum += numberAt(weight, wordAt(enabled, i), 1);
      let point = random.fraction() * sum;
      for (let i = 0; i < enabledCount - 1; i++) {
        point -= numberAt(weight, wordAt(enabled, i), 1);
        if (point < 0) return wordAt(enabled, i);
      }
      return wordAt(enabled, enabledCount - 1);
    },
    performed(machine, thread) {
      made[thread] = wordAt(made, thread) + 1;
      weight[thread] = Math.max(1, numberAt(weight, thread, 1) - 1);
      if (known < machine.threadCount) start(machine, thread);
    },
    end(machine) {
      // An execution that stopped early gives no information about the lengths of its threads.
      if (machine.violation !== undefined) return;
      executions++;
      const own = machine.program.threads.length;
      for (let thread = known - 1; thread >= own; thread--) {
        const accesses = wordAt(made, thread);
        expectedOfCallback += (accesses - expectedOfCallback) / ++callbacks;
        made[wordAt(parent, thread)] = wordAt(made, wordAt(parent, thread)) + accesses;
      }
      for (let thread = 0; thread < own; thread++) {
        const mean = numberAt(expected, thread, 1);
        expected[thread] = mean + (wordAt(made, thread) - mean) / executions;
      }
    },
  };
}
