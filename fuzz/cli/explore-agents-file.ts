/** `quiesce explore` of a litmus test of agents: the outcomes of its executions. */
import type { AgentExploration } from "#fuzz/explore/explore-agents.ts";
import type { Row } from "#model/memory/es/outcome.ts";
import { outcomeLine } from "#reports/outcomes-text.ts";

/** Whether a word names a litmus test of agents. */
export function isAgentsFile(word: string): boolean {
  return /\.(?:json|litmus\.[cm]?js)$/.test(word);
}

interface Limits {
  readonly maxExecutions?: number;
  /** Milliseconds. */
  readonly time?: number;
}

/** The JSON of `--json`. */
export interface AgentsVerdict {
  readonly name: string;
  readonly model: "es";
  readonly columns: readonly string[];
  readonly outcomes: readonly Row[];
  readonly executions?: number;
  readonly race?: boolean;
  /** Why accesses were interleaved instead. */
  readonly interleavedBecause?: string;
  readonly complete: boolean;
}

/** Undefined when it was stopped before it found anything. */
export async function exploreAgentsFile(
  file: string,
  { maxExecutions, time }: Limits,
): Promise<AgentsVerdict | undefined> {
  const { openEngine } = await import("#fuzz/campaign/engine.ts");
  const engine = openEngine({ workers: 1, time });
  try {
    const task = { file, ...(maxExecutions !== undefined && { executionsMax: maxExecutions }) };
    const found = (await engine.perform({ kind: "agents", task }))?.outcome;
    return found === undefined ? undefined : verdictOf(found);
  } finally {
    await engine.close();
  }
}

function verdictOf({
  executions,
  race,
  interleavedBecause,
  complete,
  name,
  columns,
  outcomes,
}: AgentExploration): AgentsVerdict {
  return {
    name,
    model: "es",
    columns,
    outcomes,
    ...(executions !== undefined && { executions }),
    ...(race !== undefined && { race }),
    ...(interleavedBecause !== undefined && { interleavedBecause }),
    complete,
  };
}

export function agentsText(verdict: AgentsVerdict): string {
  const { name, columns, outcomes, executions, interleavedBecause, complete } = verdict;
  const how =
    executions === undefined
      ? `interleavings alone, because ${interleavedBecause}`
      : `${executions.toLocaleString("en")} executions`;
  const lines = [
    `${name} under es: ${how}${complete ? "" : "; not finished, there may be more"}`,
    ...outcomes.map((row) => `  ${outcomeLine(columns, row)}`),
    ...(complete ? raceLine(verdict.race) : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** The meaning of the races of a finished exploration. */
export function raceLine(race: boolean | undefined): readonly string[] {
  if (race === undefined) return [];
  return [
    race
      ? "data race: there may be outcomes that no interleaving gives"
      : "no data race: only interleavings are possible",
  ];
}
