/** What the process says to its caller, the same for every command. */
export const EXIT = {
  /** Everything asked for was decided, and holds. */
  verified: 0,
  /** A property is violated, or an expectation is not met. */
  violated: 1,
  /** The call or its input is at fault. */
  usage: 2,
  /** A bound, a deadline or ^C came first: never reported as success. */
  unfinished: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An end of a command that needs one clear line on stderr and no stack: `quiesce: <message>`. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.usage) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}
