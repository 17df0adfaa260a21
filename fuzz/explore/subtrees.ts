/**
 * Divides the exploration tree into parts: a part is the path from the root to a node, as the numbers of the children
 * taken.
 *
 * The parts of a program are disjoint and cover the tree, and are explored independently. They depend only on the
 * program and the model.
 */
import type { ExploredProgram } from "./explored-program.ts";
import { type Exploration, type ExploreOptions, prepare, runExplorer } from "./explore.ts";
import { ALL, type Explorer, NO_CHILD } from "./explorer.ts";

export type Subtree = readonly number[];

/**
 * At least `partsMin` parts, if the tree has as many leaves. Nodes are split into their children, shortest paths first.
 */
export function subtreesOf(program: ExploredProgram, options: ExploreOptions, partsMin: number): readonly Subtree[] {
  const { explorer } = prepare(program, options);
  const open: Subtree[] = [[]];
  const leaves: Subtree[] = [];
  while (open.length > 0 && open.length + leaves.length < partsMin) {
    const path = open.shift() ?? [];
    const children = childrenAt(explorer, path);
    if (children === 0) leaves.push(path);
    for (let child = 0; child < children; child++) open.push([...path, child]);
  }
  return [...leaves, ...open];
}

/** The number of children of the node at the end of a path; 0 for a leaf. */
function childrenAt(explorer: Explorer, path: Subtree): number {
  let depth = 0;
  let found = 0;
  explorer.explore({
    reached: () => {},
    shouldStop: () => false,
    choose(children) {
      if (depth < path.length) return path[depth++] ?? ALL;
      found = children;
      return NO_CHILD;
    },
  });
  return found;
}

/**
 * Explores one part. The counts of all parts add up to those of `explore`.
 *
 * @throws ProgramError as `explore` does
 */
export function exploreSubtree(program: ExploredProgram, path: Subtree, options: ExploreOptions): Exploration {
  const { explorer, states } = prepare(program, options);
  let depth = 0;
  return runExplorer(explorer, states, program.threads.length, options, () =>
    depth < path.length ? (path[depth++] ?? ALL) : ALL,
  );
}
