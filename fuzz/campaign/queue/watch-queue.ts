/** A view of all workers and campaigns of a queue. */
import { countOf } from "#reports/searched-under.ts";
import { connect, presences, type Present, queuePackages } from "./queue-connection.ts";

export interface QueueWatch {
  /** The lines to show now. */
  look(): Promise<readonly string[]>;
  close(): void;
}

/** @throws InputError if there is no server */
export async function watchQueue(url: string): Promise<QueueWatch> {
  const client = await connect(await queuePackages(), url);
  let before: { readonly at: number; readonly executions: ReadonlyMap<string, number> } | undefined;
  return {
    async look() {
      const campaigns = await presences(client, "campaign");
      const workers = await presences(client, "worker");
      const at = performance.now();
      const earlier = before;
      before = { at, executions: new Map(workers.map(({ name, executions }) => [name, executions])) };
      const rateOf = ({ name, executions }: Present): number => {
        const then = earlier?.executions.get(name);
        return then === undefined || earlier === undefined ? 0 : ((executions - then) * 1000) / (at - earlier.at);
      };
      return watchLines(
        campaigns,
        workers.map((worker) => ({ ...worker, rate: Math.max(0, rateOf(worker)) })),
      );
    },
    close: () => client.disconnect(),
  };
}

/** @param workers with executions a second */
export function watchLines(
  campaigns: readonly Present[],
  workers: readonly (Present & { readonly rate: number })[],
): readonly string[] {
  const codes = new Set(campaigns.map(({ code }) => code));
  const rate = workers.reduce((sum, worker) => sum + worker.rate, 0);
  return [
    ...campaigns.map(({ name, code, doing }) => `campaign  ${name}  code ${code}  ${doing}`),
    ...workers.map((worker) => {
      const strange = codes.size > 0 && !codes.has(worker.code) ? `  code ${worker.code}: takes no jobs` : "";
      return `worker    ${worker.name}  ${countOf(Math.round(worker.rate), "execution")}/s  ${worker.doing}${strange}`;
    }),
    `${countOf(campaigns.length, "campaign")}, ${countOf(workers.length, "worker")}, ` +
      `${countOf(Math.round(rate), "execution")}/s`,
  ];
}
