import { Command } from "commander";
import { namedCommand } from "./command-names.ts";

/** `quiesce list`: what there is to verify, and with what. */
export function listCommand(): Command {
  return namedCommand("list")
    .option("--json <file>", "write the list as JSON; - is standard output, instead of the text")
    .addHelpText(
      "after",
      `
Examples:
  quiesce list
  quiesce list --json -`,
    )
    .action(list);
}

async function list({ json }: { readonly json?: string }): Promise<void> {
  const { listingText } = await import("#reports/listing.ts");
  const { writeJson } = await import("./write-json.ts");
  const { makeListing } = await import("#fuzz/campaign/make-listing.ts");
  const listing = makeListing();
  if (json === undefined) process.stdout.write(`${listingText(listing)}\n`);
  else writeJson(json, `${JSON.stringify(listing, null, 2)}\n`);
}
