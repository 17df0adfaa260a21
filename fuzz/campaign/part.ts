/** A part of a campaign: what one line of its report is about, put together from jobs. */
import type {
  BugResult,
  CertificateResult,
  ReadersResult,
  ScenarioResult,
  StressResult,
  TraceResult,
} from "#reports/result.ts";
import type { JobKind, Perform } from "./job.ts";

/** What a part came to. */
export type PartResult =
  | {
      readonly kind: "scenario";
      readonly scenario: ScenarioResult;
      /** Where its trace was saved for later runs, if that was asked for. */
      readonly saved?: string;
    }
  | { readonly kind: "trace"; readonly trace: TraceResult }
  | { readonly kind: "bug"; readonly bug: BugResult }
  | { readonly kind: "certificate"; readonly certificate: CertificateResult; readonly saved?: readonly string[] }
  | { readonly kind: "readers"; readonly readers: ReadersResult }
  | { readonly kind: "stress"; readonly stress: StressResult; readonly operations: number };

/** Work by the kind of its jobs, in units of each kind. */
export type Work = Readonly<Partial<Record<JobKind, number>>>;

export interface Part {
  /** As `timing.json` names it. */
  readonly name: string;
  /** At most what it may need, for the estimate of what is left. */
  readonly work: Work;
  /**
   * Its result depends on what its jobs come to, and not on where and in which order they run. Undefined when it was
   * stopped before it had anything to say.
   */
  run(context: PartContext): Promise<PartResult | undefined>;
}

/** What a part is given while it runs. */
export interface PartContext {
  readonly perform: Perform;
  /** Why the campaign was stopped, once it was. */
  readonly stopReason: () => string | undefined;
  /** Absolute path of a file below the folder of the reports. */
  readonly pathOf: (file: string) => string;
  /** Writes a file below the folder of the reports. */
  readonly save: (file: string, content: string | Uint8Array) => void;
  /** Saves the trace of a violation for later runs, where that was asked for; returns where. */
  readonly saveTrace: (trace: string, module?: string) => string | undefined;
}
