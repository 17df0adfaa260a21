/**
 * The rows of a certificate, one for each explored scenario, in a file beside it. Their digests add up to the
 * certificate's, so rows and certificate cannot come from different runs; a check explores some of them again.
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

/** The bytes of the file: one line per row. */
export function rowsJson(rows: readonly PlacedRow[]): string {
  const lines = rows.map(({ place, scenario, executions, blocked, histories }) =>
    JSON.stringify({ place, scenario, executions, blocked, histories }),
  );
  return `{ "format": "quiesce-certificate-rows", "version": 1, "rows": [\n${lines.join(",\n")}\n] }\n`;
}

/** @throws Error for a text that is not a file of rows */
export function parseRows(text: string): readonly PlacedRow[] {
  return Rows.parse(JSON.parse(text)).rows;
}

/** Why the rows do not belong to the certificate; undefined if they do. */
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
