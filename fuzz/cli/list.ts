import { Command } from "commander";
import type { Listing } from "#reports/listing.ts";
import { asUsage } from "./usage-error.ts";

/** `quiesce list`: what there is to verify, and with what. */
export function listCommand(): Command {
  return new Command("list")
    .description("List systems with their scenarios, properties and bugs; strategies; profiles.")
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
  const { writeWholeFile } = await import("#reports/write-file.ts");
  const listing = await asUsage(makeListing);
  const text = `${JSON.stringify(listing, null, 2)}\n`;
  if (json === "-") process.stdout.write(text);
  else if (json === undefined) process.stdout.write(`${listingText(listing)}\n`);
  else await asUsage(async () => writeWholeFile(json, text));
}

async function makeListing(): Promise<Listing> {
  const { systems } = await import("#fuzz/systems/all-systems.ts");
  const { systemProperties } = await import("#fuzz/systems/system-properties.ts");
  const { CERTIFIED_SIZES, sizeName } = await import("#fuzz/systems/small-scenarios.ts");
  const { smallPrograms } = await import("#fuzz/programs/bugged/small-programs.ts");
  const { EXHAUSTIVE, EXHAUSTIVE_DESCRIPTION } = await import("#fuzz/search/exhaustive-search.ts");
  const { strategies } = await import("#fuzz/strategies/strategies.ts");
  const { profiles } = await import("#fuzz/campaign/profile.ts");
  const { museumBugs } = await import("#fuzz/bugs/museum.ts");
  const { machineProperties } = await import("#fuzz/machine/machine-properties.ts");
  const bugs = museumBugs();
  return {
    format: "quiesce-list",
    version: 1,
    systems: systems.map((system) => {
      const { name, about, sources = { model: "", implementation: "" }, scenarios, smallScope } = system;
      const certificates = smallScope === undefined ? [] : (smallScope.sizes ?? CERTIFIED_SIZES).map(sizeName);
      const known = bugs.filter((bug) => bug.system === name);
      const watched = [...machineProperties, ...systemProperties(system)];
      return {
        name,
        about,
        ...sources,
        certificates,
        counts: {
          scenarios: scenarios.length,
          properties: watched.length,
          bugs: known.length,
          certificates: certificates.length,
        },
        scenarios: scenarios.map((scenario) => ({ name: scenario.name, about: scenario.about ?? "" })),
        properties: watched,
        bugs: known.map(({ slug, summary }) => ({ slug, about: summary })),
      };
    }),
    programs: smallPrograms.map(({ name, bug }) => ({ name, about: bug })),
    strategies: [
      ...strategies.map(({ name, description }) => ({ name, about: description })),
      { name: EXHAUSTIVE, about: EXHAUSTIVE_DESCRIPTION },
    ],
    profiles: profiles.map(({ name, description }) => ({ name, about: description })),
  };
}
