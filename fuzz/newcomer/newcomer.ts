/**
 * A user's first day: an empty project, the packed package, and every command of the tutorial. Then the test that
 * `init` wrote, under node:test and vitest; types; what can be imported, and what cannot; sizes and times.
 *
 * `node fuzz/newcomer/newcomer.ts [node]`, where `node` runs the project's commands (default: the present Node).
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { applyPatch, parsePatch, reversePatch } from "diff";
import { packageRoot } from "#fuzz/host/project-root.ts";
import { checkImports, checkTypes } from "./check-imports.ts";
import { foreignProject, type ForeignProject, lend } from "./foreign-project.ts";
import { fillCache, pack } from "./packed.ts";
import { tutorialSteps } from "./tutorial-steps.ts";

const MEGABYTE = 2 ** 20;
const TOOL_BYTES_MAX = 40 * MEGABYTE;
const PEERS_BYTES_MAX = MEGABYTE;

const COUNTER = `import { argument, atomicAddReturn, defineSystem, operation, place, struct, type Address } from "quiesce";
import { constantFrom } from "fast-check";
import { z } from "zod";

const Counter = struct("counter", { sum: 1 });

export default defineSystem({
  name: "counter",
  about: "a counter",
  place: (heap) => place(heap, Counter, "counter"),
  initialState: 0,
  operations: {
    add: operation({
      arguments: { amount: argument(z.int().min(1).max(3), constantFrom(1, 2, 3)) },
      *run(counter: Address, { amount }) {
        return yield atomicAddReturn(Counter.sum(counter), amount);
      },
      step: (sum: number, { amount }) => ({ response: sum + amount, next: sum + amount }),
    }),
  },
  scenarios: { two: { threads: { one: [{ kind: "add", amount: 1 }], other: [{ kind: "add", amount: 2 }] } } },
});
`;

/** In place of the example's one access. */
const BROKEN_DRAW = `  const ticket = (yield readOnce(Dispenser.last(dispenser))) + 1;
  yield writeOnce(Dispenser.last(dispenser), ticket);
  return ticket;
`;

const node = resolve(process.argv[2] ?? process.execPath);
const tarballs = mkdtempSync(join(tmpdir(), "quiesce-packed-"));
try {
  const tool = pack(".", tarballs);
  const peers = pack("fuzz/package/peers", tarballs);
  done(`packed: ${tool.files.length} and ${peers.files.length} files`);
  const needless = [...tool.files, ...peers.files].filter((file) =>
    /\.(test|fixture)\.|\.patch$|(?<!\.d)\.[cm]?ts$/.test(file),
  );
  assert.deepEqual(needless, [], "the packages hold no test, fixture or source");
  fillCache();

  const project = foreignProject(tool.tarball, node);
  try {
    expectAtMost("quiesce", project.installedBytes(), TOOL_BYTES_MAX);
    followTutorial(project);
    useOwnSchemas(project);
    runTests(project);
    checkTypes(project);
    checkImports(project);
    done("types under nodenext and bundler, .mts and .cts; import and require; nothing else is exported");
    tellTimes(project);
  } finally {
    project.remove();
  }

  const server = foreignProject(peers.tarball, node);
  try {
    expectAtMost("@quiesce/peers", server.installedBytes(), PEERS_BYTES_MAX);
    server.write(
      "limit.mjs",
      'import { createPeerPool } from "@quiesce/peers";\nconsole.log(createPeerPool({ capacity: 4 }).allowAt("::1", 1000));\n',
    );
    assert.equal(server.run("node limit.mjs").printed, "true\n");
    done("@quiesce/peers limits an address");
  } finally {
    server.remove();
  }
} finally {
  rmSync(tarballs, { recursive: true });
}

/** @throws AssertionError for a command of the tutorial that does not do what stands there */
function followTutorial(project: ForeignProject): void {
  const tutorial = readFileSync(join(packageRoot, "fuzz/newcomer/TUTORIAL.md"), "utf8");
  let printed = "";
  let commands = 0;
  for (const step of tutorialSteps(tutorial)) {
    switch (step.kind) {
      case "run":
        printed = "";
        for (const command of step.commands) {
          if (command === "npm install --save-dev quiesce") continue; // from the tarball, done
          const ended = project.run(command);
          printed += ended.printed;
          commands++;
          assert.equal(ended.code, step.exitCode, `${command} ends with ${ended.code}:\n${ended.printed}`);
        }
        break;
      case "printed":
        for (const line of step.lines)
          assert.ok(inWords(printed).includes(inWords(line)), `"${line}" is not in what was printed:\n${printed}`);
        break;
      case "edit":
        edit(project, step.patch, step.isReversed);
    }
  }
  done(`the tutorial: ${commands} commands`);
}

