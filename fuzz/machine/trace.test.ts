import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import {
  compressChoices,
  expandChoices,
  parseTrace,
  readTrace,
  serialiseTrace,
  type Trace,
  TraceError,
  traceOf,
  writeTrace,
} from "./trace.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-trace-"));
afterAll(() => rmSync(folder, { recursive: true }));

const name = fc.string({ minLength: 1, maxLength: 20, unit: "binary" });
const choices = fc.array(fc.nat(5), { maxLength: 50 }).map(compressChoices);

const anyTrace: fc.Arbitrary<Trace> = fc
  .record(
    {
      codeVersion: name,
      scenario: fc.record({ name, system: name, threads: fc.jsonValue({ maxDepth: 3 }) }),
      bug: fc.constantFrom("inetpeer-a", "b2"),
      strategy: name,
      seed: fc.integer(),
      machine: fc.record(
        { dataRaces: fc.boolean(), lockOrder: fc.boolean(), accessesMax: fc.integer({ min: 1, max: 1000 }) },
        { requiredKeys: [] },
      ),
      choices,
      violation: fc.record({ property: name, because: name }),
      orderings: fc.array(name),
      neighbour: fc.record({ because: name, choices }),
    },
    { requiredKeys: ["codeVersion", "scenario", "choices"] },
  )
  .map(traceOf);

const small = traceOf({
  codeVersion: "1",
  scenario: { name: "s", system: "peers" },
  choices: [
    [0, 2],
    [1, 1],
  ],
});

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof TraceError) return error.message;
    throw error;
  }
  return "";
}

test("a trace that is written and parsed again is the same", () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      // A JSON value loses -0, so the comparison is between what has been JSON once.
      expect(parseTrace(serialiseTrace(trace), "it")).toEqual(JSON.parse(JSON.stringify(trace)));
    }),
    { seed: 1 },
  );
});

test("equal traces are equal bytes, whatever the order of their fields", () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const reversed = Object.fromEntries(Object.entries(trace).toReversed()) as Trace;
      expect(serialiseTrace(reversed)).toBe(serialiseTrace(trace));
    }),
    { seed: 1 },
  );
});

test("choices are kept as runs, and unfold to what they were", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3)), (threads) => {
      expect([...expandChoices(compressChoices(threads))]).toEqual(threads);
    }),
    { seed: 1 },
  );
  expect(compressChoices([0, 0, 1, 0])).toEqual([
    [0, 2],
    [1, 1],
    [0, 1],
  ]);
});

