/** Pairs the invocations and completions of a file with one event per line. */
import { HistoryFileError } from "../record.ts";
import type { RecordedOperation } from "../record.ts";
import type { EventReceiver, RecordedEvent } from "./recorded-event.ts";

export interface Pairing {
  /** The place of the next event. */
  readonly at: number;
  /** The number of operations that never happened. */
  readonly failed: number;
  /** @throws HistoryFileError at a completion without its invocation, or a second invocation while one is open */
  add(event: RecordedEvent): void;
  /** Open operations become pending. */
  end(): void;
}

/** Passes events on as they come: the receiver pairs them. */
export function unpaired({ event }: EventReceiver): Pairing {
  let at = 0;
  return {
    get at() {
      return at;
    },
    failed: 0,
    add(each) {
      event(each);
      at += 1;
    },
    end() {},
  };
}

/**
 * @param onOperation called in order of invocation, as soon as the endings of an operation and all before it are known;
 * a failed operation never happened and is left out
 */
export function createPairing(file: string, onOperation: (operation: RecordedOperation) => void): Pairing {
  // Numbered from the first; those before `settled` have been passed on.
  const operations = new Map<number, RecordedOperation>();
  let invoked = 0;
  let settled = 0;
  const open = new Map<number | string, number>();
  const unsettled = new Set<number>();
  let at = 0;
  let failed = 0;

  function handOn(): void {
    for (; settled < invoked && !unsettled.has(settled); settled += 1) {
      const operation = operations.get(settled);
      operations.delete(settled);
      if (operation !== undefined) onOperation(operation);
    }
  }

  return {
    get at() {
      return at;
    },
    get failed() {
      return failed;
    },
    add({ type, client, call = client, f, key, value, line }) {
      const number = open.get(call);
      if (type === "invoke") {
        const other = number === undefined ? undefined : operations.get(number);
        if (other !== undefined)
          throw new HistoryFileError(
            file,
            line,
            `client ${client} invokes ${f} while its ${other.f} of line ${other.line} is open`,
          );
        open.set(call, invoked);
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
          `client ${client} completes ${f} (${type}), ` +
            `but its open operation is ${operation.f} of line ${operation.line}`,
        );
      if (operation.key !== key && key !== undefined)
        throw new HistoryFileError(
          file,
          line,
          `client ${client} completes ${f} of key ${key}, but its open operation of line ` +
            `${operation.line} is of ${operation.key === undefined ? "none" : `key ${operation.key}`}`,
        );
      open.delete(call);
      unsettled.delete(number);
      if (type === "fail") {
        operations.delete(number);
        failed += 1;
      }
      if (type === "ok") operations.set(number, { ...operation, output: value, respondedAt: at });
      if (type !== "info") at += 1;
      handOn();
    },
    end() {
      unsettled.clear();
      handOn();
    },
  };
}
