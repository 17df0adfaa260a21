/**
 * The contents of the page: the results of commands, and the data to understand them. Plain data, as stored in the
 * page's file; missing parts are undefined, and the page omits them.
 */
import type { Certificate } from "./certificate.ts";
import type { Story } from "./counterexample-story.ts";
import type { DrawnExecution } from "./drawn-execution.ts";
import type { Costs } from "./lookup-costs.ts";
import type { Result } from "./result.ts";
import type { Timing } from "./timing.ts";

/** A result, with its costs if known. */
export interface PageRun {
  /** Path of the result, for commands. */
  readonly name: string;
  readonly result: Result;
  readonly timing?: Pick<Timing, "startedAt" | "milliseconds" | "workers" | "cpu" | "node" | "parts">;
}

/** The files of a counterexample, which the page offers for download and draws. */
export interface PageTrace {
  /** The command that replays it. */
  readonly replay: string;
  /** The trace file's text. */
  readonly trace?: string;
  /** The reproduction script's text. */
  readonly script?: string;
  readonly story?: Story;
  /** Why there is no story. */
  readonly because?: string;
}

/** The results of the strategies on a bug of the museum. */
export interface PageBug {
  readonly slug: string;
  readonly system: string;
  readonly scenario: string;
  readonly outcome: "found" | "missed";
  readonly because: string;
  readonly strategies: readonly {
    readonly strategy: string;
    readonly searches: number;
    readonly catches: number;
    readonly median?: number;
    readonly worst?: number;
  }[];
  readonly preemptions?: number;
  readonly accesses?: number;
  /** Name of its trace among `traces`. */
  readonly trace?: string;
}

/** A litmus test, and the execution that explains the verdict, if requested. */
export interface PageLitmus {
  readonly file: string;
  readonly name: string;
  readonly model: string;
  readonly verdict: string;
  readonly states: readonly string[];
  readonly flags: readonly string[];
  readonly text?: string;
  readonly drawn?: DrawnExecution;
}

/** A recorded history that was checked. */
export interface PageHistory {
  readonly file: string;
  readonly verdict: "holds" | "violated" | "unknown";
  readonly because: string;
  readonly operations: readonly {
    readonly client: string;
    readonly text: string;
    readonly from: number;
    readonly to?: number;
    /** Place in the longest possible order, from 1. */
    readonly place?: number;
    readonly isImpossible: boolean;
  }[];
  readonly orders: readonly { readonly after: string; readonly state: string; readonly blocked: readonly string[] }[];
}

/** The findings of a kind of search over its executions. */
export interface PageSaturation {
  readonly scenario: string;
  readonly strategy: string;
  readonly points: readonly {
    readonly executions: number;
    readonly histories: number;
    readonly readsFrom: number;
    readonly shapes: number;
  }[];
}

export interface PageBench {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The pairs of a write and a read of its value that were seen, of those possible in the code. */
export interface PageCoverage {
  readonly system: string;
  readonly pairs: readonly {
    readonly write: string;
    readonly read: string;
    readonly field: string;
    /** Executions in which the read took the write's value; 0 if none was seen. */
    readonly seen: number;
    /** The scenario that sees the pair, or comes nearest to it. */
    readonly scenario?: string;
  }[];
  readonly handOvers: readonly {
    readonly release: string;
    readonly acquisition: string;
    readonly lock: string;
    readonly seen: number;
    readonly scenario?: string;
  }[];
}

export interface PageData {
  readonly format: "quiesce-page";
  readonly version: 1;
  readonly title: string;
  readonly runs: readonly PageRun[];
  /** The run to compare with. */
  readonly previous?: PageRun;
  /** By the path in the results. */
  readonly traces: Readonly<Record<string, PageTrace>>;
  readonly bugs: readonly PageBug[];
  readonly certificates: readonly Certificate[];
  readonly litmus: readonly PageLitmus[];
  readonly histories: readonly PageHistory[];
  readonly saturation: readonly PageSaturation[];
  readonly costs?: Costs;
  readonly benches: readonly PageBench[];
  readonly coverage: readonly PageCoverage[];
  /** Results in the schema of mutation testing, by name. */
  readonly mutation: readonly { readonly name: string; readonly report: unknown }[];
  /** The compressed source of the viewer of mutation results, if there are any. */
  readonly mutationViewer?: string;
  /** The inputs that could not be read, one per line. */
  readonly notes: readonly string[];
}

/** The place of the data in the template. */
export const DATA_MARK = "@@QUIESCE-DATA@@";

/**
 * The page with its data.
 *
 * The data is JSON in a script element that no browser runs. Only `<` could end the element or begin a comment there,
 * and JSON has another way to write it.
 *
 * @throws Error if the template has no place for data
 */
export function filledPage(template: string, data: PageData): string {
  const [before = "", after = ""] = template.split(DATA_MARK);
  const places = template.split(DATA_MARK).length - 1;
  if (places !== 1) throw new Error(`the template of the page has ${places} places for data, and needs one`);
  return before + inertJson(data) + after;
}

/** JSON that is safe in a script element. */
export function inertJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", String.raw`\u003c`);
}
