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
  /** In order of invocation; what failed never happened and is left out, what is left open is pending. */
  end(): RecordedOperation[];
}

export function createPairing(file: string): Pairing {
  const operations: RecordedOperation[] = [];
  const open = new Map<number, number>();
  const failed = new Set<number>();
  let at = 0;
  return {
    add({ type, client, f, key, value, line }) {
      const index = open.get(client);
      if (type === "invoke") {
        const other = index === undefined ? undefined : operations[index];
        if (other !== undefined) throw new HistoryFileError(file, line, `client ${client} invokes ${f} while its ${other.f} of line ${other.line} is open`);
        open.set(client, operations.length);
        operations.push({ client, f, key, argument: value, output: undefined, invokedAt: at, respondedAt: undefined, line });
        at += 1;
        return;
      }
      const invoked = index === undefined ? undefined : operations[index];
      if (index === undefined || invoked === undefined) throw new HistoryFileError(file, line, `client ${client} completes ${f} (${type}), but has no operation open`);
      if (invoked.f !== f) throw new HistoryFileError(file, line, `client ${client} completes ${f} (${type}), but its open operation is ${invoked.f} of line ${invoked.line}`);
      open.delete(client);
      if (type === "info") return;
      if (type === "fail") failed.add(index);
      else operations[index] = { ...invoked, output: value, respondedAt: at };
      at += 1;
    },
    end: () => (failed.size === 0 ? operations : operations.filter((_, index) => !failed.has(index))),
  };
}
