/**
 * Every execution of a program by trying every interleaving: the reference that the explorer is checked and measured
 * against.
 *
 * States already seen are not entered again; their number is exponential in the number of accesses.
 */
import type { ExploredProgram } from "./explored-program.ts";
import { Interleavings, type InterleavedModel } from "./interleavings.ts";

export interface BruteForceResult {
  /** Every complete execution, as `Execution.canonical` writes it. */
  readonly executions: ReadonlySet<string>;
  /** Executions that end with a thread waiting for something that no thread will do. */
  readonly stuck: ReadonlySet<string>;
  /** The failure messages of threads. */
  readonly failures: ReadonlySet<string>;
  /** States entered. */
  readonly states: number;
}

/**
 * @throws ProgramError if a thread asks for an access that cannot be interleaved, or releases a lock it does not hold
 */
export function enumerateInterleavings(program: ExploredProgram, model: InterleavedModel): BruteForceResult {
  const system = new Interleavings(program, model);
  const executions = new Set<string>();
  const stuck = new Set<string>();
  const failures = new Set<string>();
  const seen = new Set<string>();
  const start = system.start();
  const open = [start];
  seen.add(system.key(start));
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const failure = system.failure(state);
    if (failure !== undefined) {
      failures.add(failure.message);
      continue;
    }
    let moved = false;
    for (let thread = 0; thread < system.threads; thread++) {
      for (const next of [system.step(state, thread), system.flush(state, thread)]) {
        if (next === undefined) continue;
        moved = true;
        const key = system.key(next);
        if (seen.has(key)) continue;
        seen.add(key);
        open.push(next);
      }
    }
    if (!moved) (system.isComplete(state) ? executions : stuck).add(system.canonical(state));
  }
  return { executions, stuck, failures, states: seen.size };
}

export interface Schedules {
  /** Schedules in which every thread returned, and schedules that ended with a thread waiting or failing. */
  readonly complete: number;
  readonly blocked: number;
  readonly failure?: { readonly thread: number; readonly message: string };
  /** Whether all schedules were run. */
  readonly finished: boolean;
}

/**
 * Runs every schedule of a program, depth first, even those that amount to the same execution. Ends at the first
 * failure, at `schedulesMax`, or when `shouldStop`, called after each schedule, returns true.
 */
export function countSchedules(
  program: ExploredProgram,
  model: InterleavedModel,
  schedulesMax: number,
  shouldStop: () => boolean,
): Schedules {
  const system = new Interleavings(program, model);
  let complete = 0;
  let blocked = 0;
  const open = [system.start()];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const failure = system.failure(state);
    if (failure !== undefined) return { complete, blocked, failure, finished: false };
    const before = open.length;
    for (let thread = system.threads - 1; thread >= 0; thread--) {
      for (const next of [system.flush(state, thread), system.step(state, thread)])
        if (next !== undefined) open.push(next);
    }
    if (open.length > before) continue;
    if (system.isComplete(state)) complete++;
    else blocked++;
    if (open.length > 0 && (complete + blocked >= schedulesMax || shouldStop()))
      return { complete, blocked, finished: false };
  }
  return { complete, blocked, finished: true };
}
