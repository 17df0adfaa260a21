/** Fills the page with the contents of a report folder. */
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { commandPath, shellWord } from "#fuzz/host/command-path.ts";
import { mutationViewer, pageTemplate } from "#fuzz/host/page-template.ts";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { filledPage, type PageData, type PageTrace } from "#reports/page-data.ts";
import type { Counterexample } from "#reports/result.ts";
import type { Perform } from "../job.ts";
import { type FolderContents, readFolder, type ReadRun, readRun, textBeside } from "./read-folder.ts";

/** The sources of a page. */
export interface PageSources {
  /** Report folder; the page is written there. */
  readonly folder: string;
  /** Results, in the order in which they are shown. */
  readonly results: readonly string[];
  /** The result to compare with. */
  readonly previous?: string | undefined;
  /** Absolute paths of user modules, by the name of the scenario. */
  readonly modules?: ReadonlyMap<string, string>;
}

export const PAGE_FILE = "index.html";

/**
 * Writes the page. Its stories come from replaying traces, which are jobs.
 *
 * @returns its path; undefined if the page is not built
 * @throws InputError if a file is not a result, or the page cannot be written
 */
export async function writePage(sources: PageSources, perform: Perform): Promise<string | undefined> {
  const template = pageTemplate();
  if (template === undefined) return undefined;
  const path = join(sources.folder, PAGE_FILE);
  writeWholeFile(path, filledPage(template, await pageData(sources, perform)));
  return path;
}

/** The page's data. */
export async function pageData(
  { folder, results, previous, modules = new Map() }: PageSources,
  perform: Perform,
): Promise<PageData> {
  const runs = results.map(readRun);
  const contents = readFolder(folder);
  const traces = await Promise.all([
    ...runs.flatMap((run) => tracesOfRun(run, modules, perform)),
    ...tracesOfFolder(contents, folder, perform),
  ]);
  const viewer = contents.mutation.length === 0 ? undefined : mutationViewer();
  return {
    format: "quiesce-page",
    version: 1,
    title:
      runs.length === 0 ? "quiesce" : `quiesce ${[...new Set(runs.map(({ run }) => run.result.command))].join(", ")}`,
    runs: runs.map(({ run }) => run),
    ...(previous !== undefined && { previous: readRun(previous).run }),
    traces: Object.fromEntries(traces),
    ...contents,
    ...(viewer !== undefined && { mutationViewer: gzipSync(viewer).toString("base64") }),
  };
}

type NamedTrace = readonly [name: string, trace: PageTrace];

function tracesOfRun(
  { run, folder }: ReadRun,
  modules: ReadonlyMap<string, string>,
  perform: Perform,
): readonly Promise<NamedTrace>[] {
  const { scenarios, certificates } = run.result;
  const found: readonly (readonly [scenario: string, Counterexample])[] = [
    ...scenarios.flatMap(({ name, counterexample }) =>
      counterexample === undefined ? [] : [[name, counterexample] as const],
    ),
    ...certificates.flatMap(({ violations }) =>
      violations.map(({ scenario, counterexample }) => [scenario, counterexample] as const),
    ),
  ];
  // A violation under weak memory has a story as text, and no trace.
  return found.flatMap(([scenario, { trace, reproduction }]) =>
    trace === undefined ? [] : [pageTrace({ folder, trace, reproduction, module: modules.get(scenario) }, perform)],
  );
}

function tracesOfFolder(
  { bugs, certificates }: FolderContents,
  folder: string,
  perform: Perform,
): readonly Promise<NamedTrace>[] {
  const names = new Set([
    ...bugs.flatMap(({ trace }) => trace ?? []),
    ...certificates.flatMap(({ violations }) => violations.map(({ trace }) => trace)),
  ]);
  return [...names].map((trace) => pageTrace({ folder, trace }, perform));
}

interface TraceFiles {
  readonly folder: string;
  readonly trace: string;
  readonly reproduction?: string | undefined;
  readonly module?: string | undefined;
}

async function pageTrace({ folder, trace, reproduction, module }: TraceFiles, perform: Perform): Promise<NamedTrace> {
  const text = textBeside(folder, trace);
  const script = reproduction === undefined ? undefined : textBeside(folder, reproduction);
  const replay = [
    "npx quiesce replay",
    shellWord(commandPath(join(folder, trace))),
    ...(module === undefined ? [] : ["--module", shellWord(commandPath(module))]),
  ].join(" ");
  if (text === undefined) return [trace, { replay, because: `${basename(trace)} does not lie beside the result` }];
  const task = { trace: text, from: trace, replay, ...(module !== undefined && { module }) };
  const done = await perform({ kind: "story", task }, { evenWhenStopped: true });
  return [
    trace,
    { replay, trace: text, ...(script !== undefined && { script }), ...(done?.outcome ?? { because: "interrupted" }) },
  ];
}
