/** Reads the value of an event: a list of micro-operations `[name, key, value]`. */
import { excerpt, HistoryFileError } from "#properties/histories/record.ts";
import { nameOf } from "#properties/histories/recorded-value.ts";
import { datumOf } from "./datum.ts";
import type { TransactionModel } from "./transaction-model.ts";

export const READ = 0;
export const WRITE = 1;

interface Vocabulary {
  readonly write: string;
  readonly example: string;
}

const VOCABULARIES: Readonly<Record<TransactionModel, Vocabulary>> = {
  "list-append": { write: "append", example: "[[:append x 1] [:r y [1 2]]]" },
  "rw-register": { write: "w", example: "[[:w x 1] [:r y 2]]" },
};

/** The fault of an event, before its file and line are added. */
export class EventFault extends Error {
  at(file: string, line: number): HistoryFileError {
    return new HistoryFileError(file, line, this.message);
  }
}

/** The micro-operations of a value that is a list; undefined for any other value, mostly nil. */
export function microOperationsOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

export function notOperations(found: unknown, model: TransactionModel): EventFault {
  const { example } = VOCABULARIES[model];
  return new EventFault(`expected micro-operations such as ${example}, found "${excerpt(shown(found))}"`);
}

/** READ or WRITE of one micro-operation. @throws EventFault if it is neither */
export function functionOf(operation: readonly unknown[], model: TransactionModel): typeof READ | typeof WRITE {
  const { write, example } = VOCABULARIES[model];
  if (operation.length < 2 || operation.length > 3) throw notOperations(operation, model);
  const name = nameOf(operation[0]);
  if (name === "r") return READ;
  if (name === write) {
    if (operation.length === 3 && operation[2] !== null) return WRITE;
    throw new EventFault(
      "expected a value to write that is not nil, " +
        `which is what a key holds at first, found "${excerpt(shown(operation))}"`,
    );
  }
  const other = Object.entries(VOCABULARIES).find(([, vocabulary]) => vocabulary.write === name)?.[0];
  throw new EventFault(
    `expected micro-operations such as ${example}, ` +
      `found "${excerpt(shown(operation))}"${other === undefined ? "" : `: use --model ${other}`}`,
  );
}

/** The list that a read of list-append returned. @throws EventFault if it is no list */
export function listOf(operation: readonly unknown[]): readonly unknown[] | undefined {
  const list = operation[2];
  if (list === null || list === undefined) return undefined;
  if (Array.isArray(list)) return list;
  throw new EventFault(
    `expected nil or a list that was read, found "${excerpt(shown(operation))}": ` +
      "use --model rw-register if keys hold single values",
  );
}

/** @throws EventFault unless both do the same to the same keys, reads apart from what they returned */
export function requireSameTransaction(
  invoked: readonly unknown[],
  completed: readonly unknown[],
  invokedLine: number,
): void {
  const same =
    invoked.length === completed.length && invoked.every((operation, i) => isSameOperation(operation, completed[i]));
  if (same) return;
  throw new EventFault(
    `expected the transaction that line ${invokedLine} invokes, found "${excerpt(shown(completed))}"`,
  );
}

function isSameOperation(left: unknown, right: unknown): boolean {
  if (!Array.isArray(left) || !Array.isArray(right)) return false;
  const name = nameOf(left[0]);
  return (
    name === nameOf(right[0]) && isSameDatum(left[1], right[1]) && (name === "r" || isSameDatum(left[2], right[2]))
  );
}

function isSameDatum(left: unknown, right: unknown): boolean {
  return left === right || datumOf(left) === datumOf(right);
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : String(datumOf(value));
}
