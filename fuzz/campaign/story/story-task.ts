/** The story of a trace as a job: its schedule runs again, in the code with the bug that it was recorded with. */
import type { Story } from "#reports/counterexample-story.ts";

export interface StoryTask {
  /** A trace file's text, and the file's name for messages. */
  readonly trace: string;
  readonly from: string;
  /** The command that replays it. */
  readonly replay: string;
  /** Absolute path of the user's module that exports the trace's system. */
  readonly module?: string;
}

/** A story, or the reason for none: the trace need not be of this code. */
export type StoryOutcome = { readonly story: Story } | { readonly because: string };
