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
    .option("--scenarios <graphs>", "also explore the system's scenarios, up to this many graphs each", parseSeed, 0)
    .option("--stories", "for each needed ordering, show what goes wrong without it")
    .addHelpText(
      "after",
      `
Weakens each ordering in the source (an acquire, a release, a barrier, the order of a read-modify-write) by one step in
memory and explores every protocol program under lkmm: every execution without a cycle of program order and reads-from.

  needed     something goes wrong without it; lists the program, the property and the reason
  redundant  nothing goes wrong in these programs, all explored to the end; other programs may still need it
  open       nothing went wrong, but the listed programs were not explored to the end, or no program reaches the access

Locks, sections, grace periods, atomicity, and the choice of marked or plain accesses are not weakened.

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
