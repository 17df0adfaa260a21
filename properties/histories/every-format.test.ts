import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { runCheck } from "#fuzz/campaign/history/run-check.ts";
import { builtInModels } from "./built-in-models.ts";
import { ednText } from "./edn-text.ts";
import { FORMAT_NAMES } from "./formats/format.ts";
import { readHistory } from "./read-history.ts";
import type { RecordedHistory } from "./read-history.ts";
import { historiesIn, writtenFormats } from "./write-history.fixture.ts";
import type { WrittenFormat, WrittenOperation } from "./write-history.fixture.ts";

/** Nobody tells it to stop. */
const UNSTOPPED = { shouldStop: () => false };

const scratch = mkdtempSync(join(tmpdir(), "formats-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const path = join(scratch, "history");

async function read(content: string | Uint8Array): Promise<RecordedHistory> {
  writeFileSync(path, content);
  return readHistory(path);
}

interface Told {
  readonly client: unknown;
  readonly f: string;
  readonly key: unknown;
  readonly argument: string;
  readonly output: string;
}

/** The same whatever the times are counted from: places become ranks. */
function told(
  history: readonly (Told & { readonly invokedAt: number; readonly respondedAt: number | undefined })[],
): unknown[] {
  const times = history.flatMap(({ invokedAt, respondedAt }) => [invokedAt, respondedAt ?? invokedAt]);
  const ranks = new Map([...new Set(times)].toSorted((left, right) => left - right).map((time, rank) => [time, rank]));
  return history
    .map(({ invokedAt, respondedAt, ...rest }) => ({
      ...rest,
      invokedAt: ranks.get(invokedAt),
      respondedAt: respondedAt === undefined ? undefined : ranks.get(respondedAt),
    }))
    .toSorted((left, right) => (left.invokedAt ?? 0) - (right.invokedAt ?? 0));
}

const written = (history: readonly WrittenOperation[]): unknown[] =>
  told(
    history
      .filter(({ ending }) => ending !== "fail")
      .map(({ client, f, key, argument, output, invokedAt, endedAt, ending }) => ({
        client: String(client),
        f,
        key,
        argument: ednText(argument),
        output: ending === "ok" ? ednText(output) : "",
        invokedAt,
        respondedAt: ending === "ok" ? endedAt : undefined,
      })),
  );

const recorded = ({ operations }: RecordedHistory): unknown[] =>
  told(
    operations.map(({ client, f, key, argument, output, invokedAt, respondedAt }) => ({
      client: String(client),
      f,
      key,
      argument: ednText(argument),
      output: respondedAt === undefined ? "" : ednText(output),
      invokedAt,
      respondedAt,
    })),
  );

for (const format of writtenFormats) {
  test(`${format.title}: what is written is read back as the same operations`, async () => {
    await fc.assert(
      fc.asyncProperty(historiesIn(format), fc.boolean(), async (history, isCompressed) => {
        const text = format.write(history);
        const found = await read(isCompressed ? gzipSync(text) : text);
        expect(found.format).toBe(format.format);
        expect(recorded(found)).toEqual(written(history));
        expect(found.notes).toHaveLength(format.notes);
      }),
      { seed: 21, numRuns: 60 },
    );
  });
}

test("every format has a writer here", () => {
  expect(new Set(writtenFormats.map(({ format }) => format))).toEqual(new Set(Object.keys(FORMAT_NAMES)));
});

/**
 * `HISTORY_MUTATIONS=100000 npx vitest run properties/histories/every-format` before a reader is changed; fewer in every
 * run.
 */
const MUTATIONS = Number(process.env["HISTORY_MUTATIONS"] ?? 600);

/** What a slip of the hand, a broken disk or another recorder makes of a file. */
const edit = fc.record({
  at: fc.nat(),
  to: fc.nat(),
  kind: fc.constantFrom("set", "drop", "double", "insert", "cut", "line dropped", "lines exchanged", "line moved"),
  byte: fc.nat(255),
  text: fc.constantFrom(
    '"',
    "{",
    "}",
    "[",
    "]",
    "\n",
    ":",
    "#",
    "nil",
    "-",
    "9".repeat(20),
    "1e999",
    "\\",
    ",",
    "\t",
    "\u0000",
  ),
});

type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never;

function edited(bytes: Buffer, { at, to, kind, byte, text }: Edit): Buffer {
  const place = at % Math.max(1, bytes.length);
  switch (kind) {
    case "set":
      return Buffer.concat([bytes.subarray(0, place), Buffer.of(byte), bytes.subarray(place + 1)]);
    case "drop":
      return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1)]);
    case "double":
      return Buffer.concat([bytes.subarray(0, place + 1), bytes.subarray(place)]);
    case "insert":
      return Buffer.concat([bytes.subarray(0, place), Buffer.from(text), bytes.subarray(place)]);
    case "cut":
      return bytes.subarray(0, place);
    default: {
      const lines = bytes.toString("latin1").split("\n");
      const [from, target] = [at % lines.length, to % lines.length];
      const [line = "", other = ""] = [lines[from], lines[target]];
      if (kind === "lines exchanged") [lines[from], lines[target]] = [other, line];
      else lines.splice(from, 1);
      if (kind === "line moved") lines.splice(target, 0, line);
      return Buffer.from(lines.join("\n"), "latin1");
    }
  }
}

