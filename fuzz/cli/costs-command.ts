import { Command } from "commander";
import type { Costs } from "#reports/lookup-costs.ts";
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
  const found = await countCosts();
  if (json === undefined) process.stdout.write(`${costsText(found)}\n`);
  else writeJson(json, `${JSON.stringify(found, null, 2)}\n`);
}

/** Lengths of the garbage list for which its lock is measured. */
const LISTED = [0, 1, 10, 100, 1000];

async function countCosts(): Promise<Costs> {
  const { peersLookupCosts } = await import("#fuzz/costs/peers-lookups.ts");
  const { peersSizes } = await import("#fuzz/costs/sizes/peers-sizes.ts");
  const { dstSizes } = await import("#fuzz/costs/sizes/dst-sizes.ts");
  const { dstLockHolds } = await import("#fuzz/costs/dst-lock-hold.ts");
  const { neighboursSizes } = await import("#fuzz/costs/sizes/neighbours-sizes.ts");
  const { routeCacheSizes } = await import("#fuzz/costs/sizes/route-cache-sizes.ts");
  const { timeWaitSizes } = await import("#fuzz/costs/sizes/time-wait-sizes.ts");
  return {
    format: "quiesce-costs",
    version: 1,
    sizes: [...peersSizes, ...dstSizes, ...neighboursSizes, ...routeCacheSizes, ...timeWaitSizes],
    lookups: peersLookupCosts(),
    lockHolds: dstLockHolds(LISTED),
  };
}
