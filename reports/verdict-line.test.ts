import { expect, test } from "vitest";
import { exampleResult } from "./example-result.fixture.ts";
import { bugLine, certificateResultLine, readersLine, scenarioLine, stressLine, traceLine } from "./verdict-line.ts";

test("a scenario's line has its verdict, its name, and the searched executions", () => {
  expect(exampleResult.scenarios.map((scenario) => scenarioLine(scenario, 18))).toEqual([
    "holds     peers-two-creators  every execution (1,234), sequentially consistent",
    `violated  peers-<b>|*]]>&"'\\u{1b}[31m\\u{202e}  memory-safety: ` +
      `read of peer#1.refcount <b>|*]]>&"'\\u{1b}[31m\\u{202e} ` +
      "(1,017 executions by depth-first, pct3, sequentially consistent)",
    "unknown   locks               stopped after 2 s (not searched)",
  ]);
});

test("a trace's line and a bug's line end in the reason", () => {
  expect(exampleResult.traces.map((trace) => traceLine(trace, 0))[1]).toBe(
    "violated  fuzz/traces/two.trace.json  leak: it is back",
  );
  expect(exampleResult.museum.map((bug) => bugLine(bug, 11))[0]).toBe(
    "found     found-bug    memory-safety after 12 executions",
  );
});

test("a certificate's line states its coverage, and why not more", () => {
  expect(exampleResult.certificates.map((certificate) => certificateResultLine(certificate, 17))).toEqual([
    "holds     peers-2x1x2        all 88 scenarios explored, sequentially consistent: " +
      "470 executions, 333 blocked, 230 histories",
    "violated  dst-2x2x2          4,587 of 4,588 scenarios explored, sequentially consistent: " +
      "9,000 executions, 12 blocked, 100 histories",
    "unknown   route-cache-2x2x2  50 of 6,222 scenarios explored, sequentially consistent: " +
      "60 executions, 0 blocked, 5 histories; interrupted",
  ]);
});

test("a line of the readers has the number of files and their outcomes", () => {
  expect(exampleResult.readers.map((readers) => readersLine(readers, 8))).toEqual([
    "holds     readers   100 mutated files: 30 verdicts, 70 files refused in a line",
    `violated  readers   100 mutated files: EDN, --model queue: TypeError: <b>|*]]>&"'\\u{1b}[31m\\u{202e}`,
  ]);
});

test("a line of stress states its time and threads, or the violated property", () => {
  expect(exampleResult.stress.map((stress) => stressLine(stress, 6))).toEqual([
    "holds     peers   2 real threads for 600 s, no violation",
    `violated  peers <b>|*]]>&"'\\u{1b}[31m\\u{202e}  linearizability: ` +
      `get of thread 1 returns <b>|*]]>&"'\\u{1b}[31m\\u{202e} (2 real threads)`,
  ]);
});
