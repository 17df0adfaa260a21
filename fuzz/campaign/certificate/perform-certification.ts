/** A certificate from its plan to its file: jobs, deadline, interruption, state. It prints nothing. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sourcesDigest } from "#fuzz/host/code-version.ts";
import { filesDecidedBy } from "#fuzz/subjects/user-module.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";
import { prepareFolder, writeWholeFile } from "#fuzz/host/write-file.ts";
import { certifiedSystem } from "#fuzz/subjects/scope-scenarios.ts";
import { sizeName } from "#fuzz/systems/small-scenarios.ts";
import { Certificate, certificateFile } from "#reports/certificate.ts";
import { certificateName } from "#reports/coverage-text.ts";
import { runCampaign } from "../campaign.ts";
import { openEngine } from "../engine.ts";
import type { CampaignListener, CampaignSettings } from "../perform-campaign.ts";
import { progressLine } from "../progress-line.ts";
import { freshState, type ResumeKey, resumedState } from "../resume-state.ts";
import { saveTrace, tracesFolder } from "../trace/saved-traces.ts";
import { type CertificatePlan, certificatePart } from "./certificate-part.ts";

export type CertificationSettings = Omit<CampaignSettings, "command" | "state"> & { readonly resumes: boolean };

export interface CertificationEnd {
  readonly certificate: Certificate;
  /** Path of the certificate's file, and its contents. */
  readonly file: string;
  readonly text: string;
  readonly seconds: number;
  /** Why it was stopped, if it was. */
  readonly stopped: string | undefined;
}

/** @throws InputError for a system that has no certificates, or a file that cannot be written */
export async function performCertification(
  plan: Omit<CertificatePlan, "folder">,
  { out, workers, time, resumes, savesTraces }: CertificationSettings,
  { onStart, onNote }: Pick<CampaignListener, "onStart" | "onNote">,
): Promise<CertificationEnd> {
  const { module } = plan;
  const part = certificatePart({ ...plan, folder: "" }, await certifiedSystem(plan.system, module));
  prepareFolder(out, "--out");
  const { system, size, shard } = plan;
  const named = { system, scope: size, shard };
  const file = join(out, certificateFile(named));
  const statePath = file.replace(/json$/, "state.json");
  const key: ResumeKey = {
    system,
    size: sizeName(size),
    shard: `${shard.index}/${shard.count}`,
    code: sourcesDigest(packageRoot, module === undefined ? [] : filesDecidedBy([module])),
  };
  const state = resumes ? resumedState(statePath, key, onNote) : freshState(statePath, key);
  const start = performance.now();
  const engine = openEngine({ workers, time, state });
  onStart(() => progressLine(certificateName(named), engine));
  try {
    await runCampaign([part], {
      engine,
      files: {
        pathOf: (name) => join(out, name),
        save: (name, text) => writeWholeFile(join(out, name), text),
        saveTrace: (text) => (savesTraces ? saveTrace(text, tracesFolder(module)) : undefined),
      },
      onResult: () => {},
    });
    const text = readFileSync(file, "utf8");
    const certificate = Certificate.parse(JSON.parse(text));
    const seconds = Math.round(performance.now() - start) / 1000;
    const { explored: scenarios, executions } = certificate;
    writeWholeFile(
      file.replace(/json$/, "timing.json"),
      `${JSON.stringify({ seconds, workers, scenarios, executions, node: process.version })}\n`,
    );
    const stopped = engine.stopReason();
    if (stopped === undefined) state.remove();
    else state.write();
    return { certificate, file, text, seconds, stopped };
  } finally {
    await engine.close();
  }
}
