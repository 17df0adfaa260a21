/**
 * Kills a campaign so many times at random moments, and compares what it knows in the end with one that is left alone.
 *
 * `npm run bench:kills`; `-- --kills 20 --seed 7` takes other figures.
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
console.log(`${kills} kills, ${ended} campaigns that came to their end, ${different.length} of them to something else`);
process.exitCode = different.length === 0 ? 0 : 1;
