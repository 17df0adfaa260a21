/**
 * Decides one file on a worker thread, so that the caller's thread can still be interrupted. Nothing is shared: names
 * go in, plain data comes out.
 */
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { Literal } from "#model/literal.ts";
import type { Model } from "#model/model.ts";
import { check } from "#properties/linearizability/check.ts";
import type { CheckOptions } from "#properties/linearizability/check.ts";
import { quiescentHistory, unorderedHistory } from "#properties/linearizability/conditions.ts";
import { checkSequentialConsistency } from "#properties/linearizability/sequential-consistency.ts";
import { createStreamChecker } from "#properties/linearizability/stream.ts";
import { faultOf } from "#properties/histories/fault-of.ts";
import type { HistoryFormat } from "#properties/histories/formats/format.ts";
import { wholeHistory } from "#properties/histories/readable-model.ts";
import type { HistorySink, ModelReader } from "#properties/histories/readable-model.ts";
import { streamHistory } from "#properties/histories/read-history.ts";
import { createRecorder } from "#properties/histories/recording.ts";
import type { Recorder, Recording } from "#properties/histories/recording.ts";
import { isStruct } from "#properties/histories/recorded-value.ts";
import { loadModel } from "#fuzz/subjects/load-model.ts";
import type { CheckResult, CheckOutcome, CheckTask } from "./check-task.ts";

/** @returns undefined if told to stop while reading; if told later, the outcome is that its time is up */
export async function runCheck(task: CheckTask, control: JobControl): Promise<CheckResult | undefined> {
  try {
    const model = await loadModel(task.model);
    const started = performance.now();
    let begun: { readonly reader: ModelReader<CheckOutcome>; readonly recorder: Recorder } | undefined;
    const summary = await streamHistory(task.file, (format: HistoryFormat) => {
      const reading = { format, initial: revived(task.initial), capacity: task.capacity };
      const reader = model.open(reading, task.file, (its) => sinkOf(its, task, control));
      const recorder = createRecorder(reader, task.exclude ?? []);
      begun = { reader, recorder };
      return {
        operation(operation) {
          if (control.shouldStop(0)) throw new Stopped();
          recorder.operation(operation);
        },
        note: recorder.note,
      };
    });
    if (begun === undefined) throw new Error(`${task.file} was read without a format`);
    const { reader, recorder } = begun;
    const outcome = reader.end();
    const recording = recorder.recording(summary);
    if (recording.taken === 0) return { kind: "fault", fault: `${task.file}: ${nothingToCheck(recording)}` };
    const seconds = Math.round(performance.now() - started) / 1000;
    return { kind: "decided", outcome, recording, lines: linesOf(outcome, recorder), seconds };
  } catch (error) {
    if (error instanceof Stopped) return undefined;
    const fault = faultOf(error, task.file);
    if (fault === undefined) throw error;
    return { kind: "fault", fault };
  }
}

/** Ends the reading of a file. */
class Stopped extends Error {}

/** A history without operations holds for any object: most likely it is not the intended file. */
function nothingToCheck({ notes, excluded, failed, refused, leftOut }: Recording): string {
  const others = {
    notes: notes.nemesis + notes.log + notes.annotation,
    failed,
    refused,
    "left out by --exclude": Object.values(excluded).reduce((sum, each) => sum + each, 0),
    "left out by the module": leftOut,
  };
  const found = Object.entries(others).flatMap(([what, count]) => (count === 0 ? [] : [`${what}: ${count}`]));
  return `expected operations to check, found none${found.length === 0 ? "" : ` (${found.join("; ")})`}`;
}

/** A literal comes from another thread as a copy. */
function revived(value: unknown): unknown {
  return isStruct(value) && typeof value["edn"] === "string" ? Literal.of(value["edn"]) : value;
}

function linesOf(outcome: CheckOutcome, recorder: Recorder): Record<number, number> {
  const numbers =
    outcome.kind === "violated"
      ? "orders" in outcome
        ? [...outcome.indices, ...(outcome.prefix?.indices ?? [])]
        : outcome.operations
      : [];
  return Object.fromEntries(numbers.map((number) => [number, recorder.lineOf(number) ?? 0]));
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
      // Each key alone may be serializable although the whole is not.
      return wholeHistory((history) => check(unorderedHistory(history), model, { ...options, keys: "whole" }));
  }
}
