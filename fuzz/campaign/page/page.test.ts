import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { bugNamed } from "#fuzz/bugs/museum.ts";
import { exampleResult } from "#reports/example-result.fixture.ts";
import { Story, type StoryExecution } from "#reports/counterexample-story.ts";
import type { PageData, PageRun, PageTrace } from "#reports/page-data.ts";
import { wholeResult } from "#reports/result.ts";
import { drawnExplanation } from "#reports/drawn-execution.ts";
import { explainLitmus } from "#model/memory/litmus/explain-litmus.ts";
import { memoryModels } from "#model/memory/models.ts";
import { quiesceInShell } from "#fuzz/cli/cli-process.fixture.ts";
import { openEngine } from "../engine.ts";
import { huntTask } from "../hunt/hunt-task.ts";
import {
  axeViolations,
  browserPath,
  builtTemplate,
  goTo,
  NO_DATA,
  openBrowser,
  opened,
  writtenPage,
} from "./browser.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-page-"));
const inBrowser = test.skipIf(browserPath === undefined);

/** A bug of each system that a search finds at once. */
const BUGS = {
  peers: "inetpeer-gc-worker-no-grace-period",
  "peers-optimistic": "inetpeer-optimistic-last-word-unlooked",
  "peers-rwlock": "inetpeer-removal-without-second-look-2010",
  "peers-rcu-list": "inetpeer-miss-needs-locked-retry-2010",
  dst: "dst-free-without-grace",
  "dst-softirq": "dst-gc-trylock-starvation",
  "route-cache": "rtcache-setdst-keeps-route",
  neighbours: "ipoib-cm-start-uses-freed-path",
  "time-wait": "vtw-lookup-returns-expired",
  "native-sync": "native-work-run-by-two",
} as const;

let browser: Browser;
let template: { readonly page: string; readonly viewer: string };
let data: PageData;
const stories = new Map<string, Story>();

const run: PageRun = {
  name: "reports/out/result.json",
  result: exampleResult,
  timing: {
    startedAt: "2026-01-01T00:00:00.000Z",
    milliseconds: 61_000,
    workers: 2,
    cpu: "a processor",
    node: "v26.0.0",
    parts: { "peers-two-creators": 9_000 },
  },
};

const LITMUS = `C SB
{}
P0(int *x, int *y) { int r0; WRITE_ONCE(*x, 1); smp_mb(); r0 = READ_ONCE(*y); }
P1(int *x, int *y) { int r0; WRITE_ONCE(*y, 1); smp_mb(); r0 = READ_ONCE(*x); }
exists (0:r0=0 /\\ 1:r0=0)
`;

