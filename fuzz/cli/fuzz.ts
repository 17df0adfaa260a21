import { resolve } from "node:path";
import { Command } from "commander";
import type { CampaignPlan } from "#fuzz/campaign/campaign.ts";
import { parseDuration } from "./duration.ts";
import { asUsage } from "./usage-error.ts";
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
}

const STRATEGIES_DEFAULT = "random,pct3,pos,surw";
const EXECUTIONS_DEFAULT = 100_000;

/** `quiesce fuzz`: one scenario under the strategies of your choice. */
export function fuzzCommand(): Command {
  return new Command("fuzz")
    .description("Search one scenario for a violation, with the strategies of your choice.")
    .argument("<scenario>", "a scenario, a toy program, or a module of your own")
    .option(
      "--strategy <names>",
      "strategies, with commas between them; exhaustive runs every execution once",
      STRATEGIES_DEFAULT,
    )
    .option("--seed <n>", "seed of all randomness; drawn, and printed, unless given", parseSeed)
    .option("--executions <n>", "executions of each strategy", parseExecutions, EXECUTIONS_DEFAULT)
    .option("--time <duration>", "stop after this time, undecided, such as 30s or 2h", parseDuration)
    .option("--json <file>", "write the result as JSON; - is standard output, which then carries nothing else")
    .option("--out <folder>", "folder of the reports and the trace", "reports/out/fuzz")
    .option("--workers <n>", "worker threads; as many as there are processors unless given", parseWorkers)
    .addHelpText(
      "after",
      `
"quiesce list" prints the scenarios and the strategies.

Exit codes: 0 nothing found in so many executions, 1 a violation, 2 bad input, 3 not finished (--time or ^C).

Examples:
  quiesce fuzz peers-two-creators
  quiesce fuzz peers-two-creators --strategy pct3,pos --executions 1000000 --seed 7
  quiesce fuzz peers-two-creators --strategy exhaustive --time 10m
  quiesce fuzz lazy01_bad --json -`,
    )
    .action(fuzz);
}

async function fuzz(word: string, options: Options): Promise<void> {
  const { performCampaign, WORKERS_DEFAULT } = await import("./run-campaign.ts");
  const plan = await asUsage(() => planOf(word, options));
  const { time, json, out, workers } = options;
  process.exitCode = await asUsage(() =>
    performCampaign(plan, {
      command: "fuzz",
      out: resolve(out),
      workers: workers ?? WORKERS_DEFAULT,
      state: "none",
      ...(time !== undefined && { time }),
      ...(json !== undefined && { json }),
    }),
  );
}

async function planOf(word: string, { strategy, executions, seed }: Options): Promise<CampaignPlan> {
  const { referencesOf, strategiesNamed } = await import("#fuzz/subjects/catalogue.ts");
  const searches = strategiesNamed(strategy.split(",")).map((name) => ({ strategy: name, executions }));
  const names = searches.map((search) => search.strategy).join(", ");
  const description = `${names}, ${executions.toLocaleString("en-US")} executions each`;
  return {
    profile: { name: "fuzz", description, enumerationMax: 0, searches, museumMax: 0, stressMs: 0, certifies: false },
    seed: seed ?? drawSeed(),
    scenarios: await referencesOf([word]),
    traces: [],
    bugs: [],
    stressed: [],
  };
}
