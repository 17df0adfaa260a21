import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Job } from "../job.ts";
import { workerPool } from "../worker-pool.ts";
import { connect, presences, queuePackages } from "./queue-connection.ts";
import { queuePool } from "./queue-pool.ts";
import { runQueueWorker } from "./queue-worker.ts";
import { hasRedisServer, type RedisServer, startRedisServer } from "./redis-server.fixture.ts";
import { watchLines } from "./watch-queue.ts";

if (!hasRedisServer) console.warn("queue.test.ts: redis-server is not installed, so its tests are skipped");
const skip = !hasRedisServer;
let server: RedisServer | undefined;
beforeAll(async () => {
  if (hasRedisServer) server = await startRedisServer();
});
afterAll(() => server?.stop());
const urlOf = (): string => server?.url ?? "";

function jobs(count: number): Job<"generated">[] {
  return Array.from({ length: count }, (_, seed) => ({
    kind: "generated",
    task: { system: "native-sync", seed, strategies: ["random"], executionsMax: 20 },
  }));
}

test("jobs run by queue workers have the same outcomes as here, whatever connections are lost", { skip }, async () => {
  const address = { url: urlOf(), code: "one" };
  const here = workerPool(1);
  const expected = await Promise.all(jobs(12).map((job) => here.run(job)));
  await here.close();
  expect(expected.filter((outcome) => outcome !== undefined)).toHaveLength(12);

  const notes: string[] = [];
  const pool = await queuePool(address);
  const worker = runQueueWorker({ ...address, concurrency: 1, idleMs: 2_000 }, (line) => void notes.push(line));
  const packages = await queuePackages();
  const killer = await connect(packages, urlOf());
  const timer = setInterval(() => void killer.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"), 250);
  const asked = Promise.all(jobs(12).map((job) => pool.run(job)));
  await pause(1_500);
  clearInterval(timer);
  expect(await asked).toEqual(expected);
  await pool.close();
  // A job whose delivery was lost may have run again, and none was left out.
  expect((await worker).jobs).toBeGreaterThanOrEqual(12);
  expect(notes).toContain("the connection is lost; trying again");
  killer.disconnect();
});

test("a worker of other code takes no job, and reports why", { skip }, async () => {
  const pool = await queuePool({ url: urlOf(), code: "mine" });
  const [job] = jobs(1);
  if (job === undefined) throw new Error("no job");
  const asked = pool.run(job);
  const notes: string[] = [];
  const end = await runQueueWorker({ url: urlOf(), code: "other", concurrency: 1, idleMs: 1_500 }, (line) => {
    notes.push(line);
  });
  expect(end.jobs).toBe(0);
  expect(notes).toEqual([expect.stringMatching(/^takes no jobs of \S+: that runs code mine, and this is other$/)]);
  const packages = await queuePackages();
  const client = await connect(packages, urlOf());
  expect(await presences(client, "campaign")).toMatchObject([{ code: "mine" }]);
  client.disconnect();
  // Jobs that still wait when a campaign is stopped have no outcome.
  pool.stop(() => {});
  expect(await asked).toBeUndefined();
  await pool.close();
});

test("a malformed address, and one without a server, are refused in one line", async () => {
  await expect(queuePool({ url: "http://localhost", code: "one" })).rejects.toThrow(
    '--queue: "http://localhost" names no queue; write redis://localhost:6379',
  );
  await expect(queuePool({ url: "redis://127.0.0.1:1", code: "one" })).rejects.toThrow(
    "--queue: no server at 127.0.0.1:1; start redis-server or valkey",
  );
});

test("the view of all workers shows their speed, and which take no jobs", () => {
  const campaign = { kind: "campaign", name: "a-1", code: "one", executions: 0, doing: "hands out jobs" } as const;
  const worker = {
    kind: "worker",
    name: "b-2",
    code: "one",
    executions: 99,
    doing: "waits for a job",
    rate: 1234.4,
  } as const;
  expect(watchLines([campaign], [worker, { ...worker, name: "c-3", code: "two", rate: 0 }])).toEqual([
    "campaign  a-1  code one  hands out jobs",
    "worker    b-2  1,234 executions/s  waits for a job",
    "worker    c-3  0 executions/s  waits for a job  code two: takes no jobs",
    "1 campaign, 2 workers, 1,234 executions/s",
  ]);
});
