/**
 * A thread with one contender: measures it for a given time on request, and returns the speed of its median batch.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Bench } from "tinybench";
import { createBatch, type Load } from "./contenders.ts";

/** The thread's initial data. */
export interface ContenderData {
  readonly contender: string;
  readonly load: Load;
  readonly libraries: Readonly<Record<string, string>>;
}

const { contender, load, libraries } = workerData as ContenderData;
const batch = await createBatch(contender, load, libraries);

parentPort?.on("message", async (milliseconds: number) => {
  const bench = new Bench({ time: milliseconds, warmupTime: milliseconds / 2 });
  bench.add(contender, () => batch.perform(), { beforeEach: () => batch.prepare() });
  const [task] = await bench.run();
  if (task === undefined || !("latency" in task.result))
    throw new Error(`${contender}: it could not be measured`, { cause: task?.result });
  parentPort?.postMessage(task.result.latency.p50);
});
parentPort?.postMessage("ready");
