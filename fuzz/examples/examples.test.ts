/** Each structure holds, and its broken form is violated, with the properties in which its bug shows. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decideAll } from "./decide-all.fixture.ts";

/** The properties that each broken structure may violate. */
const VIOLATED: Readonly<Record<string, readonly string[]>> = {
  "chase-lev-deque": ["linearizability"],
  "lazy-initialisation": ["data-race"],
  "michael-scott-queue": ["linearizability", "leak"],
  "readers-writer-lock": ["data-race"],
  "resizing-hash-table": ["data-race", "grace-period", "memory-safety"],
  "ring-buffer": ["data-race", "memory-safety"],
  semaphore: ["linearizability", "deadlock"],
  "ticket-lock": ["data-race", "deadlock", "linearizability"],
  "treiber-stack": ["linearizability", "leak"],
  "vyukov-queue": ["data-race", "linearizability"],
};

const names = readdirSync(import.meta.dirname).flatMap(
  (file) => /^(.*)(?<!\.(?:test|fixture))\.ts$/.exec(file)?.[1] ?? [],
);

test("there are ten examples, none of more than 80 lines", () => {
  expect(names).toEqual(Object.keys(VIOLATED));
  for (const name of names) {
    const lines = readFileSync(`${import.meta.dirname}/${name}.ts`, "utf8").split("\n").length - 1;
    expect([name, lines <= 80]).toEqual([name, true]);
  }
});

for (const [name, properties] of Object.entries(VIOLATED)) {
  test(`${name} holds, and its broken form is violated`, async () => {
    const { default: right, broken } = await import(`./${name}.ts`);
    expect(decideAll(right)).toEqual([]);
    const found = decideAll(broken);
    expect(found.length).toBeGreaterThan(0);
    for (const violated of found) expect(properties).toContain(violated.split(" ")[0]);
  });
}
