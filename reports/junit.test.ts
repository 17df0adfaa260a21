import { XMLParser, XMLValidator } from "fast-xml-parser";
import { z } from "zod";
import { expect, test } from "vitest";
import { exampleResult } from "./example-result.fixture.ts";
import { junitXml } from "./junit.ts";

const xml = junitXml(exampleResult, {
  folder: "reports/out",
  parts: { "peers-two-creators": 1500, "found-bug": 250, "peers-2x1x2": 500, "stress peers": 2000 },
});

const Totals = z.object({
  "@tests": z.coerce.number(),
  "@failures": z.coerce.number(),
  "@errors": z.coerce.number(),
  "@time": z.coerce.number(),
});
const Problem = z.object({ "@message": z.string(), "@type": z.string(), "#text": z.string() });
const Case = z.object({
  "@name": z.string(),
  "@classname": z.string(),
  "@time": z.coerce.number(),
  failure: Problem.optional(),
  error: Problem.optional(),
});
const Document = z.object({
  testsuites: Totals.extend({
    testsuite: z.array(Totals.extend({ "@name": z.string(), "@skipped": z.coerce.number(), testcase: z.array(Case) })),
  }),
});

function parsed() {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    trimValues: false,
    isArray: (name) => name === "testsuite" || name === "testcase",
  });
  return Document.parse(parser.parse(xml)).testsuites;
}

test("the file is well-formed XML without characters that XML forbids", () => {
  expect(XMLValidator.validate(xml)).toBe(true);
  // oxlint-disable-next-line no-control-regex -- the test is about controls
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
});

test("systems, saved traces, museum, certificates, readers and stress are suites, with a case for each result", () => {
  expect(parsed().testsuite.map((suite) => [suite["@name"], suite.testcase.length])).toEqual([
    ["peers", 2],
    ["programs", 1],
    ["saved traces", 3],
    ["museum", 3],
    ["certificates", 3],
    ["readers", 2],
    ["stress", 2],
  ]);
});

test("violations and missed bugs are failures, undecided results are errors, and the totals agree", () => {
  const document = parsed();
  expect([document["@tests"], document["@failures"], document["@errors"]]).toEqual([16, 6, 4]);
  const problems = document.testsuite
    .flatMap(({ testcase }) => testcase)
    .map(({ failure, error }) => [failure?.["@type"], error?.["@type"]]);
  expect(problems).toEqual([
    [undefined, undefined],
    ["memory-safety", undefined],
    [undefined, "unknown"],
    [undefined, undefined],
    ["trace", undefined],
    [undefined, "unknown"],
    [undefined, undefined],
    ["missed", undefined],
    [undefined, "unknown"],
    [undefined, undefined],
    ["grace-period", undefined],
    [undefined, "unknown"],
    [undefined, undefined],
    ["readers", undefined],
    [undefined, undefined],
    ["linearizability", undefined],
  ]);
});

test("a failure has the story, and hostile names survive unchanged", () => {
  const failure = parsed().testsuite[0]?.testcase[1]?.failure;
  expect(failure?.["@message"]).toBe(`read of peer#1.refcount <b>|*]]>&"'\\u{1b}[31m\\u{202e}`);
  expect(failure?.["#text"]).toContain("reader        collector");
});

test("a certificate states its coverage, and a violation of it the scenario and the replay command", () => {
  const [, violated, stopped] = parsed().testsuite.find((suite) => suite["@name"] === "certificates")?.testcase ?? [];
  expect(violated?.failure?.["@message"]).toContain("4,587 of 4,588 scenarios explored, sequentially consistent");
  expect(violated?.failure?.["#text"]).toMatch(
    /\nin dst-2x2x2-17 [\s\S]*\nreplay {2}npx quiesce replay reports\/out\/certificates\/traces\/dst-2x2x2-17\.trace\.json$/u,
  );
  expect(stopped?.error?.["@message"]).toMatch(
    /^50 of 6,222 scenarios explored, sequentially consistent: .*; interrupted$/u,
  );
});

test("a file that was not decided has the command to check it again", () => {
  const readers = parsed().testsuite.find((suite) => suite["@name"] === "readers");
  expect(readers?.testcase[1]?.failure?.["#text"]).toMatch(
    /^EDN, --model queue: .*\nagain {2}npx quiesce check reports\/out\/readers\/8\.history --model queue$/u,
  );
});

test("a violation on real threads names the file of its history", () => {
  expect(parsed().testsuite.at(-1)?.testcase[1]?.failure?.["#text"]).toMatch(
    /^get of thread 1 returns .*\nhistory {2}reports\/out\/stress\/peers\.history\.json$/u,
  );
});

test("times are seconds, and a suite's time is the sum of its cases", () => {
  const [peers] = parsed().testsuite;
  expect(peers?.["@time"]).toBe(1.5);
  expect(parsed()["@time"]).toBe(4.25);
});