/** Schemas and generators of the user's own zod and fast-check, which are other copies than those in the bundle. */
function useOwnSchemas(project: ForeignProject): void {
  project.write("counter.ts", COUNTER);
  const { code, printed } = project.run("npx quiesce verify ./counter.ts");
  assert.equal(code, 0, printed);
  assert.match(printed, /^holds +counter-two /m);
  project.write("counter.ts", COUNTER.replace("amount: 2", "amount: 9"));
  const refused = project.run("npx quiesce verify ./counter.ts");
  assert.deepEqual([refused.code, refused.printed.split("\n").length], [2, 2], refused.printed);
  assert.match(refused.printed, /counter\.ts: .*amount/);
  done("arguments by the user's own zod and fast-check");
}

function inWords(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function edit(project: ForeignProject, patch: string, isReversed: boolean): void {
  for (const one of parsePatch(patch)) {
    const file = (one.newFileName ?? "").replace(/^b\//, "");
    const text = applyPatch(project.read(file), isReversed ? reversePatch(one) : one);
    assert.ok(text !== false, `the tutorial's edit does not fit ${file}`);
    project.write(file, text);
  }
}

/** The test that `init` wrote: green, red with the bug, and the command that it prints replays it. */
function runTests(project: ForeignProject): void {
  const example = project.read("structures/tickets.ts");
  const broken = example
    .replace("  return yield atomicAddReturn(Dispenser.last(dispenser), 1);\n", BROKEN_DRAW)
    .replace("atomicAddReturn", "readOnce, writeOnce");
  assert.notEqual(broken, example);
  for (const runner of ["node:test", "vitest"] as const) {
    if (runner === "vitest") {
      lend(project, "vitest");
      project.write(
        "structures/tickets.test.ts",
        project.read("structures/tickets.test.ts").replace("node:test", "vitest"),
      );
    }
    const command = runner === "vitest" ? "node node_modules/vitest/vitest.mjs run" : "npm test";
    const green = project.run(command);
    assert.equal(green.code, 0, `${runner}:\n${green.printed}`);
    project.write("structures/tickets.ts", broken);
    const red = project.run(command);
    assert.notEqual(red.code, 0, `${runner} passes a broken dispenser`);
    // Node's TAP output has an error's name and its message in two places.
    assert.match(red.printed, /VIOLATED linearizability/);
    assert.match(red.printed, /draw returns 1, and no order of the operations explains that/);
    const replay = /npx quiesce replay [^\n]+/.exec(red.printed)?.[0];
    assert.ok(replay !== undefined, `${runner} prints no command that replays:\n${red.printed}`);
    const replayed = project.run(replay);
    assert.equal(replayed.code, 1, `${replay}:\n${replayed.printed}`);
    assert.match(replayed.printed, /VIOLATED linearizability/);
    project.write("structures/tickets.ts", example);
    const mended = project.run(replay);
    assert.equal(mended.code, 0, `${replay}, mended:\n${mended.printed}`);
    assert.equal(project.run(command).code, 0);
    done(`check under ${runner}: green, red, replayed, mended`);
  }
}

/** Prints what commands cost, once what V8 compiles is there; a figure of a shared machine is no reason to fail. */
function tellTimes(project: ForeignProject): void {
  for (const words of ["--help", "--version", "list tickets", "verify"]) {
    const command = `node node_modules/quiesce/fuzz/cli/quiesce.mjs ${words} > .printed; times`;
    project.run(command);
    const start = performance.now();
    const { printed } = project.run(command);
    const wall = performance.now() - start;
    done(`${words}: ${cpuSeconds(printed).toFixed(2)} s of CPU, ${(wall / 1000).toFixed(2)} s of wall time`);
  }
}

/** What the last line of a shell's `times` says: user and system time of its children. */
function cpuSeconds(times: string): number {
  const last = times.trim().split("\n").at(-1) ?? "";
  return [...last.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

function expectAtMost(name: string, bytes: number, max: number): void {
  const inMegabytes = (bytes / MEGABYTE).toFixed(2);
  assert.ok(bytes <= max, `${name} takes ${inMegabytes} MB when installed, and may take ${max / MEGABYTE}`);
  done(`installed ${name}: ${inMegabytes} MB`);
}

function done(what: string): void {
  process.stdout.write(`ok  ${what}\n`);
}
