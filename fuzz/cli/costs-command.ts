import { Command } from "commander";
import { namedCommand } from "./command-names.ts";

/** `quiesce costs`: sizes of records, and the memory that lookups touch and write. */
export function costsCommand(): Command {
  return namedCommand("costs")
    .option("--json <file>", "write the tables as JSON; - replaces the text on standard output")
    .addHelpText(
      "after",
      `
All figures come from the layouts and from running the code on the machine. A cache line has 64 bytes, and each object
begins one. Taking a lock is one atomic operation; releasing a reader-writer lock is another.

Examples:
  quiesce costs
  quiesce costs --json -`,
    )
    .action(costs);
}

async function costs({ json }: { readonly json?: string }): Promise<void> {
  const { costsText } = await import("#reports/lookup-costs.ts");
  const { writeJson } = await import("./write-json.ts");
  const { countCosts } = await import("#fuzz/costs/count-costs.ts");
  const found = countCosts();
  if (json === undefined) process.stdout.write(`${costsText(found)}\n`);
  else writeJson(json, `${JSON.stringify(found, null, 2)}\n`);
}