beforeAll(async () => {
  if (browserPath === undefined) return;
  [browser, template] = await Promise.all([openBrowser(), builtTemplate(folder)]);
  const traces: Record<string, PageTrace> = {};
  const engine = openEngine({ workers: 2 });
  try {
    await Promise.all(
      Object.values(BUGS).map(async (slug) => {
        const searches = ["exhaustive", "pct3", "pos"].map((strategy) => ({ strategy, seed: 1 }));
        const bounds = { searches, executionsMax: 2_000, catchesEnough: 1, shrinkMax: 2_000 };
        const hunted = await engine.perform({ kind: "bug", task: huntTask(bugNamed(slug), bounds) });
        const trace = hunted?.outcome.counterexample?.shrunk?.trace ?? "";
        const path = join(folder, `${slug}.trace.json`);
        writeFileSync(path, trace);
        const replay = `npx quiesce replay ${path}`;
        const made = await engine.perform({ kind: "story", task: { trace, from: slug, replay } });
        if (made === undefined || "because" in made.outcome)
          throw new Error(`${slug}: ${JSON.stringify(made?.outcome)}`);
        stories.set(slug, Story.parse(made.outcome.story));
        traces[`${slug}.trace.json`] = { replay, trace, script: "// a script", story: made.outcome.story };
      }),
    );
  } finally {
    await engine.close();
  }
  const model = memoryModels.get("lkmm");
  const explanation = model === undefined ? undefined : explainLitmus(LITMUS, model);
  if (explanation === undefined || explanation.kind === "impossible") throw new Error("SB is explained");
  data = {
    ...NO_DATA,
    runs: [run],
    traces,
    bugs: Object.entries(BUGS).map(([system, slug]) => ({
      slug,
      system,
      scenario: "",
      outcome: "found" as const,
      because: "found",
      strategies: [{ strategy: "pct3", searches: 1, catches: 1, median: 12, worst: 12 }],
      trace: `${slug}.trace.json`,
    })),
    litmus: [
      {
        file: "SB.litmus",
        name: "SB",
        model: "lkmm",
        verdict: "Never",
        states: ["r0=1;"],
        flags: [],
        text: LITMUS,
        drawn: drawnExplanation(explanation as Parameters<typeof drawnExplanation>[0]),
      },
    ],
    histories: [
      {
        file: "queue.jsonl",
        verdict: "violated",
        because: "pop of an empty queue returns 1",
        operations: [
          { client: "client 0", text: "1: push 1", from: 0, to: 3, place: 1, isImpossible: false },
          { client: "client 1", text: "2: pop → 2", from: 1, to: 2, isImpossible: true },
        ],
        orders: [{ after: "at the start", state: "empty", blocked: ["2: the queue is empty"] }],
      },
    ],
    saturation: [
      {
        scenario: "peers-two-creators",
        strategy: "pct3",
        points: [
          { executions: 1, histories: 1, readsFrom: 4, shapes: 2 },
          { executions: 10, histories: 3, readsFrom: 9, shapes: 3 },
        ],
      },
    ],
    coverage: [
      {
        system: "peers",
        pairs: [
          {
            write: "impl/a.ts:1",
            read: "impl/b.ts:2",
            field: "peer.refcount",
            seen: 0,
            scenario: "peers-two-creators",
          },
        ],
        handOvers: [],
      },
    ],
    mutation: [
      {
        name: "source",
        report: {
          schemaVersion: "2",
          thresholds: { high: 80, low: 60 },
          files: {
            "impl/a.ts": {
              language: "typescript",
              source: "export const a = 1 + 2;\n",
              mutants: [
                {
                  id: "1",
                  mutatorName: "ArithmeticOperator",
                  replacement: "1 - 2",
                  status: "Killed",
                  location: { start: { line: 1, column: 18 }, end: { line: 1, column: 23 } },
                },
              ],
            },
          },
        },
      },
    ],
    mutationViewer: gzipSync(template.viewer).toString("base64"),
  };
}, 120_000);

// An open page goes on drawing beside the tests that follow.
afterEach(async () => {
  if (browserPath !== undefined) await Promise.all(browser.contexts().map((context) => context.close()));
});

afterAll(async () => {
  if (browserPath !== undefined) await browser.close();
  rmSync(folder, { recursive: true });
});

function open(name: string, filled: PageData = data, hash = "") {
  return opened(browser, `${writtenPage(join(folder, `${name}.html`), template.page, filled)}${hash}`);
}

/** One view of each kind. */
const VIEWS = [
  "#",
  "#view=museum",
  "#view=plots",
  "#view=coverage",
  "#litmus=SB.litmus",
  "#history=queue.jsonl",
  "#scenario=locks",
  `#bug=${BUGS.peers}`,
  `#bug=${BUGS.dst}&schedule=both`,
] as const;

inBrowser("the page opens from a file, requests nothing, and logs no errors, in every view", async () => {
  const it = await open("views");
  for (const view of VIEWS) {
    await goTo(it, view);
    expect(await it.page.locator("main").innerText(), view).not.toBe("");
  }
  expect(it.problems).toEqual([]);
});

inBrowser("the figures of the overview are those of the result", async () => {
  const { page } = await open("figures");
  const figure = (name: string) => page.locator(`[data-figure="${name}"]`).innerText();
  const { scenarios, museum } = exampleResult;
  expect(await figure("scenarios")).toBe(String(scenarios.length));
  expect(await figure("holding")).toBe(String(scenarios.filter(({ verdict }) => verdict === "holds").length));
  expect(await figure("bugs")).toBe(String(museum.length));
  expect(await figure("found")).toBe(String(museum.filter(({ outcome }) => outcome === "found").length));
  const systems = new Set([...scenarios, ...museum, ...exampleResult.certificates].map(({ system }) => system));
  for (const system of systems) {
    const cell = (name: string) => page.locator(`tr[data-system="${system}"] [data-cell="${name}"]`).innerText();
    const own = scenarios.filter((scenario) => scenario.system === system);
    const executions = own.flatMap(({ searches }) => searches).reduce((sum, search) => sum + search.executions, 0);
    expect(await cell("executions")).toBe(executions.toLocaleString("en-US"));
    const violated = own.filter(({ verdict }) => verdict === "violated").length;
    if (violated > 0) expect(await cell("scenarios")).toBe(`${violated} violated`);
  }
});

