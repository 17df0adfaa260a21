import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** Every `$ npx quiesce …` of the page, with the lines it claims to print. */
function commandsOf(page: string): { readonly command: string; readonly output: string }[] {
  return [...page.matchAll(/```console\n\$ npx quiesce (.+)\n([\s\S]*?)```/g)].map(([, command = "", output = ""]) => ({
    command,
    output: output.trim(),
  }));
}

function withoutTimes(output: string): string {
  return output
    .split("\n")
    .filter((line) => !line.startsWith("Time "))
    .join("\n")
    .trim();
}

/** Commands that run at the same time: starting one takes longer than its work. */
const AT_ONCE = 4;

test("every command of the page prints the output on the page", async () => {
  const commands = commandsOf(readFileSync(join(import.meta.dirname, "README.md"), "utf8"));
  expect(commands.length).toBeGreaterThanOrEqual(17);
  const run = promisify(execFile);
  const check = async ({ command, output }: { command: string; output: string }): Promise<void> => {
    const { stdout } = await run(process.execPath, ["fuzz/cli/quiesce.mjs", ...command.split(" ")], { cwd: root });
    expect(withoutTimes(stdout), command).toBe(output);
  };
  for (let i = 0; i < commands.length; i += AT_ONCE) await Promise.all(commands.slice(i, i + AT_ONCE).map(check));
});
