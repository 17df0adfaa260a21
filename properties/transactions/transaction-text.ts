/** Readable text of transactions, lists and values. */
import type { Datum } from "./datum.ts";
import { WRITE } from "./micro-operation.ts";
import { INITIAL, UNSEEN } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";

/** Most elements shown of a list; of longer ones the first and the last. */
const ELEMENTS_SHOWN = 8;
/** Most micro-operations shown of a transaction. */
const OPERATIONS_SHOWN = 40;

export function keyText({ versions }: TransactionHistory, key: number): string {
  return datumText(versions.keys[key] ?? "nil");
}

export function versionText({ versions }: TransactionHistory, version: number): string {
  return version < 0 ? "nil" : datumText(versions.values[version] ?? "nil");
}

/** `:x` and `"x"` where the difference does not matter: without the marks, if it is a name. */
function datumText(datum: Datum): string {
  return typeof datum === "string" && /^(?::[\w.-]+|"[A-Za-z][\w.-]*")$/.test(datum)
    ? datum.replaceAll(/^[:"]|"$/g, "")
    : String(datum);
}

/** What a read showed: `[1 2]`, `nil`, `7`; `?` if it was not seen. */
export function readText(history: TransactionHistory, value: number): string {
  if (value === UNSEEN) return "?";
  if (history.model === "rw-register") return value === INITIAL ? "nil" : versionText(history, value);
  return listText(history, value);
}

export function listText(history: TransactionHistory, node: number): string {
  const path = history.lists.pathOf(node);
  const elements = path.map((version) => versionText(history, version));
  if (elements.length <= ELEMENTS_SHOWN) return `[${elements.join(" ")}]`;
  const shown = [...elements.slice(0, ELEMENTS_SHOWN / 2), "…", ...elements.slice(-ELEMENTS_SHOWN / 2)];
  return `[${shown.join(" ")}] (${elements.length} elements)`;
}

/** `[append x 1] [r y [1 2]]`. */
export function transactionText(history: TransactionHistory, transaction: number): string {
  const first = history.firstOperation[transaction] as number;
  const end = history.endOperation[transaction] as number;
  const write = history.model === "list-append" ? "append" : "w";
  const texts: string[] = [];
  for (let at = first; at < Math.min(end, first + OPERATIONS_SHOWN); at += 1) {
    const value = history.value[at] ?? UNSEEN;
    const isWrite = history.function[at] === WRITE;
    texts.push(
      `[${isWrite ? write : "r"} ${keyText(history, history.key[at] as number)} ` +
        `${isWrite ? versionText(history, value) : readText(history, value)}]`,
    );
  }
  if (end - first > OPERATIONS_SHOWN) texts.push(`… ${end - first} in all`);
  return texts.join(" ");
}
