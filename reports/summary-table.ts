/** The result of a run at a glance: a row for each system, in at most 80 characters. */
import type { Result, ScenarioResult } from "./result.ts";
import type { Paint } from "./story.ts";
import { visibleText } from "./visible-text.ts";

interface Cell {
  readonly text: string;
  readonly look?: "bad" | "quiet";
}

/** Most characters of a line. */
const LINE_MAX = 80;

/** Least characters of a system's name. */
const NAME_MIN = 8;

/** The gap between columns. */
const GAP = "  ";

/** Lines without newlines; none for an empty result. Empty columns are left out. */
export function summaryTable(result: Result, paint: Paint): string[] {
  const systems = systemsOf(result);
  if (systems.length === 0) return [];
  const systemOf = new Map(result.scenarios.map(({ name, system }) => [name, system]));
  const columns: readonly { readonly title: string; readonly cell: (system: string) => Cell | undefined }[] = [
    { title: "scenarios", cell: (system) => scenariosCell(result.scenarios.filter((one) => one.system === system)) },
    { title: "explored", cell: (system) => exploredCell(result.scenarios.filter((one) => one.system === system)) },
    {
      title: "bugs",
      cell: (system) =>
        shareCell(
          result.museum.filter((bug) => bug.system === system).map(({ outcome }) => outcome),
          "found",
        ),
    },
    {
      title: "traces",
      cell: (system) =>
        shareCell(
          result.traces.filter(({ scenario }) => systemOf.get(scenario) === system).map(({ verdict }) => verdict),
          "holds",
        ),
    },
    {
      title: "certs",
      cell: (system) =>
        shareCell(
          result.certificates.filter((one) => one.system === system).map(({ verdict }) => verdict),
          "holds",
        ),
    },
    {
      title: "stress",
      cell: (system) =>
        shareCell(
          result.stress.filter((one) => one.system === system).map(({ verdict }) => verdict),
          "holds",
        ),
    },
    { title: "executions", cell: (system) => executionsCell(result.scenarios.filter((one) => one.system === system)) },
  ];
  const rows = systems.map((system) => columns.map(({ cell }) => cell(system)));
  const shown = columns.map((_, column) => rows.some((row) => row[column] !== undefined));
  const widths = columns.map(({ title }, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.text.length ?? 0)),
  );
  const taken = widths.reduce((sum, width, column) => sum + (shown[column] === true ? width + GAP.length : 0), 0);
  const longest = Math.max("system".length, ...systems.map((system) => visibleText(system).length));
  const nameWidth = Math.min(longest, Math.max(NAME_MIN, LINE_MAX - taken));
  const line = (name: string, cells: readonly (Cell | undefined)[]): string =>
    [
      fit(name, nameWidth).padEnd(nameWidth),
      ...cells.flatMap((cell, column) => {
        if (shown[column] !== true) return [];
        const { text, look } = cell ?? { text: "" };
        const blanks = " ".repeat((widths[column] as number) - text.length);
        return [blanks + (look === undefined ? text : paint(look, text))];
      }),
    ]
      .join(GAP)
      .trimEnd();
  return [
    paint(
      "quiet",
      line(
        "system",
        columns.map(({ title }) => ({ text: title })),
      ),
    ),
    ...systems.map((system, row) => line(visibleText(system), rows[row] ?? [])),
  ];
}

/** In the order of their appearance. */
function systemsOf({ scenarios, museum, certificates, stress }: Result): readonly string[] {
  return [...new Set([...scenarios, ...museum, ...certificates, ...stress].map(({ system }) => system))];
}

function scenariosCell(scenarios: readonly ScenarioResult[]): Cell | undefined {
  if (scenarios.length === 0) return undefined;
  const count = (verdict: string): number => scenarios.filter((one) => one.verdict === verdict).length;
  if (count("violated") > 0) return { text: `${count("violated")} violated`, look: "bad" };
  return count("unknown") > 0
    ? { text: `${count("unknown")} undecided`, look: "bad" }
    : { text: `${scenarios.length} hold` };
}

/** The number explored to the end. */
function exploredCell(scenarios: readonly ScenarioResult[]): Cell | undefined {
  if (scenarios.length === 0) return undefined;
  const explored = scenarios.filter(({ searches }) => searches.some(({ exhaustive }) => exhaustive)).length;
  return { text: explored === scenarios.length ? "all" : `${explored} of ${scenarios.length}` };
}

function shareCell(verdicts: readonly string[], good: string): Cell | undefined {
  if (verdicts.length === 0) return undefined;
  const share = verdicts.filter((verdict) => verdict === good).length;
  if (share === verdicts.length) return { text: `${share}` };
  return { text: `${share} of ${verdicts.length}`, look: "bad" };
}

function executionsCell(scenarios: readonly ScenarioResult[]): Cell | undefined {
  if (scenarios.length === 0) return undefined;
  const executions = scenarios.flatMap(({ searches }) => searches).reduce((sum, search) => sum + search.executions, 0);
  return { text: executions.toLocaleString("en-US") };
}

function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
