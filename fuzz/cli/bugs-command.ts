import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { BugStatistics } from "#fuzz/campaign/hunt/hunt-statistics.ts";
import { EXIT } from "#fuzz/host/exit-code.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { isCheckout } from "#fuzz/host/project-root.ts";
import { namedCommand } from "./command-names.ts";

interface Options {
  readonly seed: number;
  readonly seeds: number;
  readonly executions: number;
  readonly strategies: readonly string[];
  readonly story?: true;
  readonly json?: string;
  readonly out: string;
}

/** Default strategies of the hunt. */
const STRATEGIES = ["exhaustive", "random", "pct3", "pos", "surw"];

/** Execution budget for shrinking one counterexample. */
const SHRINK_MAX = 100_000;

/** `quiesce bugs`: puts each real bug back into the code, and requires the search to find it. */
export function bugsCommand(): Command {
  return namedCommand("bugs", "bugs to hunt (default: the whole museum)")
    .option("--seed <n>", "first seed", parseCount, 1)
    .option("--seeds <n>", "number of seeds, tried one after the other", parseCount, 1)
    .option("--executions <n>", "executions for each strategy and seed", parseCount, 20_000)
    .option("--strategies <list>", "comma-separated strategies", parseList, STRATEGIES)
    .option("--story", "shrink the counterexample of each bug and print its story")
    .option("--json <file>", "write the results as JSON; - replaces the text on standard output")
    .option("--out <folder>", "folder of the page; traces of --story go to bugs/ below it", "reports/out")
    .addHelpText(
      "after",
      `
A bug counts as found when two strategies (or the only one requested) find it from every seed through a property that
its patch names, and a counterexample has no more preemptions than the patch allows.

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
  if (!isCheckout)
    throw new InputError(
      "bugs: the museum puts bugs back into quiesce's own sources, which the package does not hold; run it in a checkout",
    );
  const { bugNamed, museumBugs } = await import("#fuzz/bugs/museum.ts");
  const { huntMuseum } = await import("#fuzz/campaign/hunt/hunt-museum.ts");
  const { strategiesNamed } = await import("#fuzz/subjects/catalogue.ts");
  const { pageLine } = await import("./page-line.ts");
  const { linesBeside, progressOn } = await import("./progress.ts");
  const { writeJson } = await import("./write-json.ts");
  const { bugReports } = await import("#fuzz/campaign/hunt/bug-reports.ts");
  const { updatePage } = await import("#fuzz/campaign/page/update-page.ts");

  const strategies = strategiesNamed(options.strategies);
  const bugs = slugs.length === 0 ? museumBugs() : slugs.map(bugNamed);
  const seeds = Array.from({ length: options.seeds }, (_, index) => options.seed + index);
  const searches = seeds.flatMap((seed) => strategies.map((strategy) => ({ strategy, seed })));
  const isQuiet = options.json === "-";
  const nameWidth = Math.max(...bugs.map(({ slug }) => slug.length));
  const progress = progressOn(linesBeside(options.json));
  const bounds = {
    searches,
    executionsMax: options.executions,
    ...(options.story === true && { shrinkMax: SHRINK_MAX }),
  };
  const listener = {
    onStart: progress.show,
    onBug(bug: BugStatistics) {
      if (isQuiet) return;
      progress.print(bugText(bug, nameWidth));
      if (options.story === true) progress.print(`\n${bug.story.join("\n")}\n`);
    },
  };
  const how = { bounds, strategiesMin: Math.min(2, strategies.length), workers: availableParallelism() };
  const { bugs: hunted, stopped } = await huntMuseum(bugs, how, listener).finally(progress.end);

  const { executions } = options;
  const files = bugReports({ seeds, executions, strategies }, hunted);
  const page = await updatePage(resolve(options.out), files);
  writeJson(options.json, files[0].text);
  const caught = hunted.filter(({ outcome }) => outcome === "found").length;
  const seedsText = `${options.seed}${options.seeds > 1 ? ` to ${seeds.at(-1)}` : ""}`;
  if (!isQuiet) process.stdout.write(`${caught} of ${bugs.length} found, seed ${seedsText}\n${pageLine(page)}\n`);
  process.exitCode = caught === hunted.length ? EXIT.verified : EXIT.violated;
  if (stopped === undefined) return;
  process.stderr.write(`quiesce: bugs: ${stopped} after ${hunted.length} of ${bugs.length} bugs\n`);
  process.exitCode = EXIT.unfinished;
}

function bugText({ slug, outcome, because, strategies }: BugStatistics, nameWidth: number): string {
  const counts = strategies.map(({ strategy, catches, searches, median, worst }) => {
    if (catches === 0) return `${strategy} –`;
    if (searches === 1) return `${strategy} ${median}`;
    return `${strategy} ${median} (worst ${worst}${catches < searches ? `, ${catches} of ${searches} seeds` : ""})`;
  });
  return `${outcome.padEnd(6)}  ${slug.padEnd(nameWidth)}  ${because}; executions: ${counts.join(", ")}`;
}
