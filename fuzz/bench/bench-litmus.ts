/**
 * The time to decide litmus tests, in one process on one core: `npm run bench:litmus`.
 *
 * Seconds are wall-clock time on this machine. Besides the project's own tests it decides those in `litmus/` below the
 * folder that QUIESCE_DATA names, such as the kernel's.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkLitmus } from "#model/memory/litmus/check-litmus.ts";
import { lockedCounter, rcuRing } from "#model/memory/litmus/families.ts";
import { lkmm } from "#model/memory/lkmm.ts";

const root = join(import.meta.dirname, "../..");
const data = process.env["QUIESCE_DATA"];
const folders = [...(data === undefined ? [] : [join(data, "litmus")]), join(root, "model/memory/litmus/tests")];

let total = 0;
let tests = 0;
for (const folder of folders) {
  if (!existsSync(folder)) {
    console.log(`${folder}: not here, left out`);
    continue;
  }
  const files = readdirSync(folder).filter((name) => name.endsWith(".litmus"));
  const start = performance.now();
  for (const file of files) checkLitmus(readFileSync(join(folder, file), "utf8"), lkmm);
  total += performance.now() - start;
  tests += files.length;
}
console.log(`${String(tests).padStart(5)} tests                  ${(total / 1_000).toFixed(2).padStart(7)} s`);

const families = [
  ...["RGRGRGRG", "RGRGRGRGRG", "RGRGRGRGRGRG", "RRGRGRGRGRGR"].map(rcuRing),
  ...(
    [
      [5, 1],
      [6, 1],
      [7, 1],
      [8, 1],
      [3, 2],
      [4, 2],
    ] as const
  ).map(([n, each]) => lockedCounter(n, each)),
];
for (const text of families) {
  const start = performance.now();
  const result = checkLitmus(text, lkmm);
  const seconds = (performance.now() - start) / 1_000;
  const verdict =
    result.kind === "decided"
      ? `${result.verdict}, ${result.states.length} states, ${result.positive + result.negative} executions`
      : result.because;
  console.log(`${result.name.padEnd(28)} ${seconds.toFixed(2).padStart(7)} s  ${verdict}`);
}
