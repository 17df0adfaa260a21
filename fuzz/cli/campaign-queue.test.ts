import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasRedisServer, type RedisServer, startRedisServer } from "#fuzz/campaign/queue/redis-server.fixture.ts";
import { quiesce } from "./cli-process.fixture.ts";

if (!hasRedisServer) console.warn("campaign-queue.test.ts: redis-server is not installed, so its tests are skipped");
const folder = mkdtempSync(join(tmpdir(), "quiesce-queue-"));
afterAll(() => rmSync(folder, { recursive: true }));
let server: RedisServer | undefined;
beforeAll(async () => {
  if (hasRedisServer) server = await startRedisServer();
});
afterAll(() => server?.stop());

const CERTIFICATE = "certificates/peers-2x1x1.json";

function campaign(name: string, ...more: readonly string[]) {
  const files = ["--store", join(folder, `${name}.db`), "--out", join(folder, name), "--json", "-"];
  return quiesce(["campaign", "peers-two-creators", "lazy01_bad", "--rounds", "1", ...files, ...more]);
}

test(
  "workers that join and are killed produce the certificate of one machine, byte for byte",
  { skip: !hasRedisServer, timeout: 240_000 },
  async () => {
    const queue = ["--queue", server?.url ?? ""];
    const alone = await campaign("alone");
    expect(alone.code, alone.stderr).toBe(1);
    // The first worker is killed as soon as it has done something; the second takes over its job.
    const killed: ChildProcessWithoutNullStreams[] = [];
    const first = quiesce(["worker", ...queue, "--concurrency", "1"], {
      meanwhile: (child) => {
        killed.push(child);
        child.stderr.once("data", () => setTimeout(() => child.kill("SIGKILL"), 2_500));
      },
    });
    const together = campaign("together", ...queue);
    expect((await first).code).toBeNull();
    const second = quiesce(["worker", ...queue, "--concurrency", "2"], {
      meanwhile: (child) => void together.finally(() => child.kill("SIGINT")),
    });
    const { code, stdout, stderr } = await together;
    expect([code, stdout], stderr).toEqual([1, alone.stdout]);
    expect(readFileSync(join(folder, "together", CERTIFICATE), "utf8")).toBe(
      readFileSync(join(folder, "alone", CERTIFICATE), "utf8"),
    );
    expect(await second).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+ jobs? done, /) });
  },
);

test("a worker without a server ends with one line and exit code 2", async () => {
  const { code, stderr } = await quiesce(["worker", "--queue", "redis://127.0.0.1:1"]);
  expect(code).toBe(2);
  expect(stderr).toContain("quiesce: --queue: no server at 127.0.0.1:1; start redis-server or valkey\n");
});
