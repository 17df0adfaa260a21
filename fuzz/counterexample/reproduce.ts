/**
 * Runs a reproduction script, and reports whether it still fails, no longer fails, or diverges.
 *
 * Imports nothing of the code under verification: the script's bug is put back before that is loaded.
 */
import { parseArgs } from "node:util";
import { EXIT } from "#fuzz/host/exit-code.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { visibleText } from "#reports/visible-text.ts";
import type { Reproduction, ReproductionArguments } from "./reproduction.ts";

/**
 * Runs the script, prints the story, and sets the exit code: 1 while the same property is violated, 0 when it no longer
 * is, 2 when the script cannot run, 3 when it was stopped before.
 */
export async function reproduce(reproduction: Reproduction): Promise<void> {
  try {
    const { runReproduction } = await import("./run-reproduction.ts");
    const { lines, exitCode } = await runReproduction(reproduction, readArguments(process.argv.slice(2)));
    process.stdout.write(`${lines.join("\n")}\n`);
    process.exitCode = exitCode;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    process.stderr.write(`${visibleText(error.message)}\n`);
    process.exitCode = EXIT.usage;
  }
}

/** @throws InputError for unknown arguments */
function readArguments(argv: string[]): ReproductionArguments {
  let until: string | undefined;
  try {
    ({ until } = parseArgs({ args: argv, options: { until: { type: "string" } } }).values);
  } catch (error) {
    throw new InputError(`${error instanceof Error ? error.message : String(error)}; it takes --until N`, {
      cause: error,
    });
  }
  if (until === undefined) return {};
  if (!/^\d{1,9}$/.test(until)) throw new InputError(`--until is ${until}, and must be a whole number of accesses`);
  return { until: Number(until) };
}
