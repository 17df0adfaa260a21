/** A part of a campaign: the subject of one line of its report, computed from jobs. */
import type {
  BugResult,
  CertificateResult,
  ReadersResult,
  ScenarioResult,
  StressResult,
  TraceResult,
} from "#reports/result.ts";
import type { JobKind, Perform } from "./job.ts";

/** The result of a part. */
export type PartResult =
  | {
      readonly kind: "scenario";
      readonly scenario: ScenarioResult;
      /** Path of the trace saved for later runs, if requested. */
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
  /** The most work it may need, for the estimate of the work left. */
  readonly work: Work;
  /**
   * The result depends on the outcomes of its jobs, not on where and in which order they run. Undefined when it was
   * stopped before it had a result.
   */
  run(context: PartContext): Promise<PartResult | undefined>;
}

/** Services for a running part. */
export interface PartContext {
  readonly perform: Perform;
  /** Why the campaign was stopped, once it was. */
  readonly stopReason: () => string | undefined;
  /** Absolute path of a file below the report folder. */
  readonly pathOf: (file: string) => string;
  /** Writes a file below the report folder. */
  readonly save: (file: string, content: string | Uint8Array) => void;
  /** Saves the trace of a violation for later runs, if requested; returns its path. */
  readonly saveTrace: (trace: string, module?: string) => string | undefined;
}
