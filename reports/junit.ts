/** JUnit XML, the form that CI servers read: a suite a system, one each for the saved traces, the
 * museum, certificates, readers and stress. */
import { XMLBuilder } from "fast-xml-parser";
import { certificateName, coverageText } from "./coverage-text.ts";
import type {
  BugResult,
  CertificateResult,
  Counterexample,
  ReadersResult,
  Result,
  ScenarioResult,
  StressResult,
  TraceResult,
} from "./result.ts";
import { searchedUnder } from "./searched-under.ts";
import { readersText, stressText } from "./verdict-line.ts";
import { visibleText } from "./visible-text.ts";

interface Problem {
  readonly "@message": string;
  readonly "@type": string;
  readonly "#text": string;
}

interface Case {
  readonly "@name": string;
  readonly "@classname": string;
  readonly "@time": string;
  /** A JUnit failure: the gate decided, and the verdict is negative. An error: the gate could not decide. */
  readonly failure?: Problem;
  readonly error?: Problem;
  readonly "system-out"?: string;
}

export interface JunitOptions {
  /** The folder of the reports, relative to the project's root, for commands. */
  readonly folder: string;
  /** Milliseconds for each scenario, bug and stress, by name. */
  readonly parts: Readonly<Record<string, number>>;
}

export function junitXml(result: Result, { folder, parts }: JunitOptions): string {
  const seconds = (name: string) => ((parts[name] ?? 0) / 1000).toFixed(3);
  const suites = new Map<string, Case[]>();
  const add = (suite: string, entry: Case) => suites.set(suite, [...(suites.get(suite) ?? []), entry]);
  for (const scenario of result.scenarios) add(scenario.system, scenarioCase(scenario, seconds(scenario.name), folder));
  for (const trace of result.traces) add("saved traces", traceCase(trace));
  for (const bug of result.museum) add("museum", bugCase(bug, seconds(bug.slug)));
  for (const certificate of result.certificates)
    add("certificates", certificateCase(certificate, seconds(certificateName(certificate)), folder));
  for (const readers of result.readers) add("readers", readersCase(readers, seconds("readers of histories"), folder));
  for (const stress of result.stress) add("stress", stressCase(stress, seconds(`stress ${stress.system}`), folder));

  const all = [...suites.values()].flat();
  const document = {
    "?xml": { "@version": "1.0", "@encoding": "UTF-8" },
    testsuites: {
      "@name": "quiesce",
      ...totals(all),
      testsuite: [...suites].map(([name, cases]) => ({
        "@name": visibleText(name),
        ...totals(cases),
        "@skipped": 0,
        properties: { property: propertiesOf(result) },
        testcase: cases,
      })),
    },
  };
  return new XMLBuilder({
    attributeNamePrefix: "@",
    ignoreAttributes: false,
    format: true,
    suppressEmptyNode: true,
    suppressBooleanAttributes: false,
  }).build(document);
}

function totals(cases: readonly Case[]) {
  return {
    "@tests": cases.length,
    "@failures": cases.filter(({ failure }) => failure !== undefined).length,
    "@errors": cases.filter(({ error }) => error !== undefined).length,
    "@time": cases.reduce((sum, entry) => sum + Number(entry["@time"]), 0).toFixed(3),
  };
}

function propertiesOf(result: Result) {
  const properties = {
    seed: String(result.seed),
    profile: result.profile ?? "",
    code: result.code,
    finished: String(result.finished),
  };
  return Object.entries(properties).map(([name, value]) => ({ "@name": name, "@value": visibleText(value) }));
}

function problem(type: string, message: string, body: readonly string[] = []): Problem {
  return {
    "@message": visibleText(message),
    "@type": visibleText(type),
    "#text": [message, ...body].map(visibleText).join("\n"),
  };
}

function scenarioCase(scenario: ScenarioResult, time: string, folder: string): Case {
  const start = {
    "@name": visibleText(scenario.name),
    "@classname": visibleText(`quiesce.${scenario.system}`),
    "@time": time,
  };
  const searched = `${searchedUnder(scenario.searches, scenario.without, scenario.memory)}, seed ${scenario.seed}`;
  if (scenario.counterexample !== undefined)
    return { ...start, failure: counterexampleProblem(scenario.counterexample, folder) };
  if (scenario.verdict === "holds") return { ...start, "system-out": visibleText(searched) };
  return { ...start, error: problem("unknown", `${scenario.because ?? "not decided"} (${searched})`) };
}

function counterexampleProblem(counterexample: Counterexample, folder: string): Problem {
  return problem(counterexample.property, counterexample.because, storyLines(counterexample, folder));
}

function storyLines({ story, trace }: Counterexample, folder: string): readonly string[] {
  const replay = trace === undefined ? [] : ["", `replay  npx quiesce replay ${folder}/${trace}`];
  return ["", ...story, ...replay];
}

function traceCase({ trace, verdict, because }: TraceResult): Case {
  const start = { "@name": visibleText(trace), "@classname": "quiesce.traces", "@time": "0.000" };
  if (verdict === "holds") return { ...start, "system-out": visibleText(because) };
  return verdict === "violated"
    ? { ...start, failure: problem("trace", because) }
    : { ...start, error: problem("unknown", because) };
}

function certificateCase(certificate: CertificateResult, time: string, folder: string): Case {
  const { verdict, violations } = certificate;
  const name = visibleText(certificateName(certificate));
  const start = { "@name": name, "@classname": "quiesce.certificates", "@time": time };
  const covered = coverageText(certificate);
  const [first] = violations;
  if (first !== undefined) {
    const { property, because } = first.counterexample;
    const stories = violations.flatMap(({ scenario, counterexample }) => [
      "",
      `in ${scenario}`,
      ...storyLines(counterexample, folder),
    ]);
    return { ...start, failure: problem(property, `${because} (in ${first.scenario}; ${covered})`, stories) };
  }
  if (verdict === "holds") return { ...start, "system-out": visibleText(covered) };
  return { ...start, error: problem("unknown", covered) };
}

function readersCase(readers: ReadersResult, time: string, folder: string): Case {
  const { because, model, file } = readers;
  const start = { "@name": "readers of histories", "@classname": "quiesce.readers", "@time": time };
  if (file === undefined) return { ...start, "system-out": visibleText(readersText(readers)) };
  const again = `again  npx quiesce check ${folder}/${file} --model ${model ?? ""}`;
  return { ...start, failure: problem("readers", because, [again]) };
}

function stressCase(stress: StressResult, time: string, folder: string): Case {
  const { system, property, because, history } = stress;
  const start = { "@name": visibleText(`${system} on real threads`), "@classname": "quiesce.stress", "@time": time };
  if (property === undefined) return { ...start, "system-out": visibleText(stressText(stress)) };
  return {
    ...start,
    failure: problem(property, because, history === undefined ? [] : [`history  ${folder}/${history}`]),
  };
}

function bugCase({ slug, outcome, because }: BugResult, time: string): Case {
  const start = { "@name": visibleText(slug), "@classname": "quiesce.museum", "@time": time };
  if (outcome === "found") return { ...start, "system-out": visibleText(because) };
  return outcome === "missed"
    ? { ...start, failure: problem("missed", because) }
    : { ...start, error: problem("unknown", because) };
}
