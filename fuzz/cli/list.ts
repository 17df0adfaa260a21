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
  const { systems, scenarios } = await import("#fuzz/systems/all-systems.ts");
  const { systemSources } = await import("#fuzz/systems/sources.ts");
  const { CERTIFIED_SIZES, sizeName } = await import("#fuzz/systems/small-scenarios.ts");
  const { toyPrograms } = await import("#fuzz/programs/toy-programs.ts");
  const { EXHAUSTIVE, EXHAUSTIVE_DESCRIPTION } = await import("#fuzz/search/exhaustive-search.ts");
  const { strategies } = await import("#fuzz/strategies/strategies.ts");
  const { profiles } = await import("#fuzz/campaign/profile.ts");
  const { museumBugs } = await import("#fuzz/bugs/museum.ts");
  const { machineProperties } = await import("#fuzz/machine/machine-properties.ts");
  const bugs = museumBugs();
  return {
    format: "quiesce-list",
    version: 1,
    systems: systems.map(({ name, about, properties, smallScope }) => {
      const sources = systemSources.get(name);
      if (sources === undefined) throw new Error(`${name} does not say where its sources are`);
      const certificates = smallScope === undefined ? [] : (smallScope.sizes ?? CERTIFIED_SIZES).map(sizeName);
      const own = scenarios.filter(({ system }) => system === name);
      const known = bugs.filter(({ system }) => system === name);
      const watched = [...machineProperties, ...properties];
      return {
        name,
        about,
        ...sources,
        certificates,
        counts: {
          scenarios: own.length,
          properties: watched.length,
          bugs: known.length,
          certificates: certificates.length,
        },
        scenarios: own.map((scenario) => ({ name: scenario.name, about: scenario.about ?? "" })),
        properties: watched,
        bugs: known.map(({ slug, summary }) => ({ slug, about: summary })),
      };
    }),
    programs: toyPrograms.map(({ name, about, bug }) => ({ name, about: bug?.what ?? about })),
    strategies: [
      ...strategies.map(({ name, description }) => ({ name, about: description })),
      { name: EXHAUSTIVE, about: EXHAUSTIVE_DESCRIPTION },
    ],
    profiles: profiles.map(({ name, description }) => ({ name, about: description })),
  };
}
