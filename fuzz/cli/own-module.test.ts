/** Faults in a user's module are reported with file and line, and never make a scenario hold. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { type CliOptions, quiesce, runModule } from "./cli-process.fixture.ts";

// In the checkout: Node resolves "#fuzz/…" from the module's location.
mkdirSync(join(projectRoot, "reports/out"), { recursive: true });
const folder = mkdtempSync(join(projectRoot, "reports/out/own-module-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Parts {
  /** Extra members of the system. */
  readonly more?: string;
  readonly draw?: string;
  readonly step?: string;
  readonly scenarios?: string;
  readonly before?: string;
}

const DRAW = "return yield atomicAddReturn(Dispenser.last(dispenser), 1);";
const STEP = "(last) => ({ response: last + 1, next: last + 1 })";
const SCENARIOS = 'two: { threads: { first: [{ kind: "draw" }], second: [{ kind: "draw" }] } }';

function moduleOf(
  name: string,
  { draw = DRAW, step = STEP, scenarios = SCENARIOS, before = "", more = "" }: Parts,
): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `import { type Access, type Address, atomicAddReturn, defineSystem, operation, place, readOnce, struct, writeOnce } from "#fuzz/quiesce.ts";
${before}
const Dispenser = struct("dispenser", { last: 1 });
function* advance(word: Address, to: number): Access { yield writeOnce(word, to); }
function* draw(dispenser: Address): Access<number> {
${draw}
}
export default defineSystem({
  name: "tickets", about: "tickets", place: (heap) => place(heap, Dispenser, "dispenser"), initialState: 0,
  operations: { draw: operation({ run: draw, step: ${step} }) },
  scenarios: { ${scenarios} },
  ${more}
});
`,
  );
  return path;
}

const verify = (path: string, more: readonly string[] = [], options?: CliOptions) =>
  quiesce(["verify", path, "--out", join(folder, "out"), "--workers", "1", ...more], options);

test("a forgotten return is reported with the operation's name", async () => {
  const path = moduleOf("no-return.ts", { draw: "yield atomicAddReturn(Dispenser.last(dispenser), 1);" });
  const { code, stdout } = await verify(path);
  expect(code).toBe(1);
  expect(stdout).toContain("draw returned undefined, and must return a 32-bit whole number or a truth value");
});

test("a model step without a response ends the run and names the operation", async () => {
  for (const [name, step, because] of [
    ["no-outcome.ts", "(last) => { last + 1; }", "returned undefined, and must return { response, next }"],
    ["no-response.ts", "(last) => ({ next: last + 1 })", "returned undefined, and must return a 32-bit whole number"],
  ] as const) {
    const { code, stdout, stderr } = await verify(moduleOf(name, { step }));
    expect([code, stderr]).toEqual([2, expect.stringContaining(`tickets: the step of draw ${because}`)]);
    expect(stdout).not.toContain("holds");
  }
});

test("a forgotten yield ends the run with file and line, in the module and in modules beside it", async () => {
  const store = "const last = yield readOnce(dispenser);\nwriteOnce(dispenser, last + 1);\nreturn last + 1;";
  const forgotten = await verify(moduleOf("no-yield.ts", { draw: store }));
  expect(forgotten.code).toBe(2);
  expect(forgotten.stderr).toMatch(/no-yield\.ts:7: writeOnce\(…\) is asked for and never yielded/);
  const call = "advance(dispenser, 1);\nreturn yield readOnce(dispenser);";
  const neverRun = await verify(moduleOf("no-star.ts", { draw: call }));
  expect(neverRun.code).toBe(2);
  expect(neverRun.stderr).toMatch(
    /no-star\.ts:6: advance\(…\) makes a procedure that never runs; write yield\* advance/,
  );
  writeFileSync(
    join(folder, "beside.ts"),
    'import { writeOnce } from "#fuzz/quiesce.ts";\nexport function* put(x) {\n  writeOnce(x, 1);\n}\n',
  );
  const beside = await verify(moduleOf("imports.ts", { before: 'import { put } from "./beside.ts"; void put;' }));
  expect(beside).toMatchObject({ code: 2, stderr: expect.stringMatching(/beside\.ts:3: writeOnce/) });
});

test("nothing holds without a check", async () => {
  writeFileSync(join(folder, "empty.ts"), "");
  writeFileSync(join(folder, "empty.jsonl"), "");
  for (const [path, because] of [
    [join(folder, "empty.ts"), "exports no system"],
    [moduleOf("no-threads.ts", { scenarios: "two: { threads: { first: [], second: [] } }" }), "has no operations"],
    [
      moduleOf("no-access.ts", { draw: "return 1;", step: "(last) => ({ response: 1, next: last })" }),
      "no thread makes an access to shared memory",
    ],
  ] as const) {
    const { code, stdout, stderr } = await verify(path);
    expect([code, stderr]).toEqual([2, expect.stringContaining(because)]);
    expect(stdout).not.toContain("holds");
  }
  const history = await quiesce(["check", join(folder, "empty.jsonl"), "--model", "register"]);
  expect(history).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("empty.jsonl: expected operations to check, found none"),
  });
});

