import { expect, test } from "vitest";
import { unknownName } from "./unknown-name.ts";

const names = Array.from({ length: 12 }, (_, index) => `peers-${"abcdefghijkl"[index] ?? ""}-creators`);

test("a name that differs in a few letters is offered, the nearest first, and so is one that holds the word", () => {
  expect(unknownName("strategy", "randon", ["random", "pct3", "pos"])).toBe(
    'no strategy "randon"; did you mean random?',
  );
  expect(unknownName("profile", "QUIK", ["quick", "full"])).toBe('no profile "QUIK"; did you mean quick?');
  expect(unknownName("scenario", "c-creators", names)).toBe('no scenario "c-creators"; did you mean peers-c-creators?');
  expect(unknownName("scenario", "peers-z-creators", ["peers-y-creator", "peers-x-creators"])).toBe(
    'no scenario "peers-z-creators"; did you mean peers-x-creators or peers-y-creator?',
  );
});

test("else at most ten names are listed, and who prints the others is said", () => {
  const ten = names.slice(0, 10).join(", ");
  expect(unknownName("scenario", "nope", names.slice(0, 10))).toBe(`no scenario "nope"; there are ${ten}`);
  expect(unknownName("scenario", "nope", names, "quiesce list")).toBe(
    `no scenario "nope"; there are ${ten} and 2 more; "quiesce list" prints them all`,
  );
  expect(unknownName("scenario", "nope", names)).toBe(`no scenario "nope"; there are ${ten} and 2 more`);
  expect([unknownName("bug", "x", ["only"]), unknownName("bug", "x", [])]).toEqual([
    'no bug "x"; there is only',
    'no bug "x"; there are none',
  ]);
});

test("what a terminal would obey is made visible", () => {
  expect(unknownName("profile", "fast\u001b", ["quick"])).toBe('no profile "fast\\u{1b}"; there is quick');
});
