import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { InputError } from "#fuzz/host/input-error.ts";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { type Engine, type EngineOptions, openEngine } from "./engine.ts";
import type { Job } from "./job.ts";
import { freshState } from "./resume-state.ts";

// Inside the project, so that the module finds its imports; git ignores it.
mkdirSync(join(projectRoot, "reports/out"), { recursive: true });
const folder = mkdtempSync(join(projectRoot, "reports/out", "engine-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A system whose set-up takes a minute, and never checks whether to stop. */
const deaf = join(folder, "deaf.ts");
writeFileSync(
  deaf,
  `import { z } from "zod";
export default {
  name: "deaf", about: "", operationSchema: z.any(), limitsSchema: z.any(), properties: [],
  compile() {
    for (const end = Date.now() + 60_000; Date.now() < end; );
    throw new Error("it was not ended");
  },
  scenarios: [{ name: "deaf", system: "deaf", initial: [], threads: [{ name: "a", operations: [1] }] }],
};
`,
);

const HOLDING = "peers-identifiers";

function search(name: string, executionsMax: number, module?: string): Job<"search"> {
  const scenario = { name, system: module === undefined ? "peers" : name, ...(module !== undefined && { module }) };
  return { kind: "search", task: { scenario, strategy: "random", seed: 1, executionsMax } };
}

async function withEngine<T>(options: EngineOptions, act: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = openEngine(options);
  try {
    return await act(engine);
  } finally {
    await engine.close();
  }
}

test("a job runs on a worker, and its time and executions are counted", async () => {
  await withEngine({ workers: 1 }, async (engine) => {
    const part = engine.part(0, { search: 1_000 });
    const done = await part.perform(search(HOLDING, 600));
    expect(done?.outcome).toMatchObject({ kind: "searched", executions: 600 });
    expect(engine.executions()).toBe(512);
    expect(part.milliseconds()).toBe(done?.milliseconds);
    expect(engine.millisecondsLeft()).toBeGreaterThan(0);
    part.end();
    expect(engine.millisecondsLeft()).toBe(0);
  });
});

test("a fault of the caller stays an InputError when it comes from another thread", async () => {
  await withEngine({ workers: 1 }, async (engine) => {
    const task = { source: { program: "nope", parameters: {} }, model: "sc", path: [] } as const;
    const refused = engine.perform({ kind: "subtree", task });
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(/^no program "nope"; there are /);
  });
});

test("a scenario that cannot run has failed, and the engine continues", async () => {
  await withEngine({ workers: 1 }, async (engine) => {
    const done = await engine.perform(search("nope", 5));
    expect(done?.outcome).toMatchObject({ kind: "failed", because: expect.stringContaining("nope") });
    expect((await engine.perform(search(HOLDING, 5)))?.outcome.kind).toBe("searched");
  });
});

test("outcomes are kept, and those of an earlier run are not computed again", async () => {
  const state = freshState(join(folder, "state.json"), { code: "abc" });
  const job = search(HOLDING, 300);
  const first = await withEngine({ workers: 1, state }, (engine) => engine.perform(job));
  await withEngine({ workers: 1, state }, async (engine) => {
    expect(await engine.perform(job)).toEqual(first);
    expect(engine.executions()).toBe(0);
  });
});

test("at the deadline running jobs end undecided, and waiting ones are dropped", async () => {
  await withEngine({ workers: 1, time: 700 }, async (engine) => {
    const [running, waiting] = await Promise.all([
      engine.perform(search(HOLDING, 1e9)),
      engine.perform(search(HOLDING, 5)),
    ]);
    expect([running?.outcome.kind ?? "stopped", waiting]).toEqual(["stopped", undefined]);
    expect(engine.stopReason()).toBe("stopped by --time after 0.7 s");
  });
});

test("^C tells the jobs to stop, and ends the thread of one that does not", async () => {
  await withEngine({ workers: 1 }, async (engine) => {
    const running = engine.perform(search("deaf", 5, deaf));
    process.emit("SIGINT");
    expect(engine.stopReason()).toBe("interrupted");
    expect(await running).toBeUndefined();
  });
});
