/** The summary in GitHub-flavoured Markdown: the first thing on the page of a CI run. */
import { certificateName, coverageText } from "./coverage-text.ts";
import { notCovered } from "./not-covered.ts";
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
import { countOf, searchedUnder } from "./searched-under.ts";
import { readersText, stressText } from "./verdict-line.ts";
import { markdownCode, markdownText, visibleText } from "./visible-text.ts";

const MARKS = { holds: "✅", violated: "❌", unknown: "❔", found: "✅", missed: "❌" } as const;

/** @param folder the folder of the reports, relative to the project's root, for commands */
export function markdownSummary(result: Result, folder: string): string {
  return [
    `## ${MARKS[result.verdict]} quiesce ${result.command}: ${result.verdict}`,
    "",
    ...(result.finished
      ? []
      : ["**Unfinished**: the run was stopped, and what follows is partial. `--resume` goes on from here.", ""]),
    headline(result),
    "",
    ...result.scenarios.flatMap((scenario) => counterexampleSection(scenario, folder)),
    ...result.certificates.flatMap(({ violations }) =>
      violations.flatMap(({ scenario, counterexample }) =>
        counterexampleSection({ name: scenario, counterexample }, folder),
      ),
    ),
    ...systemTable(result),
    ...uncoveredList(result),
    ...folded("Scenarios", result.scenarios.length, scenarioTable(result.scenarios)),
    ...folded("Saved traces", result.traces.length, traceTable(result.traces)),
    ...folded("Known bugs", result.museum.length, museumTable(result.museum)),
    ...certificateTable(result.certificates, folder),
    ...readersTable(result.readers, folder),
    ...stressTable(result.stress, folder),
  ].join("\n");
}

/** A long table that is seldom read. */
function folded(title: string, count: number, table: readonly string[]): string[] {
  if (table.length === 0) return [];
  return [`<details><summary>${title}: ${count}</summary>`, "", ...table, "</details>", ""];
}

/** A row for each system, with its failures. */
function systemTable({ scenarios, museum }: Result): string[] {
  const systems = [...new Set([...scenarios, ...museum].map(({ system }) => system))];
  if (systems.length === 0) return [];
  const rows = systems.map((system) => {
    const own = scenarios.filter((scenario) => scenario.system === system);
    const bugs = museum.filter((bug) => bug.system === system);
    const holding = own.filter(({ verdict }) => verdict === "holds").length;
    const explored = own.filter(({ searches }) => searches.some(({ exhaustive }) => exhaustive)).length;
    const found = bugs.filter(({ outcome }) => outcome === "found").length;
    return row([
      markdownText(system),
      `${holding === own.length ? MARKS.holds : MARKS.violated} ${holding} of ${own.length}`,
      `${explored} of ${own.length}`,
      ...(museum.length === 0
        ? []
        : [`${found === bugs.length ? MARKS.found : MARKS.missed} ${found} of ${bugs.length}`]),
    ]);
  });
  const head = ["System", "Hold", "Explored to the end", ...(museum.length === 0 ? [] : ["Known bugs found"])];
  return [row(head), row(head.map(() => "---")), ...rows, ""];
}

function uncoveredList(result: Result): string[] {
  return ["Not covered:", "", ...notCovered([result]).map((sentence) => `- ${sentence}`), ""];
}

function headline({ profile, seed, scenarios, museum, certificates }: Result): string {
  const executions = scenarios.flatMap(({ searches }) => searches).reduce((sum, search) => sum + search.executions, 0);
  return [
    countOf(scenarios.length, "scenario"),
    countOf(executions, "execution"),
    ...(museum.length === 0
      ? []
      : [
          `${museum.filter(({ outcome }) => outcome === "found").length} ` +
            `of ${countOf(museum.length, "known bug")} found`,
        ]),
    ...(certificates.length === 0
      ? []
      : [
          `${certificates.filter(({ verdict }) => verdict === "holds").length} ` +
            `of ${countOf(certificates.length, "certificate")} hold`,
        ]),
    ...(profile === undefined ? [] : [`profile ${markdownCode(profile)}`]),
    `seed ${seed}`,
  ].join(" · ");
}

