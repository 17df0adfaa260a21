/**
 * A small-scope certificate: every scenario of a system up to a size was explored exhaustively, or the unexplored part
 * is named.
 *
 * Equal code, scope and bounds give equal bytes: the time it took is in a separate file. The shards of a certificate
 * add up to the whole: the counts by addition, and the digest too.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { certificateName, coverageText } from "./coverage-text.ts";

const CERTIFICATE_VERSION = 1;

const count = z.int().nonnegative();
const text = z.string();

export const CertificateScope = z.strictObject({
  threads: z.int().positive(),
  operations: z.int().positive(),
  keys: z.int().positive(),
});

export const Certificate = z
  .strictObject({
    format: z.literal("quiesce-certificate"),
    version: z.literal(CERTIFICATE_VERSION),
    code: text.describe("version and fingerprint of the source that was explored"),
    system: text,
    model: z.literal("sc").describe("the memory model"),
    scope: CertificateScope,
    shard: z
      .strictObject({ index: z.int().positive(), count: z.int().positive() })
      .describe("which part of the scope this is: the index-th of count"),
    verdict: z.enum(["holds", "violated", "unknown"]),
    because: text.optional().describe("why the verdict is unknown"),
    scenarios: count.describe("scenarios of this part of the scope, up to symmetry"),
    explored: count.describe("scenarios explored to the end"),
    executions: count.describe("complete execution graphs of all scenarios together"),
    blocked: count.describe("execution graphs that end with a thread waiting"),
    histories: count.describe("distinct histories, scenario by scenario"),
    digest: z
      .string()
      .regex(/^[0-9a-f]{12}$/)
      .describe("sum of the digests of the rows, one a scenario: equal digests, equal counts in each"),
    violations: z.array(z.strictObject({ scenario: text, property: text, because: text, trace: text })),
  })
  .describe("what was explored, and that nothing was found");

export type Certificate = z.infer<typeof Certificate>;

/** The result of exploring one scenario of the scope. */
export interface CertificateRow {
  readonly scenario: string;
  readonly executions: number;
  readonly blocked: number;
  readonly histories: number;
}

const DIGEST_BITS = 48n;

/** A digest that does not depend on the order of the rows. */
export function digestOf(rows: readonly CertificateRow[]): string {
  return rows.reduce((sum, { scenario, executions, blocked, histories }) => {
    const hash = createHash("sha256").update(`${scenario} ${executions} ${blocked} ${histories}`).digest("hex");
    return addDigests(sum, hash.slice(0, 12));
  }, "000000000000");
}

function addDigests(left: string, right: string): string {
  return BigInt.asUintN(Number(DIGEST_BITS), BigInt(`0x${left}`) + BigInt(`0x${right}`))
    .toString(16)
    .padStart(12, "0");
}

export function certificateOf(parts: Omit<Certificate, "format" | "version" | "model">): Certificate {
  return { format: "quiesce-certificate", version: CERTIFICATE_VERSION, model: "sc", ...parts };
}

/** The name of the certificate's file, without a folder. */
export function certificateFile(certificate: Pick<Certificate, "system" | "scope" | "shard">): string {
  const { index, count: shards } = certificate.shard;
  return `${certificateName(certificate)}${shards === 1 ? "" : `.shard-${index}-of-${shards}`}.json`;
}

/** The bytes of a certificate's file. */
export function certificateJson(certificate: Certificate): string {
  return `${JSON.stringify(Certificate.parse(certificate), null, 2)}\n`;
}

/** Why certificates are not shards of one. */
export interface Misfit {
  readonly misfit: string;
}

/** Merges the shards of one certificate, or states what does not match. */
export function mergeCertificates(shards: readonly Certificate[]): Certificate | Misfit {
  const [first] = shards;
  if (first === undefined) return { misfit: "there is no certificate to merge" };
  const misfit = misfitOf(first, shards);
  if (misfit !== undefined) return { misfit };
  const ordered = shards.toSorted((left, right) => left.shard.index - right.shard.index);
  const sum = (of: (shard: Certificate) => number): number => ordered.reduce((all, shard) => all + of(shard), 0);
  const verdict =
    (["violated", "unknown"] as const).find((worse) => ordered.some((shard) => shard.verdict === worse)) ?? "holds";
  const because = ordered.find((shard) => shard.because !== undefined)?.because;
  return certificateOf({
    code: first.code,
    system: first.system,
    scope: first.scope,
    shard: { index: 1, count: 1 },
    verdict,
    ...(because === undefined ? {} : { because }),
    scenarios: sum(({ scenarios }) => scenarios),
    explored: sum(({ explored }) => explored),
    executions: sum(({ executions }) => executions),
    blocked: sum(({ blocked }) => blocked),
    histories: sum(({ histories }) => histories),
    digest: ordered.reduce((digest, shard) => addDigests(digest, shard.digest), "000000000000"),
    violations: ordered.flatMap(({ violations }) => violations),
  });
}

/** Why shards do not match: another system, scope or code, a missing or duplicate shard. */
function misfitOf(first: Certificate, shards: readonly Certificate[]): string | undefined {
  const name = certificateName(first);
  for (const shard of shards) {
    if (certificateName(shard) !== name) return `${certificateName(shard)} and ${name} are certificates of two scopes`;
    if (shard.code !== first.code)
      return (
        `${name}: shard ${shard.shard.index} is of code ${shard.code}, ` +
        `and shard ${first.shard.index} of ${first.code}`
      );
    if (shard.shard.count !== first.shard.count)
      return `${name}: it was cut in ${first.shard.count} shards and in ${shard.shard.count}`;
  }
  const indexes = new Set(shards.map(({ shard }) => shard.index));
  for (let index = 1; index <= first.shard.count; index++) {
    if (!indexes.has(index)) return `${name}: shard ${index}/${first.shard.count} is missing`;
  }
  return indexes.size < shards.length ? `${name}: a shard is there twice` : undefined;
}

/** The line for the terminal. */
export function certificateLine(certificate: Certificate): string {
  const { verdict, shard } = certificate;
  const name = `${certificateName(certificate)}${shard.count === 1 ? "" : ` (shard ${shard.index}/${shard.count})`}`;
  return `${verdict.padEnd(8)}  ${name}  ${coverageText(certificate)}`;
}

/** A description of what was explored: `every scenario of peers with 2 threads of 2 operations over 2 keys, …`. */
export function scopeText({ system, scope }: Pick<Certificate, "system" | "scope">): string {
  const size =
    `${several(scope.threads, "thread")} ` +
    `of ${several(scope.operations, "operation")} over ${several(scope.keys, "key")}`;
  return `every scenario of ${system} with ${size}, once up to the order of threads and the names of keys`;
}

/** `1 key`, `2 keys`. */
function several(things: number, noun: string): string {
  return `${number(things)} ${noun}${things === 1 ? "" : "s"}`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}
