import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import type { CampaignPlan } from "#fuzz/campaign/campaign-plan.ts";
import { namedCommand } from "./command-names.ts";
import { parseDuration } from "./duration.ts";
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
  readonly save?: true;
  readonly verbose?: true;
  readonly memory: Memory;
}

const MEMORIES = ["sc", "tso", "ra", "lkmm"] as const;
type Memory = (typeof MEMORIES)[number];

/** Seed of the profiles that gate a change: fixed, so that a red gate stays red. */
const SEED_DEFAULT = 1;

/** `quiesce verify`: the gate. */
export function verifyCommand(): Command {
  return namedCommand("verify", "scenarios, systems, or modules of your own; all unless named")
    .addOption(new Option("--profile <name>", "how much to search: quick, full or night").default("quick"))
    .addOption(
      new Option("--memory <model>", "memory model; except under sc, protocols and scenarios are explored")
        .choices(MEMORIES)
        .default("sc"),
    )
    .option("--seed <n>", "seed of all randomness (default: 1; night draws one)", parseSeed)
    .option("--time <duration>", "stop after this time, undecided, such as 30s or 2h", parseDuration)
    .option("--json <file>", "write the result as JSON; - is standard output, and suppresses all other output there")
    .option("--out <folder>", "folder for the reports", "reports/out")
    .option("--workers <n>", "worker threads (default: one per processor)", parseWorkers)
    .option("--resume", "continue a stopped run with the same seed, profile and code")
    .option("--save", "save the trace of each violation, to be replayed by every later run")
    .option("--verbose", "a line for each scenario, trace and bug, also for those that are as they should be")
    .addHelpText(
      "after",
      `
Writes result.json, timing.json, junit.xml, quiesce.sarif, summary.md and the page index.html to the report folder, and
a trace of each violation to traces/ below it. Equal seed, profile and code give equal bytes in result.json on any
machine.

Under sc, the protocols of the systems (small programs over their procedures) are also explored under lkmm. With
--memory, protocols and scenarios are explored under that model: every execution without a cycle of program order and
reads-from, up to the profile's bound. Leaks, lock order and properties in mid-execution are checked under sc alone.

The profiles full and night also certify each system's small scopes, as quiesce certify does, in certificates/ below the
folder, and run the library of peer pools on four real threads under load, for one minute and for ten; a violation is
saved with its history in stress/. The host decides the schedules there: unlike all others, these violations may not
recur with an equal seed.

With --save, traces of violations are also saved in fuzz/traces/, or in traces/ beside a user's module, and every later
run replays those of the systems that it verifies.

Exit codes: 0 everything holds, 1 a violation, or a bug that was not found, 2 bad input, 3 not finished (--time or ^C).

Examples:
  quiesce verify
  quiesce verify peers-two-creators peers-limiter-shared
  quiesce verify peers --memory lkmm
  quiesce verify --profile full --seed 7 --json result.json
  quiesce verify --profile night --time 8h --resume
  quiesce verify ./my-structure.ts`,
    )
    .action(verify);
}

async function verify(words: readonly string[], options: Options): Promise<void> {
  const { printCampaign } = await import("./print-campaign.ts");
  const { time, json, resume, save, out, workers = availableParallelism() } = options;
  process.exitCode = await printCampaign(
    await planOf(words, options),
    {
      command: "verify",
      out: resolve(out),
      workers,
      time,
      state: resume === true ? "resumed" : "kept",
      savesTraces: save === true,
    },
    { json, verbose: options.verbose },
  );
}

async function planOf(words: readonly string[], options: Options): Promise<CampaignPlan> {
  const { verifyPlan } = await import("#fuzz/campaign/campaign-plan.ts");
  const { profileNamed } = await import("#fuzz/campaign/profile.ts");
  const { referencesOf } = await import("#fuzz/subjects/catalogue.ts");
  const profile = profileNamed(options.profile);
  const scenarios = await referencesOf(words);
  if (options.save === true) {
    const { checkSavable } = await import("#fuzz/campaign/trace/saved-traces.ts");
    checkSavable(scenarios);
  }
  const seed = options.seed ?? (await stoppedSeed(options)) ?? (profile.name === "night" ? drawSeed() : SEED_DEFAULT);
  if (options.memory !== "sc") {
    const { weakPlan } = await import("#fuzz/campaign/campaign-plan.ts");
    return weakPlan(scenarios, profile, seed, options.memory);
  }
  return verifyPlan(scenarios, profile, seed, words.length === 0 ? "gate" : "scenarios");
}

/** The seed of the run to resume, so that a drawn one need not be typed. */
async function stoppedSeed({ resume, out }: Options): Promise<number | undefined> {
  if (resume !== true) return undefined;
  const { readState, STATE_FILE } = await import("#fuzz/campaign/resume-state.ts");
  const state = readState(join(resolve(out), STATE_FILE));
  return "because" in state ? undefined : Number(state.key["seed"]);
}
