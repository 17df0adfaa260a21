import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkLitmus } from "#model/memory/litmus/check-litmus.ts";
import { lkmm } from "#model/memory/lkmm.ts";

/**
 * The orderings that impl/peers/optimistic-pool.ts and, for its sake, impl/native/rcu.ts rely on, and beside each the
 * failure without it. The machine's memory is sequentially consistent and cannot show these. No load here depends on
 * another's address, as no load does in ECMAScript.
 */
const VERDICTS = {
  "address-looked-at-again": "Never",
  "address-not-looked-at-again": "Sometimes",
  "count-not-released": "Sometimes",
  "links-cleared-before-grace-period": "Never",
  "links-cleared-late": "Sometimes",
  "coming-online": "Never",
  "coming-online-unseen": "Sometimes",
} as const;

for (const [name, verdict] of Object.entries(VERDICTS)) {
  test(`${name}: the condition of the test happens ${verdict.toLowerCase()}`, () => {
    const result = checkLitmus(readFileSync(new URL(`orderings/${name}.litmus`, import.meta.url), "utf8"), lkmm);
    expect(result).toMatchObject({ kind: "decided", verdict });
  });
}