inBrowser("scenarios are filtered by text, verdict and property, and the URL keeps the filter", async () => {
  const it = await open("filter");
  const rows = it.page.locator("tr[data-scenario]");
  expect(await rows.count()).toBe(3);
  await it.page.getByLabel("search").fill("creators");
  expect(await rows.count()).toBe(1);
  await it.page.getByLabel("search").fill("");
  await it.page.getByLabel("verdict").selectOption("unknown");
  expect(await rows.evaluateAll((all) => all.map((row) => row.getAttribute("data-scenario")))).toEqual(["locks"]);
  await it.page.getByLabel("verdict").selectOption("");
  await it.page.getByLabel("property").selectOption("memory-safety");
  expect(await rows.count()).toBe(1);
  await expect.poll(() => it.page.evaluate("location.hash")).toBe("#property=memory-safety");
  const again = await open("filter", data, "#verdict=unknown");
  expect(await again.page.locator("tr[data-scenario]").count()).toBe(1);
});

inBrowser.for(Object.entries(BUGS))(
  "%s: keys step through the counterexample, and the drawing is the heap",
  async ([, slug]) => {
    const it = await open(`steps-${slug}`, data, `#bug=${slug}&step=0`);
    const story = stories.get(slug);
    if (story === undefined) throw new Error(`${slug} has a story`);
    const { failing } = story;
    const memory = failing.memory.map((words) => [...words]);
    for (let step = 0; step <= failing.steps.length; step++) {
      const pointers = new Set(pointersIn(story, memory));
      const shown: readonly string[] = await it.page
        .locator(".arrow")
        .evaluateAll((arrows) =>
          arrows.map(
            (arrow) =>
              `${arrow.getAttribute("data-from")} ${arrow.getAttribute("data-label")} ${arrow.getAttribute("data-to")}`,
          ),
        );
      expect(
        shown.filter((arrow) => !pointers.has(arrow)),
        `after access ${step}`,
      ).toEqual([]);
      expect(await it.page.locator(".watched").getAttribute("data-at")).toBe(String(step));
      for (const [object, word, value] of failing.steps[step]?.changes ?? []) {
        const words = memory[object];
        if (words !== undefined) words[word] = value;
      }
      await it.page.keyboard.press("ArrowRight");
    }
    expect(await it.page.locator(".watched > p.now").innerText()).toContain(`VIOLATED ${failing.violation?.property}`);
    await it.page.keyboard.press("Home");
    await it.page.waitForSelector('.watched[data-at="0"]');
    expect(it.problems).toEqual([]);
  },
);

/** Every pointer in memory, by the names of the page's arrows. */
function* pointersIn({ objects, structs }: Story, memory: StoryExecution["memory"]): Generator<string> {
  for (const [i, words] of memory.entries()) {
    const struct = structs[objects[i]?.struct ?? -1];
    for (const [word, value] of words.entries()) {
      const target = objects.find(
        ({ address }, other) => value >= address && value < address + (memory[other]?.length ?? 0),
      );
      if (target !== undefined) yield `${objects[i]?.name} ${struct?.words[word]} ${target.name}`;
    }
  }
}

