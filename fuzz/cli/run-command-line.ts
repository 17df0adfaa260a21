/** Runs one command line, and is the one place that says what the caller did wrong. */
import { Command, CommanderError } from "commander";
import { EXIT } from "#fuzz/host/exit-code.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { visibleText } from "#reports/visible-text.ts";
import type { Host } from "./command-host.ts";
import { type CommandName, commandNames, namedCommand } from "./command-names.ts";

/** A command is loaded when it is called: what others need would only make it slower to start. */
const loaders: { readonly [Name in CommandName]: (host: Host) => Promise<Command> } = {
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
  costs: async () => (await import("./costs-command.ts")).costsCommand(),
  litmus: async () => (await import("./litmus-command.ts")).litmusCommand(),
  check: async () => (await import("./check-command.ts")).checkCommand(),
  stress: async () => (await import("./stress-command.ts")).stressCommand(),
};

/**
 * Runs the command that the words name, and sets the exit code. What is wrong with the call or its input is one line on
 * standard error and exit code 2.
 *
 * @throws Error for a fault of ours
 */
export async function runCommandLine(words: readonly string[], host: Host): Promise<void> {
  const program = new Command("quiesce")
    .description("Verify lock-free and RCU-protected structures under every schedule a budget allows.")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, "quiesce: ")),
    });
  // `quiesce help verify` shows the options of verify.
  const wanted = words[0] === "help" ? words[1] : words[0];
  for (const name of Object.keys(commandNames) as CommandName[]) {
    // Of the others only the list of commands tells: that each has options, and what they are called with.
    const command = name === wanted ? await loaders[name](host) : namedCommand(name).option("--any");
    program.addCommand(command.copyInheritedSettings(program));
  }
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) host.exitCode = error.exitCode === 0 ? EXIT.verified : EXIT.usage;
    else if (error instanceof InputError) {
      host.stderr.write(`quiesce: ${visibleText(error.message)}\n`);
      host.exitCode = EXIT.usage;
    } else throw error;
  }
}
