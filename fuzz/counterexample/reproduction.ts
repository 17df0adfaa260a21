/** The contents of a reproduction script. */
export interface Reproduction {
  /** The bug of the museum that is put back first. */
  readonly bug?: string;
  /** URL or path of the user's module that exports the scenario's system. */
  readonly module?: string;
  readonly machine?: {
    readonly dataRaces?: boolean;
    readonly lockOrder?: boolean;
    readonly leaks?: boolean;
    readonly checksRest?: boolean;
    readonly accessesMax?: number;
  };
  readonly scenario: { readonly name: string; readonly system: string; readonly [field: string]: unknown };
  /** The property that it violates. */
  readonly violates?: string;
  /** Thread and access, in the order in which they happen. */
  readonly schedule: readonly (readonly [thread: string, access: string])[];
}

/** Arguments of a script. */
export interface ReproductionArguments {
  /** Stop after this many accesses. */
  readonly until?: number;
}
