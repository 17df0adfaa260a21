import { Command } from "commander";
import { namedCommand } from "./command-names.ts";

/** `quiesce costs`: what records take, and what lookups touch and write. */
export function costsCommand(): Command {
  return namedCommand("costs")
    .option("--json <file>", "write the tables as JSON; - is standard output, instead of the text")
    .addHelpText(
      "after",
      `
Everything is counted from the layouts and while the code runs on the machine. A cache line has 64 bytes, and each object begins one.
A lock is one atomic operation to take; a reader-writer lock is another to give back.

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
