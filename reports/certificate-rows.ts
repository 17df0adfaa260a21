/**
 * The rows of a certificate, one for each scenario that was explored, in a file beside it. Their digests add up to the
 * certificate's, so rows and certificate cannot be of two runs; a check explores some of them again.
 */
import { z } from "zod";
import { type Certificate, digestOf } from "./certificate.ts";

const count = z.int().nonnegative();

const CertificateRow = z.strictObject({
  /** Place of the scenario in its scope, from 0. */
  place: count,
  scenario: z.string(),
  executions: count,
  blocked: count,
  histories: count,
});

export type PlacedRow = Readonly<z.infer<typeof CertificateRow>>;

const Rows = z.strictObject({
  format: z.literal("quiesce-certificate-rows"),
  version: z.literal(1),
  rows: z.array(CertificateRow),
});

/** Path of the file with the rows of a certificate's file. */
export function rowsFile(certificateFile: string): string {
  return certificateFile.replace(/\.json$/, ".rows.json");
}

/** The bytes of the file: a line a row. */
export function rowsJson(rows: readonly PlacedRow[]): string {
  const lines = rows.map(({ place, scenario, executions, blocked, histories }) =>
    JSON.stringify({ place, scenario, executions, blocked, histories }),
  );
  return `{ "format": "quiesce-certificate-rows", "version": 1, "rows": [\n${lines.join(",\n")}\n] }\n`;
}

/** @throws Error for a text that is no file of rows */
export function parseRows(text: string): readonly PlacedRow[] {
  return Rows.parse(JSON.parse(text)).rows;
}

/** Why the rows are not those of the certificate; undefined if they are. */
export function rowsMisfit(certificate: Certificate, rows: readonly PlacedRow[]): string | undefined {
  if (rows.length !== certificate.explored)
    return `it has ${certificate.explored} scenarios, and there are ${rows.length} rows`;
  if (digestOf(rows) !== certificate.digest) return "the digests of the rows do not add up to its digest";
  for (const counted of ["executions", "blocked", "histories"] as const) {
    const sum = rows.reduce((all, row) => all + row[counted], 0);
    if (sum !== certificate[counted]) return `it counts ${certificate[counted]} ${counted}, and its rows ${sum}`;
  }
  return undefined;
}
