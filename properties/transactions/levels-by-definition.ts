/**
 * The definitions of the consistency levels, executed: is there an execution of the level that explains every read? All
 * orders are tried, so this is for a handful of transactions only: the oracle for testing the checker.
 *
 * A level orders the transactions that committed (arbitration), and gives each a set of earlier ones that it sees
 * (visibility). A key is a list to which each write appends; a read of list-append shows the list, one of rw-register
 * its last element. Transactions of unknown outcome may or may not have committed.
 *
 * Sources: Cerone, Bernardi, Gotsman, CONCUR 2015 (INT, EXT, TRANSVIS, NOCONFLICT, PREFIX, TOTALVIS); Cerone, Gotsman,
 * PODC 2016 (orders of sessions); Adya, 1999, for read committed and read uncommitted.
 */
import type { TransactionModel } from "./transaction-model.ts";

export type PlainOperation =
  | { readonly kind: "write"; readonly key: string; readonly value: number }
  /** undefined: not seen. For a register the list has one element, or none for nil. */
  | { readonly kind: "read"; readonly key: string; readonly value: readonly number[] | undefined };

export interface PlainTransaction {
  readonly process: number;
  readonly outcome: "ok" | "info" | "fail";
  readonly operations: readonly PlainOperation[];
  /** Places in the order of events; all differ. */
  readonly invokedAt: number;
  readonly completedAt: number;
}

export type DefinedLevel =
  | "read-uncommitted"
  | "read-committed"
  | "read-atomic"
  | "parallel-snapshot-isolation"
  | "snapshot-isolation"
  | "serializable";

/** The order that arbitration and visibility respect besides the data. */
export type DefinedOrder = "none" | "process" | "real-time";

/** Whether some execution of the level explains the transactions. */
export function isExplained(
  model: TransactionModel,
  transactions: readonly PlainTransaction[],
  level: DefinedLevel,
  order: DefinedOrder,
): boolean {
  const unknown = transactions.filter(({ outcome }) => outcome === "info");
  for (let chosen = 0; chosen < 1 << unknown.length; chosen += 1) {
    const committed = transactions.filter(
      (transaction) =>
        transaction.outcome === "ok" ||
        (transaction.outcome === "info" && ((chosen >> unknown.indexOf(transaction)) & 1) === 1),
    );
    if (new Executions(model, transactions, committed, level, order).exist()) return true;
  }
  return false;
}

interface Placed {
  readonly transaction: PlainTransaction;
  /** The transactions that it sees, by place, as bits. */
  readonly sees: number;
}

class Executions {
  readonly #model: TransactionModel;
  readonly #all: readonly PlainTransaction[];
  readonly #committed: readonly PlainTransaction[];
  readonly #level: DefinedLevel;
  readonly #order: DefinedOrder;
  readonly #initial: ReadonlyMap<string, number>;
  readonly #placed: Placed[] = [];

  constructor(
    model: TransactionModel,
    all: readonly PlainTransaction[],
    committed: readonly PlainTransaction[],
    level: DefinedLevel,
    order: DefinedOrder,
  ) {
    this.#model = model;
    this.#all = all;
    this.#committed = committed;
    this.#level = level;
    this.#order = order;
    this.#initial = model === "rw-register" ? initialValues(all) : new Map();
  }

