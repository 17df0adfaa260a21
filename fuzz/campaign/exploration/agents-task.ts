/** The exploration of a litmus test of agents, as a job. */
import type { AgentExploration } from "#fuzz/explore/explore-agents.ts";

export interface AgentsTask {
  /** Path of the test. */
  readonly file: string;
  /** Executions after which the exploration ends undecided. */
  readonly executionsMax?: number;
}

export type AgentsOutcome = AgentExploration;
