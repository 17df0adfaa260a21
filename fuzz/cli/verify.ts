import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import type { CampaignPlan } from "#fuzz/campaign/campaign.ts";
import { parseDuration } from "./duration.ts";
import { EXIT } from "#fuzz/host/exit-code.ts";
import { asUsage } from "./usage-error.ts";
import { drawSeed, parseSeed, parseWorkers } from "./whole-number.ts";

interface Options {
  readonly profile: string;
  readonly seed?: number;
  /** Milliseconds. */
  readonly time?: number;
  readonly json?: string;
  readonly out: string;
  readonly workers?: number;
  readonly resume?: true;
}

/** Seed of the profiles that gate a change: the same every time, so that a red gate is red again. */
const SEED_DEFAULT = 1;

/** `quiesce verify`: the gate. */
export function verifyCommand(): Command {
  return new Command("verify")
    .description(
      "Verify every scenario, replay every saved trace, find every bug of the museum, and hammer what runs on real threads.",
    )
    .argument("[scenarios...]", "scenarios, systems, or modules of your own; all unless named")
    .addOption(new Option("--profile <name>", "how much to search: quick, full or night").default("quick"))
    .option("--seed <n>", "seed of all randomness; 1 unless given, night draws one", parseSeed)
    .option("--time <duration>", "stop after this time, undecided, such as 30s or 2h", parseDuration)
    .option("--json <file>", "write the result as JSON; - is standard output, which then carries nothing else")
    .option("--out <folder>", "folder of the reports", "reports/out")
    .option("--workers <n>", "worker threads; as many as there are processors unless given", parseWorkers)
    .option("--resume", "go on where a run with the same seed, profile and code was stopped")
    .addHelpText(
      "after",
      `
Writes result.json, timing.json, junit.xml, quiesce.sarif and summary.md to the folder of the reports, and a trace of each
violation to traces/ below it. Equal seed, profile and code give equal bytes in result.json, whatever the machine.

The profiles full and night also hammer the library of peer pools on four real threads, for one minute and for ten; a violation is saved with
its history in stress/ below the folder. Schedules are the host's there: a violation is the one thing that an equal seed may not bring back.
They then certify each system's small scopes, as quiesce certify does, in certificates/.

Exit codes: 0 all holds, 1 a violation or a bug not found, 2 bad input, 3 not finished (--time or ^C).

Examples:
  quiesce verify
  quiesce verify peers-two-creators peers-limiter-shared
  quiesce verify --profile full --seed 7 --json result.json
  quiesce verify --profile night --time 8h --resume
  quiesce verify ./my-structure.ts`,
    )
    .action(verify);
}

async function verify(words: readonly string[], options: Options): Promise<void> {
  const { performCampaign, WORKERS_DEFAULT } = await import("./run-campaign.ts");
  const plan = await asUsage(() => planOf(words, options));
  const { time, json, resume, out, workers = WORKERS_DEFAULT } = options;
  const start = performance.now();
  const code = await asUsage(() =>
    performCampaign(plan, {
      command: "verify",
      out: resolve(out),
      workers,
      state: resume === true ? "resumed" : "kept",
      ...(time !== undefined && { time }),
      ...(json !== undefined && { json }),
    }),
  );
  process.exitCode = code;
  if (!plan.profile.certifies || code === EXIT.unfinished) return;
  const left = time === undefined ? undefined : Math.max(1, time - (performance.now() - start));
  const { certifyScopes, worse } = await import("./certify-scopes.ts");
  const systems = new Set(plan.scenarios.filter(({ module }) => module === undefined).map(({ system }) => system));
  process.exitCode = worse(
    code,
    await certifyScopes(systems, {
      out: resolve(out),
      workers,
      resumes: resume === true,
      ...(left !== undefined && { time: left }),
    }),
  );
}

async function planOf(words: readonly string[], options: Options): Promise<CampaignPlan> {
  const { profileNamed } = await import("#fuzz/campaign/profile.ts");
  const { referencesOf } = await import("#fuzz/subjects/catalogue.ts");
  const { bugsOf } = await import("#fuzz/campaign/hunt/hunt-bug.ts");
  const { savedTraces } = await import("#fuzz/campaign/saved-traces.ts");
  const profile = profileNamed(options.profile);
  const scenarios = await referencesOf(words);
  const seed = options.seed ?? (await stoppedSeed(options)) ?? (profile.name === "night" ? drawSeed() : SEED_DEFAULT);
  // The museum and the traces show that the gate as a whole works; a few scenarios, asked for by name, are no gate.
  const { STRESSED_SYSTEMS } = await import("#fuzz/campaign/stress-job.ts");
  const systems = words.length === 0 ? new Set(scenarios.map(({ system }) => system)) : new Set<string>();
  return {
    profile,
    seed,
    scenarios,
    traces: savedTraces(systems),
    bugs: bugsOf(systems),
    stressed: profile.stressMs === 0 ? [] : STRESSED_SYSTEMS.filter((system) => systems.has(system)),
  };
}

/** The seed of the run to go on with: one that was drawn need not be typed. */
async function stoppedSeed({ resume, out }: Options): Promise<number | undefined> {
  if (resume !== true) return undefined;
  const { readResumeState, STATE_FILE } = await import("#fuzz/campaign/resume-state.ts");
  const state = readResumeState(join(resolve(out), STATE_FILE));
  return "because" in state ? undefined : state.key.seed;
}
