/**
 * Runs jobs a few at a time, those of the lowest rank first, and those of one rank in the order they came. A job may
 * add others.
 */
export interface Lanes {
  add(rank: number, job: () => Promise<void>): void;
  /** Resolves when no job runs and none waits; rejects with the first error, once the jobs that run have ended. */
  finished(): Promise<void>;
}

/**
 * @param count jobs that run at once
 * @param shouldStop when it answers true, jobs that wait are dropped
 */
export function lanes(count: number, shouldStop: () => boolean): Lanes {
  const waiting: { readonly rank: number; readonly job: () => Promise<void> }[] = [];
  let running = 0;
  let failure: { readonly error: unknown } | undefined;
  let settle: (() => void) | undefined;

  const run = async (job: () => Promise<void>): Promise<void> => {
    try {
      await job();
    } catch (error) {
      failure ??= { error };
    }
    running--;
    startNext();
  };
  const startNext = (): void => {
    if (failure !== undefined) waiting.length = 0;
    while (running < count && waiting.length > 0 && !shouldStop()) {
      const next = waiting.shift();
      if (next === undefined) break;
      running++;
      void run(next.job);
    }
    if (running === 0) settle?.();
  };
  return {
    add(rank, job) {
      const behind = waiting.findIndex((other) => other.rank > rank);
      waiting.splice(behind === -1 ? waiting.length : behind, 0, { rank, job });
      if (settle !== undefined) startNext();
    },
    finished: () =>
      new Promise((resolve, reject) => {
        settle = () => (failure === undefined ? resolve() : reject(failure.error));
        startNext();
      }),
  };
}
