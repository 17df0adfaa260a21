/** Runs a few pieces of work at a time, those of the lowest rank first, and those of one rank in order of arrival. */

export interface LaneOptions {
  /** Called when its turn comes: work that has become superfluous is left out. */
  readonly isWanted?: () => boolean;
  /** Runs although all other waiting work has been dropped. */
  readonly evenWhenStopped?: boolean;
}

export interface Lanes {
  /** @returns the result of the work; undefined when it was left out or dropped */
  run<T>(rank: number, work: () => Promise<T>, options?: LaneOptions): Promise<T | undefined>;
  /** Drops waiting work, and all later work. */
  stop(): void;
}

interface Waiting {
  readonly rank: number;
  readonly options: LaneOptions;
  /** Resolves when the work has ended, with success or not. */
  start(): Promise<void>;
  drop(): void;
}

/** @param count pieces of work that run concurrently */
export function lanes(count: number): Lanes {
  let waiting: readonly Waiting[] = [];
  let running = 0;
  let isStopped = false;

  const startNext = (): void => {
    const [next, ...rest] = waiting;
    if (next === undefined || running >= count) return;
    waiting = rest;
    if (next.options.isWanted?.() === false) next.drop();
    else void run(next);
    startNext();
  };
  const run = async (next: Waiting): Promise<void> => {
    running++;
    await next.start();
    // Follow-up work may have a lower rank than all waiting work.
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    startNext();
  };
  return {
    run: (rank, work, options = {}) =>
      new Promise((resolve, reject) => {
        const next = { rank, options, start: () => work().then(resolve, reject), drop: () => resolve(undefined) };
        if (isStopped && options.evenWhenStopped !== true) return next.drop();
        const behind = waiting.findIndex((other) => other.rank > rank);
        waiting = waiting.toSpliced(behind === -1 ? waiting.length : behind, 0, next);
        startNext();
      }),
    stop() {
      isStopped = true;
      const before = waiting;
      waiting = before.filter(({ options }) => options.evenWhenStopped === true);
      for (const each of before) if (!waiting.includes(each)) each.drop();
    },
  };
}
