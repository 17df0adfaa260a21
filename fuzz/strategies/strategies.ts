/** The strategies by name, as the command line and the campaigns know them. */
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { delayBounded } from "./delay-bounded.ts";
import { depthFirst } from "./depth-first.ts";
import { pct } from "./pct.ts";
import { pos } from "./pos.ts";
import { randomWalk } from "./random-walk.ts";
import { surw } from "./surw.ts";
import { urw } from "./urw.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { unknownName } from "#fuzz/host/unknown-name.ts";

export interface StrategyEntry {
  readonly name: string;
  /** One line for a listing. */
  readonly description: string;
  /** Whether the strategy runs a fixed list of schedules: the seed makes no difference, and it may be exhausted. */
  readonly enumerates: boolean;
  create(options: StrategyOptions): Strategy;
}

interface StrategyOptions {
  readonly seed: number;
}

/** Maximum depth N of a name `pctN`. */
const DEPTH_MAX = 99;

/** In the order in which listings show them. */
export const strategies: readonly StrategyEntry[] = [
  sampling("random", "random walk: any enabled thread, all equally likely", randomWalk),
  ...[2, 3, 5, 10].map(pctOfDepth),
  sampling("pos", "partial order sampling: random priorities, redrawn at conflicts", pos),
  sampling("urw", "uniform random walk: threads weighed by what they have still to do", urw),
  sampling(
    "surw",
    "selectively uniform random walk: uniform over the orders at one word, another word each time",
    surw,
  ),
  {
    name: "delay",
    description: "every execution with at most 0, 1, 2, … delays of a fixed scheduler",
    enumerates: true,
    create: () => delayBounded(),
  },
  {
    name: "dfs",
    description: "every schedule, depth first; for small programs",
    enumerates: true,
    create: () => depthFirst(),
  },
];

/**
 * The strategy of that name; `pct` with any depth up to 99 is one.
 *
 * @throws InputError that names all strategies if there is none
 */
export function strategyNamed(name: string): StrategyEntry {
  const found = strategies.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const depth = /^pct([1-9][0-9]?)$/u.exec(name)?.[1];
  if (depth !== undefined) return pctOfDepth(Number(depth));
  throw new InputError(
    `${unknownName(
      "strategy",
      name,
      strategies.map((entry) => entry.name),
    )} (and pct with any depth from 1 to ${DEPTH_MAX})`,
  );
}

function sampling(name: string, description: string, create: (seed: number) => Strategy): StrategyEntry {
  return { name, description, enumerates: false, create: ({ seed }) => create(seed) };
}

function pctOfDepth(depth: number): StrategyEntry {
  return sampling(
    `pct${depth}`,
    `PCT: random priorities, ${depth - 1} random change point${depth === 2 ? "" : "s"}`,
    (seed) => pct(seed, depth),
  );
}
