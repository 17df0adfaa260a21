import { join } from "node:path";
import { WHOLE } from "#fuzz/campaign/certificate/shard.ts";
import { CERTIFIED_SIZES } from "#fuzz/systems/small-scenarios.ts";
import { systems } from "#fuzz/systems/all-systems.ts";
import { EXIT, type ExitCode } from "#fuzz/host/exit-code.ts";
import { type CertificationOptions, performCertification } from "./run-certification.ts";

/** Executions of one scenario of a certificate. */
const EXECUTIONS_MAX = 10_000_000;

/**
 * Certifies the small scopes of the systems of these names, one after the other, in `certificates/` below the folder.
 * Ends at the first that is not finished.
 */
export async function certifyScopes(
  names: ReadonlySet<string>,
  { out, time, ...options }: Pick<CertificationOptions, "out" | "workers" | "resumes" | "time">,
): Promise<ExitCode> {
  const start = performance.now();
  let worst: ExitCode = EXIT.verified;
  for (const { name: system, smallScope } of systems) {
    if (smallScope === undefined || !names.has(system)) continue;
    for (const size of smallScope.sizes ?? CERTIFIED_SIZES) {
      const left = time === undefined ? undefined : Math.max(1, time - (performance.now() - start));
      const code = await performCertification({
        ...options,
        system,
        size,
        shard: WHOLE,
        executionsMax: EXECUTIONS_MAX,
        out: join(out, "certificates"),
        ...(left !== undefined && { time: left }),
      });
      worst = worse(worst, code);
      if (code === EXIT.unfinished) return worst;
    }
  }
  return worst;
}

/** A violation is worse than what is not finished. */
export function worse(one: ExitCode, other: ExitCode): ExitCode {
  return ([EXIT.violated, EXIT.unfinished] as const).find((code) => code === one || code === other) ?? EXIT.verified;
}
