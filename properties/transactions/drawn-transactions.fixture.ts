/** Small histories drawn from a list of numbers, so that fast-check can shrink them: some correct, some wrong. */
import type { PlainOperation, PlainTransaction } from "./levels-by-definition.ts";
import type { TransactionModel } from "./transaction-model.ts";

export interface DrawOptions {
  readonly model: TransactionModel;
  /** Most transactions, without the last reader. */
  readonly transactionsMax: number;
  /**
   * Full knowledge: no outcome is unknown; for lists, a last transaction reads them all; each write follows a read.
   */
  readonly isComplete: boolean;
}

type Choose = (below: number) => number;

interface Draft {
  readonly outcome: PlainTransaction["outcome"];
  operations: PlainOperation[];
}

export function drawTransactions(tape: readonly number[], options: DrawOptions): PlainTransaction[] {
  let at = 0;
  const choose: Choose = (below) => {
    const drawn = tape[at] ?? 0;
    at += 1;
    return drawn % below;
  };
  const drafts = Array.from({ length: 2 + choose(options.transactionsMax - 1) }, () => draftOf(choose, options));
  numberWrites(drafts);
  fillReads(drafts, choose, options);
  if (options.isComplete && options.model === "list-append") drafts.push(lastReader(drafts, choose));
  return inTime(drafts, choose);
}

function draftOf(choose: Choose, { model, isComplete }: DrawOptions): Draft {
  const outcomes = isComplete
    ? (["ok", "ok", "ok", "ok", "fail"] as const)
    : (["ok", "ok", "ok", "info", "fail"] as const);
  const operations = Array.from({ length: 1 + choose(3) }, (): PlainOperation[] => {
    const key = ["x", "y", "z"][choose(3)] ?? "x";
    const read: PlainOperation = { kind: "read", key, value: [] };
    if (choose(2) === 0) return [read];
    const write: PlainOperation = { kind: "write", key, value: 0 };
    return isComplete && model === "rw-register" ? [read, write] : [write];
  });
  return { outcome: outcomes[choose(5)] ?? "ok", operations: operations.flat() };
}

function numberWrites(drafts: readonly Draft[]): void {
  let value = 0;
  for (const draft of drafts) {
    draft.operations = draft.operations.map((operation) => {
      if (operation.kind === "read") return operation;
      value += 1;
      return { ...operation, value };
    });
  }
}

/** Reads of a sequential execution, except that some read an older state and some are wrong. */
function fillReads(drafts: readonly Draft[], choose: Choose, { model }: DrawOptions): void {
  const order = shuffled(drafts, choose);
  const lists = new Map<string, number[]>();
  const past: ReadonlyMap<string, readonly number[]>[] = [new Map()];
  const all = drafts.flatMap(({ operations }) => operations);
  for (const draft of order) {
    const stale = choose(3) === 0 ? choose(past.length) : past.length - 1;
    const own = new Map<string, number[]>();
    draft.operations = draft.operations.map((operation) => {
      const { key } = operation;
      const written = own.get(key) ?? [];
      if (operation.kind === "write") {
        own.set(key, [...written, operation.value]);
        return operation;
      }
      if (draft.outcome !== "ok") return { ...operation, value: undefined };
      const snapshot = past[choose(8) === 0 ? choose(past.length) : stale];
      const value = [...(snapshot?.get(key) ?? []), ...written];
      return { ...operation, value: shown(choose(16) === 0 ? wrong(all, key, choose) : value, model) };
    });
    if (draft.outcome === "fail" && choose(8) !== 0) continue;
    for (const [key, written] of own) lists.set(key, [...(lists.get(key) ?? []), ...written]);
    past.push(new Map(lists));
  }
}

function wrong(all: readonly PlainOperation[], key: string, choose: Choose): number[] {
  const values = all.flatMap((operation) =>
    operation.kind === "write" && operation.key === key ? [operation.value] : [],
  );
  return shuffled(values, choose).slice(0, choose(values.length + 1));
}

function shown(list: readonly number[], model: TransactionModel): readonly number[] {
  return model === "list-append" ? list : list.slice(-1);
}

/** Reads all lists in full: the appends in the order of the longest list read, then the unread ones. */
function lastReader(drafts: readonly Draft[], choose: Choose): Draft {
  const operations = ["x", "y", "z"].map((key): PlainOperation => {
    const lists = drafts.flatMap(({ operations: each }) =>
      each.flatMap((operation) =>
        operation.kind === "read" && operation.key === key && operation.value !== undefined ? [operation.value] : [],
      ),
    );
    const longest = lists.reduce((best, list) => (list.length > best.length ? list : best), []);
    const committed = drafts
      .filter(({ outcome }) => outcome === "ok")
      .flatMap(({ operations: each }) =>
        each.flatMap((operation) => (operation.kind === "write" && operation.key === key ? [operation.value] : [])),
      );
    const left = committed.filter((value) => !longest.includes(value));
    return { kind: "read", key, value: [...longest, ...(choose(2) === 0 ? left : shuffled(left, choose))] };
  });
  return { outcome: "ok", operations };
}

function shuffled<T>(items: readonly T[], choose: Choose): T[] {
  const left = [...items];
  const result: T[] = [];
  while (left.length > 0) result.push(...left.splice(choose(left.length), 1));
  return result;
}

/** Invocations and completions in some order, by processes with one open transaction at a time. */
function inTime(drafts: readonly Draft[], choose: Choose): PlainTransaction[] {
  const waiting = drafts.map((_, i) => i);
  const open: number[] = [];
  const invokedAt: number[] = [];
  const completedAt: number[] = [];
  const processes: number[] = [];
  const busy = new Set<number>();
  for (let at = 0; at < 2 * drafts.length; at += 1) {
    const [next] = waiting;
    if (next !== undefined && (open.length === 0 || choose(2) === 0)) {
      waiting.shift();
      open.push(next);
      let process = choose(3);
      while (busy.has(process)) process += 1;
      busy.add(process);
      processes[next] = process;
      invokedAt[next] = at;
    } else {
      const [done = 0] = open.splice(choose(open.length), 1);
      // A process whose transaction was lost does not appear again.
      if (drafts[done]?.outcome !== "info") busy.delete(processes[done] ?? 0);
      completedAt[done] = at;
    }
  }
  return drafts.map(({ outcome, operations }, i) => ({
    process: processes[i] ?? i,
    outcome,
    operations,
    invokedAt: invokedAt[i] ?? 0,
    completedAt: completedAt[i] ?? 0,
  }));
}
