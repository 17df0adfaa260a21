import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { systems } from "./all-systems.ts";
import { systemSources } from "./sources.ts";

test("every system says where its model and its implementation are, and they are there", () => {
  expect([...systemSources.keys()].toSorted()).toEqual(systems.map(({ name }) => name).toSorted());
  for (const { model, implementation } of systemSources.values()) {
    for (const path of [model, implementation])
      expect(existsSync(new URL(`../../${path}`, import.meta.url)), path).toBe(true);
  }
});
