import type { Command } from "commander";
import { namedCommand } from "./command-names.ts";
import { parseSeed } from "./whole-number.ts";

interface Options {
  readonly scenarios: number;
  readonly stories?: true;
}

const PROTOCOL_GRAPHS = 42_000;

/** `quiesce barriers`: which orderings of a system are needed. */
export function barriersCommand(): Command {
  return namedCommand("barriers")
    .option("--scenarios <graphs>", "explore the system's scenarios, too, up to so many graphs each", parseSeed, 0)
    .option("--stories", "tell for each ordering that is needed what goes wrong without it")
    .addHelpText(
      "after",
      `
Each ordering in the source (an acquire, a release, a barrier, the order of a read-modify-write) is made weaker by one step in memory,
and every protocol program is explored under lkmm: every execution without a cycle of program order and reads-from.

  needed     something goes wrong without it; the program, the property and what is wrong
  redundant  nothing does in these programs, all of which were explored to the end: no proof that others do not need it
  open       nothing did, and the programs named were not explored to the end, or none comes to the access

Locks, sections, grace periods, atomicity, and marked against plain accesses are not weakened.

Examples:
  quiesce barriers peers
  quiesce barriers sync --stories
  quiesce barriers dst --scenarios 200`,
    )
    .action(barriers);
}

async function barriers(system: string, { scenarios, stories }: Options): Promise<void> {
  const { tryOrderings } = await import("#fuzz/bugs/try-orderings.ts");
  const { describeWeakening } = await import("#fuzz/bugs/weakening.ts");
  const counts = { needed: 0, redundant: 0, open: 0 };
  for await (const verdict of tryOrderings({ system, scenarioGraphs: scenarios, protocolGraphs: PROTOCOL_GRAPHS })) {
    const { weakening, kind, programs, violation } = verdict;
    counts[kind]++;
    const because =
      violation === undefined ? programs.join(", ") : `${programs.join()}: ${violation.property}: ${violation.because}`;
    process.stdout.write(`${kind.padEnd(9)}  ${describeWeakening(weakening)}  ${because}`.trimEnd() + "\n");
    if (stories === true && violation !== undefined) process.stdout.write(`\n${violation.story.join("\n")}\n\n`);
  }
  process.stdout.write(
    `\n${counts.needed} needed, ${counts.redundant} redundant in these programs, ${counts.open} open\n`,
  );
}
