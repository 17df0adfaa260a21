import type { Listing } from "#reports/listing.ts";
import { systems } from "#fuzz/systems/all-systems.ts";
import { systemProperties } from "#fuzz/systems/system-properties.ts";
import { CERTIFIED_SIZES, sizeName } from "#fuzz/systems/small-scenarios.ts";
import { toyPrograms } from "#fuzz/programs/toy-programs.ts";
import { EXHAUSTIVE, EXHAUSTIVE_DESCRIPTION } from "#fuzz/search/exhaustive-search.ts";
import { strategies } from "#fuzz/strategies/strategies.ts";
import { profiles } from "./profile.ts";
import { museumBugs } from "#fuzz/bugs/museum.ts";
import { machineProperties } from "#fuzz/machine/machine-properties.ts";

/** What there is to verify, and with what. */
export function makeListing(): Listing {
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
    programs: toyPrograms.map(({ name, about, bug }) => ({ name, about: bug?.what ?? about })),
    strategies: [
      ...strategies.map(({ name, description }) => ({ name, about: description })),
      { name: EXHAUSTIVE, about: EXHAUSTIVE_DESCRIPTION },
    ],
    profiles: profiles.map(({ name, description }) => ({ name, about: description })),
  };
}
