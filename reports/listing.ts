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

/** Kinds of things in a listing, by which it can be filtered. */
export const LISTED_KINDS = [
  "systems",
  "scenarios",
  "properties",
  "bugs",
  "programs",
  "strategies",
  "profiles",
] as const;

export type ListedKind = (typeof LISTED_KINDS)[number];

/**
 * The part of a listing whose names contain one of these words, in any case. A system with such a name is listed whole;
 * another only with its matching entries, if it has any.
 *
 * @param words all entries if empty
 * @param only the kind to list; all unless given
 */
export function filteredListing(listing: Listing, words: readonly string[], only?: ListedKind): Listing {
  const typed = words.map((word) => word.toLowerCase());
  const fits = (name: string): boolean => typed.length === 0 || typed.some((word) => name.toLowerCase().includes(word));
  const wants = (kind: ListedKind): boolean => only === undefined || only === kind;
  const entries = (kind: ListedKind, all: readonly ListingEntry[]): readonly ListingEntry[] =>
    wants(kind) ? all.filter(({ name }) => fits(name)) : [];
  const systems = listing.systems.flatMap((system) => {
    const isWhole = fits(system.name);
    const scenarios = system.scenarios.filter(({ name }) => wants("scenarios") && (isWhole || fits(name)));
    const properties = system.properties.filter((name) => wants("properties") && (isWhole || fits(name)));
    const bugs = system.bugs.filter(({ slug }) => wants("bugs") && (isWhole || fits(slug)));
    const isListed = (isWhole && wants("systems")) || scenarios.length + properties.length + bugs.length > 0;
    return isListed ? [{ ...system, scenarios, properties, bugs }] : [];
  });
  return {
    ...listing,
    systems,
    programs: entries("programs", listing.programs),
    strategies: entries("strategies", listing.strategies),
    profiles: entries("profiles", listing.profiles),
  };
}

/** The listing for a terminal, without a final newline. Empty sections are left out. */
export function listingText({ systems, programs, strategies, profiles }: Listing): string {
  const sections = [
    ...systems.flatMap((system) => [
      [`${visibleText(system.name)}: ${visibleText(system.about)}`, countsText(system)].join("\n"),
      section("scenarios", system.scenarios),
      section(
        "properties",
        system.properties.map((name) => ({ name, about: "" })),
      ),
      section(
        "bugs",
        system.bugs.map(({ slug, about }) => ({ name: slug, about })),
      ),
    ]),
    section("toy programs, for fuzz and explore", programs),
    section("strategies", strategies),
    section("profiles", profiles),
  ].filter((text) => text !== undefined);
  return sections.length === 0 ? "nothing has such a name" : sections.join("\n\n");
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

function section(title: string, entries: readonly ListingEntry[]): string | undefined {
  if (entries.length === 0) return undefined;
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  return [
    title,
    ...entries.map(({ name, about }) => `  ${visibleText(name.padEnd(width))}  ${visibleText(about)}`.trimEnd()),
  ].join("\n");
}
