import { type Command, Option } from "commander";
import { LISTED_KINDS, type ListedKind } from "#reports/listing.ts";
import { namedCommand } from "./command-names.ts";

interface Options {
  readonly only?: ListedKind;
  readonly json?: string;
}

/** `quiesce list`: everything that can be verified, and the strategies and profiles for it. */
export function listCommand(): Command {
  return namedCommand("list", "list only names that contain one of these words; a system's name means all of it")
    .addOption(new Option("--only <kind>", "list only this kind").choices(LISTED_KINDS))
    .option("--json <file>", "write the list as JSON; - replaces the text on standard output")
    .addHelpText(
      "after",
      `
Systems of the modules that quiesce.config.ts lists come first.

Examples:
  quiesce list
  quiesce list peers --only scenarios
  quiesce list rotate
  quiesce list --json -`,
    )
    .action(list);
}

async function list(words: readonly string[], { json, only }: Options): Promise<void> {
  const { filteredListing, listingText } = await import("#reports/listing.ts");
  const { ownModules } = await import("./configured.ts");
  const { writeJson } = await import("./write-json.ts");
  const { makeListing } = await import("#fuzz/campaign/make-listing.ts");
  const { systemsOfModule } = await import("#fuzz/subjects/user-module.ts");
  const own = await Promise.all((await ownModules()).map(systemsOfModule));
  const listing = filteredListing(makeListing(own.flat()), words, only);
  if (json === undefined) process.stdout.write(`${listingText(listing)}\n`);
  else writeJson(json, `${JSON.stringify(listing, null, 2)}\n`);
}
