/**
 * How often an estimate's interval contains the true number: every program of the table of counts, under every model,
 * from so many seeds. Programs that one walk explores completely are exact, and are counted separately; a model under
 * which a program has exactly the tree of another model counts with that model.
 *
 * `npm run bench:estimates`; `-- --seeds 10 --nodes 3000` sets other numbers, `-- --shard 1/8` runs an eighth of the
 * programs.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { estimateExecutions } from "#fuzz/explore/estimate.ts";
import { explore } from "#fuzz/explore/explore.ts";
import { isTableModel, tableOptions } from "#fuzz/explore/table-model.ts";
import { isInShard, shardOf } from "#fuzz/campaign/certificate/shard.ts";
import { exploredProgram } from "#fuzz/programs/explored-toy.ts";
import { toyProgramNamed } from "#fuzz/programs/toy-programs.ts";

interface Entry {
  readonly program: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly executions: Readonly<Record<string, number>>;
}

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "50" },
    nodes: { type: "string", default: "10000" },
    shard: { type: "string", default: "1/1" },
  },
});
const shard = shardOf(values.shard);
if (shard === undefined) throw new Error(`--shard is ${values.shard}, and must be such as 1/8`);
const [SEEDS, NODES_MAX] = [Number(values.seeds), Number(values.nodes)];
const ASKED = 0.9;

const { counts }: { readonly counts: readonly Entry[] } = JSON.parse(
  readFileSync(new URL("../programs/counts.json", import.meta.url), "utf8"),
);

let exact = 0;
let estimated = 0;
let short = 0;
const number = (value: number): string => Math.round(value).toLocaleString("en");

console.log("| program | model | truth | within | off by, in the mean | widest interval | nodes looked at |");
console.log("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
for (const [place, { program: name, parameters, executions }] of counts.entries()) {
  if (!isInShard(place, shard)) continue;
  const trees = new Set<string>();
  const program = exploredProgram(toyProgramNamed(name), parameters);
  for (const model of Object.keys(executions)) {
    if (!isTableModel(model)) throw new Error(`${model} is no column`);
    const found = explore(program, tableOptions(model));
    const truth = found.executions + found.blocked;
    const first = estimateExecutions(program, { ...tableOptions(model), nodesMax: NODES_MAX, seed: 1 });
    const tree = JSON.stringify([truth, first]);
    if (trees.has(tree)) continue;
    trees.add(tree);
    let within = 0;
    let off = 0;
    let widest = 1;
    let nodes = 0;
    let isExact = true;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const estimate = estimateExecutions(program, { ...tableOptions(model), nodesMax: NODES_MAX, seed });
      if (estimate.low <= truth && truth <= estimate.high) within++;
      off += Math.abs(estimate.executions / truth - 1) / SEEDS;
      widest = Math.max(widest, estimate.high / estimate.low);
      nodes += estimate.nodes / SEEDS;
      if (estimate.low !== estimate.high || estimate.executions !== truth) isExact = false;
      // A tree that one walk explores completely is the same from every seed.
      if (isExact && seed === 1) {
        within = SEEDS;
        break;
      }
    }
    if (isExact) {
      exact++;
      continue;
    }
    estimated++;
    if (within < ASKED * SEEDS) short++;
    console.log(
      `| ${name} ${JSON.stringify(parameters)} | ${model} | ${number(truth)} | ${within} of ${SEEDS}${within < ASKED * SEEDS ? " (short)" : ""} | ${(off * 100).toFixed(1)} % | ${widest.toFixed(1)} × | ${number(nodes)} |`,
    );
  }
}
console.log(
  `\n${exact} exact, ${estimated} estimated, ${short} of these hold the truth for less than ${ASKED * 100} % of seeds`,
);
process.exitCode = short === 0 ? 0 : 1;
