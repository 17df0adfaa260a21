/** Mutants of an example, of every status. For tests. */
import type { MutantStatus, TriedMutant } from "./tried-mutant.ts";

export const exampleSource = "export function half(a: number) {\n  return a / 2;\n}\n";

const STATUSES: readonly MutantStatus[] = [
  "killed",
  "timeout",
  "survived",
  "survived",
  "not-reached",
  "ignored",
  "undecided",
];

export const exampleMutants: readonly TriedMutant[] = STATUSES.map((status, number) => ({
  file: number === 3 ? "impl/sync/half.ts" : "impl/peers/half.ts",
  number,
  mutator: "ArithmeticOperator",
  original: "a / 2",
  replacement: number === 2 ? "" : "a * 2",
  start: { line: 2, column: 10 },
  end: { line: 2, column: 15 },
  atLoad: false,
  status,
  ...(status === "killed" && { because: "linearizability: it is too large", killedBy: "peers-two" }),
  ...(status === "ignored" && { because: "a name" }),
  reachedBy: status === "not-reached" ? [] : ["peers-one", "peers-two"],
  milliseconds: 12.4,
  ...(number === 1 && { isTakenOver: true }),
}));
