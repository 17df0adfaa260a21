/**
 * SARIF 2.1.0, the format of code scanning: each violation at the source line of its access.
 */
import type { Log, ReportingDescriptor, Result as SarifResult } from "sarif";
import type { Counterexample, Location, Result } from "./result.ts";
import { searchedUnder } from "./searched-under.ts";
import { visibleText } from "./visible-text.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** Rule of a museum bug that the gate missed: the gate itself is at fault. */
const MISSED_RULE = "museum-bug-missed";

/** @param folder the folder of the reports, relative to the project's root, for commands */
export function sarifLog(result: Result, folder: string): Log {
  const rules: ReportingDescriptor[] = [];
  const ruleIndex = (id: string, text: string): number => {
    const known = rules.findIndex((rule) => rule.id === id);
    if (known !== -1) return known;
    rules.push({ id, shortDescription: { text }, defaultConfiguration: { level: "error" } });
    return rules.length - 1;
  };
  const results: SarifResult[] = [];
  for (const { name, counterexample } of result.scenarios) {
    if (counterexample === undefined) continue;
    const id = visibleText(counterexample.property);
    results.push(violationResult(name, id, ruleIndex(id, `The property ${id} is violated`), counterexample, folder));
  }
  for (const { scenario, counterexample } of result.certificates.flatMap(({ violations }) => violations)) {
    const id = visibleText(counterexample.property);
    results.push(
      violationResult(scenario, id, ruleIndex(id, `The property ${id} is violated`), counterexample, folder),
    );
  }
  for (const { slug, outcome, because } of result.museum) {
    if (outcome !== "missed") continue;
    results.push({
      ruleId: MISSED_RULE,
      ruleIndex: ruleIndex(MISSED_RULE, "A known bug, put back, is not found"),
      level: "error",
      message: { text: visibleText(`${slug}: ${because}`) },
      locations: [location({ file: `fuzz/bugs/${slug}.patch`, line: 1 })],
    });
  }
  for (const { because, seed, file } of result.readers) {
    if (file === undefined) continue;
    results.push({
      ruleId: "readers",
      ruleIndex: ruleIndex("readers", "A file ends in a verdict, or in a fault of one line"),
      level: "error",
      message: { text: visibleText(`${because}. File: ${folder}/${file}`) },
      locations: [location({ file: "properties/histories/read-history.ts", line: 1 })],
      partialFingerprints: { "readers/v1": "readers" },
      properties: { seed },
    });
  }
  for (const { system, source, seed, threads, property, because, history } of result.stress) {
    if (property === undefined) continue;
    const id = visibleText(property);
    const saved = history === undefined ? "" : ` History: ${folder}/${history}`;
    results.push({
      ruleId: id,
      ruleIndex: ruleIndex(id, `The property ${id} is violated`),
      level: "error",
      message: { text: visibleText(`${system} on ${threads} real threads: ${because}.${saved}`) },
      // Real threads give no line: the library as a whole was under load.
      locations: [location({ file: source, line: 1 })],
      partialFingerprints: { "systemAndProperty/v1": visibleText(`${system}/${id}`) },
      properties: { system: visibleText(system), seed, threads },
    });
  }
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "quiesce", semanticVersion: result.quiesce, rules } },
        invocations: [{ executionSuccessful: result.finished }],
        columnKind: "utf16CodeUnits",
        properties: {
          seed: result.seed,
          profile: result.profile ?? "",
          verdict: result.verdict,
          scenarios: result.scenarios.map(({ name, verdict, searches, without, memory }) => ({
            name: visibleText(name),
            verdict,
            under: searchedUnder(searches, without, memory),
          })),
        },
        results,
      },
    ],
  };
}

export function sarifJson(result: Result, folder: string): string {
  return `${JSON.stringify(sarifLog(result, folder), null, 2)}\n`;
}

function violationResult(
  scenario: string,
  ruleId: string,
  ruleIndex: number,
  counterexample: Counterexample,
  folder: string,
): SarifResult {
  const { because, location: place, strategy, seed, execution, trace } = counterexample;
  const replay = trace === undefined ? "" : ` Replay: npx quiesce replay ${folder}/${trace}`;
  const text = `${scenario}: ${because}.${replay}`;
  return {
    ruleId,
    ruleIndex,
    level: "error",
    message: { text: visibleText(text) },
    ...(place !== undefined && { locations: [location(place)] }),
    // The same bug keeps its alert from run to run, whichever schedule found it.
    partialFingerprints: { "scenarioAndProperty/v1": visibleText(`${scenario}/${ruleId}`) },
    properties: { scenario: visibleText(scenario), strategy: visibleText(strategy), seed, execution },
  };
}

function location({ file, line, column }: Location) {
  return {
    physicalLocation: {
      artifactLocation: { uri: file.split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" },
      region: { startLine: line, ...(column !== undefined && { startColumn: column }) },
    },
  };
}
