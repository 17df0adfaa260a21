/**
 * Sequential consistency: some order explains all responses and keeps each client's order; time between clients does
 * not count. It does not compose, so keys are never checked separately.
 *
 * Depth first over the clients' positions, remembering those tried; a matching observation is taken at once.
 * Exponential in the number of clients (the problem is NP-complete: Gibbons and Korach, 1997); at the bounds the
 * verdict is *unknown*. A pending operation may take effect at any time after its client's operations before it, or
 * never.
 *
 * Source: Lamport, "How to make a multiprocessor computer that correctly executes multiprocess programs", 1979.
 */
import { wordAt } from "#impl/memory/word.ts";
import type { Model } from "#model/model.ts";
import { CONFIGURATIONS_MAX, deadlineOf } from "./check.ts";
import type { CheckOptions, CheckVerdict } from "./check.ts";
import type { History } from "./history.ts";
import { problemOf } from "./problem.ts";
import { RowSet } from "./row-set.ts";
import { createStepTable } from "./steps.ts";

/** A sequence of operations; a pending one is its own line, and waits for a position in its client's line. */
interface Line {
  readonly operations: number[];
  readonly waitsFor: { readonly line: number; readonly position: number } | undefined;
}

/** @throws ModelError when the model throws, or is not deterministic as declared */
export function checkSequentialConsistency<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  options: CheckOptions = {},
): CheckVerdict {
  const outOfTime = deadlineOf(options);
  const problem = problemOf(history, model);
  const steps = createStepTable(model, problem.labelOperations, problem.labelResponses);
  const lines = linesOf(history, problem.source, problem.events, problem.optional);
  const width = 1 + lines.length;
  const tried = new RowSet();
  tried.clear(width);
  const row = new Int32Array(width);
  row[0] = steps.initial;
  const stack: number[] = [];
  const done = new Int32Array(width);
  let furthest = -1;

  const labelAt = (line: number, position: number): number =>
    wordAt(problem.labels, lines[line]?.operations[position] ?? 0);
  const isReady = (line: number): boolean => {
    const { operations, waitsFor } = lines[line] ?? { operations: [], waitsFor: undefined };
    return (
      wordAt(done, 1 + line) < operations.length &&
      (waitsFor === undefined || wordAt(done, 1 + waitsFor.line) >= waitsFor.position)
    );
  };
  /** Takes every matching observation in `done`, then adds it. */
  const push = (): void => {
    for (let line = 0; line < lines.length; line += 1) {
      while (isReady(line)) {
        const label = labelAt(line, wordAt(done, 1 + line));
        if (problem.observing[label] === 0 || steps.step(wordAt(done, 0), label) < 0) break;
        done[1 + line] = wordAt(done, 1 + line) + 1;
      }
    }
    if (tried.add(done, 0)) stack.push(tried.count - 1);
  };
  done.set(row);
  push();
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if ((tried.count & 1023) === 0 && outOfTime()) return unknown("time");
    if (tried.count > (options.configurationsMax ?? CONFIGURATIONS_MAX)) return unknown("memory");
    row.set(tried.words.subarray(at * width, (at + 1) * width));
    let explained = 0;
    let left = 0;
    for (const [line, { operations, waitsFor }] of lines.entries()) {
      explained += wordAt(row, 1 + line);
      if (waitsFor === undefined) left += operations.length - wordAt(row, 1 + line);
    }
    furthest = Math.max(furthest, explained);
    if (left === 0) return { kind: "holds", operations: history.length, parts: 1, decidedBy: "search" };
    for (let line = lines.length - 1; line >= 0; line -= 1) {
      done.set(row);
      if (!isReady(line)) continue;
      for (const next of steps.successors(wordAt(row, 0), labelAt(line, wordAt(row, 1 + line)))) {
        done.set(row);
        done[0] = next;
        done[1 + line] = wordAt(row, 1 + line) + 1;
        push();
      }
    }
  }
  return {
    kind: "violated",
    because: `no order that keeps each client's own explains more than ${furthest} of ${history.length} operations`,
    key: undefined,
    impossible: undefined,
    operations: [],
    decidedBy: "search",
  };

  function unknown(because: "time" | "memory"): CheckVerdict {
    return {
      kind: "unknown",
      because,
      key: undefined,
      explained: Math.max(0, furthest),
      operations: history.length,
      configurations: tried.count,
      open: [],
    };
  }
}

function linesOf(
  history: History<unknown, unknown>,
  source: Int32Array,
  events: Int32Array,
  optional: Uint8Array,
): Line[] {
  const lines: Line[] = [];
  const lineOf = new Map<number | string, number>();
  for (const event of events) {
    if ((event & 1) === 1) continue;
    const operation = event >> 1;
    const client = history[wordAt(source, operation)]?.client ?? 0;
    let line = lineOf.get(client);
    if (line === undefined) {
      line = lines.length;
      lineOf.set(client, line);
      lines.push({ operations: [], waitsFor: undefined });
    }
    const own = lines[line];
    if (optional[operation] === 1)
      lines.push({ operations: [operation], waitsFor: { line, position: own?.operations.length ?? 0 } });
    else own?.operations.push(operation);
  }
  return lines;
}