function counterexampleSection(
  { name, counterexample }: Pick<ScenarioResult, "name" | "counterexample">,
  folder: string,
): string[] {
  if (counterexample === undefined) return [];
  const { property, because, orderings, location } = counterexample;
  const place = location === undefined ? [] : [`At ${markdownCode(`${location.file}:${location.line}`)}.`, ""];
  return [
    `### ${markdownText(name)}: ${markdownText(property)}`,
    "",
    `${markdownText(because)}.`,
    "",
    ...place,
    ...storyBlock(counterexample),
    ...(orderings.length === 0
      ? []
      : ["Orderings that matter:", "", ...orderings.map((ordering) => `- ${markdownText(ordering)}`), ""]),
    ...(counterexample.trace === undefined
      ? []
      : [`Replay: ${markdownCode(`npx quiesce replay ${folder}/${counterexample.trace}`)}`, ""]),
  ];
}

/** A code block, fenced by more backticks than any of its lines has. */
function storyBlock({ story }: Counterexample): string[] {
  const longest = Math.max(2, ...story.flatMap((row) => (row.match(/`+/g) ?? []).map((run) => run.length)));
  const fence = "`".repeat(longest + 1);
  return story.length === 0 ? [] : [`${fence}text`, ...story.map(visibleText), fence, ""];
}

function scenarioTable(scenarios: readonly ScenarioResult[]): string[] {
  if (scenarios.length === 0) return [];
  const rows = scenarios.map(({ verdict, name, system, searches, without, memory, because, counterexample }) => {
    const why = counterexample?.because ?? because;
    const searched = searchedUnder(searches, without, memory);
    return row([
      `${MARKS[verdict]} ${verdict}`,
      markdownText(name),
      markdownText(system),
      markdownText(why === undefined ? searched : `${why} (${searched})`),
    ]);
  });
  return [row(["Verdict", "Scenario", "System", "Searched"]), row(["---", "---", "---", "---"]), ...rows, ""];
}

function traceTable(traces: readonly TraceResult[]): string[] {
  if (traces.length === 0) return [];
  const rows = traces.map(({ verdict, trace, because }) =>
    row([`${MARKS[verdict]} ${verdict}`, markdownText(trace), markdownText(because)]),
  );
  return [row(["Verdict", "Saved trace", "Replay"]), row(["---", "---", "---"]), ...rows, ""];
}

function museumTable(museum: readonly BugResult[]): string[] {
  if (museum.length === 0) return [];
  const rows = museum.map(({ outcome, slug, because }) =>
    row([`${MARKS[outcome]} ${outcome}`, markdownText(slug), markdownText(because)]),
  );
  return [row(["Outcome", "Known bug", "How"]), row(["---", "---", "---"]), ...rows, ""];
}

function certificateTable(certificates: readonly CertificateResult[], folder: string): string[] {
  if (certificates.length === 0) return [];
  const rows = certificates.map((one) =>
    row([
      `${MARKS[one.verdict]} ${one.verdict}`,
      markdownText(certificateName(one)),
      `${markdownText(coverageText(one))}. File: ${markdownCode(`${folder}/${one.certificate}`)}`,
    ]),
  );
  return [row(["Verdict", "Certificate", "What"]), row(["---", "---", "---"]), ...rows, ""];
}

function readersTable(readers: readonly ReadersResult[], folder: string): string[] {
  if (readers.length === 0) return [];
  const rows = readers.map((one) => {
    const saved = one.file === undefined ? "" : ` File: ${markdownCode(`${folder}/${one.file}`)}`;
    return row([`${MARKS[one.verdict]} ${one.verdict}`, `${markdownText(readersText(one))}${saved}`]);
  });
  return [row(["Verdict", "Readers of histories"]), row(["---", "---"]), ...rows, ""];
}

function stressTable(stress: readonly StressResult[], folder: string): string[] {
  if (stress.length === 0) return [];
  const rows = stress.map((one) => {
    const saved = one.history === undefined ? "" : ` History: ${markdownCode(`${folder}/${one.history}`)}`;
    return row([
      `${MARKS[one.verdict]} ${one.verdict}`,
      markdownText(one.system),
      `${markdownText(stressText(one))}${saved}`,
    ]);
  });
  return [row(["Verdict", "On real threads", "What"]), row(["---", "---", "---"]), ...rows, ""];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
