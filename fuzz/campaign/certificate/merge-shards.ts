/** Merges the shards of certificates, each certificate into one file. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "#fuzz/host/input-error.ts";
import { prepareFolder, writeWholeFile } from "#fuzz/host/write-file.ts";
import { Certificate, certificateFile, certificateJson, mergeCertificates } from "#reports/certificate.ts";
import { certificateName } from "#reports/coverage-text.ts";

export interface Merged {
  readonly certificate: Certificate;
  /** Path of its file. */
  readonly file: string;
}

/**
 * @param paths of shards, or of folders that hold them
 * @param out folder of the merged certificates
 * @throws InputError if a file is not a shard, shards do not fit together, or a certificate cannot be written
 */
export function mergeShards(paths: readonly string[], out: string): readonly Merged[] {
  const groups = Map.groupBy(readShards(paths), certificateName);
  prepareFolder(out, "--out");
  const merged = [...groups.values()].map((shards) => {
    const certificate = mergeCertificates(shards);
    if ("misfit" in certificate) throw new InputError(`merge-reports: ${certificate.misfit}`);
    return { certificate, file: join(out, certificateFile(certificate)) };
  });
  for (const { certificate, file } of merged) writeWholeFile(file, certificateJson(certificate));
  return merged;
}

function readShards(paths: readonly string[]): Certificate[] {
  const files = paths.flatMap((path) => {
    if (!existsSync(path)) throw new InputError(`merge-reports: there is no ${path}`);
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
    } catch (error) {
      throw new InputError(`merge-reports: ${file} is no certificate`, { cause: error });
    }
  });
}
