import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runModule } from "#fuzz/cli/cli-process.fixture.ts";
import semaphore, { broken as brokenSemaphore } from "#fuzz/examples/semaphore.ts";
import treiber, { broken } from "#fuzz/examples/treiber-stack.ts";
import { check } from "./check.ts";

const out = mkdtempSync(join(tmpdir(), "quiesce-check-"));
afterAll(() => rmSync(out, { recursive: true }));

const { push, pop } = treiber.calls;

test("a scenario that holds reports the conditions, to the runner too", async () => {
  const said: string[] = [];
  const runner = {
    annotate: (message: string) => said.push(message),
    diagnostic: (message: string) => said.push(message),
  };
  const checked = await check(treiber, {
    threads: [
      [push(1), pop()],
      [push(2), pop()],
    ],
    test: runner,
  });
  expect(checked).toMatchObject({ verdict: "holds", scenarios: 1, seed: 1 });
  expect(checked.under).toMatch(/^every execution \([\d,]+\), sequentially consistent$/);
  expect(said).toEqual([`holds: ${checked.under}, seed 1`, `holds: ${checked.under}, seed 1`]);
});

test("equal seeds draw equal scenarios, which hold", async () => {
  const drawn = { threads: 2, operations: 2, scenarios: 4, executions: 500, seed: 7 } as const;
  const checked = await check(treiber, drawn);
  expect(checked).toMatchObject({ verdict: "holds", scenarios: 4, seed: 7 });
  expect(await check(treiber, drawn)).toEqual(checked);
});

test("a violation is an error with the story and a script that runs", async () => {
  const failed = check(broken, { threads: { one: [push(1)], other: [push(2)] }, finally: [pop(), pop()], out });
  const error = await failed.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error("it fails");
  expect(error.name).toMatch(/^VIOLATED (linearizability|leak)$/);
  expect(error.message).toContain("npx quiesce replay");
  expect(error.message).toMatch(/^seed {4}1$/m);
  expect(error.message).toContain("rcuAssignPointer stack.top");
  expect(error.stack).toBe(`${error.name}: ${error.message}`);
  const trace = JSON.parse(readFileSync(join(out, "treiber-broken-check.trace.json"), "utf8")) as { module?: string };
  expect(trace.module).toBe("fuzz/examples/treiber-stack.ts");
  const script = await runModule(join(out, "treiber-broken-check.repro.ts"));
  expect(script).toMatchObject({ code: 1, stderr: "", stdout: expect.stringContaining(error.name) });
});

test("a thread that waits by design is no deadlock, and a lost permit is found", async () => {
  const { acquire, release } = semaphore.calls;
  const threads = [[acquire()], [acquire()], [release()]];
  expect(await check(semaphore, { threads })).toMatchObject({ verdict: "holds" });
  const lost = check(brokenSemaphore, {
    threads: [[acquire()], [acquire()], [release(), release()]],
    finally: [release()],
    out,
  });
  await expect(lost).rejects.toThrow();
});

test("nothing holds when there is nothing to check", async () => {
  await expect(check(treiber, { threads: [[], []] })).rejects.toThrow("nothing to check");
  await expect(check(treiber, { threads: 0 })).rejects.toThrow("threads is 0");
  await expect(check(treiber, { threads: [[pop()]], executions: 0 })).rejects.toThrow("executions is 0");
});

test("running out of the runner's time is reported, and is no success", async () => {
  const runner = { task: { timeout: 1 } };
  const undecided = check(treiber, {
    threads: [[push(1), pop(), push(3)], [push(2), pop(), pop()], [pop()]],
    test: runner,
  });
  await expect(undecided).rejects.toThrow(/^UNKNOWN: treiber-check is not decided: the test's time is up/);
});