  exist(): boolean {
    if (this.#placed.length === this.#committed.length) return this.#isReadUncommitted();
    for (const transaction of this.#committed) {
      if (this.#placed.some((other) => other.transaction === transaction)) continue;
      const before = this.#mustSee(transaction);
      if (before === undefined) continue;
      for (const sees of this.#visibilities(transaction, before)) {
        if (!this.#explains(transaction, sees)) continue;
        this.#placed.push({ transaction, sees });
        if (this.exist()) return true;
        this.#placed.pop();
      }
    }
    return false;
  }

  /** The transactions that come before by the kept order, as bits; undefined if one of them is not placed yet. */
  #mustSee(transaction: PlainTransaction): number | undefined {
    let sees = 0;
    for (const other of this.#committed) {
      if (other === transaction || !comesBefore(other, transaction, this.#order)) continue;
      const place = this.#placed.findIndex((placed) => placed.transaction === other);
      if (place === -1) return undefined;
      sees |= 1 << place;
    }
    return sees;
  }

  #visibilities(transaction: PlainTransaction, before: number): number[] {
    const everything = (1 << this.#placed.length) - 1;
    switch (this.#level) {
      case "read-uncommitted":
      case "read-committed":
      case "serializable":
        return [everything];
      case "snapshot-isolation":
        return this.#placed
          .map((_, place) => (1 << place) - 1)
          .concat(everything)
          .filter((sees) => (before & ~sees) === 0 && this.#seesConflicts(transaction, sees));
      case "parallel-snapshot-isolation":
        return subsets(everything).filter(
          (sees) => (before & ~sees) === 0 && this.#isClosed(sees) && this.#seesConflicts(transaction, sees),
        );
      case "read-atomic":
        return subsets(everything).filter((sees) => (before & ~sees) === 0);
    }
  }

  #isClosed(sees: number): boolean {
    return this.#placed.every((placed, place) => ((sees >> place) & 1) === 0 || (placed.sees & ~sees) === 0);
  }

  #seesConflicts(transaction: PlainTransaction, sees: number): boolean {
    const keys = keysWritten(transaction);
    return this.#placed.every(
      (placed, place) =>
        ((sees >> place) & 1) === 1 || keysWritten(placed.transaction).every((key) => !keys.includes(key)),
    );
  }

  #explains(transaction: PlainTransaction, sees: number): boolean {
    if (this.#level === "read-uncommitted") return true; // judged when all are placed
    if (this.#level === "read-committed") return this.#explainsEachRead(transaction);
    const found = new Map<string, readonly number[]>();
    const own = new Map<string, readonly number[]>();
    for (const operation of transaction.operations) {
      const { key } = operation;
      const written = own.get(key) ?? [];
      // A write applies to the whole current list, seen or not, and a read of it shows the whole list.
      const whole = [...this.#listUpTo(key, this.#placed.length - 1), ...written];
      if (operation.kind === "write") {
        found.set(key, [...(found.get(key) ?? whole), operation.value]);
        own.set(key, [...written, operation.value]);
        continue;
      }
      const list = found.get(key) ?? this.#listUpTo(key, this.#lastWriter(key, sees));
      if (!this.#shows(operation, list) || (written.length > 0 && !this.#shows(operation, whole))) return false;
      found.set(key, list);
    }
    return true;
  }

  /** Each read by itself shows what some earlier transaction left, and a read after own writes shows those too. */
  #explainsEachRead(transaction: PlainTransaction): boolean {
    const own = new Map<string, number[]>();
    for (const operation of transaction.operations) {
      const { key } = operation;
      const written = own.get(key) ?? [];
      if (operation.kind === "write") own.set(key, [...written, operation.value]);
      else if (written.length > 0) {
        if (!this.#shows(operation, [...this.#listUpTo(key, this.#placed.length - 1), ...written])) return false;
      } else {
        const writers = this.#placed.flatMap((placed, place) =>
          keysWritten(placed.transaction).includes(key) ? [place] : [],
        );
        if (![-1, ...writers].some((place) => this.#shows(operation, this.#listUpTo(key, place)))) return false;
      }
    }
    return true;
  }

  /** Writes have an order, of which each list read is a prefix; nothing else is required. */
  #isReadUncommitted(): boolean {
    if (this.#level !== "read-uncommitted") return true;
    const failed = new Set(
      this.#all
        .filter((transaction) => !this.#committed.includes(transaction))
        .flatMap(({ operations }) => operations.flatMap(elementOf)),
    );
    return this.#committed.every(({ operations }) =>
      operations.every((operation) => {
        if (operation.kind === "write" || operation.value === undefined) return true;
        const { key, value } = operation;
        const whole = this.#listUpTo(key, this.#placed.length - 1);
        const live = value.filter((element) => !failed.has(`${key} ${element}`));
        if (this.#model === "rw-register")
          return value.length === 0 ? !this.#initial.has(key) : live.every((element) => whole.includes(element));
        return new Set(value).size === value.length && live.every((element, i) => element === whole[i]);
      }),
    );
  }

  #lastWriter(key: string, sees: number): number {
    return this.#placed.findLastIndex(
      ({ transaction }, place) => ((sees >> place) & 1) === 1 && keysWritten(transaction).includes(key),
    );
  }

  #listUpTo(key: string, place: number): number[] {
    const initial = this.#initial.get(key);
    const written = this.#placed
      .slice(0, place + 1)
      .flatMap(({ transaction }) =>
        transaction.operations.flatMap((operation) =>
          operation.kind === "write" && operation.key === key ? [operation.value] : [],
        ),
      );
    return initial === undefined ? written : [initial, ...written];
  }

  #shows({ value }: { readonly value: readonly number[] | undefined }, list: readonly number[]): boolean {
    if (value === undefined) return true;
    if (this.#model === "rw-register") return value[0] === list.at(-1);
    return value.length === list.length && value.every((element, i) => element === list[i]);
  }
}

/** A register that no read found nil may have held one value that no transaction wrote. */
function initialValues(all: readonly PlainTransaction[]): Map<string, number> {
  const written = new Set(all.flatMap(({ operations }) => operations.flatMap(elementOf)));
  const initial = new Map<string, number>();
  for (const { operations, outcome } of all) {
    if (outcome !== "ok") continue;
    for (const operation of operations) {
      const value = operation.kind === "read" ? operation.value?.[0] : undefined;
      if (value !== undefined && !written.has(`${operation.key} ${value}`) && !initial.has(operation.key))
        initial.set(operation.key, value);
    }
  }
  return initial;
}

function elementOf(operation: PlainOperation): string[] {
  return operation.kind === "write" ? [`${operation.key} ${operation.value}`] : [];
}

function keysWritten({ operations }: PlainTransaction): string[] {
  return operations.flatMap((operation) => (operation.kind === "write" ? [operation.key] : []));
}

function comesBefore(left: PlainTransaction, right: PlainTransaction, order: DefinedOrder): boolean {
  if (left.outcome !== "ok" || order === "none") return false;
  return left.completedAt < right.invokedAt && (order === "real-time" || left.process === right.process);
}

function subsets(of: number): number[] {
  return Array.from({ length: of + 1 }, (_, subset) => subset).filter((subset) => (subset & ~of) === 0);
}
