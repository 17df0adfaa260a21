import { PROCESS } from "./dependency-graph.ts";
import type { Step } from "./shortest-cycle.ts";
import type { TransactionHistory } from "./transaction-history.ts";

/** The names of the two transactions of a step in sentences. */
export interface StepNames {
  readonly from: string;
  readonly to: string;
}

/** Why one transaction depends on another. */
export interface Explanation {
  /** The key concerned; none for the orders of processes and of real time. */
  readonly key: number | undefined;
  readonly text: string;
}

/** For steps that do not follow from the data. */
export function explainOrder(history: TransactionHistory, { from, to, kind }: Step, names: StepNames): Explanation {
  if (kind === PROCESS) {
    const process = history.processes[history.process[from] as number];
    return { key: undefined, text: `process ${process} ran ${names.from} before ${names.to}` };
  }
  const [responded, invoked] = [history.line[from], history.invokedLine[to]];
  return {
    key: undefined,
    text: `${names.from} had committed in line ${responded}, before ${names.to} was invoked in line ${invoked}`,
  };
}
