import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, expect, test } from "vitest";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { quiesce } from "./cli-process.fixture.ts";

const readme = readFileSync(join(projectRoot, "README.md"), "utf8");
const example = readFileSync(join(projectRoot, "fuzz/systems/tickets/tickets.ts"), "utf8");

// Inside the project, so that the module finds its imports; git ignores it.
mkdirSync(join(projectRoot, "reports/out"), { recursive: true });
const folder = mkdtempSync(join(projectRoot, "reports/out", "readme-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The fenced blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    (match) => match[1] ?? "",
  );
}

function inNarrowColumns(text: string): string {
  return text.replace(/ {2,}/g, "  ");
}

test("the worked example is the module in the project, and holds as the README shows", async () => {
  expect(blocks("ts")[0]).toBe(example);
  const { code, stdout } = await quiesce(["verify", "fuzz/systems/tickets/tickets.ts", "--out", join(folder, "holds")]);
  expect(stdout).toContain(blocks("text")[1]);
  expect(code).toBe(0);
});

test("the README's wrong draw is violated as the README shows", async () => {
  const draw = /^function\* draw[\s\S]*?^}\n/m;
  const broken = example
    .replace(draw, blocks("ts")[1] ?? "")
    .replace("atomicAddReturn }", "readOnce, writeOnce }")
    .replaceAll('from "../', 'from "#fuzz/systems/');
  const module = join(folder, "tickets.ts");
  writeFileSync(module, broken);
  const out = join(folder, "violated");
  const { code, stdout } = await quiesce(["verify", module, "--out", out]);
  expect(code).toBe(1);
  // The README leaves out the source lines, which depend on the reader's file; their length moves the columns.
  const shown = stdout.replace(/ +reports\/out\/\S+\.ts:\d+$/gm, "");
  expect(inNarrowColumns(shown)).toContain(inNarrowColumns(blocks("text")[2] ?? "missing"));
  const replay = /^replay {2}npx quiesce (.*)$/m.exec(stdout)?.[1]?.split(" ") ?? [];
  expect(replay).toEqual([
    "replay",
    `${relative(projectRoot, out)}/traces/tickets-two-customers.trace.json`,
    "--module",
    relative(projectRoot, module),
  ]);
  expect((await quiesce(replay)).code).toBe(1);
});

test("a scenario whose set-up fails is violated, and its story shows the set-up", async () => {
  const module = join(folder, "no-paper.ts");
  const failing = "*settled() { throw new RangeError('no paper'); }, place: (heap) =>";
  writeFileSync(module, example.replace("place: (heap) =>", failing).replaceAll('from "../', 'from "#fuzz/systems/'));
  const { code, stdout } = await quiesce(["verify", module, "--out", join(folder, "failing")]);
  expect(stdout).toMatch(/^VIOLATED exception: set-up threw RangeError: no paper/m);
  expect(code).toBe(1);
});

test("the README lists exactly the commands that exist", async () => {
  const { stdout } = await quiesce(["--help"]);
  const commands = [...stdout.matchAll(/^ {2}([a-z-]+) \[/gm)]
    .map((match) => match[1])
    .filter((name) => name !== "help");
  const listed = [...readme.matchAll(/^\| `quiesce ([a-z-]+)/gm)].map((match) => match[1]);
  expect(listed).toEqual(commands);
});
