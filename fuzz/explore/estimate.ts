/**
 * How many executions an exploration has, without visiting them.
 *
 * Knuth, "Estimating the efficiency of backtrack programs", Mathematics of Computation 1975: a random descent from the
 * root to a leaf, at each node to any child with equal probability, is worth the product of the numbers of children on
 * its way. The mean of many is an unbiased estimate; its spread may be as large as itself, since few descents reach
 * what is deep.
 */
import { Random } from "#properties/random.ts";
import type { ExploredProgram } from "./explored-program.ts";
import { type ExploreOptions, prepare } from "./explore.ts";
import type { Explorer, Visitor } from "./explorer.ts";

export interface Estimate {
  /** Leaves of the exploration's tree, complete and blocked: the mean over all descents. */
  readonly mean: number;
  /** Standard deviation of one descent's estimate. */
  readonly deviation: number;
  /** Standard deviation of the mean: what the estimate may be off by. */
  readonly error: number;
  readonly probes: number;
}

/** Mean and spread of a series, in one pass (Welford 1962). */
export class Spread {
  count = 0;
  mean = 0;
  #squares = 0;

  add(value: number): void {
    this.count++;
    const off = value - this.mean;
    this.mean += off / this.count;
    this.#squares += off * (value - this.mean);
  }

  get deviation(): number {
    return this.count < 2 ? 0 : Math.sqrt(this.#squares / (this.count - 1));
  }
}

/** Descends `probes` times through the tree of a prepared explorer. */
export function estimateLeaves(explorer: Explorer, probes: number, random: Random): Estimate {
  const spread = new Spread();
  for (let probe = 0; probe < probes; probe++) {
    let weight = 1;
    let leaves = 0;
    const visitor: Visitor = {
      reached: () => void leaves++,
      shouldStop: () => false,
      choose(children) {
        weight *= children;
        return random.below(children);
      },
    };
    explorer.explore(visitor);
    spread.add(weight * leaves);
  }
  return {
    mean: spread.mean,
    deviation: spread.deviation,
    error: spread.deviation / Math.sqrt(Math.max(1, probes)),
    probes,
  };
}

/**
 * Estimates how many executions, complete and blocked, `explore` would visit.
 *
 * @throws ProgramError as `explore` does
 */
export function estimateExecutions(
  program: ExploredProgram,
  options: ExploreOptions & { readonly probes: number; readonly seed: number },
): Estimate {
  return estimateLeaves(prepare(program, options).explorer, options.probes, new Random(options.seed));
}

/** `about 14,400 ± 2,000`: the estimate to two digits, and what it may be off by. */
export function estimateText({ mean, error }: Pick<Estimate, "mean" | "error">): string {
  return error === 0 ? `about ${rounded(mean)}` : `about ${rounded(mean)} ± ${rounded(error)}`;
}

function rounded(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString("en");
}
