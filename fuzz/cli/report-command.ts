import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { EXIT } from "#fuzz/host/exit-code.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { namedCommand } from "./command-names.ts";

interface Options {
  readonly out?: string;
  readonly compare?: string;
  readonly module?: string;
  readonly open?: true;
}

const RESULT = "reports/out/result.json";

/** `quiesce report`: rebuilds the page of a run. */
export function reportCommand(): Command {
  return namedCommand("report", `results of verify; ${RESULT} unless named`)
    .option("--compare <result.json>", "an earlier result: to list new, fixed and slower parts since then")
    .option("--out <folder>", "folder of the page; that of the first result unless given")
    .option("--module <file>", "module that exports the systems of the results, unless quiesce has them")
    .option("--open", "open the page in the browser")
    .addHelpText(
      "after",
      `
Besides the results, the page shows the files beside them: bugs.json, certificates/, litmus.json, histories.json,
costs.json, mutants.json, mutation/.
It is one file that needs no network: it can be mailed, and kept as a CI artefact.

Examples:
  quiesce report
  quiesce report --open --compare yesterday/result.json
  quiesce report shard-1/result.json shard-2/result.json --out merged`,
    )
    .action(run);
}

async function run(paths: readonly string[], { out, compare, module, open }: Options): Promise<void> {
  const { openEngine } = await import("#fuzz/campaign/engine.ts");
  const { readRun } = await import("#fuzz/campaign/page/read-folder.ts");
  const { writePage } = await import("#fuzz/campaign/page/write-page.ts");
  const { commandPath } = await import("#fuzz/host/command-path.ts");
  const { NO_TEMPLATE } = await import("#fuzz/host/page-template.ts");
  const results = (paths.length === 0 ? [RESULT] : paths).map((path) => resolve(path));
  const [first = RESULT] = results;
  const folder = resolve(out ?? dirname(first));
  const names = results.flatMap((path) => readRun(path).run.result.scenarios.map(({ name }) => name));
  const modules = new Map(module === undefined ? [] : names.map((name) => [name, resolve(module)]));
  const engine = openEngine({ workers: 1 });
  try {
    const previous = compare === undefined ? undefined : resolve(compare);
    const page = await writePage({ folder, results, previous, modules }, engine.perform);
    if (page === undefined) throw new InputError(`report: ${NO_TEMPLATE}`);
    process.stdout.write(`page    ${commandPath(page)}\n`);
    if (open === true) await openInBrowser(page);
    process.exitCode = EXIT.verified;
  } finally {
    await engine.close();
  }
}

/** @throws InputError if there is no program to open it with */
async function openInBrowser(page: string): Promise<void> {
  const { spawn } = await import("node:child_process");
  const [command, ...words] =
    process.platform === "darwin"
      ? ["open", page]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", page]
        : ["xdg-open", page];
  await new Promise<void>((done, fail) => {
    const child = spawn(command ?? "xdg-open", words, { stdio: "ignore", detached: true });
    child.on("error", () => fail(new InputError(`report: --open: there is no ${command}; open ${page} yourself`)));
    child.on("spawn", () => {
      child.unref();
      done();
    });
  });
}
