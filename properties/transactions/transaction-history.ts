/**
 * A history of transactions in columns, built event by event: a few dozen bytes per micro-operation, whatever lists
 * were read.
 *
 * Transactions are numbered in the order of their invocations, and events by their place in the file. A transaction
 * that never completed has an unknown outcome, like one that completed with `info`.
 */
import { HistoryFileError } from "#properties/histories/record.ts";
import { datumOf } from "./datum.ts";
import { Int32List } from "./int32-list.ts";
import { ListTree } from "./list-tree.ts";
import {
  EventFault,
  functionOf,
  listOf,
  microOperationsOf,
  notOperations,
  requireSameTransaction,
  WRITE,
} from "./micro-operation.ts";
import type { TransactionModel } from "./transaction-model.ts";
import type { TransactionEvent } from "./transaction-event.ts";
import { NOBODY, VersionTable } from "./version-table.ts";

export const COMMITTED = 0;
export const INDETERMINATE = 1;
export const ABORTED = 2;

/** The value of a read that was not seen. */
export const UNSEEN = -1;
/** The value of a read of a register that found nil. */
export const INITIAL = -2;

export interface TransactionHistory {
  readonly model: TransactionModel;
  readonly file: string;
  readonly count: number;
  /** Whether the file has invocations; without them nothing is known of real time. */
  readonly hasInvocations: boolean;
  /** COMMITTED, INDETERMINATE or ABORTED, by transaction. */
  readonly outcome: Int32Array;
  /** Index into `processes`, by transaction. */
  readonly process: Int32Array;
  readonly processes: readonly (number | string)[];
  /** Place of the event, by transaction; negative where the file does not have it. */
  readonly invokedAt: Int32Array;
  /** Place of the `ok`, by transaction; negative for a transaction that has none. */
  readonly respondedAt: Int32Array;
  /** Line of the completion, of the invocation where there is none, by transaction. */
  readonly line: Int32Array;
  readonly invokedLine: Int32Array;
  readonly events: number;
  /** The micro-operations of a transaction are those from here … */
  readonly firstOperation: Int32Array;
  /** … to here, exclusive. */
  readonly endOperation: Int32Array;
  /** READ or WRITE, by micro-operation. */
  readonly function: Int32Array;
  readonly key: Int32Array;
  /**
   * For a write the version that it creates. For a read UNSEEN, or the value shown: the node of a list (list-append),
   * or a version or INITIAL (rw-register).
   */
  readonly value: Int32Array;
  readonly versions: VersionTable;
  /** Of list-append. */
  readonly lists: ListTree;
}

export interface TransactionReader {
  /** @throws HistoryFileError at an event that is not of this model, or that cannot follow the previous ones */
  add(event: TransactionEvent): void;
  /** @throws HistoryFileError if there were no transactions */
  end(): TransactionHistory;
}

interface OpenTransaction {
  readonly transaction: number;
  readonly value: unknown;
  readonly line: number;
}

