import { expect, test } from "vitest";
import { certificateOf, digestOf } from "./certificate.ts";
import { parseRows, type PlacedRow, rowsFile, rowsJson, rowsMisfit } from "./certificate-rows.ts";

const rows: readonly PlacedRow[] = [
  { place: 0, scenario: "one-1", executions: 3, blocked: 1, histories: 2 },
  { place: 1, scenario: "one-2", executions: 5, blocked: 0, histories: 4 },
];
const certificate = certificateOf({
  code: "1",
  system: "one",
  scope: { threads: 2, operations: 1, keys: 1 },
  shard: { index: 1, count: 1 },
  verdict: "holds",
  scenarios: 2,
  explored: 2,
  executions: 8,
  blocked: 1,
  histories: 6,
  digest: digestOf(rows),
  violations: [],
});

test("written rows are read back", () => {
  expect(parseRows(rowsJson(rows))).toEqual(rows);
  expect(parseRows(rowsJson([]))).toEqual([]);
  expect(rowsFile("certificates/one-2x1x1.json")).toBe("certificates/one-2x1x1.rows.json");
  expect(() => parseRows("{}")).toThrow();
});

test("the rows of a certificate match it, and those of another do not", () => {
  expect(rowsMisfit(certificate, rows)).toBeUndefined();
  expect(rowsMisfit(certificate, rows.slice(1))).toBe("it has 2 scenarios, and there are 1 rows");
  const other = rows.map((row) => ({ ...row, executions: row.executions + 1 }));
  expect(rowsMisfit(certificate, other)).toBe("the digests of the rows do not add up to its digest");
  expect(rowsMisfit({ ...certificate, executions: 9 }, rows)).toBe("it counts 9 executions, and its rows 8");
});
