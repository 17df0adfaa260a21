/** Histories of a simulated database, event by event: the same seed gives the same history. */
import { Random } from "#properties/random.ts";
import type { TransactionModel } from "./transaction-model.ts";
import { createSimulatedDatabase, newSession } from "./simulated-database.ts";
import type { DatabaseOptions, Operation } from "./simulated-database.ts";
import type { TransactionEvent } from "./transaction-event.ts";

export interface SimulationOptions extends DatabaseOptions {
  readonly model: TransactionModel;
  readonly seed: number;
  readonly transactions: number;
  /** Each has one transaction at a time, and is served one step at a time, in random order. */
  readonly processes: number;
  /** One in this many transactions has an unknown outcome (`info`); 0 for none. */
  readonly unknownOneIn: number;
}

export function* simulateTransactions(options: SimulationOptions): Generator<TransactionEvent> {
  const { model, transactions, unknownOneIn } = options;
  const random = new Random(options.seed);
  const database = createSimulatedDatabase(options, random);
  const clients = Array.from({ length: options.processes }, (_, process) => ({
    process,
    session: newSession(process % 2),
  }));
  let processes = options.processes;
  let started = 0;
  let ended = 0;
  let line = 0;
  const event = (
    type: TransactionEvent["type"],
    process: number,
    operations: readonly Operation[],
  ): TransactionEvent => {
    line += 1;
    const value = operations.map((operation) => operationValue(operation, model, type === "ok"));
    return { process, type, f: "txn", value, line };
  };
  while (ended < transactions) {
    const client = clients[random.below(clients.length)];
    if (client === undefined || (client.session.phase === "idle" && started === transactions)) continue;
    const { session, process } = client;
    if (session.phase === "running") {
      database.step(session);
    } else if (session.phase === "idle") {
      database.begin(session);
      started += 1;
      yield event("invoke", process, session.operations);
    } else {
      const isUnknown = unknownOneIn > 0 && random.below(unknownOneIn) === 0;
      yield event(isUnknown ? "info" : session.phase === "committed" ? "ok" : "fail", process, session.operations);
      ended += 1;
      session.phase = "idle";
      if (!isUnknown) continue;
      client.process = processes; // a process whose transaction was lost does not appear again
      session.known = 0;
      processes += 1;
    }
  }
}

function operationValue({ key, value, seen }: Operation, model: TransactionModel, isSeen: boolean): unknown[] {
  if (value !== undefined) return [model === "list-append" ? "append" : "w", key.name, value];
  if (!isSeen || seen === undefined) return ["r", key.name, null];
  return ["r", key.name, model === "list-append" ? seen : (seen.at(-1) ?? null)];
}
