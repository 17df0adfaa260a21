/** Pairs the invocations and completions of a file that has one line an event. */
import { HistoryFileError } from "./record.ts";
import type { RecordedOperation } from "./record.ts";

export interface RecordedEvent {
  readonly type: "invoke" | "ok" | "fail" | "info";
  readonly client: number;
  readonly f: string;
  readonly key: string | undefined;
  readonly value: unknown;
  readonly line: number;
}

export interface Pairing {
  /** @throws HistoryFileError at a completion without its invocation, or a second invocation while one is open */
  add(event: RecordedEvent): void;
  /** What is left open is pending. */
  end(): void;
}

/**
 * @param onOperation called in order of invocation, as soon as it is known how an operation and all before it ended;
 * what failed never happened and is left out
 */
export function createPairing(file: string, onOperation: (operation: RecordedOperation) => void): Pairing {
  // Numbered from the first; those before `settled` have been handed on.
  const operations = new Map<number, RecordedOperation>();
  let invoked = 0;
  let settled = 0;
  const open = new Map<number, number>();
  const unsettled = new Set<number>();
  let at = 0;

  function handOn(): void {
    for (; settled < invoked && !unsettled.has(settled); settled += 1) {
      const operation = operations.get(settled);
      operations.delete(settled);
      if (operation !== undefined) onOperation(operation);
    }
  }

  return {
    add({ type, client, f, key, value, line }) {
      const number = open.get(client);
      if (type === "invoke") {
        const other = number === undefined ? undefined : operations.get(number);
        if (other !== undefined)
          throw new HistoryFileError(
            file,
            line,
            `client ${client} invokes ${f} while its ${other.f} of line ${other.line} is open`,
          );
        open.set(client, invoked);
        unsettled.add(invoked);
        operations.set(invoked, {
          client,
          f,
          key,
          argument: value,
          output: undefined,
          invokedAt: at,
          respondedAt: undefined,
          line,
        });
        invoked += 1;
        at += 1;
        return;
      }
      const operation = number === undefined ? undefined : operations.get(number);
      if (number === undefined || operation === undefined)
        throw new HistoryFileError(file, line, `client ${client} completes ${f} (${type}), but has no operation open`);
      if (operation.f !== f)
        throw new HistoryFileError(
          file,
          line,
          `client ${client} completes ${f} (${type}), but its open operation is ${operation.f} of line ${operation.line}`,
        );
      open.delete(client);
      unsettled.delete(number);
      if (type === "fail") operations.delete(number);
      else if (type === "ok") operations.set(number, { ...operation, output: value, respondedAt: at });
      if (type !== "info") at += 1;
      handOn();
    },
    end() {
      unsettled.clear();
      handOn();
    },
  };
}
