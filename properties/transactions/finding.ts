import type { Anomaly } from "./anomaly.ts";

/** An anomaly of a history that is not a cycle, with one case of it. */
export interface Finding extends Case {
  readonly anomaly: Anomaly;
  /** The total number of cases. */
  readonly count: number;
}

interface Case {
  /** The sentence calls them T1, T2 … */
  readonly transactions: readonly number[];
  readonly because: string;
}

/** Counts the cases of one anomaly and keeps the first. */
export class FindingCounter {
  readonly #anomaly: Anomaly;
  #count = 0;
  #first: Case | undefined;

  constructor(anomaly: Anomaly) {
    this.#anomaly = anomaly;
  }

  /** @param describe called for the first case only */
  add(describe: () => Case): void {
    this.#count += 1;
    this.#first ??= describe();
  }

  findings(): Finding[] {
    if (this.#first === undefined) return [];
    return [{ anomaly: this.#anomaly, count: this.#count, ...this.#first }];
  }
}
