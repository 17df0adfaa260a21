import { expect, test } from "vitest";
import { filteredListing, type Listing, listingText } from "./listing.ts";

test("the text lists each system with its counts, and names in columns", () => {
  const text = listingText({
    format: "quiesce-list",
    version: 1,
    systems: [
      {
        name: "peers",
        about: "the peer pool",
        model: "model/peers/peers.ts",
        implementation: "impl/peers/",
        certificates: ["2x2x3", "3x1x3"],
        counts: { scenarios: 2, properties: 1, bugs: 1, certificates: 2 },
        scenarios: [
          { name: "a", about: "one" },
          { name: "long-name", about: "two\u001b" },
        ],
        properties: ["leak"],
        bugs: [{ slug: "bug", about: "wrong" }],
      },
    ],
    programs: [{ name: "small", about: "a lost update" }],
    strategies: [{ name: "random", about: "any" }],
    profiles: [],
  });
  expect(text.split("\n")).toEqual([
    "peers: the peer pool",
    "  2 scenarios, 1 property, 1 bug, certificates of 2x2x3, 3x1x3",
    "  model model/peers/peers.ts, implementation impl/peers/",
    "",
    "scenarios",
    "  a          one",
    "  long-name  two\\u{1b}",
    "",
    "properties",
    "  leak",
    "",
    "bugs",
    "  bug  wrong",
    "",
    "toy programs, for fuzz and explore",
    "  small  a lost update",
    "",
    "strategies",
    "  random  any",
  ]);
});

const systemNamed = (name: string, scenario: string): Listing["systems"][number] => ({
  name,
  about: "",
  model: "",
  implementation: "",
  certificates: [],
  counts: { scenarios: 1, properties: 1, bugs: 1, certificates: 0 },
  scenarios: [{ name: scenario, about: "" }],
  properties: ["leak"],
  bugs: [{ slug: `${name}-lost`, about: "" }],
});

const listing: Listing = {
  format: "quiesce-list",
  version: 1,
  systems: [systemNamed("peers", "two-creators"), systemNamed("dst", "device-down")],
  programs: [{ name: "lost-update", about: "" }],
  strategies: [{ name: "random", about: "" }],
  profiles: [{ name: "quick", about: "" }],
};

test("words leave what has one of them in its name, and of a system that has one everything", () => {
  expect(filteredListing(listing, [])).toEqual(listing);
  expect(filteredListing(listing, ["PEERS"])).toEqual({
    ...listing,
    systems: [listing.systems[0]],
    programs: [],
    strategies: [],
    profiles: [],
  });
  expect(filteredListing(listing, ["device", "rand"])).toMatchObject({
    systems: [{ name: "dst", scenarios: [{ name: "device-down" }], properties: [], bugs: [] }],
    strategies: [{ name: "random" }],
    programs: [],
  });
  expect(listingText(filteredListing(listing, ["nope"]))).toBe("nothing has such a name");
});

test("a kind leaves things of that kind", () => {
  expect(filteredListing(listing, ["lost"], "bugs")).toMatchObject({
    systems: [
      { scenarios: [], bugs: [{ slug: "peers-lost" }] },
      { properties: [], bugs: [{ slug: "dst-lost" }] },
    ],
    programs: [],
  });
  expect(filteredListing(listing, [], "profiles")).toMatchObject({ systems: [], profiles: [{ name: "quick" }] });
  expect(filteredListing(listing, [], "systems").systems.map(({ name }) => name)).toEqual(["peers", "dst"]);
});
