import { Command } from "commander";
import type { Costs } from "#reports/lookup-costs.ts";
import { asUsage } from "./usage-error.ts";

/** `quiesce costs`: what records take, and what lookups touch and write. */
export function costsCommand(): Command {
  return new Command("costs")
    .description(
      "Count what a peer's lookup writes, generation by generation, list the sizes of records beside the kernel's, and count for how long the garbage of destinations is locked.",
    )
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
  const { writeWholeFile } = await import("#reports/write-file.ts");
  const found = await countCosts();
  const text = `${JSON.stringify(found, null, 2)}\n`;
  if (json === "-") process.stdout.write(text);
  else if (json === undefined) process.stdout.write(`${costsText(found)}\n`);
  else await asUsage(async () => writeWholeFile(json, text));
}

/** Lengths of the garbage list for which its lock is measured. */
const LISTED = [0, 1, 10, 100, 1000];

async function countCosts(): Promise<Costs> {
  const { peersLookupCosts } = await import("#fuzz/costs/peers-lookups.ts");
  const { peersSizes } = await import("#fuzz/costs/sizes/peers.ts");
  const { dstSizes } = await import("#fuzz/costs/sizes/dst.ts");
  const { dstLockHolds } = await import("#fuzz/costs/dst-lock-hold.ts");
  const { neighboursSizes } = await import("#fuzz/costs/sizes/neighbours.ts");
  const { routeCacheSizes } = await import("#fuzz/costs/sizes/route-cache.ts");
  const { timeWaitSizes } = await import("#fuzz/costs/sizes/time-wait.ts");
  return {
    format: "quiesce-costs",
    version: 1,
    sizes: [...peersSizes, ...dstSizes, ...neighboursSizes, ...routeCacheSizes, ...timeWaitSizes],
    lookups: peersLookupCosts(),
    lockHolds: dstLockHolds(LISTED),
  };
}
