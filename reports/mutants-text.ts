/** The mutation score of the gate as a person reads it. */
import { countOf } from "./searched-under.ts";
import { countsOf, type MutantCounts, scoreOf, type TriedMutant } from "./tried-mutant.ts";
import { visibleText } from "./visible-text.ts";

const TITLES = ["mutants", "killed", "survived", "not reached", "score"];
const GAP = "  ";

/** A row for each folder of `impl/`, and one for all of them. Lines without ends. */
export function mutantTable(tried: readonly TriedMutant[]): readonly string[] {
  const folders = [...new Set(tried.map(folderOf))].toSorted();
  const rows = [
    ["", ...TITLES],
    ...folders.map((folder) => [folder, ...cellsOf(countsOf(tried.filter((one) => folderOf(one) === folder)))]),
    ...(folders.length > 1 ? [["all", ...cellsOf(countsOf(tried))]] : []),
  ];
  const widths = ["", ...TITLES].map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((text, column) =>
        column === 0 ? text.padEnd(widths[0] as number) : text.padStart(widths[column] as number),
      )
      .join(GAP)
      .trimEnd(),
  );
}

function folderOf({ file }: TriedMutant): string {
  return file.split("/").slice(0, 2).join("/");
}

function cellsOf(counts: MutantCounts): readonly string[] {
  const score = scoreOf(counts);
  return [
    ...[counts.mutants, counts.killed, counts.survived, counts.notReached].map(numberText),
    score === undefined ? "–" : `${score.toFixed(1)} %`,
  ];
}

/** Characters of code that are shown of a mutant. */
const CODE_MAX = 60;

/** `impl/peers/avl.ts:12:5  a < b → a <= b  survived`. */
export function mutantLine({ file, start, original, replacement, status }: TriedMutant): string {
  const change = `${codeText(original)} → ${replacement.trim() === "" ? "nothing" : codeText(replacement)}`;
  return `${file}:${start.line}:${start.column}${GAP}${change}${GAP}${status === "not-reached" ? "not reached" : status}`;
}

function codeText(code: string): string {
  const line = visibleText(code.replaceAll(/\s+/g, " ").trim());
  return line.length <= CODE_MAX ? line : `${line.slice(0, CODE_MAX - 1)}…`;
}

/** What the table leaves out, in one line; undefined if nothing. */
export function mutantRemarks(tried: readonly TriedMutant[]): string | undefined {
  const { ignored, undecided } = countsOf(tried);
  const takenOver = tried.filter(({ isTakenOver }) => isTakenOver === true).length;
  const remarks = [
    ...(ignored > 0 ? [`${numberText(ignored)} not tried (names, messages, barriers, what the compiler refuses)`] : []),
    ...(undecided > 0 ? [`${numberText(undecided)} undecided when it was stopped`] : []),
    ...(takenOver > 0 ? [`${countOf(takenOver, "verdict")} taken over from an earlier run`] : []),
  ];
  return remarks.length === 0 ? undefined : remarks.join("; ");
}

function numberText(number: number): string {
  return number.toLocaleString("en-US");
}