/** @param file named in errors */
export function createTransactionReader(model: TransactionModel, file: string): TransactionReader {
  const versions = new VersionTable();
  const lists = new ListTree(versions);
  const processes: (number | string)[] = [];
  const processIds = new Map<number | string, number>();
  const open = new Map<number | string, OpenTransaction>();
  const columns = {
    outcome: new Int32List(),
    process: new Int32List(),
    invokedAt: new Int32List(),
    respondedAt: new Int32List(),
    line: new Int32List(),
    invokedLine: new Int32List(),
    firstOperation: new Int32List(),
    endOperation: new Int32List(),
  };
  const operations = { function: new Int32List(), key: new Int32List(), value: new Int32List() };
  let at = 0;
  let hasInvocations = false;
  let lastLine = 1;

  function start(process: number | string, invokedAt: number, line: number): number {
    let id = processIds.get(process);
    if (id === undefined) {
      id = processes.length;
      processes.push(process);
      processIds.set(process, id);
    }
    columns.outcome.push(INDETERMINATE);
    columns.process.push(id);
    columns.invokedAt.push(invokedAt);
    columns.respondedAt.push(-1);
    columns.line.push(line);
    columns.invokedLine.push(line);
    columns.firstOperation.push(0);
    columns.endOperation.push(0);
    return columns.outcome.length - 1;
  }

  function setOperations(transaction: number, value: readonly unknown[], outcome: number): void {
    columns.firstOperation.set(transaction, operations.function.length);
    for (const operation of value) addOperation(transaction, operation, outcome);
    columns.endOperation.set(transaction, operations.function.length);
    columns.outcome.set(transaction, outcome);
  }

  function addOperation(transaction: number, operation: unknown, outcome: number): void {
    if (!Array.isArray(operation)) throw notOperations(operation, model);
    const what = functionOf(operation, model);
    const key = versions.key(datumOf(operation[1]));
    operations.function.push(what);
    operations.key.push(key);
    operations.value.push(what === WRITE ? written(transaction, key, operation) : read(key, operation, outcome));
  }

  function written(transaction: number, key: number, operation: readonly unknown[]): number {
    const version = versions.version(key, datumOf(operation[2]));
    const other = versions.writerOf(version);
    if (other !== NOBODY) {
      const text = `${String(versions.values[version])} to ${String(versions.keys[key])}`;
      const before = other === transaction ? "before in this transaction" : `in line ${columns.line.at(other)} too`;
      throw new EventFault(
        "expected that no value is written to a key twice, " +
          `found a write of ${text}, which is written ${before}: number the writes`,
      );
    }
    versions.setWriter(version, transaction);
    return version;
  }

  function read(key: number, operation: readonly unknown[], outcome: number): number {
    if (model === "list-append") {
      const list = listOf(operation);
      if (outcome === ABORTED || (outcome === INDETERMINATE && list === undefined)) return UNSEEN;
      return lists.nodeOf(key, list ?? []);
    }
    if (outcome !== COMMITTED) return UNSEEN;
    const value = operation[2];
    return value === null || value === undefined ? INITIAL : versions.version(key, datumOf(value));
  }

  function invoke({ process, f, value, line }: TransactionEvent): void {
    const other = open.get(process);
    if (other !== undefined)
      throw new EventFault(
        `process ${process} invokes ${f ?? "a transaction"} while its transaction of line ${other.line} is open`,
      );
    if (!hasInvocations && columns.outcome.length > 0)
      throw new EventFault(
        "expected no invocation, as the transactions before have none: give all of them, or none at all",
      );
    hasInvocations = true;
    open.set(process, { transaction: start(process, at, line), value, line });
    at += 1;
  }

  function complete({ process, type, value, line }: TransactionEvent): void {
    const invoked = open.get(process);
    if (invoked === undefined && hasInvocations)
      throw new EventFault(`process ${process} completes a transaction (${type}), but has none open`);
    open.delete(process);
    const transaction = invoked?.transaction ?? start(process, -1, line);
    columns.line.set(transaction, line);
    const invokedOperations = microOperationsOf(invoked?.value);
    const found = microOperationsOf(value);
    if (found !== undefined && invokedOperations !== undefined && invoked !== undefined)
      requireSameTransaction(invokedOperations, found, invoked.line);
    // A client without a response often has nothing to record.
    const done = found ?? (type === "ok" ? undefined : invokedOperations);
    if (done === undefined) throw notOperations(value, model);
    setOperations(transaction, done, type === "ok" ? COMMITTED : type === "fail" ? ABORTED : INDETERMINATE);
    if (type === "ok") columns.respondedAt.set(transaction, at);
    at += 1;
  }

  function within(line: number, action: () => void): void {
    try {
      action();
    } catch (error) {
      throw error instanceof EventFault ? error.at(file, line) : error;
    }
  }

  return {
    add(event) {
      const { line, type } = event;
      lastLine = line;
      within(line, () => {
        if (type === "invoke") invoke(event);
        else complete(event);
      });
    },
    end() {
      if (columns.outcome.length === 0)
        throw new HistoryFileError(file, lastLine, "expected transactions, found none: there is nothing to check");
      for (const { transaction, value, line } of open.values()) {
        within(line, () => {
          const invokedOperations = microOperationsOf(value);
          if (invokedOperations === undefined) throw notOperations(value, model);
          setOperations(transaction, invokedOperations, INDETERMINATE);
        });
      }
      open.clear();
      return {
        model,
        file,
        count: columns.outcome.length,
        hasInvocations,
        outcome: columns.outcome.words(),
        process: columns.process.words(),
        processes,
        invokedAt: columns.invokedAt.words(),
        respondedAt: columns.respondedAt.words(),
        line: columns.line.words(),
        invokedLine: columns.invokedLine.words(),
        events: at,
        firstOperation: columns.firstOperation.words(),
        endOperation: columns.endOperation.words(),
        function: operations.function.words(),
        key: operations.key.words(),
        value: operations.value.words(),
        versions,
        lists,
      };
    },
  };
}
