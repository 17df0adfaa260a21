/**
 * Accounts between which money moves: a transfer takes from one what it gives to another, so the total never changes; a
 * read sees all balances at one point.
 *
 * The initial balances may be unknown. Then the first read determines them: it shows every account's balance, which
 * includes all earlier transfers. An account that a read does not list holds 0.
 *
 * Responses: a transfer returns null, a read the balances by account.
 *
 * Source: Jepsen, jepsen/tests/bank.clj (the checker requires the total and, unless configured otherwise, balances of
 * at least 0; here every read must also be explained by the transfers).
 */
import { sumOf } from "../exact-number.ts";
import type { Model } from "../model.ts";
import type { Amount } from "./counter.ts";

export type Balances = Readonly<Record<string, Amount>>;

export type BankOperation =
  | { readonly kind: "transfer"; readonly from: string; readonly to: string; readonly amount: Amount }
  | { readonly kind: "read" };

/** The amount moved into an account while its balance was unknown, in all and at its lowest. */
interface Moved {
  readonly net: Amount;
  readonly lowest: Amount;
}

export type BankState =
  | { readonly kind: "unseen"; readonly moved: ReadonlyMap<string, Moved> }
  /** Accounts with a balance other than 0. */
  | { readonly kind: "seen"; readonly balances: ReadonlyMap<string, Amount> };

export interface BankRules {
  /** The initial balances, or their total; undefined: the first read determines them. */
  readonly initial?: Balances | Amount | undefined;
  /** May an account go below 0? */
  readonly overdraft: "allowed" | "refused";
}

export function bank({ initial, overdraft }: BankRules): Model<BankState, BankOperation, Balances | null> {
  const total = typeof initial === "object" ? undefined : initial;
  const isCovered = (balance: Amount): boolean => overdraft === "allowed" || balance >= 0;

  function transferred(state: BankState, from: string, to: string, amount: Amount): BankState | undefined {
    if (from === to || amount === 0) return state;
    const taken = minus(amount);
    if (state.kind === "seen") {
      const left = sumOf(state.balances.get(from) ?? 0, taken);
      if (!isCovered(left)) return undefined;
      const balances = new Map(state.balances);
      put(balances, from, left);
      put(balances, to, sumOf(balances.get(to) ?? 0, amount));
      return { kind: "seen", balances };
    }
    const moved = new Map(state.moved);
    for (const [account, change] of [
      [from, taken],
      [to, amount],
    ] as const) {
      const { net, lowest } = moved.get(account) ?? { net: 0, lowest: 0 };
      const next = sumOf(net, change);
      moved.set(account, { net: next, lowest: overdraft === "refused" && next < lowest ? next : lowest });
    }
    return isWithinTotal(moved) ? { kind: "unseen", moved } : undefined;
  }

  /** Checks that the accounts' necessary initial balances do not exceed the total. */
  function isWithinTotal(moved: ReadonlyMap<string, Moved>): boolean {
    if (total === undefined) return true;
    let needed: Amount = 0;
    for (const { lowest } of moved.values()) needed = sumOf(needed, minus(lowest));
    return needed <= total;
  }

  function read(state: BankState, response: Balances): BankState | undefined {
    const balances = new Map(Object.entries(response).filter(([, balance]) => balance !== 0));
    if (state.kind === "seen")
      return balances.size === state.balances.size &&
        [...balances].every(([account, balance]) => state.balances.get(account) === balance)
        ? state
        : undefined;
    let sum: Amount = 0;
    for (const balance of balances.values()) {
      if (!isCovered(balance)) return undefined;
      sum = sumOf(sum, balance);
    }
    if (total !== undefined && sum !== total) return undefined;
    for (const [account, { net, lowest }] of state.moved) {
      const first = sumOf(balances.get(account) ?? 0, minus(net));
      if (!isCovered(sumOf(first, lowest))) return undefined;
    }
    return { kind: "seen", balances };
  }

  function next(state: BankState, operation: BankOperation, response: Balances | null | undefined): BankState[] {
    const after =
      operation.kind === "transfer"
        ? transferred(state, operation.from, operation.to, operation.amount)
        : response === undefined
          ? state
          : response === null
            ? undefined
            : read(state, response);
    return after === undefined ? [] : [after];
  }

  return {
    name: "bank",
    initial:
      typeof initial === "object"
        ? { kind: "seen", balances: new Map(Object.entries(initial).filter(([, balance]) => balance !== 0)) }
        : { kind: "unseen", moved: new Map() },
    next,
    key(state) {
      const entries: string[] = [];
      if (state.kind === "seen")
        for (const [account, balance] of state.balances) entries.push(entryText(account, balance));
      else
        for (const [account, { net, lowest }] of state.moved)
          if (net !== 0 || lowest !== 0) entries.push(`${entryText(account, net)} ${lowest}`);
      return `${state.kind} ${entries.toSorted().join()}`;
    },
    // The first read of unknown balances determines them: it changes the state.
    observes: ({ kind }) => kind === "read" && typeof initial === "object",
    ...(typeof initial === "object"
      ? {
          outcomes(state, operation) {
            if (operation.kind === "read")
              return [{ response: state.kind === "seen" ? Object.fromEntries(state.balances) : {}, next: state }];
            return next(state, operation, null).map((after) => ({ response: null, next: after }));
          },
        }
      : {}),
  };
}

function minus(amount: Amount): Amount {
  return typeof amount === "number" ? 0 - amount : -amount;
}

function put(balances: Map<string, Amount>, account: string, balance: Amount): void {
  if (balance === 0) balances.delete(account);
  else balances.set(account, balance);
}

function entryText(account: string, amount: Amount): string {
  return `${JSON.stringify(account)}=${amount}`;
}
