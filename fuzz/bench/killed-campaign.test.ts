import { expect, test } from "vitest";
import { killCampaign } from "./killed-campaign.ts";

test(
  "a campaign killed at random moments ends with the results of an undisturbed one",
  { timeout: 300_000 },
  async () => {
    const words = ["stack_bad", "account_bad", "lazy01_bad", "--rounds", "2", "--workers", "2"];
    const { kills, ended, different, expected } = await killCampaign({ words, kills: 3, seed: 1 });
    expect(different).toEqual([]);
    expect([kills, ended >= 1]).toEqual([3, true]);
    // Two empty results would be equal too.
    const known: unknown = JSON.parse(expected);
    expect(known).toMatchObject({ finished: true, rounds: 2 });
    expect((known as { violations: unknown[] }).violations.length).toBeGreaterThanOrEqual(2);
    expect((known as { corpus: number }).corpus).toBeGreaterThan(0);
  },
);
