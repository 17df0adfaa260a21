/** A result with one of everything, and names that no report may obey. Test data. */
import { type Result, wholeResult } from "./result.ts";

const HOSTILE = `<b>|*]]>&"'\u001b[31m\u202e`;

export const exampleResult: Result = wholeResult({
  quiesce: "0.1.0",
  code: "0123456789abcdef",
  command: "verify",
  profile: "quick",
  seed: 7,
  finished: true,
  scenarios: [
    {
      name: "peers-two-creators",
      system: "peers",
      verdict: "holds",
      seed: 11,
      searches: [{ strategy: "depth-first", exhaustive: true, executions: 1234, accesses: 56_789 }],
    },
    {
      name: `peers-${HOSTILE}`,
      system: "peers",
      verdict: "violated",
      seed: 12,
      searches: [
        { strategy: "depth-first", exhaustive: false, executions: 1000, accesses: 60_000 },
        { strategy: "pct3", exhaustive: false, executions: 17, accesses: 900 },
      ],
      counterexample: {
        property: "memory-safety",
        because: `read of peer#1.refcount ${HOSTILE}`,
        strategy: "pct3",
        seed: 99,
        execution: 17,
        threads: 2,
        accesses: 9,
        preemptions: 1,
        location: { file: "impl/peers/pool file.ts", line: 42, column: 7 },
        orderings: [`the free ${HOSTILE} before the read`],
        story: ["reader        collector", `   1  read ${HOSTILE}`, "```"],
        trace: "traces/peers.trace.json",
        reproduction: "reproductions/peers.ts",
      },
    },
    { name: "locks", system: "programs", verdict: "unknown", because: "stopped after 2 s", seed: 13, searches: [] },
  ],
  traces: [
    {
      trace: "fuzz/traces/one.trace.json",
      scenario: "peers-two-creators",
      verdict: "holds",
      because: "ends without a violation",
    },
    {
      trace: "fuzz/traces/two.trace.json",
      scenario: "peers-two-creators",
      verdict: "violated",
      because: "leak: it is back",
    },
    { trace: "fuzz/traces/three.trace.json", scenario: "gone", verdict: "unknown", because: "its scenario is gone" },
  ],
  museum: [
    {
      slug: "found-bug",
      system: "peers",
      outcome: "found",
      because: "memory-safety after 12 executions",
      executions: 12,
    },
    { slug: "missed-bug", system: "peers", outcome: "missed", because: "not found in 20,000 executions" },
    { slug: "stopped-bug", system: "peers", outcome: "unknown", because: "stopped" },
  ],
  stress: [
    {
      system: "peers",
      source: "impl/native/peers.ts",
      verdict: "holds",
      because: "no violation",
      seed: 3,
      threads: 2,
      milliseconds: 600_000,
    },
    {
      system: `peers ${HOSTILE}`,
      source: "impl/native/peers.ts",
      verdict: "violated",
      because: `get of thread 1 answers ${HOSTILE}`,
      seed: 4,
      threads: 2,
      milliseconds: 600_000,
      property: "linearizability",
      history: "stress/peers.history.json",
    },
  ],
});