interface Sample {
  readonly text: Buffer;
  readonly model: string;
}

/** Histories of every format: of whatever it can hold for any model, and of what a register or a map knows for that. */
function samples(): Sample[] {
  const models = Object.keys(builtInModels);
  return writtenFormats.flatMap((format, number) => {
    const isMap = format.functions.some(({ f }) => f === "put");
    const known = {
      ...format,
      values: fc.integer({ min: 0, max: 3 }),
      functions: format.functions.filter(({ f }) => /^(?:read|write|get|put)$/.test(f)),
    };
    const sampled = (from: WrittenFormat, count: number): Buffer[] =>
      fc.sample(historiesIn(from), { seed: number, numRuns: count }).map((history) => Buffer.from(from.write(history)));
    return [
      ...sampled(format, 15).map((text, i) => ({ text, model: models[(number + i) % models.length] ?? "register" })),
      ...sampled(known, 25).map((text, i) => ({
        text,
        model: isMap ? "kv-map" : i % 2 === 0 ? "register" : "cas-register",
      })),
    ];
  });
}

test(
  `${MUTATIONS} mutated files of every format: a verdict, or a fault in one line with its place, never a stack`,
  async () => {
    const decided = { decided: 0, fault: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples()),
        fc.array(edit, { minLength: 0, maxLength: 3 }),
        fc.integer({ min: 0, max: 9 }),
        async ({ text, model }, edits, compression) => {
          const bytes = edits.reduce(edited, text);
          writeFileSync(path, compression === 0 ? edits.reduce(edited, gzipSync(text)) : bytes);
          const answer = await runCheck(
            {
              file: path,
              model,
              initial: undefined,
              condition: "linearizability",
              timeMs: 2_000,
              keys: "split",
              method: "automatic",
            },
            UNSTOPPED,
          );
          decided[answer.kind] += 1;
          if (answer.kind === "decided") expect(answer.outcome.kind).toMatch(/^(?:holds|violated|unknown)$/);
          else {
            expect(answer.fault).toMatch(
              /history(?::\d+: |: expected operations to check|: the compressed data is damaged)/,
            );
            expect(answer.fault.split("\n")).toHaveLength(1);
          }
        },
      ),
      { seed: 11, numRuns: MUTATIONS },
    );
    expect(Math.min(decided.decided, decided.fault)).toBeGreaterThan(MUTATIONS / 20);
  },
  60_000 + 10 * MUTATIONS,
);
