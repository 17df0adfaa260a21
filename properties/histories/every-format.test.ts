import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { ednText } from "./edn-text.ts";
import { FORMAT_NAMES } from "./formats/format.ts";
import { readHistory } from "./read-history.ts";
import type { RecordedHistory } from "./read-history.ts";
import { historiesIn, writtenFormats } from "./written-formats.ts";
import type { WrittenOperation } from "./written-formats.ts";

const scratch = mkdtempSync(join(tmpdir(), "formats-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const path = join(scratch, "history");

async function read(content: string | Uint8Array): Promise<RecordedHistory> {
  writeFileSync(path, content);
  return readHistory(path);
}

interface ComparedOperation {
  readonly client: unknown;
  readonly f: string;
  readonly key: unknown;
  readonly argument: string;
  readonly output: string;
}

/** Independent of the origin of the times: places become ranks. */
function comparable(
  history: readonly (ComparedOperation & { readonly invokedAt: number; readonly respondedAt: number | undefined })[],
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
  comparable(
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
  comparable(
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
  test(`${format.title}: a written history is read back as the same operations`, async () => {
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