inBrowser("a tree is drawn whole: every child of a reachable peer is below it", async () => {
  const slug = BUGS["peers-rcu-list"];
  const it = await open("tree", data, `#bug=${slug}`);
  const story = stories.get(slug);
  const last = story?.failing.steps.length ?? 0;
  expect(await it.page.locator(".watched").getAttribute("data-at")).toBe(String(last));
  const tree = it.page.locator('[data-drawing="tree of peers"]');
  const memory = story?.failing.memory.map((words) => [...words]) ?? [];
  for (const { changes } of story?.failing.steps ?? [])
    for (const [object, word, value] of changes) memory[object]?.splice(word, 1, value);
  if (story === undefined) throw new Error("there is a story");
  const children = [...pointersIn(story, memory)].filter((arrow) => /^peer#\d+ (left|right) peer#\d+$/.test(arrow));
  const shown = await tree
    .locator(".arrow")
    .evaluateAll((arrows) =>
      arrows.map(
        (arrow) =>
          `${arrow.getAttribute("data-from")} ${arrow.getAttribute("data-label")} ${arrow.getAttribute("data-to")}`,
      ),
    );
  expect(children.length).toBeGreaterThan(0);
  expect(shown.toSorted()).toEqual(children.toSorted());
});

inBrowser("the passing schedule is shown alone or side by side, with the first difference marked", async () => {
  const it = await open("passing", data, `#bug=${BUGS.dst}`);
  const { passing, failing } = stories.get(BUGS.dst) ?? {};
  expect(passing).toBeDefined();
  await it.page.getByLabel("that passes").check();
  await it.page.waitForSelector('.watched[data-schedule="passing"]');
  await it.page.keyboard.press("End");
  await it.page.locator('input[type="range"]').press("End");
  expect(await it.page.getByRole("status").filter({ hasText: "Nothing is violated" }).count()).toBe(1);
  await it.page.getByLabel("both, side by side").check();
  const different = it.page.locator("tr.different");
  expect(await different.count()).toBe(1);
  const first = failing?.steps.findIndex(
    (step, i) => step.thread !== passing?.steps[i]?.thread || step.place !== passing?.steps[i]?.place,
  );
  expect(
    await it.page
      .locator("table tbody tr")
      .evaluateAll((rows) => rows.findIndex((row) => row.className.includes("different"))),
  ).toBe(first);
});

inBrowser("the copied command replays the violation in a shell", async () => {
  const it = await open("copy", data, `#bug=${BUGS.dst}`);
  await it.page.getByRole("button", { name: "copy replay command" }).click();
  await it.page.getByText("(copied)").waitFor();
  const command = await it.page.evaluate<string>("navigator.clipboard.readText()");
  const { code, stdout } = await quiesceInShell(command);
  expect(stdout).toContain(`VIOLATED ${stories.get(BUGS.dst)?.failing.violation?.property}`);
  expect(code).toBe(1);
});

inBrowser("comparing two runs shows what is new, fixed, broken and slower", async () => {
  const before = wholeResult({
    ...exampleResult,
    scenarios: exampleResult.scenarios
      .filter(({ name }) => name !== "locks")
      .map((scenario) =>
        scenario.name === "peers-two-creators" ? { ...scenario, verdict: "violated" as const } : scenario,
      ),
    museum: exampleResult.museum.map((bug) =>
      bug.slug === "missed-bug" ? { ...bug, outcome: "found" as const } : bug,
    ),
  });
  const timing = run.timing === undefined ? {} : { timing: { ...run.timing, parts: { "peers-two-creators": 1_000 } } };
  const { page } = await open("compare", { ...data, previous: { name: "old.json", result: before, ...timing } });
  const changes = await page
    .locator("tr[data-change]")
    .evaluateAll((rows) => rows.map((row) => `${row.getAttribute("data-change")} ${row.children[2]?.textContent}`));
  expect(changes).toEqual(["fixed peers-two-creators", "new locks", "broken missed-bug", "slower peers-two-creators"]);
});

inBrowser("in print, everything is unfolded, and controls are left out", async () => {
  const scenarios = manyScenarios(500);
  const result = wholeResult({ ...exampleResult, scenarios });
  const { page } = await open("print", { ...data, runs: [{ name: "many", result }] });
  expect(await page.locator("tr[data-scenario]").count()).toBe(0);
  await page.emulateMedia({ media: "print" });
  await expect.poll(() => page.locator("tr[data-scenario]").count()).toBe(500);
  expect(await page.locator("nav").isVisible()).toBe(false);
  expect((await page.pdf()).length).toBeGreaterThan(10_000);
});

function manyScenarios(count: number) {
  const [first] = exampleResult.scenarios;
  if (first === undefined) throw new Error("there is an example");
  return Array.from({ length: count }, (_, i) => ({ ...first, name: `scenario-${i}`, system: `system-${i % 10}` }));
}

inBrowser("of 10,000 scenarios only the requested rows are rendered", async () => {
  const result = wholeResult({ ...exampleResult, scenarios: manyScenarios(10_000) });
  const { page } = await open("many", { ...data, runs: [{ name: "many", result }] }, "#system=system-3");
  await page.locator('details[data-scenarios-of="system-3"] summary').click();
  expect(await page.locator("tr[data-scenario]").count()).toBe(200);
  await page.getByRole("button", { name: /^show the next 200/ }).click();
  expect(await page.locator("tr[data-scenario]").count()).toBe(400);
});

inBrowser.for(["light", "dark"] as const)(
  "axe finds no violations in any view in the %s scheme",
  async (colorScheme) => {
    const it = await open(`axe-${colorScheme}`);
    await it.page.emulateMedia({ colorScheme });
    for (const view of VIEWS) {
      await goTo(it, view);
      expect(await axeViolations(it), view).toEqual([]);
    }
  },
);

inBrowser("hostile names and values are shown as text, and have no effect", async () => {
  const hostile = `<img src=x onerror="alert(1)"></script><script>alert(2)</script>javascript:alert(3)\u202e\u0000`;
  const name = `${hostile}x`;
  const [first] = exampleResult.scenarios;
  if (first === undefined) throw new Error("there is an example");
  const result = wholeResult({
    ...exampleResult,
    scenarios: [
      { ...first, name, system: hostile, verdict: "unknown", because: `${hostile}${"y".repeat(10_000_000)}` },
      ...exampleResult.scenarios,
    ],
  });
  const story = stories.get(BUGS.dst);
  if (story === undefined) throw new Error("there is a story");
  const made: Story = {
    ...story,
    objects: story.objects.map((object) => ({ ...object, name: `${hostile}${object.name}` })),
    failing: {
      ...story.failing,
      threads: story.failing.threads.map(() => hostile),
      steps: story.failing.steps.map((step) => ({ ...step, place: hostile, effect: hostile })),
    },
    sources: story.sources.map((source) => ({ ...source, lines: source.lines.map(() => hostile) })),
  };
  const it = await open("hostile", {
    ...data,
    title: hostile,
    runs: [{ name: hostile, result }],
    traces: { ...data.traces, [`${BUGS.dst}.trace.json`]: { replay: hostile, trace: hostile, story: made } },
    litmus: [
      {
        ...data.litmus[0],
        file: hostile,
        name: hostile,
        model: "lkmm",
        verdict: hostile,
        states: [hostile],
        flags: [hostile],
      },
    ],
    histories: [
      {
        file: hostile,
        verdict: "violated",
        because: hostile,
        operations: [{ client: hostile, text: hostile, from: 0, isImpossible: true }],
        orders: [{ after: hostile, state: hostile, blocked: [hostile] }],
      },
    ],
    notes: [hostile],
  });
  const views = [
    "#",
    "#verdict=unknown",
    `#scenario=${encodeURIComponent(name)}`,
    `#bug=${BUGS.dst}`,
    `#litmus=${encodeURIComponent(hostile)}`,
    `#history=${encodeURIComponent(hostile)}`,
    "#view=museum",
  ];
  for (const view of views) {
    await goTo(it, view);
    const shown = await it.page.locator("main").innerText();
    expect(shown.includes("\u202e"), view).toBe(false);
    if (view !== "#view=museum") expect(shown, view).toContain(String.raw`javascript:alert(3)\u{202e}\u{0}`);
    expect(await it.page.locator("main img, main script, main a[href^='javascript']").count(), view).toBe(0);
  }
  expect(it.problems).toEqual([]);
});

inBrowser("the viewer of mutation results starts only when its view is opened", async () => {
  const it = await open("mutation");
  expect(await it.page.locator("iframe").count()).toBe(0);
  await goTo(it, "#view=mutation");
  const frame = it.page.frameLocator("iframe");
  await frame.getByRole("link", { name: "a.ts" }).first().click();
  expect(await it.page.evaluate("location.hash")).toBe("#view=mutation");
  expect(it.problems).toEqual([]);
});

inBrowser("an execution graph shows its events and relations, also as a list", async () => {
  const it = await open("graph", data, "#litmus=SB.litmus");
  const drawn = data.litmus[0]?.drawn;
  expect(await it.page.locator(".edge").count()).toBe(drawn?.edges.length);
  const cycle = drawn?.edges.filter(({ inCycle }) => inCycle) ?? [];
  expect(cycle.length).toBeGreaterThan(0);
  expect(await it.page.locator(".edge.cycle").count()).toBe(cycle.length);
  await it.page.getByRole("list", { name: "relations" }).getByRole("button").first().click();
  expect(await it.page.getByRole("status").innerText()).toContain("[");
});
