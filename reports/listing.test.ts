import { expect, test } from "vitest";
import { listingText } from "./listing.ts";

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
    "",
    "profiles",
  ]);
});
