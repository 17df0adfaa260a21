/**
 * Estimates the number of executions of an exploration without visiting them.
 *
 * Knuth's random descent (Mathematics of Computation 1975) multiplies the numbers of children along its path. In a tree
 * whose subtrees differ in size, few descents reach the deep parts, and the mean of the others is far too low. So a
 * walk descends with many nodes at once (stochastic enumeration: Rubinstein 2013; Vaisman and Kroese 2017): it keeps at
 * most `width` nodes of each level, all with one weight. Nodes are kept at equal distances in the order of the tree,
 * since neighbours resemble each other (stratified sampling, Chen 1992). A walk's estimate is unbiased, and exact where
 * no level has more than `width` nodes.
 *
 * The estimates of walks are close to lognormal, so the interval is Cox's for the mean of a lognormal distribution,
 * wider above than below. While the walks disagree, all are repeated with twice the width, as long as the budget lasts.
 */
import type { EstimatedCount } from "#reports/estimate-text.ts";
import { Random } from "#properties/random.ts";
import type { ExploredProgram } from "./explored-program.ts";
import { type ExploreOptions, prepare } from "./explore.ts";
import { type Explorer, NO_CHILD } from "./explorer.ts";

/** Leaves of the exploration tree, complete and blocked; from `low` to `high` for nine seeds of ten. */
export interface Estimate extends EstimatedCount {
  /** Nodes visited. */
  readonly nodes: number;
}

export interface EstimateBudget {
  /** Nodes of the tree that may be visited; the narrowest walks are made regardless. */
  readonly nodesMax: number;
  readonly seed: number;
}

const WALKS = 8;
const WIDTH_MIN = 8;

/** Standard errors to either side: Student's t for eight walks at 98 %. */
const ERRORS = 3;

/** Standard error of the logarithm at which no further walks are made: about 3 %. */
const ERROR_ENOUGH = 0.03;

/** Estimates the number of leaves of a prepared explorer's tree. */
export function estimateLeaves(explorer: Explorer, { nodesMax, seed }: EstimateBudget): Estimate {
  const random = new Random(seed);
  const tree = new LookedAtTree(explorer);
  let before: number | undefined;
  for (let width = WIDTH_MIN; ; width *= 2) {
    const nodesBefore = tree.nodes;
    const walks: number[] = [];
    for (let walk = 0; walk < WALKS; walk++) {
      const { leaves, isExact } = walkDown(tree, width, random);
      if (isExact) return { executions: leaves, low: leaves, high: leaves, nodes: tree.nodes };
      walks.push(leaves);
    }
    const { center, error } = meanOfLognormal(walks, before);
    // Walks of one width may agree because they all missed the same part. The next ones visit about twice as many
    // nodes.
    const isEnough = before !== undefined && error <= ERROR_ENOUGH;
    if (isEnough || tree.nodes + 2 * (tree.nodes - nodesBefore) > nodesMax)
      return {
        executions: Math.round(Math.exp(center)),
        low: Math.round(Math.exp(center - ERRORS * error)),
        high: Math.round(Math.exp(center + ERRORS * error)),
        nodes: tree.nodes,
      };
    before = center;
  }
}

/** A node, as the numbers of the children taken on the path to it. */
type Way = readonly number[];

class LookedAtTree {
  nodes = 0;
  readonly #explorer: Explorer;

  constructor(explorer: Explorer) {
    this.#explorer = explorer;
  }

  /** The node's children, and whether it is a leaf; some nodes without children are not leaves. */
  lookAt(way: Way): { readonly children: number; readonly leaves: number } {
    this.nodes++;
    let depth = 0;
    let children = 0;
    let leaves = 0;
    this.#explorer.explore({
      reached: () => void leaves++,
      shouldStop: () => false,
      choose(count) {
        if (depth < way.length) return way[depth++] ?? NO_CHILD;
        children = count;
        return NO_CHILD;
      },
    });
    return { children, leaves };
  }
}

/** One walk: its estimate, and whether it has seen the whole tree. */
function walkDown(
  tree: LookedAtTree,
  width: number,
  random: Random,
): { readonly leaves: number; readonly isExact: boolean } {
  let level: Way[] = [[]];
  let weight = 1;
  let total = 0;
  let isExact = true;
  while (level.length > 0) {
    const next: Way[] = [];
    for (const way of level) {
      const { children, leaves } = tree.lookAt(way);
      total += weight * leaves;
      for (let child = 0; child < children; child++) next.push([...way, child]);
    }
    level = next;
    if (next.length <= width) continue;
    isExact = false;
    weight *= next.length / width;
    level = everySo(next, width, random);
  }
  return { leaves: total, isExact };
}

/** `count` of the items at equal distances from a random start: each is taken with equal probability. */
function everySo<T>(items: readonly T[], count: number, random: Random): T[] {
  const begin = random.fraction();
  return Array.from({ length: count }, (_, index) => items[Math.floor(((index + begin) * items.length) / count)] as T);
}

/**
 * Logarithm of the mean of a lognormal distribution, and its standard error (Cox 1971, in Land).
 *
 * @param before the logarithm that narrower walks estimated: these may be off by half of what those were off by
 */
function meanOfLognormal(
  samples: readonly number[],
  before: number | undefined,
): { readonly center: number; readonly error: number } {
  const spread = new Spread();
  for (const sample of samples) spread.add(Math.log(sample));
  const variance = spread.deviation ** 2;
  const center = spread.mean + variance / 2;
  const cox = Math.sqrt(variance / spread.count + variance ** 2 / (2 * (spread.count - 1)));
  return { center, error: before === undefined ? cox : Math.max(cox, Math.abs(center - before) / 2) };
}

/** Mean and spread of a series in one pass (Welford 1962). */
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

/**
 * Estimates how many executions, complete and blocked, `explore` would visit.
 *
 * @throws ProgramError as `explore` does
 */
export function estimateExecutions(program: ExploredProgram, options: ExploreOptions & EstimateBudget): Estimate {
  return estimateLeaves(prepare(program, options).explorer, options);
}
