import { Command, CommanderError } from "commander";
import { CommandError, EXIT } from "./exit-code.ts";
import { litmusCommand } from "./litmus.ts";

/** The commands, in the order of `quiesce --help`. Each lives in a file of its own name. */
const program = new Command("quiesce")
  .description("Verify lock-free and RCU-protected structures under every schedule a budget allows.")
  .showSuggestionAfterError()
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "quiesce: ")) });

program.addCommand(litmusCommand());

// A reader that went away (`quiesce … | head`) is no failure of ours, and nobody is left to tell.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.unfinished);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.verified : EXIT.usage;
  else if (error instanceof CommandError) {
    process.stderr.write(`quiesce: ${error.message}\n`);
    process.exitCode = error.exitCode;
  } else throw error;
}
