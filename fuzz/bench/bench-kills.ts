/**
 * Kills a campaign so many times at random moments, and compares its final results with an undisturbed one.
 *
 * `npm run bench:kills`; `-- --kills 20 --seed 7` sets other numbers.
 */
import { parseArgs } from "node:util";
import { killCampaign } from "./killed-campaign.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "100" }, seed: { type: "string", default: "1" } },
});
const words = ["stack_bad", "account_bad", "lazy01_bad", "native-sync-lock-two", "--rounds", "3", "--workers", "2"];
const { kills, ended, different } = await killCampaign({
  words,
  kills: Number(values.kills),
  seed: Number(values.seed),
});
console.log(`${kills} kills, ${ended} campaigns that finished, ${different.length} of them with different results`);
process.exitCode = different.length === 0 ? 0 : 1;
