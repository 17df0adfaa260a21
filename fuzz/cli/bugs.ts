import { Command, InvalidArgumentError } from "commander";
import type { HuntReport } from "#fuzz/campaign/hunt/hunt.ts";
import type { BugStatistics } from "#fuzz/campaign/hunt/hunt-statistics.ts";
import { CommandError, EXIT } from "#fuzz/host/exit-code.ts";
import { asUsage } from "./usage-error.ts";

interface Options {
  readonly seed: number;
  readonly seeds: number;
  readonly executions: number;
  readonly strategies: readonly string[];
  readonly story?: true;
  readonly json?: string;
}

/** Strategies that hunt unless others are named. */
const STRATEGIES = ["exhaustive", "random", "pct3", "pos", "surw"];

/** Executions that shrinking one counterexample may take. */
const SHRINK_MAX = 100_000;

/** `quiesce bugs`: puts each real bug back into the code, and requires that it is found. */
export function bugsCommand(): Command {
  return new Command("bugs")
    .description("Put real bugs back into the code, one at a time and in memory, and look for each.")
    .argument("[slugs...]", "bugs to hunt; all of the museum if none is named")
    .option("--seed <n>", "first seed", parseCount, 1)
    .option("--seeds <n>", "how many seeds, one after the other", parseCount, 1)
    .option("--executions <n>", "executions of one strategy from one seed", parseCount, 20_000)
    .option("--strategies <list>", "strategies, with commas between them", parseList, STRATEGIES)
    .option("--story", "tell the shrunk counterexample of each bug")
    .option("--json <file>", "write what was found as JSON; - is standard output, instead of the text")
    .addHelpText(
      "after",
      `
A bug counts as found when two strategies, or the only one asked for, find it from every seed, by a property that its patch
names, and its counterexample shrinks to as few preemptions as the patch says.

Exit codes: 0 all found, 1 a bug was missed, 2 bad input, 3 interrupted.

Examples:
  quiesce bugs
  quiesce bugs --story inetpeer-gc-worker-no-grace-period
  quiesce bugs --seeds 20 --json reports/out/bugs.json`,
    )
    .action(run);
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("it must be a whole number of at least 1.");
  return Number(text);
}

function parseList(text: string): readonly string[] {
  return text.split(",");
}

async function run(slugs: readonly string[], options: Options): Promise<void> {
  const { bugNamed, museumBugs } = await import("#fuzz/bugs/museum.ts");
  const { hunt } = await import("#fuzz/campaign/hunt/hunt.ts");
  const { statisticsOf } = await import("#fuzz/campaign/hunt/hunt-statistics.ts");
  const { strategiesNamed } = await import("#fuzz/subjects/catalogue.ts");
  const { lanes } = await import("#fuzz/campaign/lanes.ts");
  const { onInterruption } = await import("#fuzz/host/interruption.ts");
  const { showProgress } = await import("./progress.ts");
  const { writeWholeFile } = await import("#reports/write-file.ts");
  const { availableParallelism } = await import("node:os");

  const bugs = await asUsage(async () => {
    strategiesNamed(options.strategies);
    return slugs.length === 0 ? museumBugs() : slugs.map(bugNamed);
  });
  const toStandardOutput = options.json === "-";
  const seeds = Array.from({ length: options.seeds }, (_, index) => options.seed + index);
  const searches = seeds.flatMap((seed) => options.strategies.map((strategy) => ({ strategy, seed })));
  const interruption = new AbortController();
  const endWatch = onInterruption((why) => interruption.abort(why));
  const found = new Map<string, BugStatistics>();
  const nameWidth = Math.max(...bugs.map(({ slug }) => slug.length));
  const progress = showProgress(() => `${found.size} of ${bugs.length} bugs hunted`, {
    linesTo: toStandardOutput ? process.stderr : process.stdout,
  });
  let printed = 0;
  const printReady = (): void => {
    // In the museum's order, whichever ends first.
    for (; printed < bugs.length; printed++) {
      const statistics = found.get(bugs[printed]?.slug ?? "");
      if (statistics === undefined) return;
      if (toStandardOutput) continue;
      progress.print(bugText(statistics, nameWidth));
      if (options.story === true) progress.print(`\n${statistics.story.join("\n")}\n`);
    }
  };
  const queue = lanes(availableParallelism(), () => interruption.signal.aborted);
  for (const [index, bug] of bugs.entries()) {
    queue.add(index, async () => {
      const report = await hunt(
        bug,
        { searches, executionsMax: options.executions, shrinkMax: SHRINK_MAX },
        interruption.signal,
      ).catch((error: unknown): HuntReport | undefined => {
        if (interruption.signal.aborted) return undefined;
        throw error;
      });
      if (report === undefined) return;
      found.set(bug.slug, statisticsOf(bug, report, Math.min(2, options.strategies.length)));
      printReady();
    });
  }
  try {
    await asUsage(() => queue.finished());
  } finally {
    progress.end();
    endWatch();
  }
  const all = bugs.flatMap(({ slug }) => found.get(slug) ?? []);
  const json = `${JSON.stringify({ seeds, executions: options.executions, strategies: options.strategies, bugs: all }, null, 2)}\n`;
  const file = options.json;
  if (toStandardOutput) process.stdout.write(json);
  else if (file !== undefined) await asUsage(async () => writeWholeFile(file, json));
  const caught = all.filter(({ outcome }) => outcome === "found").length;
  if (!toStandardOutput)
    process.stdout.write(
      `${caught} of ${bugs.length} found, seed ${options.seed}${options.seeds > 1 ? ` to ${seeds.at(-1)}` : ""}\n`,
    );
  if (interruption.signal.aborted)
    throw new CommandError(`bugs: interrupted after ${all.length} of ${bugs.length} bugs`, EXIT.unfinished);
  process.exitCode = caught === bugs.length ? EXIT.verified : EXIT.violated;
}

function bugText({ slug, outcome, because, strategies }: BugStatistics, nameWidth: number): string {
  const counts = strategies.map(({ strategy, catches, searches, median, worst }) => {
    if (catches === 0) return `${strategy} –`;
    if (searches === 1) return `${strategy} ${median}`;
    return `${strategy} ${median} (worst ${worst}${catches < searches ? `, ${catches} of ${searches} seeds` : ""})`;
  });
  return `${outcome.padEnd(6)}  ${slug.padEnd(nameWidth)}  ${because}; executions: ${counts.join(", ")}`;
}
