/**
 * A scenario as data: a system's initial contents, and the operations of each thread. Plain JSON, so that traces can
 * carry it and shrinking can remove operations from it; its system defines the operations.
 */
export interface Scenario<Operation = unknown> {
  readonly name: string;
  /** The system's name. */
  readonly system: string;
  /** One-line description. */
  readonly about?: string;
  /** The system's parameters that differ from their defaults. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Performed by one thread alone before the others start. */
  readonly initial: readonly Operation[];
  readonly threads: readonly ScenarioThread<Operation>[];
  /** Performed by one thread alone when all others have returned: drain, count, compare. */
  readonly finally?: readonly Operation[];
}

export interface ScenarioThread<Operation = unknown> {
  readonly name: string;
  readonly operations: readonly Operation[];
}

/** A scenario as its system's author writes it: without its own names, and with threads keyed by name. */
export interface ScenarioContents<Operation> {
  readonly about?: string;
  readonly limits?: Readonly<Record<string, number>>;
  readonly initial?: readonly Operation[];
  readonly threads: Readonly<Record<string, readonly Operation[]>>;
  readonly finally?: readonly Operation[];
}

/** Scenarios of a system, named after it: `peers-rotate-right`. */
export function scenariosOf<Operation>(
  system: string,
  contents: Readonly<Record<string, ScenarioContents<Operation>>>,
): readonly Scenario<Operation>[] {
  return Object.entries(contents).map(([name, { initial = [], threads, ...rest }]) => ({
    name: `${system}-${name.replaceAll(" ", "-")}`,
    system,
    ...rest,
    initial,
    threads: Object.entries(threads).map(([thread, operations]) => ({ name: thread, operations })),
  }));
}
