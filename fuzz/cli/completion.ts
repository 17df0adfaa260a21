/** Completion for shells: of commands and options, and of the names that commands take. */
import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { namesToComplete } from "./names-to-complete.ts";
import type { CommandName } from "./command-names.ts";

/**
 * Adds the command `complete`: `complete bash` prints a script for the shell, which calls `complete -- words…`.
 *
 * @param program with all its commands and their options
 */
export async function addCompletion(program: Command): Promise<void> {
  const completed = tab(program);
  for (const [command, names] of Object.entries(await namesToComplete()) as [CommandName, readonly string[]][]) {
    const argument = program.commands.find((one) => one.name() === command)?.registeredArguments[0];
    if (argument === undefined) continue;
    const offer = (complete: (value: string, description: string) => void): void => {
      for (const name of names) complete(name, "");
    };
    completed.commands.get(command)?.argument(argument.name(), offer, argument.variadic);
  }
}
