/**
 * Inferences from the data of a history, by its model: dependencies, their explanations, and the anomalies that are not
 * cycles.
 */
import { appendOrder, NONE } from "./append-order.ts";
import type { AppendOrder } from "./append-order.ts";
import { DependencyGraphBuilder } from "./dependency-graph.ts";
import type { DependencyGraph } from "./dependency-graph.ts";
import { externalOperations } from "./external-operations.ts";
import type { Finding } from "./finding.ts";
import { fracturedReads } from "./fractured-read.ts";
import { listAppendAnomalies } from "./list-append-anomalies.ts";
import { explainListAppend, linkListAppend } from "./list-append-dependencies.ts";
import { lostUpdates } from "./lost-update.ts";
import { registerVersions, stateText } from "./register-versions.ts";
import type { Assumption } from "./assumption.ts";
import type { RegisterVersions } from "./register-versions.ts";
import { rwRegisterAnomalies } from "./rw-register-anomalies.ts";
import { registerDependencies } from "./rw-register-dependencies.ts";
import type { Step } from "./shortest-cycle.ts";
import { stateOf } from "./state-orders.ts";
import type { Explanation, StepNames } from "./step-explanation.ts";
import { UNSEEN } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";
import { linkProcesses, linkRealTime } from "./time-order.ts";
import { keyText } from "./transaction-text.ts";
import { createVersionForest } from "./version-forest.ts";
import type { VersionForest } from "./version-forest.ts";

export interface Inference {
  readonly graph: DependencyGraph;
  /** Whether any transaction depends on another by its reads and writes. */
  readonly hasDependencies: boolean;
  readonly findings: readonly Finding[];
  /** Findings that are cycles too, but are not reported as such: see `fractured-read.ts`. */
  readonly fractured: readonly Finding[];
  /** The explanation of an edge of the data. */
  explain(step: Step, names: StepNames): Explanation;
  /** Assumptions made, in sentences. */
  readonly taken: readonly string[];
}

export function infer(history: TransactionHistory, assumptions: readonly Assumption[]): Inference {
  const graph = new DependencyGraphBuilder(history.count);
  const data =
    history.model === "list-append" ? inferLists(history, graph) : inferRegisters(history, graph, assumptions);
  const hasDependencies = graph.edges > 0;
  data.linkInTime(graph);
  linkProcesses(history, graph);
  linkRealTime(history, graph);
  return { ...data, hasDependencies, graph: graph.build() };
}

interface DataInference extends Omit<Inference, "graph" | "hasDependencies"> {
  /** Dependencies of the data that count only if some order is kept. */
  linkInTime(graph: DependencyGraphBuilder): void;
}

function inferLists(history: TransactionHistory, graph: DependencyGraphBuilder): DataInference {
  const order = appendOrder(history);
  linkListAppend(history, order, graph);
  return {
    findings: [
      ...listAppendAnomalies(history, order),
      ...lostUpdates(history, history.lists.count, (_key, node) => node),
    ],
    fractured: fracturedReads(history, externalOperations(history), forestOfAppends(history, order), (at) =>
      stateOfList(history, history.key[at] as number, history.value[at] as number),
    ),
    linkInTime() {
      // The reads of lists show their order, whatever the order of the transactions.
    },
    explain: (step, names) => explainListAppend(history, order, step, names),
    taken: [],
  };
}

function inferRegisters(
  history: TransactionHistory,
  graph: DependencyGraphBuilder,
  assumptions: readonly Assumption[],
): DataInference {
  const external = externalOperations(history);
  const versions = registerVersions(history, external, assumptions);
  const dependencies = registerDependencies(history, external, versions);
  dependencies.link(graph);
  const states = history.versions.count + history.versions.keys.length;
  return {
    findings: [
      ...rwRegisterAnomalies(history, external),
      ...versions.findings,
      ...lostUpdates(history, states, (key, value) => stateOf(history, key, value)),
    ],
    fractured: fracturedReads(history, external, forestOfWrites(history, versions), (at) =>
      stateOf(history, history.key[at] as number, history.value[at] as number),
    ),
    linkInTime: (each) => dependencies.linkInTime(each),
    explain: (step, names) => dependencies.explain(step, names),
    taken: initialsTaken(history, versions),
  };
}

function stateOfList({ lists, versions }: TransactionHistory, key: number, node: number): number {
  if (node < 0) return UNSEEN;
  const version = lists.versionOf(node);
  return version === NONE ? versions.count + key : version;
}

/** Each append follows the previous one; the first of a list follows its empty state. */
function forestOfAppends({ versions }: TransactionHistory, order: AppendOrder): VersionForest {
  const previous = new Int32Array(versions.count + versions.keys.length).fill(UNSEEN);
  for (let version = 0; version < versions.count; version += 1) {
    const before = order.previous[version] as number;
    previous[version] = before === NONE ? versions.count + versions.keyOf(version) : before;
  }
  return createVersionForest(previous);
}

/** Each value follows the one that its transaction had read there, or else the first. */
function forestOfWrites({ versions }: TransactionHistory, { initial, orders }: RegisterVersions): VersionForest {
  const previous = new Int32Array(versions.count + versions.keys.length).fill(UNSEEN);
  for (let version = 0; version < versions.count; version += 1) {
    const first = initial[versions.keyOf(version)] ?? UNSEEN;
    if (first !== version) previous[version] = first;
  }
  const within = orders.get("writes-follow-reads");
  for (let i = 0; i < (within?.count ?? 0); i += 1) previous[within?.to(i) ?? 0] = within?.from(i) ?? UNSEEN;
  return createVersionForest(previous);
}

function initialsTaken(history: TransactionHistory, { initial }: RegisterVersions): string[] {
  const written: string[] = [];
  for (const [key, state] of initial.entries())
    if (state < history.versions.count) written.push(`${keyText(history, key)} = ${stateText(history, state)}`);
  if (written.length === 0) return [];
  const shown = written.slice(0, 3).join(", ");
  return [
    "taken to be there at first, as it was read and no transaction writes it: " +
      `${shown}${written.length > 3 ? ` and ${written.length - 3} more` : ""}`,
  ];
}