test("--time and the first ^C end code that runs on without an access, and name its line", async () => {
  const body = moduleOf("endless-body.ts", {
    draw: `${DRAW.replace("return", "const last =")}\nwhile (last > 0);\nreturn last;`,
  });
  const timed = await verify(body, ["--time", "3s"]);
  expect(timed.code).toBe(3);
  expect(timed.stdout).toMatch(
    /^unknown {3}tickets-two .*--time after 3 s; .*endless-body\.ts:7 \(draw\) runs on without/m,
  );
  const model = moduleOf("endless-model.ts", {
    step: "(last) => { while (last >= 0); return { response: 1, next: 1 }; }",
  });
  const interrupted = await verify(model, [], {
    // It has begun, and is about to loop.
    meanwhile: (child) => child.stdout.once("data", () => setTimeout(() => child.kill("SIGINT"), 2_000)),
  });
  expect(interrupted.code).toBe(3);
  expect(interrupted.stdout).toMatch(/^unknown {3}tickets-two .*interrupted; .*endless-model\.ts:10 \(step\) runs on/m);
});

test("--resume starts over when a module beside the named one has changed", async () => {
  const beside = (last: string) => writeFileSync(join(folder, "state.ts"), `export const busy = ${last};\n`);
  beside("true");
  const path = moduleOf("resumed.ts", {
    before: 'import { busy } from "./state.ts";',
    draw: `${DRAW.replace("return", "const last =")}\nwhile (busy && last > 0);\nreturn last;`,
  });
  expect((await verify(path, ["--time", "3s"])).code).toBe(3);
  beside("false");
  const resumed = await verify(path, ["--resume"]);
  expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining("the code is another; starting anew")]);
  expect(resumed.stdout).toMatch(/^holds {5}tickets-two {2}every execution \(\d+\), sequentially consistent$/m);
});

const TORN =
  "const last = yield readOnce(Dispenser.last(dispenser));\nyield writeOnce(Dispenser.last(dispenser), last + 1);\nreturn last + 1;";

/** The words of a printed command, as a shell would split them. */
function pasted(stdout: string, label: string): readonly string[] {
  const line = new RegExp(`^${label} +npx (?:quiesce|node) (.*)$`, "m").exec(stdout)?.[1];
  if (line === undefined) throw new Error(`no line begins with ${label}`);
  return line.split(" ");
}

test("printed commands can be pasted, and report when the code is fixed", async () => {
  const path = moduleOf("fixed.ts", { draw: TORN });
  const red = await verify(path);
  expect(red.code).toBe(1);
  const replay = pasted(red.stdout, "replay").filter((word) => word !== "--module" && !word.endsWith("fixed.ts"));
  const [script = ""] = pasted(red.stdout, "run it");
  expect(await quiesce(replay)).toMatchObject({ code: 1, stdout: expect.stringContaining("VIOLATED linearizability") });
  expect(await runModule(join(projectRoot, script))).toMatchObject({ code: 1, stderr: "" });
  // Both responses are shown, whatever else is folded.
  expect(red.stdout.match(/^ *◂ 1/gm)).toHaveLength(2);
  moduleOf("fixed.ts", {});
  const green = await quiesce(replay);
  expect([green.code, green.stderr]).toEqual([0, ""]);
  expect(green.stdout).toContain("no longer fails: linearizability holds on 5,000 schedules near the recorded one");
});

test("undeclared scenarios are drawn, chosen by pattern, and certified", async () => {
  const path = moduleOf("drawn.ts", { scenarios: "" });
  const all = await verify(path);
  expect([all.code, all.stdout.match(/^holds {5}tickets-generated-/gm)?.length]).toEqual([0, 12]);
  expect(all.stdout).toMatch(/^holds {5}tickets-conformance-concurrent /m);
  const declared = await verify(moduleOf("declared.ts", {}));
  expect(declared.stdout.match(/^holds +\S+-\S+/gm)).toEqual(["holds     tickets-two"]);
  const some = await verify(`${join(folder, "drawn*.ts")}#generated-3x1-*`);
  expect([some.code, some.stdout.match(/^holds {5}tickets-generated-3x1-/gm)?.length]).toEqual([0, 4]);
  const certified = await quiesce(["certify", path, "--out", join(folder, "out"), "--workers", "1"]);
  expect(certified.code).toBe(0);
  expect(certified.stdout).toMatch(/^holds {5}tickets-2x2x2 {2}all \d+ scenarios explored, sequentially consistent: /m);
});

test("the line names a check that is switched off, with its reason", async () => {
  const reason = "the counter is a statistic";
  const { code, stdout } = await verify(moduleOf("without.ts", { more: `without: { "data-race": "${reason}" },` }));
  expect(code).toBe(0);
  expect(stdout).toContain(`, sequentially consistent, without data-race (${reason})`);
});
