import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { projectRoot as root } from "#fuzz/host/project-root.ts";
import { litmus } from "./litmus-process.fixture.ts";

const kept = join(root, "model/memory/es/tests");
const examples = join(root, "model/memory/es/examples");
const scratch = mkdtempSync(join(tmpdir(), "litmus-agents-"));
afterAll(() => rmSync(scratch, { recursive: true }));

function scratchFile(name: string, text: string): string {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}

const es = (...args: readonly string[]): ReturnType<typeof litmus> => litmus("--model", "es", ...args);

test("a folder of agents is decided as expected, and JSON that is not a test is left out", async () => {
  const folder = join(scratch, "some");
  mkdirSync(folder);
  for (const name of [
    "SB+ss+ss",
    "LB+uu+uu",
    "WN-two-waiters-notify-one",
    "AIR-data+data",
    "MIX-bigint64-plain-tears",
  ]) {
    copyFileSync(join(kept, `${name}.json`), join(folder, `${name}.json`));
  }
  writeFileSync(join(folder, "notes.json"), '{"by": "hand"}');
  copyFileSync(join(examples, "MP.litmus.js"), join(folder, "MP.litmus.js"));
  const { code, out, err } = await es("--json", "-", "--expect", join(kept, "expected.json"), folder);
  expect(err).toContain("notes.json: note: this is JSON without agents, and left out");
  expect(err).toContain("expects nothing of MP");
  expect(err).toContain("6 of 6 litmus tests decided\n");
  expect(code).toBe(0);
  const { tests } = JSON.parse(out);
  expect(tests.find(({ name }: { name: string }) => name === "LB+uu+uu")).toEqual({
    file: join(folder, "LB+uu+uu.json"),
    name: "LB+uu+uu",
    columns: ["0:r0", "1:r0"],
    outcomes: [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    needsCycle: [[1, 1]],
    race: true,
    seconds: expect.any(Number),
  });
});

test("a missing outcome, an extra one, and a different race are named, with exit code 1", async () => {
  const expected = scratchFile(
    "expected.json",
    JSON.stringify({
      "SB+ss+ss": {
        outcomes: [
          [0, 0],
          [0, 1],
          [1, 0],
        ],
        needsCycle: [[0, 0]],
        race: true,
      },
    }),
  );
  const file = join(kept, "SB+ss+ss.json");
  const { code, err } = await es("--expect", expected, file);
  expect(code).toBe(1);
  expect(err).toBe(
    `${file}: outcomes expected and not found: [0, 0]; outcomes found and not expected: [1, 1]; ` +
      "outcomes that need a cycle expected and not found: [0, 0]; expected a data race, found none\n",
  );
});

test("a BigInt is written with all its digits", async () => {
  const file = scratchFile(
    "wide.litmus.js",
    "const q = new BigUint64Array(new SharedArrayBuffer(8));\nfunction only() { Atomics.store(q, 0, -1n); const r = q[0]; }\n",
  );
  const { out } = await es("--json", "-", file);
  expect(out).toContain('"name":"wide","columns":["only:r"],"outcomes":[[18446744073709551615]]');
});

test("an outcome is explained and drawn on request", async () => {
  const svg = join(scratch, "torn.svg");
  const file = join(kept, "MIX-int32-no-tear.json");
  const { code, out } = await es("--explain", "--show", svg, "--outcome", "2:r0=65538", file);
  expect(code).toBe(0);
  expect(out).toContain('One breaks the axiom "tear-free-reads"');
  expect(out).toContain("  d: R i[0]=65538 (agent 2, line 24)\n     also takes bytes from [alsoReads]\n");
  const picture = readFileSync(svg, "utf8");
  for (const text of ["forbidden by tear", "agent 0", "agent 2", "alsoReads"]) expect(picture).toContain(text);
});

test("without a condition, the first outcome that no interleaving gives is explained", async () => {
  const weak = await es("--explain", join(kept, "LB+uu+uu.json"));
  expect(weak.out).toContain("LB+uu+uu: es allows this execution, in which 0:r0=1; 1:r0=1 holds.");
  const svg = join(scratch, "none.svg");
  const strong = await es("--explain", "--show", svg, join(kept, "SB+ss+ss.json"));
  expect(strong.code).toBe(2);
  expect(strong.out).toContain("every outcome is that of an interleaving; ask for another one with --outcome");
});

test("an unreadable test is named with file, line and reason, and exit code 2", async () => {
  const folder = join(scratch, "bad");
  mkdirSync(folder);
  writeFileSync(join(folder, "loop.litmus.js"), "function a() {\n  for (;;);\n}\n");
  writeFileSync(join(folder, "broken.json"), '{"name": "x",\n "agents": [\n');
  writeFileSync(join(folder, "types.json"), '{"name": 1, "agents": [[]]}');
  const { code, err } = await es(folder);
  expect(code).toBe(2);
  expect(err.trim().split("\n")).toEqual([
    expect.stringContaining("broken.json:3:1: not JSON: Unexpected end of input"),
    expect.stringContaining("loop.litmus.js:2:3: loops are not supported: write out the iterations"),
    expect.stringContaining("types.json:1:10: name: expected string, received number"),
    "0 of 3 litmus tests decided, 3 refused",
  ]);
});

test("an invalid call gives one line and exit code 2", async () => {
  const json = join(kept, "SB+ss+ss.json");
  const kernel = join(root, "model/memory/litmus/examples/MP.litmus");
  const wrong = scratchFile("wrong.json", '{"SB+ss+ss": {"verdict": "Never"}}');
  const calls: readonly (readonly [readonly string[], string])[] = [
    [["--model", "es", kernel], "--model es reads tests in JSON and JavaScript"],
    [[json], "for this, add --model es"],
    [["--model", "es", "--explain", "--outcome", "2:r0=1", json], "no column 2:r0: there are 0:r0, 1:r0"],
    [["--model", "es", "--outcome", "0:r0=1", json], "add --explain or --show"],
    [["--explain", "--outcome", "0:r0=1", kernel], "--outcome is for --model es"],
    [["--model", "es", "--outcome", "r0", json], "it must be entries such as"],
    [["--model", "es", "--expect", wrong, json], "wrong.json: SB+ss+ss.outcomes"],
    [["--model", "es", join(root, "model/memory/litmus/examples")], "has no file *.json or *.litmus.js with a test"],
  ];
  const runs = await Promise.all(calls.map(([args]) => litmus(...args)));
  runs.forEach(({ code, err }, i) => {
    expect(err).toContain(calls[i]?.[1]);
    expect([code, err.trim().split("\n").length]).toEqual([2, 1]);
  });
});
