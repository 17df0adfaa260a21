import { resolve } from "node:path";
import type { Command } from "commander";
import { EXIT_OF_VERDICT } from "#fuzz/host/exit-code.ts";
import { namedCommand } from "./command-names.ts";

interface Options {
  readonly out: string;
}

/** `quiesce merge-reports`: merges the shards of certificates. */
export function mergeReportsCommand(): Command {
  return namedCommand("merge-reports", "shard files, or folders of them")
    .option("--out <folder>", "folder for the merged certificates", "reports/out/certificates")
    .addHelpText(
      "after",
      `
Each shard of a certificate must be present exactly once, and all must be of the same code. The merged certificate is
byte for byte that of an undivided run.

Exit codes: 0 every certificate holds, 1 a shard found a violation, 2 bad input, 3 a shard is unfinished.

Examples:
  quiesce merge-reports reports/out/certificates
  quiesce merge-reports shard-1/ shard-2/ --out merged`,
    )
    .action(run);
}

async function run(paths: readonly string[], { out }: Options): Promise<void> {
  const { mergeShards } = await import("#fuzz/campaign/certificate/merge-shards.ts");
  const { commandPath } = await import("#fuzz/host/command-path.ts");
  const { certificateLine } = await import("#reports/certificate.ts");
  const merged = mergeShards(paths, resolve(out));
  for (const { certificate, file } of merged)
    process.stdout.write(`${certificateLine(certificate)}\ncertificate in ${commandPath(file)}\n`);
  const verdicts = merged.map(({ certificate }) => certificate.verdict);
  const worst = (["violated", "unknown"] as const).find((one) => verdicts.includes(one)) ?? "holds";
  process.exitCode = EXIT_OF_VERDICT[worst];
}
