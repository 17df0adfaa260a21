/** Explores a litmus test of agents on a worker thread. */
import { InputError } from "#fuzz/host/input-error.ts";
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { AgentError, exploreAgents } from "#fuzz/explore/explore-agents.ts";
import { ProgramError } from "#fuzz/explore/local-states.ts";
import type { AgentProgram } from "#model/memory/es/agent-program.ts";
import { LitmusError } from "#model/memory/litmus/litmus-error.ts";
import { litmusFiles, readLitmus, testKey } from "../litmus/litmus-files.ts";
import type { AgentsOutcome, AgentsTask } from "./agents-task.ts";

/** @throws InputError for a file that is not a test of agents, or a test that does what the language forbids */
export async function runAgents({ file, executionsMax }: AgentsTask, control: JobControl): Promise<AgentsOutcome> {
  try {
    const program = await programIn(file);
    return exploreAgents(program, {
      ...(executionsMax !== undefined && { executionsMax }),
      shouldStop: () => control.shouldStop(1),
    });
  } catch (error) {
    if (error instanceof LitmusError) throw new InputError(`${file}:${error.message}`);
    if (error instanceof AgentError || error instanceof ProgramError) throw new InputError(`${file}: ${error.message}`);
    throw error;
  }
}

async function programIn(file: string): Promise<AgentProgram> {
  const [test] = litmusFiles([file], "es").tests;
  const read = readLitmus(file);
  if ("because" in read) throw new InputError(`${file}: ${read.because}`);
  if (test?.notation === "json") {
    const { parseJsonLitmus } = await import("#model/memory/es/notation/json-litmus.ts");
    return parseJsonLitmus(read.text);
  }
  const { parseJavaScriptLitmus } = await import("#model/memory/es/notation/javascript-litmus.ts");
  return parseJavaScriptLitmus(read.text, testKey(file));
}
