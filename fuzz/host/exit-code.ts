import type { Verdict } from "#reports/result.ts";

/** Exit codes, the same for every command. */
export const EXIT = {
  /** Everything requested was decided, and holds. */
  verified: 0,
  /** A property is violated, or an expectation is not met. */
  violated: 1,
  /** The call or its input is at fault. */
  usage: 2,
  /** A bound, a deadline or ^C came first: never reported as success. */
  unfinished: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code of a command whose result has this verdict. */
export const EXIT_OF_VERDICT: Readonly<Record<Verdict, ExitCode>> = {
  holds: EXIT.verified,
  violated: EXIT.violated,
  unknown: EXIT.unfinished,
};