test("an edited trace is read or refused in one line, never anything else", () => {
  fc.assert(
    fc.property(
      anyTrace,
      fc.nat(),
      fc.nat(200),
      fc.string({ maxLength: 5, unit: "binary" }),
      (trace, at, length, put) => {
        const text = serialiseTrace(trace);
        const start = at % (text.length + 1);
        const edited = text.slice(0, start) + put + text.slice(start + length);
        const message = messageOf(() => parseTrace(edited, "t.json"));
        // oxlint-disable-next-line no-control-regex -- controls are what it is about
        expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        expect(message.length).toBeLessThan(500);
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

test("a file that is cut off is said to be no JSON", () => {
  expect(messageOf(() => parseTrace(serialiseTrace(small).slice(0, 40), "t.json"))).toMatch(
    /^t\.json is no JSON: .*; was it cut off, or edited\?$/,
  );
});

test("an empty file is said to be empty", () => {
  expect(messageOf(() => parseTrace(" \n", "t.json"))).toBe("t.json is empty, and should be a trace");
});

test("another version is named, beside the one that is read", () => {
  const text = serialiseTrace(small).replace('"version": 1', '"version": 7');
  expect(messageOf(() => parseTrace(text, "t.json"))).toBe(
    "t.json: its version is 7, and this quiesce reads version 1; replay it with the quiesce that wrote it",
  );
  expect(messageOf(() => parseTrace('{"format":"quiesce-trace"}', "t.json"))).toContain("its version is missing");
});

test("other JSON is said to be no trace", () => {
  for (const text of ["[]", "null", "3", '"quiesce-trace"', '{"format":"other"}']) {
    expect(messageOf(() => parseTrace(text, "t.json"))).toBe(
      't.json is JSON, but no trace: it has no "format": "quiesce-trace"',
    );
  }
});

test("a field that does not fit, is missing or is unknown is named by its path", () => {
  const edit = (from: string, to: string): string =>
    messageOf(() => parseTrace(serialiseTrace(small).replace(from, to), "t.json"));
  expect(edit("[[0,2],[1,1]]", "[[0,-2],[1,1]]")).toMatch(/^t\.json is no trace: choices\[0\]\[1\]: /);
  expect(edit('"codeVersion": "1",', "")).toMatch(/^t\.json is no trace: codeVersion: /);
  expect(edit('"codeVersion"', '"codeVersions": "1", "codeVersion"')).toMatch(/codeVersions/);
  expect(edit("[[0,2],[1,1]]", "[[0,1e15]]")).toMatch(/^t\.json is no trace: choices\[0\]\[1\]: /);
});

test("more accesses than a trace may have are refused before room is made for them", () => {
  const many = Array.from({ length: 20 }, () => [0, 1_000_000]);
  const text = serialiseTrace(small).replace("[[0,2],[1,1]]", JSON.stringify(many));
  expect(messageOf(() => parseTrace(text, "t.json"))).toBe(
    "t.json schedules 20000000 accesses, and a trace has at most 1000000",
  );
});

test("accesses and choices of different lengths are refused", () => {
  const text = serialiseTrace({ ...small, accesses: ["read x"] });
  expect(messageOf(() => parseTrace(text, "t.json"))).toBe(
    "t.json is no trace: its choices schedule 3 accesses, and its accesses are 1",
  );
});

test("brackets without end do not overflow the stack", () => {
  for (const text of ["[".repeat(5_000_000), '{"a":'.repeat(1_000_000), "[".repeat(65) + "]".repeat(65)]) {
    expect(messageOf(() => parseTrace(text, "t.json"))).toBe(
      "t.json nests its brackets more than 64 deep, and a trace does not",
    );
  }
});

test("brackets inside a string do not count", () => {
  const text = serialiseTrace({ ...small, strategy: `${"[".repeat(100)}\\"${"{".repeat(50)}` });
  expect(parseTrace(text, "t.json").strategy).toContain("[[[");
});

test("a file larger than 64 MiB is refused before it is read", () => {
  const path = join(folder, "huge.json");
  writeFileSync(path, "");
  truncateSync(path, 64 * 1024 * 1024 + 1);
  expect(messageOf(() => readTrace(path))).toMatch(/huge\.json has 67108865 bytes, and a trace has at most 67108864$/);
});

test("a file that is not there, a folder and a device are said to be so", () => {
  expect(messageOf(() => readTrace(join(folder, "none.json")))).toMatch(
    /^cannot read .*none\.json: there is no such file; name a trace file/,
  );
  expect(messageOf(() => readTrace(folder))).toMatch(/ is a folder; name a trace file/);
  expect(messageOf(() => readTrace("/dev/zero"))).toBe("/dev/zero is no regular file; copy the trace to a file first");
});

test("control characters of a path or a trace are shown in messages, not sent to the terminal", () => {
  expect(messageOf(() => readTrace(join(folder, "\u001b[31m.json")))).toContain("\\u{1b}[31m");
  expect(messageOf(() => parseTrace('{"format":"quiesce-trace","version":"\\u001b[2J"}', "t.json"))).not.toContain(
    "\u001b",
  );
});

test("a trace is written whole, under its own name only", () => {
  const path = join(folder, "written", "a.trace.json");
  writeTrace(path, small);
  expect(readdirSync(join(folder, "written"))).toEqual(["a.trace.json"]);
  expect(readTrace(path)).toEqual(small);
  expect(readFileSync(path, "utf8").endsWith("}\n")).toBe(true);
});
