/** An engine that runs jobs with a function of the test, on the test's own thread. */
import type { Engine } from "./engine.ts";
import type { Job, JobKind, OutcomeOf, Perform, Performed, PerformOptions } from "./job.ts";
import { lanes } from "./lanes.ts";

/** How to run jobs of some kinds. */
export type LocalOutcomes = {
  readonly [Kind in JobKind]?: (
    task: Job<Kind>["task"],
    engine: Pick<Engine, "stop">,
  ) => OutcomeOf<Kind> | undefined | Promise<OutcomeOf<Kind> | undefined>;
};

/** Every job reports that it took 2 ms. */
export function localEngine(count: number, outcomes: LocalOutcomes): Pick<Engine, "part" | "stop" | "stopReason"> {
  const queue = lanes(count);
  let reason: string | undefined;
  const stop = (why: string): void => {
    reason ??= why;
    queue.stop();
  };
  const part = (rank: number): ReturnType<Engine["part"]> => {
    let spent = 0;
    const perform: Perform = async <Kind extends JobKind>(
      { kind, task }: Job<Kind>,
      options?: PerformOptions,
    ): Promise<Performed<OutcomeOf<Kind>> | undefined> => {
      const run = outcomes[kind];
      if (run === undefined) throw new Error(`no ${kind} is expected`);
      // As a queue would pass it: a task is plain data.
      const received = JSON.parse(JSON.stringify(task)) as Job<Kind>["task"];
      const outcome = await queue.run(rank, async () => run(received, { stop }), options);
      if (outcome === undefined) return undefined;
      spent += 2;
      return { outcome, milliseconds: 2 };
    };
    return { perform, milliseconds: () => spent, end() {} };
  };
  return { part, stop, stopReason: () => reason };
}
