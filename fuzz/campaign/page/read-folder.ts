/** Reads the commands' files in a report folder, for its page. Unreadable files become notes on the page. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { z } from "zod";
import { commandPath } from "#fuzz/host/command-path.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { Certificate } from "#reports/certificate.ts";
import type {
  PageBench,
  PageBug,
  PageHistory,
  PageLitmus,
  PageRun,
  PageSaturation,
  PageCoverage,
} from "#reports/page-data.ts";
import { Result } from "#reports/result.ts";
import type { Costs } from "#reports/lookup-costs.ts";
import { visibleText } from "#reports/visible-text.ts";

/** Largest file that is included in the page, in bytes. */
const BYTES_MAX = 64 * 1024 * 1024;

const number = z.number();
const text = z.string();

const Timing = z.object({
  startedAt: text,
  milliseconds: number,
  workers: number,
  cpu: text,
  node: text,
  parts: z.record(text, number),
});

const Bugs = z.object({
  bugs: z.array(
    z.object({
      slug: text,
      system: text,
      scenario: text,
      outcome: z.enum(["found", "missed"]),
      because: text,
      strategies: z.array(
        z.object({
          strategy: text,
          searches: number,
          catches: number,
          median: number.exactOptional(),
          worst: number.exactOptional(),
        }),
      ),
      preemptions: number.exactOptional(),
      accesses: number.exactOptional(),
      trace: text.exactOptional(),
    }),
  ),
});

/** A result, with its files beside it. */
export interface ReadRun {
  readonly run: PageRun;
  /** Folder of the result: paths in it are relative to that. */
  readonly folder: string;
}

/**
 * @throws InputError for a file that is not a result: a run requested by name must exist
 */
export function readRun(path: string): ReadRun {
  const value = readJson(path);
  const parsed = Result.safeParse(value);
  if (!parsed.success)
    throw new InputError(`${visibleText(path)} is no result of this version of quiesce: ${issueText(parsed.error)}`);
  const folder = dirname(resolve(path));
  const timing = Timing.safeParse(readIfThere(join(folder, "timing.json")));
  return {
    run: { name: commandPath(resolve(path)), result: parsed.data, ...(timing.success && { timing: timing.data }) },
    folder,
  };
}

/** The files beside a result, in the report folder. */
export interface FolderContents {
  readonly bugs: readonly PageBug[];
  readonly certificates: readonly Certificate[];
  readonly litmus: readonly PageLitmus[];
  readonly histories: readonly PageHistory[];
  readonly saturation: readonly PageSaturation[];
  readonly coverage: readonly PageCoverage[];
  readonly benches: readonly PageBench[];
  readonly costs?: Costs;
  readonly mutation: readonly { readonly name: string; readonly report: unknown }[];
  readonly notes: readonly string[];
}

export function readFolder(folder: string): FolderContents {
  const notes: string[] = [];
  /** The file's contents, if it exists and has that format. */
  const read = <T>(file: string, schema: z.ZodType<T>): T | undefined => {
    const path = join(folder, file);
    if (!existsSync(path)) return undefined;
    try {
      const parsed = schema.safeParse(readJson(path));
      if (parsed.success) return parsed.data;
      notes.push(`${commandPath(path)} is left out: ${issueText(parsed.error)}`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      notes.push(error.message);
    }
    return undefined;
  };
  const costs = read("costs.json", ofFormat<Costs>("quiesce-costs"));
  return {
    bugs: (read("bugs.json", Bugs)?.bugs ?? []) as readonly PageBug[],
    certificates: ["", "certificates/"].flatMap((below) =>
      namesIn(join(folder, below), CERTIFICATE_NAME).flatMap((name) => {
        const certificate = read(`${below}${name}`, Certificate);
        return certificate === undefined ? [] : [fromFolder(certificate, below)];
      }),
    ),
    litmus: read("litmus.json", ofFormat<{ tests: readonly PageLitmus[] }>("quiesce-litmus"))?.tests ?? [],
    histories:
      read("histories.json", ofFormat<{ histories: readonly PageHistory[] }>("quiesce-histories"))?.histories ?? [],
    saturation:
      read("saturation.json", ofFormat<{ searches: readonly PageSaturation[] }>("quiesce-saturation"))?.searches ?? [],
    coverage:
      read("schedule-coverage.json", ofFormat<{ systems: readonly PageCoverage[] }>("quiesce-schedule-coverage"))
        ?.systems ?? [],
    benches: read("bench.json", ofFormat<{ benches: readonly PageBench[] }>("quiesce-bench"))?.benches ?? [],
    ...(costs !== undefined && { costs }),
    mutation: Object.entries(MUTATION).flatMap(([name, file]) => {
      const report = read(file, z.object({ schemaVersion: text, files: z.record(text, z.unknown()) }).loose());
      return report === undefined ? [] : [{ name, report }];
    }),
    notes,
  };
}

/** Results of mutation, by the names that the page gives them. */
const MUTATION = {
  gate: "mutants.json",
  source: "mutation/mutation.json",
  synchronisation: "mutation/synchronisation.json",
};

/** `peers-2x2x3.json`, or a shard of it. */
const CERTIFICATE_NAME = /-\d+x\d+x\d+(\.shard-\d+-of-\d+)?\.json$/;

/** With the paths of its traces relative to the report folder. */
function fromFolder(certificate: Certificate, below: string): Certificate {
  const violations = certificate.violations.map((one) => ({ ...one, trace: `${below}${one.trace}` }));
  return { ...certificate, violations };
}

/** Our own files name their format; their contents were written by the same code. */
function ofFormat<T>(format: string): z.ZodType<T> {
  return z.custom<T>(
    (value) => typeof value === "object" && value !== null && "format" in value && value.format === format,
    `it is no ${format}`,
  );
}

function namesIn(folder: string, pattern: RegExp): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .toSorted();
}

/** The text of a file that a result names; undefined if it is missing or lies elsewhere. */
export function textBeside(folder: string, file: string): string | undefined {
  const path = resolve(folder, file);
  if (relative(folder, path).startsWith("..") || !existsSync(path) || statSync(path).size > BYTES_MAX) return undefined;
  return readFileSync(path, "utf8");
}

function readIfThere(path: string): unknown {
  return existsSync(path) ? readJson(path) : undefined;
}

/** @throws InputError if it is missing or not JSON */
function readJson(path: string): unknown {
  const shown = visibleText(path);
  let contents: string;
  try {
    const { size } = statSync(path);
    if (size > BYTES_MAX) throw new InputError(`${shown} has ${size} bytes, and may have ${BYTES_MAX}`);
    contents = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`cannot read ${shown}; name a result such as reports/out/result.json`, { cause: error });
  }
  try {
    return JSON.parse(contents);
  } catch (error) {
    throw new InputError(`${shown} is no JSON; was it cut off, or edited?`, { cause: error });
  }
}

function issueText(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? "it is of another format" : visibleText(`${issue.path.join(".")}: ${issue.message}`);
}
