import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { mutationReport } from "./mutation-report.ts";
import { exampleMutants, exampleSource } from "./tried-mutant.fixture.ts";

const schemaFile = import.meta.resolve("mutation-testing-report-schema/mutation-testing-report-schema.json");
const { $schema: _draft, ...schema } = JSON.parse(readFileSync(new URL(schemaFile), "utf8"));
const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);

const files = ["impl/peers/half.ts", "impl/sync/half.ts"];
const report = mutationReport(
  exampleMutants,
  new Map(files.map((file) => [file, exampleSource])),
  new Map([["peers", ["peers-one", "peers-two"]]]),
  { seed: 1, executionsMax: 200, systems: { peers: "0123456789abcdef" } },
);

test("the result is valid in the schema of mutation testing, and the schema refuses a status of ours", () => {
  expect(validate(JSON.parse(JSON.stringify(report))), JSON.stringify(validate.errors)).toBe(true);
  const [mutant] = report.files[files[0] ?? ""]?.mutants ?? [];
  const wrong = { ...report, files: { a: { language: "x", source: "", mutants: [{ ...mutant, status: "timeout" }] } } };
  expect(validate(wrong)).toBe(false);
});

test("each mutant stands with its file, its status, what reaches it and what killed it", () => {
  const mutants = report.files["impl/peers/half.ts"]?.mutants ?? [];
  expect(mutants.map(({ status }) => status)).toEqual([
    "Killed",
    "Timeout",
    "Survived",
    "NoCoverage",
    "Ignored",
    "Pending",
  ]);
  expect(mutants[0]).toMatchObject({
    id: "impl/peers/half.ts:0",
    statusReason: "linearizability: it is too large",
    coveredBy: ["peers-one", "peers-two"],
    killedBy: ["peers-two"],
    duration: 12,
  });
});
