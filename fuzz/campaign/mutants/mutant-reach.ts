/** Which checks of the gate reach which mutants: every check is run once without one. */
import { systems as allSystems } from "#fuzz/systems/all-systems.ts";
import type { Engine } from "../engine.ts";
import type { Mutant } from "./instrument-file.ts";
import { filesOf } from "./mutant-files.ts";
import type { CheckReference, GateBounds } from "./mutants-task.ts";

/** Checks of one job: enough to load all mutants for, few enough to share. */
const CHECKS_PER_TASK = 8;

/** What is reached without a mutant. */
export interface Reach {
  /** The checks that reach a mutant, the one with the fewest accesses first, and about what they take. */
  to(
    file: string,
    mutant: Mutant,
  ): { readonly by: readonly CheckReference[]; readonly atLoad: boolean; readonly milliseconds: number };
  /** Checks that fail without a mutant, and why. */
  readonly failing: readonly string[];
}

interface ReachingCheck {
  readonly check: CheckReference;
  readonly accesses: number;
  readonly milliseconds: number;
  readonly loads: ReadonlySet<string>;
  readonly reached: ReadonlyMap<string, ReadonlySet<number>>;
}

/** @returns what the checks that ran to their end reach: fewer than all when the run was stopped */
export async function reachOf(
  files: readonly string[],
  checks: readonly CheckReference[],
  bounds: GateBounds,
  engine: Pick<Engine, "part">,
): Promise<Reach> {
  const { perform, end } = engine.part(0, { reach: checks.length });
  const pieces = Array.from({ length: Math.ceil(checks.length / CHECKS_PER_TASK) }, (_, piece) =>
    checks.slice(piece * CHECKS_PER_TASK, (piece + 1) * CHECKS_PER_TASK),
  );
  const loads = new Map(allSystems.map((system) => [system.name, new Set(filesOf(system))]));
  const atLoad = new Map<string, ReadonlySet<number>>();
  const failing: string[] = [];
  const rows = await Promise.all(
    pieces.map(async (piece): Promise<readonly ReachingCheck[]> => {
      const done = await perform({ kind: "reach", task: { files, checks: piece, bounds } });
      if (done === undefined) return [];
      const { outcome } = done;
      for (const [file, numbers] of Object.entries(outcome.atLoad)) atLoad.set(file, new Set(numbers));
      return outcome.checks.flatMap(({ reached, accesses, fails }, index) => {
        const check = piece[index];
        if (check === undefined) return [];
        if (fails !== undefined) {
          failing.push(`${check.name}: ${fails}`);
          return [];
        }
        return {
          check,
          accesses,
          milliseconds: outcome.milliseconds / piece.length,
          loads: loads.get(check.system) ?? new Set(),
          reached: new Map(Object.entries(reached).map(([file, numbers]) => [file, new Set(numbers)])),
        };
      });
    }),
  );
  end();
  const cheapestFirst = rows.flat().toSorted((one, other) => one.accesses - other.accesses);
  return {
    failing: failing.toSorted(),
    to(file, { number }) {
      const isAtLoad = atLoad.get(file)?.has(number) === true;
      const by = cheapestFirst.filter(({ loads, reached }) =>
        isAtLoad ? loads.has(file) : reached.get(file)?.has(number) === true,
      );
      return {
        by: by.map(({ check }) => check),
        atLoad: isAtLoad,
        milliseconds: by.reduce((sum, one) => sum + one.milliseconds, 0),
      };
    },
  };
}
