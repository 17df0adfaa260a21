/** What became of a mutant of the code under test: whether the gate, run on it, fails as it must. */

/** Line and column count from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

export interface TriedMutant {
  /** From the root of the project. */
  readonly file: string;
  /** Among those of its file. */
  readonly number: number;
  readonly mutator: string;
  /** What stands there, and what the mutant has instead. */
  readonly original: string;
  readonly replacement: string;
  readonly start: TextPosition;
  /** Behind its last character. */
  readonly end: TextPosition;
  /** Its place is reached while modules load. */
  readonly atLoad: boolean;
  readonly status: MutantStatus;
  /** What killed it, or why it was not tried. */
  readonly because?: string;
  /** Checks of the gate that reach it, in the order in which they are run. */
  readonly reachedBy: readonly string[];
  /** The check that killed it, if one did. */
  readonly killedBy?: string;
  /** What it took; says nothing about the verdict. */
  readonly milliseconds: number;
  /** The verdict is that of an earlier run. */
  readonly isTakenOver?: true;
}

/**
 * `timeout`: its code runs on without an access, so that no run comes to an end. `ignored`: not tried. `undecided`: the
 * run was stopped before.
 */
export type MutantStatus = "killed" | "timeout" | "survived" | "not-reached" | "ignored" | "undecided";

export interface MutantCounts {
  /** Those that count: neither ignored nor undecided. */
  readonly mutants: number;
  readonly killed: number;
  readonly survived: number;
  readonly notReached: number;
  readonly ignored: number;
  readonly undecided: number;
}

export function countsOf(tried: readonly TriedMutant[]): MutantCounts {
  const of = (...statuses: readonly MutantStatus[]): number =>
    tried.filter(({ status }) => statuses.includes(status)).length;
  const killed = of("killed", "timeout");
  const survived = of("survived");
  const notReached = of("not-reached");
  return {
    mutants: killed + survived + notReached,
    killed,
    survived,
    notReached,
    ignored: of("ignored"),
    undecided: of("undecided"),
  };
}

/** Share of the mutants that are killed, in percent; undefined where there are none. */
export function scoreOf({ mutants, killed }: MutantCounts): number | undefined {
  return mutants === 0 ? undefined : (100 * killed) / mutants;
}
