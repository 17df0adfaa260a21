import { expect, test } from "vitest";
import { museumBugs } from "#fuzz/bugs/museum.ts";
import { traceOf } from "#fuzz/machine/trace.ts";
import { runCampaign } from "./campaign.ts";
import { type CampaignPlan, partsOf } from "./campaign-plan.ts";
import type { CertifyOutcome } from "./certificate/certify-task.ts";
import { type LocalOutcomes, localEngine } from "./local-engine.fixture.ts";
import type { PartResult } from "./part.ts";
import type { SearchOutcome, SearchTask } from "./scenario/search-task.ts";

const trace = traceOf({ codeVersion: "old", scenario: { name: "a", system: "peers" }, choices: [] });
const bugs = museumBugs().slice(0, 2);

const plan: CampaignPlan = {
  profile: {
    name: "test",
    description: "",
    enumerationMax: 10,
    searches: [{ strategy: "random", executions: 20 }],
    conformance: { sequential: 0, concurrent: 0 },
    museumMax: 5,
    filesMutated: 3_000,
    stressMs: 5,
    certifies: false,
  },
  weak: [],
  seed: 1,
  scenarios: ["a", "b", "c"].map((name) => ({ name, system: "test" })),
  conformance: [],
  traces: [{ path: "one.trace.json", trace }],
  bugs,
  certificates: [
    {
      system: "peers",
      size: { threads: 2, operations: 1, keys: 1 },
      shard: { index: 1, count: 1 },
      executionsMax: 100,
      folder: "certificates/",
    },
  ],
  filesMutated: 3_000,
  stressed: ["peers"],
};

const shrunk = {
  property: "leak",
  because: "lost",
  strategy: "random",
  seed: 1,
  execution: 3,
  threads: 2,
  accesses: 4,
  preemptions: 1,
  orderings: [],
  story: [],
};

function searched(task: SearchTask): SearchOutcome {
  return { kind: "searched", executions: task.executionsMax, accesses: task.executionsMax };
}

function violated(task: SearchTask): SearchOutcome {
  return { ...searched(task), kind: "violated", violation: { property: "leak", because: "lost" }, choices: [0] };
}

function explored(place: number): CertifyOutcome {
  return { place, scenario: `peers-${place}`, kind: "explored", executions: 1, blocked: 0, histories: 1 };
}

/** Turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const holding: LocalOutcomes = {
  search: (task) => searched(task),
  explanation: () => ({ counterexample: shrunk, trace: "{}", script: "" }),
  trace: ({ path, trace: saved }) => ({ trace: path, scenario: saved.scenario.name, verdict: "holds", because: "" }),
  bug: ({ bug: { slug, preemptionsMax } }) => ({
    slug,
    outcomes: ["pos", "surw"].map((strategy) => ({ strategy, seed: 1, executions: 3, accesses: 9, caught: true })),
    counterexample: { property: "leak", because: "lost", preemptions: preemptionsMax },
  }),
  certificate: ({ places }) => places.map(explored),
  readers: ({ files }) => ({ kind: "holds", decided: files - 1, refused: 1 }),
  stress: ({ milliseconds }) => ({ milliseconds, rounds: 1, operations: 7 }),
};

async function campaign(outcomes: LocalOutcomes, lanes = 2) {
  const heard: PartResult[] = [];
  const saved = new Map<string, string>();
  const files = {
    pathOf: (file: string) => `/out/${file}`,
    save: (file: string, content: string | Uint8Array) => void saved.set(file, String(content)),
    saveTrace: () => undefined,
  };
  const engine = localEngine(lanes, { ...holding, ...outcomes });
  const result = await runCampaign(partsOf(plan), { engine, files, onResult: (one) => heard.push(one) });
  return { result, heard, saved };
}

function nameOf(result: PartResult): string {
  switch (result.kind) {
    case "scenario":
      return `${result.scenario.verdict} ${result.scenario.name}`;
    case "trace":
      return `${result.trace.verdict} ${result.trace.trace}`;
    case "bug":
      return `${result.bug.outcome} ${result.bug.slug}`;
    case "certificate":
      return `${result.certificate.verdict} certificate of ${result.certificate.system}`;
    case "readers":
      return `${result.readers.verdict} readers: ${result.readers.because}`;
    case "stress":
      return `${result.stress.verdict} stress on ${result.stress.system}`;
  }
}

test("results come in the order of the plan, whatever ends first", async () => {
  const { result, heard, saved } = await campaign({
    async search(task) {
      if (task.scenario.name === "a") await turns(50);
      return searched(task);
    },
  });
  expect(heard.map(nameOf)).toEqual([
    "holds a",
    "holds b",
    "holds c",
    "holds one.trace.json",
    `found ${bugs[0]?.slug}`,
    `found ${bugs[1]?.slug}`,
    "holds certificate of peers",
    "holds readers: 2,998 verdicts, 2 files refused in a line",
    "holds stress on peers",
  ]);
  expect(result.finished).toBe(true);
  expect(result.scenarios.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  expect(result.stressOperations).toBe(7);
  // One enumeration and one search each.
  expect(result.parts).toMatchObject({ a: 4, b: 4, c: 4, "stress peers": 2 });
  expect([...saved.keys()]).toEqual(["certificates/peers-2x1x1.rows.json", "certificates/peers-2x1x1.json"]);
});

test("the result is the same for any number of lanes", async () => {
  const outcomes: LocalOutcomes = { search: (task) => (task.scenario.name === "b" ? violated(task) : searched(task)) };
  const one = await campaign(outcomes, 1);
  const four = await campaign(outcomes, 4);
  expect(four.result).toEqual(one.result);
});

test("a violation is explained, and its counterexample and files are part of the result", async () => {
  const { result, saved } = await campaign({
    search: (task) => (task.scenario.name === "b" ? violated(task) : searched(task)),
  });
  expect(result.scenarios.map(({ verdict }) => verdict)).toEqual(["holds", "violated", "holds"]);
  expect(result.scenarios[1]?.counterexample).toEqual({
    ...shrunk,
    trace: "traces/b.trace.json",
    reproduction: "traces/b.repro.ts",
  });
  expect([...saved.keys()]).toContain("traces/b.trace.json");
  expect(result.finished).toBe(true);
});

test("a violation in a small scope violates its certificate, with its trace in the certificates folder", async () => {
  const { result, saved } = await campaign({
    certificate: ({ places }) =>
      places.map((place) =>
        place === 3
          ? { ...explored(3), kind: "violated", counterexample: shrunk, trace: "the trace" }
          : explored(place),
      ),
  });
  const path = "certificates/traces/peers-3.trace.json";
  expect(result.certificates).toMatchObject([
    { verdict: "violated", violations: [{ scenario: "peers-3", counterexample: { property: "leak", trace: path } }] },
  ]);
  expect(saved.get(path)).toBe("the trace");
  expect(JSON.parse(saved.get("certificates/peers-2x1x1.json") ?? "")).toMatchObject({
    verdict: "violated",
    violations: [{ scenario: "peers-3", trace: "traces/peers-3.trace.json" }],
  });
});

test("a stopped campaign reports for each scenario the verdict so far, and why it stopped", async () => {
  const { result } = await campaign(
    {
      search(task, engine) {
        if (task.scenario.name !== "b") return searched(task);
        engine.stop("interrupted");
        return { ...searched(task), kind: "stopped", executions: 3 };
      },
    },
    1,
  );
  expect(result.finished).toBe(false);
  expect(result.scenarios.map(({ verdict, because, searches }) => [verdict, because, searches.length])).toEqual([
    ["holds", undefined, 2],
    ["unknown", "interrupted", 1],
    ["unknown", "interrupted", 0],
  ]);
  expect(result.certificates.map(({ verdict, because, explored: count }) => [verdict, because, count])).toEqual([
    ["unknown", "interrupted", 0],
  ]);
  expect([result.traces, result.museum, result.stress]).toEqual([[], [], []]);
});

test("a violation found just before the stop is still explained", async () => {
  const { result } = await campaign(
    {
      search(task, engine) {
        engine.stop("interrupted");
        return violated(task);
      },
    },
    1,
  );
  expect(result.scenarios.map(({ verdict }) => verdict)).toEqual(["violated", "unknown", "unknown"]);
  expect(result.scenarios[0]?.counterexample).toMatchObject(shrunk);
  expect(result.finished).toBe(false);
});

test("real threads run after everything else, and a stopped stress leaves the campaign unfinished", async () => {
  const order: string[] = [];
  const { result } = await campaign({
    async bug(task, engine) {
      await turns(20);
      order.push(task.bug.slug);
      return holding.bug?.(task, engine);
    },
    stress(_task, engine) {
      order.push("stress");
      engine.stop("interrupted");
      return undefined;
    },
  });
  expect(order.at(-1)).toBe("stress");
  expect([result.finished, result.stress.length, result.museum.length]).toEqual([false, 0, 2]);
});

test("a hunt that was stopped leaves the campaign unfinished", async () => {
  const { result } = await campaign({ bug: () => undefined });
  expect([result.finished, result.museum]).toEqual([false, []]);
});

test("a scenario that cannot run is unknown with its own reason, and the campaign continues", async () => {
  const { result } = await campaign({
    search: (task) =>
      task.scenario.name === "a"
        ? { kind: "failed", because: "its set-up violates leak", executions: 0, accesses: 0 }
        : searched(task),
  });
  expect(result.scenarios.map(({ verdict, because }) => [verdict, because])).toEqual([
    ["unknown", "its set-up violates leak"],
    ["holds", undefined],
    ["holds", undefined],
  ]);
});

test("a failing job ends the campaign once the running jobs end, and the waiting ones are dropped", async () => {
  let begun = 0;
  let ended = 0;
  const failing = campaign({
    async search(task) {
      begun++;
      await turns(5);
      ended++;
      if (task.scenario.name === "a") throw new Error("no scenario");
      return searched(task);
    },
  });
  await expect(failing).rejects.toThrow("no scenario");
  expect(ended).toBe(begun);
  expect(begun).toBe(2);
});
