/** The source lines around the accesses of a story, as they ran. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { projectRoot } from "#fuzz/host/project-root.ts";
import type { Story, StoryExecution, StorySource } from "#reports/counterexample-story.ts";

/** Lines shown before and after a line that a story names. */
const AROUND = 8;

/** Farthest that the beginning of a declaration may be from a shown line, to be shown too. */
const DECLARATION_MAX = 30;

const DECLARATION = /^(export |async |function|class |const |let |\/\*\*)/;

/** @param patched texts of modules that ran in place of the files at their URLs */
export function withSources(story: Story, patched: ReadonlyMap<string, string>): Story {
  const wanted = new Map<string, Set<number>>();
  for (const { steps } of executionsOf(story)) {
    for (const { file, line } of steps.flatMap(({ stack }) => stack))
      wanted.set(file, (wanted.get(file) ?? new Set()).add(line));
  }
  const sources = [...wanted].flatMap(([file, lines]) => {
    const text = patched.get(pathToFileURL(`${projectRoot}${file}`).href) ?? fileText(file);
    return text === undefined ? [] : excerpts(file, text.split("\n"), lines);
  });
  return { ...story, sources };
}

function executionsOf({ failing, passing }: Story): readonly StoryExecution[] {
  return passing === undefined ? [failing] : [failing, passing];
}

/** Undefined for a file that no longer exists, such as a deleted user module. */
function fileText(file: string): string | undefined {
  try {
    return readFileSync(`${projectRoot}${file}`, "utf8");
  } catch {
    return undefined;
  }
}

function excerpts(file: string, lines: readonly string[], wanted: ReadonlySet<number>): StorySource[] {
  const shown = new Set<number>();
  for (const line of wanted) {
    const first = beginningFor(lines, Math.max(1, line - AROUND));
    for (let at = first; at <= Math.min(lines.length, line + AROUND); at++) shown.add(at);
  }
  const found: StorySource[] = [];
  for (const line of [...shown].toSorted((one, other) => one - other)) {
    const last = found.at(-1);
    const text = lines[line - 1] ?? "";
    if (last !== undefined && last.from + last.lines.length === line) last.lines.push(text);
    else found.push({ file, from: line, lines: [text] });
  }
  return found;
}

/** An excerpt that begins with a declaration is readable, and can be highlighted. */
function beginningFor(lines: readonly string[], line: number): number {
  for (let at = line; at >= Math.max(1, line - DECLARATION_MAX); at--)
    if (DECLARATION.test(lines[at - 1] ?? "")) return at;
  return line;
}
