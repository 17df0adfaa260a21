import { countOf } from "./searched-under.ts";
import { visibleText } from "./visible-text.ts";

/** Something with a name, and one line of description. */
interface ListingEntry {
  readonly name: string;
  readonly about: string;
}

/** Everything that can be verified, as `quiesce list --json` writes it. */
export interface Listing {
  readonly format: "quiesce-list";
  readonly version: 1;
  readonly systems: readonly ListingSystem[];
  /** Toy programs for `fuzz` and `explore`: each with its fault, or its description. */
  readonly programs: readonly ListingEntry[];
  readonly strategies: readonly ListingEntry[];
  readonly profiles: readonly ListingEntry[];
}

interface ListingSystem extends ListingEntry {
  /** Paths relative to the root of the project. */
  readonly model: string;
  readonly implementation: string;
  /** Sizes that can be certified within a long profile, as threads x operations x keys. */
  readonly certificates: readonly string[];
  readonly counts: {
    readonly scenarios: number;
    readonly properties: number;
    readonly bugs: number;
    readonly certificates: number;
  };
  readonly scenarios: readonly ListingEntry[];
  readonly properties: readonly string[];
  readonly bugs: readonly { readonly slug: string; readonly about: string }[];
}

/** The listing for a terminal, without a final newline. */
export function listingText({ systems, programs, strategies, profiles }: Listing): string {
  const sections = systems.flatMap((system) => [
    [`${visibleText(system.name)}: ${visibleText(system.about)}`, countsText(system)].join("\n"),
    section("scenarios", system.scenarios),
    `properties\n${system.properties.map((name) => `  ${visibleText(name)}`).join("\n")}`,
    section(
      "bugs",
      system.bugs.map(({ slug, about }) => ({ name: slug, about })),
    ),
  ]);
  return [
    ...sections,
    section("toy programs, for fuzz and explore", programs),
    section("strategies", strategies),
    section("profiles", profiles),
  ].join("\n\n");
}

function countsText({ counts, model, implementation, certificates }: ListingSystem): string {
  const { scenarios, properties, bugs } = counts;
  const words = properties === 1 ? "1 property" : `${properties} properties`;
  const certified = certificates.length === 0 ? "no certificate" : `certificates of ${certificates.join(", ")}`;
  return (
    `  ${countOf(scenarios, "scenario")}, ${words}, ${countOf(bugs, "bug")}, ${certified}\n` +
    `  model ${visibleText(model)}, implementation ${visibleText(implementation)}`
  );
}

function section(title: string, entries: readonly ListingEntry[]): string {
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  return [
    title,
    ...entries.map(({ name, about }) => `  ${visibleText(name.padEnd(width))}  ${visibleText(about)}`),
  ].join("\n");
}
