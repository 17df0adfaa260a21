/** Runs one command line. The only place that reports the caller's faults. */
import { Command, CommanderError } from "commander";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "#fuzz/host/exit-code.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";
import { visibleText } from "#reports/visible-text.ts";
import type { Host } from "./command-host.ts";
import { type CommandName, commandNames, namedCommand } from "./command-names.ts";
import { configure } from "./configured.ts";

/** A command is loaded when it is called: loading the others would only slow the start. */
const loaders: { readonly [Name in Exclude<CommandName, "complete">]: (host: Host) => Promise<Command> } = {
  verify: async () => (await import("./verify-command.ts")).verifyCommand(),
  fuzz: async () => (await import("./fuzz-command.ts")).fuzzCommand(),
  replay: async (host) => (await import("./replay-command.ts")).replayCommand(host),
  shrink: async (host) => (await import("./shrink-command.ts")).shrinkCommand(host),
  bugs: async () => (await import("./bugs-command.ts")).bugsCommand(),
  mutants: async () => (await import("./mutants-command.ts")).mutantsCommand(),
  explore: async () => (await import("./explore-command.ts")).exploreCommand(),
  certify: async () => (await import("./certify-command.ts")).certifyCommand(),
  campaign: async () => (await import("./campaign-command.ts")).campaignCommand(),
  worker: async () => (await import("./worker-command.ts")).workerCommand(),
  barriers: async () => (await import("./barriers-command.ts")).barriersCommand(),
  "merge-reports": async () => (await import("./merge-reports-command.ts")).mergeReportsCommand(),
  report: async () => (await import("./report-command.ts")).reportCommand(),
  list: async () => (await import("./list-command.ts")).listCommand(),
  init: async (host) => (await import("./init-command.ts")).initCommand(host),
  costs: async () => (await import("./costs-command.ts")).costsCommand(),
  litmus: async () => (await import("./litmus-command.ts")).litmusCommand(),
  check: async () => (await import("./check-command.ts")).checkCommand(),
  stress: async () => (await import("./stress-command.ts")).stressCommand(),
};

/**
 * Runs the named command, and sets the exit code. A fault in the call or its input gives one line on standard error and
 * exit code 2.
 *
 * @throws Error for a fault in quiesce itself
 */
export async function runCommandLine(words: readonly string[], host: Host): Promise<void> {
  const program = new Command("quiesce")
    .description("Verify lock-free and RCU-protected structures under every schedule a budget allows.")
    .version(packageVersion(), "-V, --version", "print the version")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, "quiesce: ")),
    });
  // `quiesce help verify` shows the options of verify.
  const wanted = words[0] === "help" ? words[1] : words[0];
  const isCompleting = wanted === "complete";
  for (const name of Object.keys(commandNames) as CommandName[]) {
    if (name === "complete" && isCompleting) continue; // added below, with all that can be completed
    const isWanted = name !== "complete" && (name === wanted || isCompleting);
    // The list of commands shows the others' arguments only, and that they have options.
    const command = isWanted ? await loaders[name](host) : namedCommand(name).option("--any");
    program.addCommand(command.copyInheritedSettings(program));
  }
  try {
    if (isCompleting) await (await import("./completion.ts")).addCompletion(program);
    const named = program.commands.find((command) => command.name() === wanted);
    if (named !== undefined) await configure(wanted as CommandName, named);
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) host.exitCode = error.exitCode === 0 ? EXIT.verified : EXIT.usage;
    else if (error instanceof InputError) {
      host.stderr.write(`quiesce: ${visibleText(error.message)}\n`);
      host.exitCode = EXIT.usage;
    } else throw error;
  }
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    readonly version: string;
  };
  return version;
}
