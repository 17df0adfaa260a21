/** The files that `quiesce init` writes: a project's first structure, its test, the configuration, the CI workflow. */

/** What the texts depend on. */
export interface InitChoices {
  /** How modules end: `ts` where files are modules by default, else `mts`. */
  readonly extension: "ts" | "mts";
  /** Who runs the test. */
  readonly runner: "vitest" | "node:test";
}

/** Paths from the root of the project, and texts. */
export function initFiles({ extension, runner }: InitChoices): ReadonlyMap<string, string> {
  return new Map([
    [`quiesce.config.${extension}`, configuration(extension)],
    [`structures/tickets.${extension}`, EXAMPLE],
    [`structures/tickets.test.${extension}`, exampleTest(extension, runner)],
    [".github/workflows/quiesce.yml", WORKFLOW],
  ]);
}

const configuration = (extension: string): string => `import type { Configuration } from "quiesce";

// What "npx quiesce verify" does when it is given no more than that.
export default {
  modules: ["structures/*.${extension}"],
  profile: "quick",
  seed: 1,
  reporters: ["junit", "sarif", "markdown"],
  memoryModels: ["sc"],
  out: "reports/out",
} satisfies Configuration;
`;

const EXAMPLE = `import { type Access, type Address, atomicAddReturn, defineSystem, operation, place, struct } from "quiesce";

// What is fast: a dispenser of tickets in shared memory. Every access is a yield.
const Dispenser = struct("dispenser", { last: 1 });

/** Draws the next ticket. Linearizes at its only access. */
function* draw(dispenser: Address): Access<number> {
  return yield atomicAddReturn(Dispenser.last(dispenser), 1);
}

export default defineSystem({
  name: "tickets",
  about: "a dispenser of tickets",
  place: (heap) => place(heap, Dispenser, "dispenser"),
  // What is right: tickets come 1, 2, 3, … and nobody draws one twice.
  initialState: 0,
  operations: { draw: operation({ run: draw, step: (last: number) => ({ response: last + 1, next: last + 1 }) }) },
  // What is tried: two customers draw two tickets each, when one has been drawn already.
  scenarios: {
    "two-customers": {
      initial: [{ kind: "draw" }],
      threads: { first: [{ kind: "draw" }, { kind: "draw" }], second: [{ kind: "draw" }, { kind: "draw" }] },
    },
  },
});
`;

const exampleTest = (extension: string, runner: InitChoices["runner"]): string => `import { test } from "${runner}";
import { check } from "quiesce";
import tickets from "./tickets.${extension}";

test("nobody draws a ticket twice", async (context) => {
  const { draw } = tickets.calls;
  await check(tickets, { threads: [[draw(), draw()], [draw(), draw()]], test: context });
});
`;

const WORKFLOW = `name: quiesce
on: [push, pull_request]
jobs:
  verify:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 24 }
      - run: npm ci
      - run: npx quiesce verify
      - uses: actions/upload-artifact@v4
        if: failure()
        with: { name: quiesce, path: reports/out }
`;
