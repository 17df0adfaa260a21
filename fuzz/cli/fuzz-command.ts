import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { CampaignPlan } from "#fuzz/campaign/campaign-plan.ts";
import { namedCommand } from "./command-names.ts";
import { parseDuration } from "./duration.ts";
import { drawSeed, parseExecutions, parseSeed, parseWorkers } from "./whole-number.ts";

interface Options {
  readonly strategy: string;
  readonly seed?: number;
  readonly executions: number;
  /** Milliseconds. */
  readonly time?: number;
  readonly json?: string;
  readonly out: string;
  readonly workers?: number;
  readonly save?: true;
}

const STRATEGIES_DEFAULT = "random,pct3,pos,surw";
const EXECUTIONS_DEFAULT = 100_000;

/** `quiesce fuzz`: one scenario under the strategies of your choice. */
export function fuzzCommand(): Command {
  return namedCommand("fuzz", "a scenario, a toy program, or a module of your own")
    .option(
      "--strategy <names>",
      "comma-separated strategies; exhaustive runs every execution once",
      STRATEGIES_DEFAULT,
    )
    .option("--seed <n>", "seed of all randomness (default: drawn and printed)", parseSeed)
    .option("--executions <n>", "executions for each strategy", parseExecutions, EXECUTIONS_DEFAULT)
    .option("--time <duration>", "stop after this time, undecided, such as 30s or 2h", parseDuration)
    .option("--json <file>", "write the result as JSON; - is standard output, and suppresses all other output there")
    .option("--out <folder>", "folder for the reports and the trace", "reports/out/fuzz")
    .option("--workers <n>", "worker threads (default: one per processor)", parseWorkers)
    .option("--save", "save the trace of a violation; every later verify replays it")
    .addHelpText(
      "after",
      `
"quiesce list" prints the scenarios and the strategies.

Exit codes: 0 no violation within the executions, 1 a violation, 2 bad input, 3 not finished (--time or ^C).

Examples:
  quiesce fuzz peers-two-creators
  quiesce fuzz peers-two-creators --strategy pct3,pos --executions 1000000 --seed 7
  quiesce fuzz peers-two-creators --strategy exhaustive --time 10m
  quiesce fuzz lazy01_bad --json -`,
    )
    .action(fuzz);
}

async function fuzz(word: string, options: Options): Promise<void> {
  const { printCampaign } = await import("./print-campaign.ts");
  const { configuredReporters } = await import("./configured.ts");
  const { time, json, out, save, workers = availableParallelism() } = options;
  process.exitCode = await printCampaign(
    await planOf(word, options),
    {
      command: "fuzz",
      out: resolve(out),
      workers,
      time,
      state: "none",
      savesTraces: save === true,
      reporters: await configuredReporters(),
    },
    { json },
  );
}

async function planOf(word: string, { strategy, executions, seed, save }: Options): Promise<CampaignPlan> {
  const { fuzzPlan } = await import("#fuzz/campaign/campaign-plan.ts");
  const { referencesOf, strategiesNamed } = await import("#fuzz/subjects/catalogue.ts");
  const strategies = strategiesNamed(strategy.split(","));
  const { ownModules } = await import("./configured.ts");
  const scenarios = await referencesOf([word], await ownModules());
  if (save === true) {
    const { checkSavable } = await import("#fuzz/campaign/trace/saved-traces.ts");
    checkSavable(scenarios);
  }
  return fuzzPlan(scenarios, strategies, executions, seed ?? drawSeed());
}
