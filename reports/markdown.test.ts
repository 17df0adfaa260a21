import { expect, test } from "vitest";
import { exampleResult } from "./example-result.fixture.ts";
import { markdownSummary } from "./markdown.ts";
import { wholeResult } from "./result.ts";

const summary = markdownSummary(exampleResult, "reports/out");
const lines = summary.split("\n");

test("the verdict comes first, then what was searched, the bugs found and the seed", () => {
  expect(lines[0]).toBe("## ❌ quiesce verify: violated");
  expect(lines[2]).toBe(
    "3 scenarios · 2,251 executions · 1 of 3 known bugs found · 1 of 3 certificates hold · profile `quick` · seed 7",
  );
});

test("every scenario, trace, bug, certificate and stress has a row with as many cells as its table", () => {
  const rows = lines.filter((line) => line.startsWith("| ") && !line.includes("---"));
  const cells = rows.map((line) => line.replace(/\\\|/g, "").split("|").length - 2);
  // Systems, scenarios; traces, bugs and certificates; readers; stress.
  expect(cells).toEqual([4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 3, 3, 3]);
});

test("long tables are folded, after the list of what is not covered", () => {
  const uncovered = lines.indexOf("Not covered:");
  const folds = lines.flatMap((line, at) => (line.startsWith("<details>") ? [at] : []));
  expect(lines.filter((line) => line.startsWith("<details>"))).toEqual([
    "<details><summary>Scenarios: 3</summary>",
    "<details><summary>Saved traces: 3</summary>",
    "<details><summary>Known bugs: 3</summary>",
  ]);
  expect(uncovered).toBeGreaterThan(0);
  expect(Math.min(...folds)).toBeGreaterThan(uncovered);
  expect(lines[uncovered + 2]).toBe("- 1 of 3 scenarios are not decided.");
});

test("no text from a trace becomes HTML, a link or an escape sequence", () => {
  const outside = summary.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, "");
  expect(outside).not.toContain("<b>");
  expect(summary).not.toContain("\u001b");
  expect(summary).not.toContain("\u202e");
});

test("a story with a fence does not end its block", () => {
  expect(lines).toContain("````text");
  expect(lines).toContain("````");
});

test("a counterexample has its place, its orderings and its replay command", () => {
  expect(summary).toContain("At `impl/peers/pool file.ts:42`.");
  expect(summary).toContain("- the free &lt;b&gt;");
  expect(summary).toContain("Replay: `npx quiesce replay reports/out/traces/peers.trace.json`");
});

test("a certificate states what was explored and its file, and its violation has a section", () => {
  expect(summary).toContain(
    "| ✅ holds | peers\\-2x1x2 | all 88 scenarios explored, sequentially consistent&#58; 470 executions, " +
      "333 blocked, 230 histories. File: `reports/out/certificates/peers-2x1x2.json` |",
  );
  expect(summary).toContain("Replay: `npx quiesce replay reports/out/certificates/traces/dst-2x2x2-17.trace.json`");
});

test("the readers' row has the number of files, and the path of the one that was not decided", () => {
  expect(summary).toContain("| ✅ holds | 100 mutated files&#58; 30 verdicts, 70 files refused in a line |");
  const violated = lines.find((line) => line.startsWith("| ❌ violated | 100 mutated files"));
  expect(violated?.endsWith(" File: `reports/out/readers/8.history` |")).toBe(true);
});

test("stress states its time and threads, and the file of a violation's history", () => {
  expect(summary).toContain("| ✅ holds | peers | 2 real threads for 600 s, no violation |");
  const violated = lines.find((line) => line.startsWith("| ❌ violated | peers &lt;"));
  expect(violated).toContain("| linearizability&#58; get of thread 1 returns ");
  expect(violated?.endsWith(" History: `reports/out/stress/peers.history.json` |")).toBe(true);
});

test("without traces and bugs only the tables of systems and scenarios are left; an unfinished one is marked", () => {
  const partial = markdownSummary(
    wholeResult({
      ...exampleResult,
      finished: false,
      scenarios: exampleResult.scenarios.slice(0, 1),
      traces: [],
      museum: [],
      certificates: [],
      readers: [],
      stress: [],
    }),
    "reports/out",
  );
  expect(partial).toContain("**Unfinished**");
  expect(partial).not.toContain("Saved trace");
  expect(partial).not.toContain("Known bugs");
  expect(partial).toContain("- No known bug was put back: that the gate can fail was not shown.");
  expect(partial).not.toContain("Certificate");
  expect(partial).not.toContain("On real threads");
  expect(partial.split("\n")[0]).toBe("## ❔ quiesce verify: unknown");
});
