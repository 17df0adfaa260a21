/**
 * Histories in every supported format, with the faults of slips of the hand, broken disks and other recorders.
 */
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { builtInModels } from "#properties/histories/built-in-models.ts";
import { historiesIn, writtenFormats } from "#properties/histories/written-formats.ts";
import type { WrittenFormat } from "#properties/histories/written-formats.ts";
import { TRANSACTION_MODELS } from "#properties/transactions/transaction-model.ts";
import { simulateTransactions } from "#properties/transactions/simulate-transactions.ts";
import type { TransactionEvent } from "#properties/transactions/transaction-event.ts";

export interface MutatedFile {
  /** The format in which it was written. */
  readonly title: string;
  /** A model of `quiesce check`. */
  readonly model: string;
  readonly bytes: Uint8Array;
}

/** Files with none to three mutations; one in ten is compressed, and damaged only then. */
export function mutatedFiles(): fc.Arbitrary<MutatedFile> {
  return fc
    .record({
      sample: fc.constantFrom(...samples()),
      edits: fc.array(edit, { minLength: 0, maxLength: 3 }),
      compression: fc.integer({ min: 0, max: 9 }),
    })
    .map(({ sample: { title, model, text }, edits, compression }) => ({
      title,
      model,
      bytes: edits.reduce(edited, compression === 0 ? gzipSync(text) : text),
    }));
}

interface Sample {
  readonly title: string;
  readonly model: string;
  readonly text: Buffer;
}

let kept: readonly Sample[] | undefined;

/** The same in every thread. */
function samples(): readonly Sample[] {
  return (kept ??= [...writtenFormats.flatMap(objectSamples), ...transactionSamples()]);
}

/** Values that a format can hold for any model, and those that a register or a map knows. */
function objectSamples(format: WrittenFormat, number: number): Sample[] {
  const models = Object.keys(builtInModels);
  const isMap = format.functions.some(({ f }) => f === "put");
  const known = {
    ...format,
    values: fc.integer({ min: 0, max: 3 }),
    functions: format.functions.filter(({ f }) => /^(?:read|write|get|put)$/.test(f)),
  };
  const { title } = format;
  const sampled = (from: WrittenFormat, count: number): Buffer[] =>
    fc.sample(historiesIn(from), { seed: number, numRuns: count }).map((history) => Buffer.from(from.write(history)));
  return [
    ...sampled(format, 15).map((text, i) => ({
      title,
      text,
      model: models[(number + i) % models.length] ?? "register",
    })),
    ...sampled(known, 25).map((text, i) => ({
      title,
      text,
      model: isMap ? "kv-map" : i % 2 === 0 ? "register" : "cas-register",
    })),
  ];
}

function transactionSamples(): Sample[] {
  const writers = { "transactions in EDN": ednLine, "transactions in JSON": jsonLine };
  return Object.entries(writers).flatMap(([title, write]) =>
    TRANSACTION_MODELS.flatMap((model) =>
      Array.from({ length: 20 }, (_, seed) => ({
        title,
        model,
        text: Buffer.from([...simulateTransactions({ ...TRANSACTIONS, model, seed })].map(write).join("\n")),
      })),
    ),
  );
}

const TRANSACTIONS = {
  level: "read-committed",
  transactions: 6,
  processes: 3,
  keys: 2,
  writesPerKey: 5,
  operationsMax: 3,
  failsOneIn: 5,
  unknownOneIn: 5,
} as const;

function ednLine({ process, type, value }: TransactionEvent): string {
  const text = JSON.stringify(value)
    .replaceAll(/"(\w+)"/g, ":$1")
    .replaceAll(",", " ")
    .replaceAll("null", "nil");
  return `{:process ${process}, :type :${type}, :f :txn, :value ${text}}`;
}

function jsonLine({ process, type, value }: TransactionEvent): string {
  return JSON.stringify({ process, type, f: "txn", value });
}

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
