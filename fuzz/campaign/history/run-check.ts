/**
 * Decides one file on a worker thread, so that the thread that asked stays free to be interrupted. Nothing is shared:
 * names go in, plain data comes out.
 */
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { check } from "#properties/linearizability/check.ts";
import type { CheckOptions } from "#properties/linearizability/check.ts";
import { quiescentHistory, unorderedHistory } from "#properties/linearizability/conditions.ts";
import { checkSequentialConsistency } from "#properties/linearizability/sequential-consistency.ts";
import { createStreamChecker } from "#properties/linearizability/stream.ts";
import type { Model } from "#model/model.ts";
import { wholeHistory } from "#properties/histories/built-in-models.ts";
import type { HistorySink } from "#properties/histories/built-in-models.ts";
import { faultOf } from "#properties/histories/fault-of.ts";
import { loadModel } from "#fuzz/subjects/load-model.ts";
import { streamHistory } from "#properties/histories/read-history.ts";
import type { RecordedOperation } from "#properties/histories/record.ts";
import type { CheckAnswer, CheckOutcome, CheckTask } from "./check-task.ts";

/** When it is told to stop, its time is up. */
export async function runCheck(task: CheckTask, control: JobControl): Promise<CheckAnswer> {
  try {
    const model = await loadModel(task.model);
    const started = performance.now();
    let operations = 0;
    let reading: { add(recorded: RecordedOperation): void; end(): CheckOutcome } | undefined;
    await streamHistory(task.file, (format) => {
      const opened = model.open(format, task.file, task.initial, (its) =>
        counting(sinkOf(its, task, control), () => operations++),
      );
      reading = opened;
      return (recorded) => opened.add(recorded);
    });
    if (reading === undefined) throw new Error(`${task.file} was read without a format`);
    if (operations === 0)
      return {
        kind: "fault",
        fault: `${task.file}: no operation is there to check: the file is empty, or all were left out`,
      };
    const outcome = reading.end();
    return { kind: "decided", outcome, seconds: Math.round(performance.now() - started) / 1000 };
  } catch (error) {
    const fault = faultOf(error, task.file);
    if (fault === undefined) throw error;
    return { kind: "fault", fault };
  }
}

/** The same sink, which says when it is given something. */
function counting<Operation, Response, Result>(
  sink: HistorySink<Operation, Response, Result>,
  onAdd: () => void,
): HistorySink<Operation, Response, Result> {
  return {
    add(item) {
      onAdd();
      sink.add(item);
    },
    end: () => sink.end(),
  };
}

function sinkOf<State, Operation, Response>(
  model: Model<State, Operation, Response>,
  { condition, timeMs = Infinity, keys, method }: CheckTask,
  control: JobControl,
): HistorySink<Operation, Response, CheckOutcome> {
  const options: CheckOptions = {
    keys,
    method,
    timeLimit: { ms: timeMs, now: () => (control.shouldStop(0) ? Infinity : performance.now()) },
  };
  switch (condition) {
    case "linearizability":
      return createStreamChecker(model, options);
    case "sequential":
      return wholeHistory((history) => checkSequentialConsistency(history, model, options));
    case "quiescent":
      return wholeHistory((history) => check(quiescentHistory(history), model, options));
    case "serializability":
      // Each key by itself may be serializable where the whole is not.
      return wholeHistory((history) => check(unorderedHistory(history), model, { ...options, keys: "whole" }));
  }
}
