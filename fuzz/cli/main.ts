import { Command, CommanderError } from "commander";
import { bugsCommand } from "./bugs.ts";
import { certifyCommand } from "./certify.ts";
import { checkCommand } from "./check.ts";
import { costsCommand } from "./costs.ts";
import { CommandError, EXIT } from "#fuzz/host/exit-code.ts";
import { exploreCommand } from "./explore.ts";
import { fuzzCommand } from "./fuzz.ts";
import { guardPipes } from "#fuzz/host/interruption.ts";
import { listCommand } from "./list.ts";
import { litmusCommand } from "./litmus.ts";
import { mergeReportsCommand } from "./merge-reports.ts";
import { replayCommand } from "./replay.ts";
import { shrinkCommand } from "./shrink.ts";
import { stressCommand } from "./stress.ts";
import { verifyCommand } from "./verify.ts";

/** The commands, in the order of `quiesce --help`. Each lives in a file of its own name. */
const program = new Command("quiesce")
  .description("Verify lock-free and RCU-protected structures under every schedule a budget allows.")
  .showSuggestionAfterError()
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "quiesce: ")) });

program.addCommand(verifyCommand().copyInheritedSettings(program));
program.addCommand(fuzzCommand().copyInheritedSettings(program));
program.addCommand(replayCommand().copyInheritedSettings(program));
program.addCommand(shrinkCommand().copyInheritedSettings(program));
program.addCommand(bugsCommand().copyInheritedSettings(program));
program.addCommand(exploreCommand().copyInheritedSettings(program));
program.addCommand(certifyCommand().copyInheritedSettings(program));
program.addCommand(mergeReportsCommand().copyInheritedSettings(program));
program.addCommand(listCommand().copyInheritedSettings(program));
program.addCommand(costsCommand().copyInheritedSettings(program));
program.addCommand(litmusCommand().copyInheritedSettings(program));
program.addCommand(checkCommand().copyInheritedSettings(program));
program.addCommand(stressCommand().copyInheritedSettings(program));

guardPipes();

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.verified : EXIT.usage;
  else if (error instanceof CommandError) {
    process.stderr.write(`quiesce: ${error.message}\n`);
    process.exitCode = error.exitCode;
  } else throw error;
}
