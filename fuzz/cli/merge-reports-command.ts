import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import type { Certificate } from "#reports/certificate.ts";
import { EXIT_OF_VERDICT } from "#fuzz/host/exit-code.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { namedCommand } from "./command-names.ts";

interface Options {
  readonly out: string;
}

/** `quiesce merge-reports`: the shards of certificates, put together. */
export function mergeReportsCommand(): Command {
  return namedCommand("merge-reports", "files of shards, or folders that hold them")
    .option("--out <folder>", "folder of the merged certificates", "reports/out/certificates")
    .addHelpText(
      "after",
      `
Every shard of a certificate must be there once, and be of the same code. The merged certificate has the same bytes as one
that was made in one piece.

Exit codes: 0 everything holds, 1 a shard found a violation, 2 bad input, 3 a shard is not finished.

Examples:
  quiesce merge-reports reports/out/certificates
  quiesce merge-reports shard-1/ shard-2/ --out merged`,
    )
    .action(run);
}

async function run(paths: readonly string[], { out }: Options): Promise<void> {
  const { certificateFile, certificateJson, certificateLine, certificateName, mergeCertificates } =
    await import("#reports/certificate.ts");
  const { commandPath } = await import("#fuzz/host/command-path.ts");
  const { prepareFolder, writeWholeFile } = await import("#fuzz/host/write-file.ts");
  const groups = Map.groupBy(await readShards(paths), certificateName);
  prepareFolder(resolve(out), "--out");
  const merged = [...groups.values()].map((shards) => {
    const whole = mergeCertificates(shards);
    if ("misfit" in whole) throw new InputError(`merge-reports: ${whole.misfit}`);
    return whole;
  });
  for (const certificate of merged) {
    const file = join(resolve(out), certificateFile(certificate));
    writeWholeFile(file, certificateJson(certificate));
    process.stdout.write(`${certificateLine(certificate)}\ncertificate in ${commandPath(file)}\n`);
  }
  const verdicts = merged.map(({ verdict }) => verdict);
  process.exitCode =
    EXIT_OF_VERDICT[(["violated", "unknown"] as const).find((one) => verdicts.includes(one)) ?? "holds"];
}

async function readShards(paths: readonly string[]): Promise<Certificate[]> {
  const { Certificate } = await import("#reports/certificate.ts");
  const { visibleText } = await import("#reports/visible-text.ts");
  const files = paths.flatMap((path) => {
    if (!existsSync(path)) throw new InputError(`merge-reports: there is no ${visibleText(path)}`);
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .filter((name) => /\.shard-\d+-of-\d+\.json$/.test(name))
      .toSorted()
      .map((name) => join(path, name));
  });
  if (files.length === 0)
    throw new InputError(
      "merge-reports: there is no shard of a certificate in what is named; quiesce certify --shard i/n makes them",
    );
  return files.map((file) => {
    try {
      return Certificate.parse(JSON.parse(readFileSync(file, "utf8")));
    } catch {
      throw new InputError(`merge-reports: ${visibleText(file)} is no certificate`);
    }
  });
}
