import { Piscina } from "piscina";
import type { TransactionsOutcome } from "#properties/transactions/check-transactions.ts";
import type { TransactionsAnswer, TransactionsTask } from "./transactions-worker.ts";

export type TransactionsDecided =
  | { readonly kind: "decided"; readonly outcome: TransactionsOutcome; readonly seconds: number }
  | { readonly kind: "fault"; readonly fault: string };

export interface TransactionsPool {
  /** @throws AbortError once the signal is aborted */
  decide(file: string, signal: AbortSignal): Promise<TransactionsDecided>;
  end(): Promise<void>;
}

/**
 * Decides files of transactions one after the other, each in a thread that is ended when its time is up.
 *
 * @param timeMs for each file; undefined for as long as it takes
 */
export function createTransactionsPool(
  task: Omit<TransactionsTask, "file">,
  timeMs: number | undefined,
): TransactionsPool {
  const pool = new Piscina<TransactionsTask, TransactionsAnswer>({
    filename: new URL("transactions-worker.ts", import.meta.url).href,
    maxThreads: 1,
  });
  return {
    async decide(file, signal) {
      const timeout = timeMs === undefined ? undefined : AbortSignal.timeout(timeMs);
      try {
        return await pool.run(
          { ...task, file },
          { signal: timeout === undefined ? signal : AbortSignal.any([signal, timeout]) },
        );
      } catch (error) {
        if (timeout?.aborted !== true || signal.aborted) throw error;
        const { model, levels } = task;
        const outcome = { kind: "unknown", model, asked: levels, because: "time" } as const;
        return { kind: "decided", outcome, seconds: (timeMs ?? 0) / 1000 };
      }
    },
    end: () => pool.destroy(),
  };
}
